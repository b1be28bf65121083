/** Spikes and snoozes in state.db: taken only where the last ones ended, bounded, and read again as they were. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { answerSpikes, SPIKE_SCHEMA } from '../../src/store/spikes.ts';
import { openSqlite, type Sqlite } from '../../src/store/sqlite.ts';

let folder: string;
let database: Sqlite;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stacktrail-spikes-'));
  database = openSqlite(join(folder, 'state.db'), 'write');
  database.exec(SPIKE_SCHEMA);
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const spike = (id: string, sinceMinute: number, body = `{"id":"${id}"}`) => ({ id, sinceMinute, body });

test('a minute is judged once: what does not begin where the last one ended is not taken', () => {
  const keep = (from: number | undefined, watermark: number, id: string) =>
    answerSpikes(database, { do: 'spikes-keep', from, watermark, memory: `{"at":${watermark}}`, spikes: [spike(id, watermark)] });
  expect(answerSpikes(database, { do: 'spikes' })).toEqual({ watermark: undefined, memory: '{}', bodies: [] });
  expect(keep(undefined, 10, 'a')).toBe(true);
  expect(keep(10, 12, 'b')).toBe(true);
  expect(keep(10, 13, 'c')).toBe(false);
  expect(keep(undefined, 13, 'c')).toBe(false);
  expect(answerSpikes(database, { do: 'spikes' })).toEqual({ watermark: 12, memory: '{"at":12}', bodies: ['{"id":"a"}', '{"id":"b"}'] });
});

test('of too many spikes the oldest go', () => {
  const spikes = Array.from({ length: 2100 }, (_, index) => spike(`s${index}`, index));
  answerSpikes(database, { do: 'spikes-keep', from: undefined, watermark: 1, memory: '{}', spikes });
  const { bodies } = answerSpikes(database, { do: 'spikes' }) as { bodies: string[] };
  expect([bodies.length, bodies[0]]).toEqual([2000, '{"id":"s100"}']);
});

test('snoozes: made, changed, listed, ended, bounded', () => {
  const one = { name: 'a', service: 'nova', until: 'x', changed: 'y' };
  const put = (name: string) => answerSpikes(database, { do: 'snooze', snooze: { ...one, name } });
  expect([put('b'), put('a'), put('b')]).toEqual([true, true, false]);
  expect(answerSpikes(database, { do: 'snoozes' })).toEqual([one, { ...one, name: 'b' }]);
  expect(answerSpikes(database, { do: 'unsnooze', name: 'b' })).toBe(true);
  expect(answerSpikes(database, { do: 'unsnooze', name: 'b' })).toBe(false);
  for (let index = 0; index < 499; index++) put(`n${index}`);
  expect(() => put('one more')).toThrow('500 snoozes are kept already');
});
