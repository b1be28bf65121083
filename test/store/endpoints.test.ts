/**
 * Requests by endpoint: sealed and fresh, whole and in part of the time, from the sums of blocks and from their lines, equal to a look at every
 * record; a sample is near it.
 */
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { EndpointList, LogRecord } from '../../src/model.ts';
import { ENDPOINTS_PART } from '../../src/store/columns.ts';
import { endpointSteps } from '../../src/store/endpoints.ts';
import { DaysReader } from '../../src/store/read.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { CLOUD_START_US, cloudScene } from './cloud-scene.ts';
import { expectLooked, lookedAt } from './endpoint-truth.ts';
import { newFolder } from './sealed.ts';

const scene = cloudScene(20_000, 7);
const records: LogRecord[] = scene.plain.search({ filter: { kind: 'all' }, limit: 100_000, direction: 'forward' }).records;
const end = CLOUD_START_US + 3600e6;
const readers: DaysReader[] = [scene.reader];
afterAll(() => {
  for (const reader of readers.slice(1)) reader.close();
  scene.close();
});

/** The same store, of whose blocks' sums something else has become. */
function changed(sql: string): DaysReader {
  const folder = newFolder();
  for (const file of readdirSync(scene.folder).filter((name) => /^\d.*\.db/.test(name))) {
    copyFileSync(join(scene.folder, file), join(folder, file));
    if (!file.endsWith('.db')) continue;
    const database = openSqlite(join(folder, file), 'write');
    expect(database.prepare(sql).run().changes).toBeGreaterThan(4);
    database.close();
  }
  const reader = new DaysReader(folder);
  readers.push(reader);
  return reader;
}

const OF_SUMS = `WHERE id % 64 = ${ENDPOINTS_PART}`;
const earlier = changed(`DELETE FROM part ${OF_SUMS}`);
const READERS: readonly (readonly [string, DaysReader])[] = [
  ['with sums', scene.reader],
  ['of an earlier program', earlier],
  ['with damaged sums', changed(`UPDATE part SET data = substr(data, 1, length(data) / 2) ${OF_SUMS}`)],
  ['with sums that are none', changed(`UPDATE part SET data = x'0000000000' ${OF_SUMS}`)],
];

function counted(reader: DaysReader, [startUs, endUs]: readonly [number, number], linesMax?: number): EndpointList {
  const steps = endpointSteps(reader, { startUs, endUs }, linesMax);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

describe.each(READERS)('blocks %s', (_name, reader) => {
  test.each([
    ['all of the time', 0, end],
    ['a part of it', CLOUD_START_US + 60e6, CLOUD_START_US + 200e6],
    ['less than a block', CLOUD_START_US + 100e6, CLOUD_START_US + 101e6],
    ['nothing', 0, CLOUD_START_US - 60e6],
  ])('%s', (name, startUs, endUs) => {
    const want = lookedAt(records.filter(({ time }) => time >= startUs && time < endUs));
    if (name !== 'nothing') expect(want.size).toBeGreaterThan(4);
    expectLooked(counted(reader, [startUs, endUs]), want);
  });
});

test('sums are what is asked: nothing else of a whole block is read', () => {
  const reader = changed(`DELETE FROM part WHERE id % 64 NOT IN (${ENDPOINTS_PART})`);
  expectLooked(counted(reader, [0, end]), lookedAt(records));
});

test('nobody has ids in its endpoint, so there are few', () => {
  const { endpoints } = counted(scene.reader, [0, end]);
  expect(endpoints.length).toBeLessThan(150);
  expect(endpoints.filter(({ endpoint }) => /[0-9a-f]{8}-[0-9a-f]{4}|[0-9a-f]{32}/.test(endpoint))).toEqual([]);
});

test('of too many lines without sums a part is read, and counts are near the truth', () => {
  const whole = counted(earlier, [0, end]);
  const part = counted(earlier, [0, end], Math.ceil(whole.lines / 3));
  expect(part.oneOf).toBeGreaterThan(1);
  expect(part.lines).toBeLessThan(whole.lines);
  const sum = (list: EndpointList): number => list.endpoints.reduce((all, { count }) => all + count, 0);
  expect(sum(part) / sum(whole)).toBeGreaterThan(0.5);
  expect(sum(part) / sum(whole)).toBeLessThan(2);
  const durations = (list: EndpointList): number => list.endpoints.reduce((all, { duration }) => all + (duration?.count ?? 0), 0);
  expect(durations(part) / sum(part)).toBeCloseTo(durations(whole) / sum(whole), 1);
});

test('with sums no bound is reached', () => {
  expect(counted(scene.reader, [0, end], 1).oneOf).toBe(1);
});
