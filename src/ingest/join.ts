/**
 * The joiner: a Python traceback is one record, whichever way it came over the wire, and so is any text of several lines in a
 * file. Which line belongs to which record is decided in join-fit.ts, what is remembered of them in join-sources.ts.
 *
 * Lines that join inherit the ids of their record. Never delays a commit: lines of one commit are joined in memory; a line whose
 * parent is committed already becomes a row with `of` = the parent's seq. Bounded by limits.join*: what does not fit begins a record
 * that has the ids too, and both are flagged `cut`.
 */
import { addFlag } from '../../parsers/header.ts';
import { isContinuation } from '../../parsers/index.ts';
import { limits } from '../base/limits.ts';
import type { LogRecord } from '../model.ts';
import { joined } from '../store/merge.ts';
import {
  fragmentOf,
  isHeadless,
  isNear,
  newestFit,
  opensTraceback,
  staysOpen,
  takesBareLine,
  takesBodyLine,
  takesHeadless,
} from './join-fit.ts';
import { type Family, JoinSources, type Source } from './join-sources.ts';

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

export class Joiner {
  readonly #sources = new JoinSources();
  #pending: LogRecord[] = [];
  /** Families of the pending commit that lines joined. */
  #joining: Family[] = [];
  #commit = 1;
  /** Messages that became part of another record since the last `finish`. */
  joinedCount = 0;
  /** Records flagged `cut` since the last `finish`, because a text had more lines or bytes than one record may have. */
  cutCount = 0;

  /** Records that wait for the commit, lines that joined one of them not counted. */
  get size(): number {
    return this.#pending.length;
  }

  /** Takes the next record in order of arrival. Is it one of its own, and not a line of another? */
  add(record: LogRecord): boolean {
    if (record.format !== 'plain' && !isContinuation(record)) {
      this.#enter(this.#sources.of(record), record, true);
      return true;
    }
    const source = this.#sources.of(record);
    const last = this.#sources.lastOf(record.peer);
    const parent = parentOf(record, source, last);
    if (parent !== undefined) {
      return this.#join(source, parent, record);
    }
    const fragment = last === undefined || !isNear(last, record) ? undefined : fragmentOf(last.record, record);
    if (fragment !== undefined) return this.#join(source, last!, fragment);
    this.#enter(source, record, !isHeadless(record));
    return true;
  }

  /** Tells of records that are committed already, oldest first: after a restart. */
  remember(records: readonly LogRecord[]): void {
    for (const record of records) {
      if (record.of !== undefined) continue;
      const family = makeFamily(record, { commit: 0, pending: -1, open: false, headed: !isHeadless(record) });
      const source = this.#sources.of(record);
      this.#sources.push(source, family);
      this.#sources.touch(source, record.peer, family);
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
    this.cutCount = 0;
    this.#sources.sweep(records.at(-1)?.received ?? 0);
    return records;
  }

  /** The last `finish` could not be committed: nothing may join records that are not there. */
  forget(): void {
    this.#sources.clear();
  }

  #enter(source: Source, record: LogRecord, headed: boolean): void {
    const open = record.format === 'plain' && opensTraceback(record);
    const family = makeFamily(record, { commit: this.#commit, pending: this.#pending.length, open, headed });
    this.#pending.push(record);
    this.#sources.push(source, family);
    this.#sources.touch(source, record.peer, family);
  }

  #join(source: Source, family: Family, record: LogRecord): boolean {
    if (family.lines < limits.joinLinesMax && family.bytes + record.message.length <= limits.joinBytesMax) {
      this.#attach(family, record);
      this.#sources.touch(source, record.peer, family);
      return false;
    }
    // Full: the rest is a record of its own, which its lines join.
    this.#flagCut(record);
    if (family.commit === this.#commit) this.#flagCut(this.#pending[family.pending]!);
    adopt(record, family.record);
    this.#enter(source, record, family.headed);
    return true;
  }

  #flagCut(record: LogRecord): void {
    if (record.flags?.split(' ').includes('cut')) return;
    addFlag(record, 'cut');
    this.cutCount++;
  }

  #attach(family: Family, record: LogRecord): void {
    family.lines++;
    family.bytes += record.message.length;
    if (record.format === 'plain') family.open = staysOpen(record, family.open);
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
    adopt(record, parent);
    family.record = record;
    family.commit = this.#commit;
    family.pending = this.#pending.length;
    this.#pending.push(record);
    this.joinedCount--;
  }
}

function makeFamily(record: LogRecord, of: Pick<Family, 'commit' | 'pending' | 'open' | 'headed'>): Family {
  return { record, startedUs: record.received, children: NONE, lines: 0, bytes: 0, formatted: record.format !== 'plain', ...of };
}

/** The ids and the time of the parent, where the line has none of its own. */
function adopt(record: LogRecord, parent: LogRecord): void {
  for (const field of ADOPTED) record[field] ??= parent[field];
  record.time = parent.time;
}

/** The record that this line is a part of: of the same process by what it says, of the same sender by where it stands. */
function parentOf(record: LogRecord, source: Source, last: Family | undefined): Family | undefined {
  if (isHeadless(record)) {
    if (last !== undefined && takesHeadless(last, record)) return last;
  } else if (record.envelope === 'bare' && last !== undefined && isContinuation(record)) {
    // A stream that was split at its newlines: the header stands in front of the first line only.
    const ofStream = newestFit([last], record);
    if (ofStream !== undefined) return ofStream;
  }
  const ofPid = record.pid === undefined ? undefined : source.byPid.get(record.pid);
  const family = (ofPid && newestFit(ofPid, record)) ?? newestFit(source.shared, record);
  if (family !== undefined && (isContinuation(record) || takesBareLine(family, record))) return family;
  return source.last !== undefined && takesBodyLine(source.last, record) ? source.last : undefined;
}
