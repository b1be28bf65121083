/**
 * The joiner: a Python traceback is one record, whichever way it came over the wire.
 *
 * Lines with oslo's exception prefix carry no request id; they belong to the newest record before them of the same
 * host, program, pid, logger and millisecond, and inherit its ids. Bare lines of a traceback (no prefix at all)
 * belong to the newest record of the same host, program and pid while that one is open. Several hosts and pids may interleave.
 * Never delays a commit: lines of one commit are joined in memory; a line whose parent is committed
 * already becomes a row with `of` = the parent's seq. Bounded by limits.join*.
 */
import { isContinuation, isRawContinuation } from '../../parsers/index.ts';
import { limits } from '../base/limits.ts';
import type { LogRecord } from '../model.ts';
import { joined } from '../store/merge.ts';

/** What one program on one host said last. */
interface Source {
  /** Of all its processes: lines without a pid belong to one of them. */
  readonly shared: Family[];
  /** Of each process that names its pid: forty API workers must not push each other's records out. */
  readonly byPid: Map<number, Family[]>;
  /** Arrival of the newest record, µs. */
  heardAt: number;
}

/** A record that lines may join. */
interface Family {
  record: LogRecord;
  /** Arrival of the first record, µs: however slowly its lines come, they have limits.joinAfterMs in all. */
  readonly startedUs: number;
  /** Number of the commit that the record is part of: lines of the same commit are joined in memory … */
  commit: number;
  /** … at this place of it. */
  pending: number;
  /** Lines for that commit. */
  children: LogRecord[];
  lines: number;
  bytes: number;
  /** A bare traceback began: how bare lines go on with it. */
  open: boolean;
}

/** Records between a parent and its traceback: without pids, other workers of the same program speak in between. */
const SHARED_MAX = 8;
/** Within one process: another thread's record. */
const OF_PID_MAX = 4;
/** Processes of one program on one host; a sender of made-up pids pushes out the oldest. */
const PIDS_MAX = 256;
/** Children of a record that has none: most never get any. */
const NONE: LogRecord[] = [];
const ADOPTED = [
  'request',
  'globalRequest',
  'user',
  'project',
  'domain',
  'systemScope',
  'userDomain',
  'projectDomain',
  'instance',
] as const satisfies readonly (keyof LogRecord)[];
/** The line that ends a bare traceback: `KeyError: 'x'`, `nova.exception.NoValidHost: …`. */
const EXCEPTION_LINE = /^[A-Za-z_][\w.]*(?:: |$)/;

export class Joiner {
  readonly #sources = new Map<string, Map<string, Source>>();
  #sourceCount = 0;
  #pending: LogRecord[] = [];
  /** Families of the pending commit that lines joined. */
  #joining: Family[] = [];
  #commit = 1;
  #sweptAt = 0;
  /** Messages that became part of another record since the last `finish`. */
  joinedCount = 0;

  /** Records that wait for the commit, lines that joined one of them not counted. */
  get size(): number {
    return this.#pending.length;
  }

  /** Takes the next record in order of arrival. */
  add(record: LogRecord): void {
    const source = this.#source(record.host ?? record.peer, record.program ?? '');
    const parent = this.#parentOf(record, source);
    if (parent !== undefined) this.#attach(parent, record);
    else this.#enter(source, record);
  }

  /** Tells of records that are committed already, oldest first: after a restart. */
  remember(records: readonly LogRecord[]): void {
    for (const record of records) {
      if (record.of !== undefined) continue;
      const source = this.#source(record.host ?? record.peer, record.program ?? '');
      this.#push(source, { record, startedUs: record.received, commit: 0, pending: -1, children: NONE, lines: 0, bytes: 0, open: false });
    }
  }

  /** The records to commit, joined. Those that hold families keep their place; their seq is read after the commit. */
  finish(): LogRecord[] {
    const records = this.#pending;
    for (const family of this.#joining) {
      family.record = joined(records[family.pending]!, family.children, false);
      records[family.pending] = family.record;
      family.children = NONE;
    }
    this.#pending = [];
    this.#joining = [];
    this.#commit++;
    this.joinedCount = 0;
    const newest = records.at(-1)?.received ?? 0;
    if (newest - this.#sweptAt > limits.joinAfterMs * 1000) this.#sweep(newest);
    return records;
  }

  /** Lets go of who has been silent for longer than a line may be late: memory holds some seconds of records, no more. */
  #sweep(nowUs: number): void {
    this.#sweptAt = nowUs;
    for (const [host, programs] of this.#sources) {
      for (const [program, { heardAt }] of programs) {
        if (nowUs - heardAt <= limits.joinAfterMs * 1000) continue;
        programs.delete(program);
        this.#sourceCount--;
      }
      if (programs.size === 0) this.#sources.delete(host);
    }
  }

  /** The last `finish` could not be committed: nothing may join records that are not there. */
  forget(): void {
    this.#sources.clear();
    this.#sourceCount = 0;
  }

  #source(host: string, program: string): Source {
    let programs = this.#sources.get(host);
    if (programs === undefined) {
      programs = new Map();
      this.#sources.set(host, programs);
    }
    let source = programs.get(program);
    if (source !== undefined) return source;
    if (this.#sourceCount >= limits.joinSourcesMax) {
      this.#forgetOldest();
      // This host may have been forgotten just now, with all that its programs said.
      programs = this.#sources.get(host) ?? new Map();
      this.#sources.set(host, programs);
    }
    source = { shared: [], byPid: new Map(), heardAt: 0 };
    programs.set(program, source);
    this.#sourceCount++;
    return source;
  }

  /** Hosts in the order in which they first spoke: a hostile sender of made-up hosts pushes out the oldest, the living come back at once. */
  #forgetOldest(): void {
    for (const [host, programs] of this.#sources) {
      this.#sources.delete(host);
      this.#sourceCount -= programs.size;
      if (this.#sourceCount < limits.joinSourcesMax / 2) return;
    }
  }

  #push(source: Source, family: Family): void {
    const { pid, received } = family.record;
    source.heardAt = Math.max(source.heardAt, received);
    keepNewest(source.shared, family, SHARED_MAX);
    if (pid === undefined) return;
    let ofPid = source.byPid.get(pid);
    if (ofPid === undefined) {
      if (source.byPid.size >= PIDS_MAX) source.byPid.delete(source.byPid.keys().next().value!);
      ofPid = [];
      source.byPid.set(pid, ofPid);
    }
    keepNewest(ofPid, family, OF_PID_MAX);
  }

  #enter(source: Source, record: LogRecord): void {
    const open = isRawContinuation(record) && isTracebackHead(record.message);
    const family: Family = {
      record,
      startedUs: record.received,
      commit: this.#commit,
      pending: this.#pending.length,
      children: NONE,
      lines: 0,
      bytes: 0,
      open,
    };
    this.#pending.push(record);
    this.#push(source, family);
  }

  #parentOf(record: LogRecord, source: Source): Family | undefined {
    if (!isContinuation(record) && record.format !== 'plain') return undefined;
    const ofPid = record.pid === undefined ? undefined : source.byPid.get(record.pid);
    const family = (ofPid && newestFit(ofPid, record)) ?? newestFit(source.shared, record);
    if (family === undefined || (!isContinuation(record) && !takesBareLine(family, record))) return undefined;
    return family.lines < limits.joinLinesMax && family.bytes + record.message.length <= limits.joinBytesMax ? family : undefined;
  }

  #attach(family: Family, record: LogRecord): void {
    family.lines++;
    family.bytes += record.message.length;
    if (record.format === 'plain') family.open = !EXCEPTION_LINE.test(record.message) || isTracebackHead(record.message);
    this.joinedCount++;
    if (family.commit === this.#commit) {
      if (family.children === NONE) {
        family.children = [];
        this.#joining.push(family);
      }
      family.children.push(record);
      return;
    }
    // The parent is on disk: the line becomes a row of its own, and further lines of this commit join that row.
    const { record: parent } = family;
    record.of = parent.of ?? parent.seq;
    for (const field of ADOPTED) record[field] ??= parent[field];
    record.time = parent.time;
    family.record = record;
    family.commit = this.#commit;
    family.pending = this.#pending.length;
    this.#pending.push(record);
    this.joinedCount--;
  }
}

function keepNewest(families: Family[], family: Family, max: number): void {
  if (families.length >= max) families.shift();
  families.push(family);
}

/** The newest of the families that the line can belong to. */
function newestFit(families: readonly Family[], record: LogRecord): Family | undefined {
  const fits = isContinuation(record) ? isPrefixedChild : samePid;
  for (let index = families.length - 1; index >= 0; index--) {
    const family = families[index]!;
    if (isNear(family, record) && fits(family.record, record)) return family;
  }
  return undefined;
}

function isNear(family: Family, record: LogRecord): boolean {
  return record.received - family.startedUs <= limits.joinAfterMs * 1000;
}

/** Same pid, or one of the two lines has none (Folsom to Grizzly: the record has none, its traceback has). */
function samePid(parent: LogRecord, record: LogRecord): boolean {
  return parent.pid === record.pid || parent.pid === undefined || record.pid === undefined;
}

function isPrefixedChild(parent: LogRecord, record: LogRecord): boolean {
  return (
    parent.format === record.format &&
    parent.logger === record.logger &&
    Math.floor(parent.time / 1000) === Math.floor(record.time / 1000) &&
    samePid(parent, record) &&
    (record.instance === undefined || parent.instance === undefined || parent.instance === record.instance)
  );
}

function isTracebackHead(message: string): boolean {
  return message.startsWith('Traceback (most recent call last):');
}

/** A bare line joins an error that it follows, or a bare traceback that is still open. */
function takesBareLine(family: Family, record: LogRecord): boolean {
  if (family.open) return isRawContinuation(record) || EXCEPTION_LINE.test(record.message);
  const { level } = family.record;
  return isTracebackHead(record.message) && (level === 'ERROR' || level === 'CRITICAL') && family.record.format !== 'plain';
}
