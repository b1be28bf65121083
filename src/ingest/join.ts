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

/** Newest records of one program on one host, a ring. */
interface Source {
  readonly ring: (Family | undefined)[];
  at: number;
}

/** A record that lines may join. */
interface Family {
  record: LogRecord;
  /** Place in the pending commit, or -1 when the record is committed. */
  pending: number;
  /** Lines for the pending commit. */
  children: LogRecord[];
  lines: number;
  bytes: number;
  /** A bare traceback began: how bare lines go on with it. */
  open: boolean;
}

/** Records between a parent and its traceback: other workers of the same program speak in between. */
const RING = 8;
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
  #families: Family[] = [];
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
      this.#push(source, { record, pending: -1, children: [], lines: 0, bytes: 0, open: false });
    }
  }

  /** The records to commit, joined. Those that hold families keep their place; their seq is read after the commit. */
  finish(): LogRecord[] {
    const records = this.#pending;
    for (const family of this.#families) {
      if (family.children.length === 0) {
        family.pending = -1;
        continue;
      }
      family.record = joined(records[family.pending]!, family.children, false);
      records[family.pending] = family.record;
      family.children = [];
      family.pending = -1;
    }
    this.#pending = [];
    this.#families = [];
    this.joinedCount = 0;
    return records;
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
    source = { ring: new Array<Family | undefined>(RING).fill(undefined), at: 0 };
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
    source.ring[source.at] = family;
    source.at = (source.at + 1) % RING;
  }

  #enter(source: Source, record: LogRecord): void {
    const open = isRawContinuation(record) && isTracebackHead(record.message);
    const family: Family = { record, pending: this.#pending.length, children: [], lines: 0, bytes: 0, open };
    this.#pending.push(record);
    this.#families.push(family);
    this.#push(source, family);
  }

  #parentOf(record: LogRecord, source: Source): Family | undefined {
    const prefixed = isContinuation(record);
    if (!prefixed && record.format !== 'plain') return undefined;
    for (let back = 1; back <= RING; back++) {
      const family = source.ring[(source.at - back + RING) % RING];
      if (family === undefined) return undefined;
      if (!isNear(family, record)) continue;
      if (prefixed ? isPrefixedChild(family.record, record) : samePid(family.record, record)) {
        if (!prefixed && !takesBareLine(family, record)) return undefined;
        return family.lines < limits.joinLinesMax && family.bytes + record.message.length <= limits.joinBytesMax ? family : undefined;
      }
    }
    return undefined;
  }

  #attach(family: Family, record: LogRecord): void {
    family.lines++;
    family.bytes += record.message.length;
    if (record.format === 'plain') family.open = !EXCEPTION_LINE.test(record.message) || isTracebackHead(record.message);
    this.joinedCount++;
    if (family.pending >= 0) {
      family.children.push(record);
      return;
    }
    // The parent is on disk: the line becomes a row of its own, and further lines of this commit join that row.
    const { record: parent } = family;
    record.of = parent.of ?? parent.seq;
    for (const field of ADOPTED) record[field] ??= parent[field];
    record.time = parent.time;
    family.record = record;
    family.pending = this.#pending.length;
    this.#pending.push(record);
    this.#families.push(family);
    this.joinedCount--;
  }
}

function isNear(family: Family, record: LogRecord): boolean {
  return record.received - family.record.received <= limits.joinAfterMs * 1000;
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
