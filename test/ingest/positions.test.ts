/** Runs with a position: taken once and in order, whoever sends them again; a position never says more than what is on disk. */
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { Counters } from '../../src/base/counters.ts';
import type { CodedError } from '../../src/base/errors.ts';
import { limits } from '../../src/base/limits.ts';
import { startIngest } from '../../src/ingest.ts';
import type { Hints, Ingest, MessageRun } from '../../src/model.ts';
import { DaysReader } from '../../src/store/read.ts';
import { everything } from '../contract/reading.ts';
import { newFolder } from '../store/sealed.ts';

/** The code of what it rejects with. */
function refusal(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => 'nothing',
    (error: CodedError) => error.code,
  );
}

const open: Ingest[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((ingest) => ingest.stop()));
});

async function start(folder = newFolder()): Promise<{ ingest: Ingest; folder: string; worker: Worker }> {
  const started = once(process, 'worker') as Promise<[Worker]>;
  const ingest = await startIngest({ folder, zone: undefined, facilities: [], counters: new Counters() });
  open.push(ingest);
  return { ingest, folder, worker: (await started)[0] };
}

function runOf(texts: readonly string[], position: Required<MessageRun>['position'] | undefined, hints: Hints = {}): MessageRun {
  const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
  const spans: number[] = [];
  let at = 0;
  for (const text of texts) {
    spans.push(at, at + Buffer.byteLength(text));
    at = spans.at(-1)! + 1;
  }
  const source = { transport: position === undefined ? ('http' as const) : ('import' as const), peer: '/var/log/x.log', hints };
  return { source, received: Date.now() * 1000, bytes, spans, ...(position && { position }) };
}

const step = (after: string, value: string, source = 'f'): Required<MessageRun>['position'] => ({ source, value, after });

function messages(folder: string): string[] {
  const reader = new DaysReader(folder);
  const texts = everything(reader).map(({ message }) => message);
  reader.close();
  return texts;
}

test('a run is taken where its source is, and nowhere else; the answer of others in its batch does not suffer', async () => {
  const { ingest, folder } = await start();
  const answers = await Promise.all([
    ingest.accept(runOf(['a', 'b'], step('', '1'))),
    refusal(ingest.accept(runOf(['again'], step('', '1')))),
    ingest.accept(runOf(['live'], undefined)),
    ingest.accept(runOf(['c'], step('1', '2'))),
    refusal(ingest.accept(runOf(['too far'], step('3', '4')))),
    ingest.accept(runOf([], step('2', '5'))),
  ]);
  expect(answers).toEqual([undefined, 'position-moved', undefined, undefined, 'position-moved', undefined]);
  expect(await ingest.positions(['f', 'g'])).toEqual([{ source: 'f', value: '5' }]);
  expect(messages(folder)).toEqual(['a', 'b', 'live', 'c']);
});

test('sources with the same name are told together', async () => {
  const { ingest } = await start();
  for (const source of ['f', 'f#2', 'f#3', 'other']) await ingest.accept(runOf([source], step('', source, source)));
  expect((await ingest.positions(['f', 'nothing'])).map(({ source }) => source)).toEqual(['f', 'f#2', 'f#3']);
});

test('an answer that is asked for at once holds what was accepted before, and a new process knows it', async () => {
  const { ingest, folder } = await start();
  const taken = ingest.accept(runOf(['a'], step('', '1')));
  expect(await ingest.positions(['f'])).toEqual([{ source: 'f', value: '1' }]);
  await taken;
  await ingest.stop();
  const again = await start(folder);
  expect(await again.ingest.positions(['f'])).toEqual([{ source: 'f', value: '1' }]);
  expect(await refusal(again.ingest.accept(runOf(['a'], step('', '1'))))).toBe('position-moved');
});

test('a long run commits as a whole, so that a killed thread leaves all of it or nothing', async () => {
  const { ingest, folder, worker } = await start();
  const count = 3 * limits.blockRecordsMax;
  const long = (from: number): string[] => Array.from({ length: count }, (_, index) => `number ${from + index}`);
  const first = ingest.accept(runOf(long(0), step('', 'a')));
  const second = refusal(ingest.accept(runOf(long(count), step('a', 'b'))));
  await first;
  await worker.terminate();
  await second;
  const again = await start(folder);
  const [position] = await again.ingest.positions(['f']);
  const reader = new DaysReader(folder);
  const { records } = reader.status();
  reader.close();
  expect(records).toBe(position?.value === 'a' ? count : 2 * count);
});

test('a line without a stamp belongs to the line before it, also of another run; the first one has the time of its file', async () => {
  const { ingest, folder } = await start();
  const nearUs = Date.UTC(2019, 0, 1) * 1000;
  const hints = { nearUs, host: 'c01', program: 'nova-api' };
  await ingest.accept(runOf(['no stamp', '2017-05-16 00:00:00.008 25746 INFO nova.wsgi [-] stamped', 'after it'], step('', '1'), hints));
  await ingest.accept(runOf(['in the next run'], step('1', '2'), hints));
  const reader = new DaysReader(folder);
  const found = everything(reader).map(({ message, time, host, program, service }) => [
    message,
    new Date(time / 1000).toISOString(),
    host,
    program,
    service,
  ]);
  reader.close();
  const of = ['c01', 'nova-api', 'nova'];
  expect(found.sort()).toEqual([
    ['no stamp', '2019-01-01T00:00:00.000Z', ...of],
    ['stamped\nafter it\nin the next run', '2017-05-16T00:00:00.008Z', ...of],
  ]);
});

test('hints say what the text does not: zone and year', async () => {
  const { ingest, folder } = await start();
  const hints = { nearUs: Date.UTC(2015, 0, 10) * 1000, zone: 60, host: 'hinted', program: 'hinted', service: 'hinted' };
  const lines = ['{"what": 1}', 'Dec 31 23:59:00 c07 sshd[1]: hello', '2015-01-05 10:00:00.000 7 INFO cinder.volume [-] hi'];
  await ingest.accept(runOf(lines, step('', '1'), hints));
  const reader = new DaysReader(folder);
  const found = everything(reader).map(({ time, host, program, service }) => [new Date(time / 1000).toISOString(), host, program, service]);
  reader.close();
  expect(found.sort()).toEqual([
    ['2014-12-31T22:59:00.000Z', 'c07', 'sshd', undefined],
    ['2015-01-05T09:00:00.000Z', 'hinted', 'hinted', 'cinder'],
    ['2015-01-10T00:00:00.000Z', 'hinted', 'hinted', 'hinted'],
  ]);
});
