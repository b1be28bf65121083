/** What a worker does before anybody asks holds nobody up: a block at a time, and little where there is nothing to tell. */
import { expect, test } from 'vitest';
import type { LogRecord } from '../../src/model.ts';
import { openWriter } from '../../src/store/days.ts';
import { DaysReader } from '../../src/store/read.ts';
import { warmUp, warmUpStories } from '../../src/store/warm-up.ts';
import { makeRecords } from '../contract/records.ts';
import { withLimits } from './scene.ts';
import { newFolder } from './sealed.ts';

const BLOCKS = 12;

/** A store of some blocks, and how many were opened. */
function storeOf(made: (record: LogRecord, index: number) => LogRecord): { reader: DaysReader; opened: () => number } {
  const folder = newFolder();
  const { writer, close } = openWriter({ folder });
  withLimits({ blockRecordsMax: 64 }, () => {
    for (let seed = 0; seed < BLOCKS; seed++)
      writer.append(makeRecords({ seed, count: 64 }).map((record, index) => made(record, seed * 64 + index)));
  });
  close();
  const reader = new DaysReader(folder);
  let opened = 0;
  const { block } = reader;
  reader.block = (...of) => {
    opened++;
    return block.apply(reader, of);
  };
  return { reader, opened: () => opened };
}

const withoutInstance = (record: LogRecord, index: number): LogRecord => ({
  ...record,
  ...{ instance: undefined, message: `line ${index}`, time: 1.7e15 + index * 1e6 },
});

test('where no record has an instance only the blocks of one part are looked into, one in each turn', () => {
  const { reader, opened } = storeOf(withoutInstance);
  for (const steps = warmUpStories(reader); ; ) {
    const before = opened();
    const { done } = steps.next();
    expect(opened() - before).toBeLessThanOrEqual(1);
    if (done) break;
  }
  expect(opened()).toBeLessThan(BLOCKS);
  reader.close();
});

test('stories of instances are told to their end', () => {
  const instance = '903b85d0-b6ab-4d2b-9be8-1c3a6b1de2f7';
  const { reader, opened } = storeOf((record) => ({ ...record, instance }));
  let turns = 0;
  for (const steps = warmUpStories(reader); !steps.next().done; ) turns++;
  expect(turns).toBeGreaterThan(BLOCKS);
  expect(opened()).toBeGreaterThan(BLOCKS);
  reader.close();
});

test('an empty store is warm', () => {
  const reader = new DaysReader(newFolder());
  warmUp(reader, () => undefined);
  expect([...warmUpStories(reader)]).toEqual([]);
  reader.close();
});
