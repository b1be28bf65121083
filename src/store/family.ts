/**
 * Families whose members have rows of their own, as the one record that each is. A search judges all of them,
 * so they are kept once read: rows never change, a family only grows.
 */
import type { LogRecord } from '../model.ts';
import { joined } from './merge.ts';
import type { DaysReader } from './read.ts';
import { type Families, recordOf, type Unit } from './units.ts';

/** Families remembered; sealing merges most of them, so that more than this is a flood of late lines. */
const FAMILIES_MAX = 5000;

interface Ask {
  readonly families: Families;
  readonly units: readonly Unit[];
  /** A unit that cannot be read. */
  readonly note: (unit: Unit, error: unknown) => void;
}

interface Known {
  /** The continuations that were joined in. Sealing takes some away, others come: their number alone would not tell. */
  readonly children: string;
  readonly record: LogRecord;
}

export class FamilyRecords {
  readonly #known = new Map<number, Known>();

  /** Files were dropped: of some families only continuations are left. */
  forget(): void {
    this.#known.clear();
  }

  /** The record of every family; not the caller's own. */
  records(reader: DaysReader, ask: Ask): LogRecord[] {
    const { childrenOf } = ask.families;
    for (const parent of this.#known.keys()) if (!childrenOf.has(parent)) this.#known.delete(parent);
    const missing = [...childrenOf].filter(([parent, children]) => this.#known.get(parent)?.children !== children.join());
    // What has grown is read again, and must not stand there twice.
    for (const [parent] of missing) this.#known.delete(parent);
    const answer: LogRecord[] = [];
    if (missing.length > 0) {
      const members = collectMembers(reader, ask, new Set(missing.flat(2)));
      for (const [parent, children] of missing) {
        const record = fold(parent, children, members);
        if (record === undefined) continue;
        if (this.#known.size < FAMILIES_MAX) this.#known.set(parent, { children: children.join(), record });
        else answer.push(record);
      }
    }
    for (const { record } of this.#known.values()) answer.push(record);
    return answer;
  }
}

function fold(parent: number, children: readonly number[], members: ReadonlyMap<number, LogRecord>): LogRecord | undefined {
  const lines = children.map((child) => members.get(child)).filter((record) => record !== undefined);
  // The parent was dropped by retention: its continuations stand for it.
  const first = members.get(parent) ?? lines.shift();
  return first === undefined || lines.length === 0 ? first : joined(first, lines, true);
}

function collectMembers(reader: DaysReader, { units, note }: Ask, wanted: ReadonlySet<number>): Map<number, LogRecord> {
  const members = new Map<number, LogRecord>();
  for (const unit of units) {
    if (!mayHoldAny(unit, wanted)) continue;
    try {
      const seqs = unit.kind === 'fresh' ? unit.extent.records.map(({ seq }) => seq) : reader.block(unit.view, unit.extent).numbers('seq');
      for (let index = 0; index < seqs.length; index++)
        if (wanted.has(seqs[index]!)) members.set(seqs[index]!, recordOf(reader, unit, index));
    } catch (error) {
      note(unit, error);
    }
  }
  return members;
}

function mayHoldAny(unit: Unit, seqs: ReadonlySet<number>): boolean {
  if (unit.kind === 'fresh') return unit.extent.records.some(({ seq }) => seqs.has(seq));
  const { firstSeq, lastSeq } = unit.extent;
  for (const seq of seqs) if (seq >= firstSeq && seq <= lastSeq) return true;
  return false;
}
