/**
 * Records of errors to what they add to the error groups: a tally. Pure: the records come whole (their continuations are with them),
 * and each comes once. Not here: which records (store/error-slice.ts), keeping the sums (store/errors.ts).
 *
 * Invariant: the counts of a tally add up to the records that were given to it.
 */
import { type ComplaintCount, type ErrorSample, LEVELS, type LogRecord, type MinuteCount, type TallyGroup } from '../model.ts';
import type { Complaint } from './dependency.ts';
import { type Raised, type Signed, signatureOf } from './error-signature.ts';
import { DistinctSet, RADIUS_SETS } from './radius.ts';

const MINUTE_US = 60e6;
/** So long nothing, and it is back; documented in src/report/ERRORS.md. */
export const BACK_AFTER_US = 24 * 3600e6;
/** Newest records by which a group is shown. */
export const SAMPLES_MAX = 5;
/** As many as have to come in a hurry to be told at once. */
const NEWEST = 5;
/** Of one group in one tally; a hostile text names thousands of brokers. */
const COMPLAINTS_MAX = 500;
/** Of the text that known signatures are matched with: a traceback says at its end what happened. */
const TEXT_CHARS_MAX = 4000;
const HEAD_CHARS = 1500;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Group extends Signed {
  level: LogRecord['level'];
  times: number[];
  lastSeq: number;
  samples: ErrorSample[];
  text: string;
  counts: Map<string, [minute: number, service: string, host: string, count: number]>;
  complaints: Map<string, Mutable<ComplaintCount>>;
  sets: DistinctSet[];
}

export class Tally {
  readonly #groups = new Map<string, Group>();

  add(record: LogRecord, raised: Raised | undefined, complaint?: Complaint): void {
    const signed = signatureOf(record, raised);
    let group = this.#groups.get(signed.signature);
    if (group === undefined) {
      const sets = RADIUS_SETS.map(() => new DistinctSet());
      group = { ...signed, level: undefined, times: [], lastSeq: 0, samples: [], text: '', counts: new Map(), complaints: new Map(), sets };
      this.#groups.set(signed.signature, group);
    }
    note(group, record);
    if (complaint !== undefined) complain(group, record, complaint);
  }

  /** Groups so far. */
  get size(): number {
    return this.#groups.size;
  }

  groups(): TallyGroup[] {
    return [...this.#groups.values()].map((group) => {
      const { signature, title, parts, lastSeq, samples, text } = group;
      const times = group.times.sort((one, other) => one - other);
      let backUs = 0;
      for (let index = 1; index < times.length; index++) if (times[index]! - times[index - 1]! >= BACK_AFTER_US) backUs = times[index]!;
      return {
        ...{ signature, title, parts, lastSeq, samples, text, backUs },
        level: group.level ?? 'ERROR',
        firstUs: times[0]!,
        lastUs: times.at(-1)!,
        count: times.length,
        counts: [...group.counts.values()] satisfies MinuteCount[],
        newestUs: times.slice(-NEWEST),
        ...(group.complaints.size === 0 ? {} : { complaints: [...group.complaints.values()] satisfies ComplaintCount[] }),
        radius: group.sets.map((set) => set.bytes()),
      };
    });
  }
}

function note(group: Group, record: LogRecord): void {
  const { service = '', host = '', time, seq } = record;
  group.times.push(time);
  group.lastSeq = Math.max(group.lastSeq, seq);
  if (rank(record.level) > rank(group.level)) group.level = record.level;
  group.samples = [[seq, service, host] as const, ...group.samples].slice(0, SAMPLES_MAX);
  group.text = excerpt(record.message);
  const minute = Math.floor(time / MINUTE_US);
  const key = `${minute}\n${service}\n${host}`;
  const counted = group.counts.get(key);
  if (counted === undefined) group.counts.set(key, [minute, service, host, 1]);
  else counted[3]++;
  const { request, instance, project } = record;
  [host, service, request, instance, project].forEach((value, index) => {
    if (value !== undefined && value !== '') group.sets[index]!.add(value);
  });
}

function complain(group: Group, { service = '', host = '', time }: LogRecord, { kind, address = '' }: Complaint): void {
  const minute = Math.floor(time / MINUTE_US);
  const key = `${minute}\n${kind}\n${address}\n${service}\n${host}`;
  const counted = group.complaints.get(key);
  if (counted !== undefined) counted[5]++;
  else if (group.complaints.size < COMPLAINTS_MAX) group.complaints.set(key, [minute, kind, address, service, host, 1]);
}

export function rank(level: string | undefined): number {
  return (LEVELS as readonly (string | undefined)[]).indexOf(level);
}

function excerpt(message: string): string {
  if (message.length <= TEXT_CHARS_MAX) return message;
  return `${message.slice(0, HEAD_CHARS)}\n…\n${message.slice(HEAD_CHARS - TEXT_CHARS_MAX)}`;
}
