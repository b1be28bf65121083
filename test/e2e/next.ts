/**
 * The message after: whatever a sender did before, this one of the same connection must arrive as it is. Sent last by
 * the tests of hostile senders, so that its arrival also says that nothing more is to come.
 */
import { expect } from 'vitest';
import type { PublicRecord } from '../../src/base/public.ts';
import { eventually, type RunningService } from './service.ts';

export const NEXT = '<134>Nov 22 10:00:00 next nova-api: the next message';
export const NEXT_RECORD = { host: 'next', program: 'nova-api', service: 'nova', level: 'INFO', message: 'the next message' } as const;

/** What was stored behind a seq, in the order of arrival, once NEXT is among it: it comes last, and is intact. */
export async function arrived(service: RunningService, after: number): Promise<PublicRecord[]> {
  const records = await eventually(async () => {
    const found = await service.search(`seq:>${after}`);
    expect(found.some((record) => record.host === NEXT_RECORD.host)).toBe(true);
    // A search gives the order of time.
    return found.sort((left, right) => left.seq - right.seq);
  });
  // What can be searched is in the status a moment later; who counts, or asks for the last seq, may do so now.
  const last = records.at(-1)!.seq;
  await eventually(async () => expect((await service.status()).lastSeq).toBeGreaterThanOrEqual(last));
  expect(records.pop()).toMatchObject(NEXT_RECORD);
  return records;
}
