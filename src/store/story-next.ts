/**
 * The record that a process wrote next behind another one, read off the columns of the block where that lies and of those behind it: two columns are
 * compared and one record is made, where a search would open blocks anew and make forty. Bounded in time and in units. Not here: what is
 * concluded from it (story-access.ts).
 */
import type { LogRecord } from '../model.ts';
import type { DaysReader } from './read.ts';
import type { StoryBlocks } from './story-blocks.ts';
import { recordOf, type Unit } from './units.ts';

export interface Behind {
  readonly seq: number;
  readonly host: string;
  readonly pid: number;
  /** Nothing later is looked at, µs. */
  readonly untilUs: number;
}

/** Fresh batches are small; of blocks two hold what comes within seconds. */
const UNITS_MAX = 64;
const BLOCKS_MAX = 2;

interface Within {
  readonly reader: DaysReader;
  /** In the order of their first seqs. */
  readonly units: readonly Unit[];
  readonly blocks: StoryBlocks;
}

/** By seq, that is in the order of arrival; continuations of a record do not count. Throws `store-corrupt`. */
export function nextRecord({ reader, units, blocks }: Within, behind: Behind): LogRecord | undefined {
  let [unitsLeft, blocksLeft] = [UNITS_MAX, BLOCKS_MAX];
  for (const unit of units) {
    if (unit.extent.lastSeq <= behind.seq) continue;
    if (unitsLeft-- === 0) return undefined;
    if (unit.extent.minTime > behind.untilUs) continue;
    if (unit.kind === 'block' && blocksLeft-- === 0) return undefined;
    const index = unit.kind === 'block' ? indexInBlock(blocks, unit, behind) : indexInFresh(unit.extent.records, behind);
    if (index < 0) continue;
    const record = unit.kind === 'block' ? blocks.of(unit).told(index) : recordOf(reader, unit, index);
    return record.time <= behind.untilUs ? record : undefined;
  }
  return undefined;
}

function indexInBlock(blocks: StoryBlocks, unit: Unit & { kind: 'block' }, { seq, host, pid }: Behind): number {
  const block = blocks.of(unit);
  const hosts = block.dictionary('host');
  const pids = block.dictionary('pid');
  const hostCode = hosts.values.indexOf(host);
  const pidCode = pids.values.indexOf(pid);
  if (hostCode < 0 || pidCode < 0) return -1;
  const seqs = block.numbers('seq');
  const continues = block.sparse('of');
  for (let index = 0; index < block.count; index++)
    if (seqs[index]! > seq && hosts.codes[index] === hostCode && pids.codes[index] === pidCode && !continues.has(index)) return index;
  return -1;
}

function indexInFresh(records: readonly LogRecord[], { seq, host, pid }: Behind): number {
  return records.findIndex((record) => record.seq > seq && record.host === host && record.pid === pid && record.of === undefined);
}
