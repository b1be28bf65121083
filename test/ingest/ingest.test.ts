/** The ingest thread, for real: what `accept` resolves is on disk, in order, once; everything else is refused aloud. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import { Counters } from '../../src/base/counters.ts';
import { limits } from '../../src/base/limits.ts';
import { startIngest } from '../../src/ingest.ts';
import type { Committed, Ingest, LogRecord, MessageFlag, MessageRun, Transport } from '../../src/model.ts';
import { openDays } from '../../src/store/days.ts';
import { exactText } from '../../src/store/merge.ts';
import { DaysReader } from '../../src/store/read.ts';
import { openState } from '../../src/store/state.ts';
import { everything, refusal } from '../contract/reading.ts';
import { newFolder } from '../store/sealed.ts';

const open: Ingest[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((ingest) => ingest.stop()));
});

interface Started {
  readonly ingest: Ingest;
  readonly folder: string;
  readonly counters: Counters;
  readonly zones: [string, number][];
  readonly deaths: Error[];
  /** The thread, so that it can be killed. */
  readonly worker: Worker;
}

async function start(folder = newFolder()): Promise<Started> {
  const counters = new Counters();
  const zones: [string, number][] = [];
  const deaths: Error[] = [];
  const onZone = (host: string, minutes: number): unknown => zones.push([host, minutes]);
  const started = once(process, 'worker') as Promise<[Worker]>;
  const ingest = await startIngest({ folder, zone: undefined, facilities: [], counters, onZone, onDeath: (error) => deaths.push(error) });
  open.push(ingest);
  const [worker] = await started;
  return { ingest, folder, counters, zones, deaths, worker };
}

function runOf(
  texts: readonly (string | Uint8Array)[],
  some: { transport?: Transport; flags?: ReadonlyMap<number, MessageFlag> } = {},
): MessageRun {
  const parts = texts.map((text) => Buffer.from(text));
  const spans: number[] = [];
  // A byte of framing between two messages, which nobody may see.
  let at = 1;
  for (const part of parts) {
    spans.push(at, at + part.length);
    at += part.length + 1;
  }
  const bytes = Buffer.alloc(at, 0xff);
  parts.forEach((part, index) => void part.copy(bytes, spans[index * 2]!));
  return {
    source: { transport: some.transport ?? 'http', peer: '10.0.0.9' },
    received: Date.now() * 1000,
    bytes,
    spans,
    ...(some.flags ? { flags: some.flags } : {}),
  };
}

/** What another reader of the folder sees now, in the order of seq. */
function kept(folder: string): LogRecord[] {
  const reader = new DaysReader(folder);
  const records = everything({ search: (asked) => reader.search(asked) } as Parameters<typeof everything>[0], { limit: 10_000 });
  reader.close();
  return records.sort((a, b) => a.seq - b.seq);
}

const numbered = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => `line ${from + index}`);
const messages = (records: readonly LogRecord[]): string[] => records.map(({ message }) => message);

async function codeOf(answer: Promise<unknown>): Promise<string | undefined> {
  try {
    await answer;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return undefined;
}

describe('accept', () => {
  test.each<Transport>(['http', 'relp', 'udp', 'tcp'])('over %s: what it resolves is on disk', async (transport) => {
    const { ingest, folder } = await start();
    for (let round = 0; round < 3; round++) {
      await ingest.accept(runOf(numbered(5, round * 5), { transport }));
      expect(messages(kept(folder))).toEqual(numbered(5 + round * 5));
      expect(ingest.pendingBytes).toBe(0);
      expect(ingest.lastSeq).toBe(5 + round * 5);
    }
  });

  test('many runs at once: in order, each once', async () => {
    const { ingest, folder, counters } = await start();
    const count = 400;
    const runs = Array.from({ length: count }, (_, run) =>
      ingest.accept(runOf(numbered(7, run * 7), { transport: run % 2 === 0 ? 'tcp' : 'http' })),
    );
    expect(ingest.pendingBytes).toBeGreaterThan(0);
    await Promise.all(runs);
    expect(messages(kept(folder))).toEqual(numbered(count * 7));
    expect(kept(folder).map(({ seq }) => seq)).toEqual(numbered(count * 7).map((_, index) => index + 1));
    expect(counters.read()).toMatchObject({ 'records.stored': count * 7, 'lines.unparsed': count * 7 });
  });

  test('runs larger than a batch, and messages as large as may be', async () => {
    const { ingest, folder } = await start();
    const big = 'x'.repeat(limits.messageBytesMax - 10);
    const sent = [[...numbered(40_000), big], [`${big}1`, `${big}2`, `${big}3`], numbered(9, 40_000)];
    await Promise.all(sent.map((texts) => ingest.accept(runOf(texts))));
    expect(messages(kept(folder))).toEqual(sent.flat());
  });

  test('the bytes belong to the caller again at once', async () => {
    const { ingest, folder } = await start();
    const run = runOf(['as it was']);
    const done = ingest.accept(run);
    run.bytes.fill(0x41);
    await done;
    expect(messages(kept(folder))).toEqual(['as it was']);
  });

  test('nothing is no work', async () => {
    const { ingest, folder } = await start();
    await ingest.accept(runOf([]));
    await ingest.accept(runOf(['', '']));
    expect(messages(kept(folder))).toEqual(['', '']);
  });
});

describe('texts', () => {
  test('of any bytes are kept, and given back exactly', async () => {
    const { ingest, folder, counters } = await start();
    const bytes = [
      Buffer.from('größe'),
      Buffer.from([0x67, 0xf6, 0xdf, 0x65]),
      Buffer.from([0, 1, 2, 0xff, 0xfe, 0]),
      Buffer.from('cut: \xc3\x28', 'latin1'),
      Buffer.from('plain'),
    ];
    const flags = new Map<number, MessageFlag>([
      [3, 'truncated'],
      [4, 'incomplete'],
    ]);
    await ingest.accept(runOf(bytes, { flags }));
    const records = kept(folder);
    expect(records.map(({ flags: words }) => words)).toEqual([undefined, 'latin1', 'latin1', 'latin1 truncated', 'incomplete']);
    for (const [index, record] of records.entries())
      expect(Buffer.from(exactText(record), record.flags?.includes('latin1') ? 'latin1' : 'utf8')).toEqual(bytes[index]);
    expect(counters.read()).toMatchObject({ 'messages.flagged': { latin1: 3, truncated: 1, incomplete: 1 } });
  });

  test('of a traceback become one record, counted, also when it came in pieces', async () => {
    const { ingest, folder, counters } = await start();
    const head = '<131>Mar  1 10:20:30 c01 nova-compute: 2026-03-01 10:20:30.456 41 ERROR nova.compute ';
    await ingest.accept(
      runOf([`${head}[req-5c0a0d43-1e49-4c2e-9a07-000000000001 a b - - -] Failed`, `${head}Traceback (most recent call last):`, 'other']),
    );
    await ingest.accept(runOf([`${head}  File "x.py", line 1`, `${head}KeyError: 1`]));
    const records = kept(folder);
    expect(messages(records)).toEqual(['Failed\nTraceback (most recent call last):\n  File "x.py", line 1\nKeyError: 1', 'other']);
    expect(records[0]!.more?.[0]).toBe(3);
    expect(counters.read()).toMatchObject({ 'records.stored': 3, 'lines.joined': 2 });
  });
});

test('committed records go to those who want them, with their seq', async () => {
  const { ingest } = await start();
  const heard: Committed[] = [];
  const leave = ingest.onCommitted((committed) => heard.push(committed));
  await ingest.accept(runOf(numbered(2)));
  ingest.wantRecords(true);
  await ingest.accept(runOf(numbered(3, 2)));
  ingest.wantRecords(false);
  await ingest.accept(runOf(numbered(1, 5)));
  leave();
  await ingest.accept(runOf(numbered(1, 6)));
  expect(heard.map(({ firstSeq, lastSeq }) => [firstSeq, lastSeq])).toEqual([
    [1, 2],
    [3, 5],
    [6, 6],
  ]);
  expect(heard.map(({ records }) => records?.map(({ seq, message }) => [seq, message]))).toEqual([
    undefined,
    [
      [3, 'line 2'],
      [4, 'line 3'],
      [5, 'line 4'],
    ],
    undefined,
  ]);
});

test('a learned zone is told, and holds in the next run', async () => {
  const { ingest, folder, zones } = await start();
  const wall = new Date(Date.now() + 3_600_000).toISOString().replace('T', ' ').slice(0, 23);
  const line = `<14>Mar  1 10:20:30 c01 nova-api: ${wall} 1 INFO nova.api [-] hi`;
  await ingest.accept(runOf([line, line, line, line], { transport: 'tcp' }));
  expect(zones).toEqual([['c01', 60]]);
  await ingest.stop();
  const state = openState(folder);
  expect(state.zones()).toEqual([['c01', 60]]);
  state.close();
  const again = await start(folder);
  await again.ingest.accept(runOf([line], { transport: 'tcp' }));
  expect(kept(folder).map(({ zone }) => zone)).toEqual([0, 0, 60, 60, 60]);
  expect(again.zones).toEqual([['c01', 60]]);
});

describe('the end', () => {
  test('stop commits everything that was accepted, however often it is asked', async () => {
    const { ingest, folder, deaths } = await start();
    const runs = Array.from({ length: 50 }, (_, run) => ingest.accept(runOf(numbered(100, run * 100), { transport: 'udp' })));
    await Promise.all([ingest.stop(), ingest.stop()]);
    await Promise.all(runs);
    await ingest.stop();
    expect(messages(kept(folder))).toEqual(numbered(5000));
    expect(await codeOf(ingest.accept(runOf(['late'])))).toBe('store-closed');
    expect(deaths).toEqual([]);
    ingest.wantRecords(true);
  });

  test('what is accepted while it stops is refused, not left waiting', async () => {
    const { ingest, folder } = await start();
    const stopped = ingest.stop();
    const codes = await Promise.all([codeOf(ingest.accept(runOf(['late']))), codeOf(ingest.accept(runOf(['later'])))]);
    await stopped;
    const there = messages(kept(folder));
    expect(codes.map((code) => code ?? 'kept')).toEqual(there.length === 2 ? ['kept', 'kept'] : ['store-closed', 'store-closed']);
  });

  test('the next start goes on where the last one ended', async () => {
    const { ingest, folder } = await start();
    await ingest.accept(runOf(numbered(10)));
    await ingest.stop();
    const again = await start(folder);
    expect(again.ingest.lastSeq).toBe(10);
    await again.ingest.accept(runOf(numbered(10, 10)));
    expect(messages(kept(folder))).toEqual(numbered(20));
  });

  test('a folder that has an owner, or is not ours, is refused; the owner goes on', async () => {
    const { ingest, folder } = await start();
    expect(await codeOf(start(folder))).toBe('store-busy');
    expect(refusal(() => openDays({ folder }))).toBe('store-busy');
    await ingest.accept(runOf(numbered(3)));
    expect(messages(kept(folder))).toEqual(numbered(3));
    const foreign = newFolder();
    writeFileSync(join(foreign, 'thesis.odt'), '');
    expect(await codeOf(start(foreign))).toBe('store-foreign');
  });

  test('a thread that dies rejects what it was asked, and says so once', async () => {
    const { ingest, folder, deaths, worker } = await start();
    await ingest.accept(runOf(numbered(3)));
    const waiting = [codeOf(ingest.accept(runOf(['a']))), codeOf(ingest.accept(runOf(['b'], { transport: 'udp' })))];
    await worker.terminate();
    for (const answer of waiting) expect(await answer).toMatch(/^(internal|store-closed)$/);
    expect(await codeOf(ingest.accept(runOf(['d'])))).toMatch(/^(internal|store-closed)$/);
    expect(deaths).toHaveLength(1);
    expect(messages(kept(folder)).slice(0, 3)).toEqual(numbered(3));
    await ingest.stop();
    // Nothing to repair: the next one takes the folder.
    const again = await start(folder);
    await again.ingest.accept(runOf(['after']));
    expect(messages(kept(folder)).at(-1)).toBe('after');
  });
});
