/**
 * Which fresh records are sealed: where blocks end, and what stays fresh for the lines that may still join it. Pure.
 */
import { limits } from '../base/limits.ts';
import type { LogRecord } from '../model.ts';

/** Errors and tracebacks that arrived within this time stay fresh, so that what still belongs to them can join them. */
const HOLD_US = 500_000;
/** At most so many are held back. */
const HOLD_RECORDS_MAX = 512;
const SECOND_US = 1_000_000;

/** Rough bytes of a record's text, for the size of a block. */
export function sizeOf(record: LogRecord): number {
  return record.message.length + (record.raw?.length ?? 0) + (record.structuredData?.length ?? 0) + 64;
}

/** Where blocks end: at 8192 records or 4 MiB; the rest fills a block only when all must be sealed, or when it is the first. */
export function blockEnds(records: readonly LogRecord[], all: boolean): number[] {
  const ends: number[] = [];
  let from = 0;
  let bytes = 0;
  for (let index = 0; index < records.length; index++) {
    bytes += sizeOf(records[index]!);
    if (index + 1 - from < limits.blockRecordsMax && bytes < limits.blockBytesMax) continue;
    ends.push(index + 1);
    from = index + 1;
    bytes = 0;
  }
  const rest = records.length - from;
  if (rest > 0 && (all || rest > limits.blockRecordsMax - HOLD_RECORDS_MAX)) ends.push(records.length);
  return ends;
}

export function holdBack(records: readonly LogRecord[], nowUs: number): { settled: readonly LogRecord[]; held: LogRecord[] } {
  const since = nowUs - HOLD_US;
  const held: LogRecord[] = [];
  for (let index = records.length - 1; index >= 0 && held.length < HOLD_RECORDS_MAX; index--) {
    const record = records[index]!;
    if (record.received < since - SECOND_US) break;
    if (record.received >= since && mayGrow(record)) held.push(record);
  }
  if (held.length === 0) return { settled: records, held };
  const kept = new Set(held);
  return { settled: records.filter((record) => !kept.has(record)), held };
}

function mayGrow(record: LogRecord): boolean {
  return record.level === 'ERROR' || record.level === 'CRITICAL' || record.of !== undefined || record.message.includes('\n');
}
