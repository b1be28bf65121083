/**
 * RELP: acknowledged when it is stored and not before, in order; refused is not answered; whoever does not speak it is told
 * off without harm to others. The frames: however the stream is cut, the messages are the same.
 */
import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { Counters } from '../../src/base/counters.ts';
import { CodedError } from '../../src/base/errors.ts';
import { startRelp } from '../../src/receive/relp.ts';
import { type RelpFrame, RelpSplitter } from '../../src/receive/relp-frames.ts';
import { Recorder, until } from './recorder.ts';
import { openRelp } from './relp-client.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listen(messageBytesMax?: number) {
  const intake = new Recorder();
  const counters = new Counters();
  const options = { address: { host: '127.0.0.1', port: 0 }, ...(messageBytesMax === undefined ? {} : { messageBytesMax }) };
  const receiver = await startRelp(options, intake, counters);
  cleanups.push(() => receiver.stop());
  const connect = async (greet?: boolean) => {
    const client = await openRelp(receiver.address, greet);
    cleanups.push(() => client.close());
    return client;
  };
  return { intake, counters, receiver, connect };
}

/** An answer of the intake that the test gives when it likes. */
function gate(): { promise: Promise<void>; open: () => void; fail: (error: Error) => void } {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  return { promise, open: resolve, fail: reject };
}

describe('a session', () => {
  test('is opened, carries messages, is closed', async () => {
    const { intake, connect } = await listen();
    const client = await connect();
    client.frame('syslog', '<134>one');
    client.frame('syslog', '<134>two\n');
    const last = client.frame('close');
    await until(() => client.answers.has(last));
    expect(client.answers.get(1)).toMatch(/^200 OK\nrelp_version=0\nrelp_software=stacktrail[^\n]*\ncommands=syslog$/);
    expect([client.answers.get(2), client.answers.get(3), client.answers.get(4)]).toEqual(['200 OK', '200 OK', '']);
    expect(intake.texts()).toEqual(['<134>one', '<134>two']);
    expect(intake.messages[0]!.source).toEqual({ transport: 'relp', peer: '127.0.0.1' });
    await until(() => client.hints.includes('serverclose'));
  });

  test('acknowledges nothing before it is stored, and in order', async () => {
    const { intake, connect } = await listen();
    const client = await connect();
    await until(() => client.answers.has(1));
    const gates = [gate(), gate()];
    const waiting = gates.map(({ promise }) => promise);
    intake.answer = () => waiting.shift()!;
    client.frame('syslog', 'first');
    await until(() => intake.messages.length === 1);
    client.frame('syslog', 'second');
    client.frame('syslog', '');
    await until(() => intake.messages.length === 2);
    // The second is on disk; the first is not yet.
    gates[1]!.open();
    const other = await connect();
    await until(() => other.answers.has(1));
    expect(client.order).toEqual([1]);
    gates[0]!.open();
    await until(() => client.order.length === 4);
    expect(client.order).toEqual([1, 2, 3, 4]);
  });

  test('whose message cannot be stored ends without an answer, and nothing counts as lost', async () => {
    const { intake, counters, connect } = await listen();
    const client = await connect();
    await until(() => client.answers.has(1));
    intake.answer = () => Promise.reject(new CodedError('disk-full', 'no space'));
    client.frame('syslog', 'kept by its sender');
    await new Promise((resolve) => client.socket.once('close', resolve));
    expect(client.order).toEqual([1]);
    expect(counters.losses()).toEqual([]);
    intake.answer = () => Promise.resolve();
    const again = await connect();
    again.frame('syslog', 'kept by its sender');
    await until(() => again.answers.get(2) === '200 OK');
  });

  test('a message over the limit is cut, flagged, counted, and acknowledged', async () => {
    const { intake, counters, connect } = await listen(100);
    const client = await connect();
    client.frame('syslog', 'x'.repeat(5000));
    client.frame('syslog', 'next');
    await until(() => client.answers.has(3));
    expect(intake.messages.map(({ bytes, flag }) => [bytes.length, flag])).toEqual([
      [100, 'truncated'],
      [4, undefined],
    ]);
    expect(counters.value('messages.lost', 'truncated-bytes')).toBe(4900);
  });

  test('that is stopped gets its last answers and a word of farewell', async () => {
    const { intake, receiver, connect } = await listen();
    const client = await connect();
    await until(() => client.answers.has(1));
    const { promise, open } = gate();
    intake.answer = () => promise;
    client.frame('syslog', 'on its way');
    await until(() => intake.messages.length === 1);
    const stopped = receiver.stop();
    open();
    await stopped;
    await until(() => client.hints.includes('serverclose'));
    expect(client.answers.get(2)).toBe('200 OK');
  });
});

describe('whoever does not speak RELP', () => {
  test.each([
    ['plain syslog', '<134>Nov 22 09:00:00 host tag: text\n'],
    ['HTTP', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a wrong number', '7 syslog 2 hi\n'],
    ['an end that is none', '1 syslog 2 hihi\n'],
    ['ten digits', '1234567890 open 0\n'],
    ['a command of 40 letters', `1 ${'a'.repeat(40)} 0\n`],
    ['a gigabyte', '1 syslog 999999999 x'],
    ['a command without letters', '1  2 hi\n'],
  ])('%s: is cut off, told of, and nobody else is touched', async (_title, bytes) => {
    const { intake, counters, receiver, connect } = await listen();
    const good = await connect();
    await until(() => good.answers.has(1));
    const bad = await connect(false);
    const closed = new Promise((resolve) => bad.socket.once('close', resolve));
    await bad.write(bytes);
    await closed;
    expect(counters.value('connections.refused', 'protocol')).toBe(1);
    expect(receiver.status().warnings.join()).toContain('does not speak RELP');
    good.frame('syslog', 'still here');
    await until(() => good.answers.get(2) === '200 OK');
    expect(intake.texts()).toEqual(['still here']);
  });

  test('messages before the session is opened are refused, the session is not', async () => {
    const { intake, connect } = await listen();
    const client = await connect(false);
    client.frame('syslog', 'too early');
    client.frame('starttls');
    client.frame('open', 'relp_version=0');
    client.frame('syslog', 'now');
    await until(() => client.order.length === 4);
    expect([...client.answers.values()].map((text) => text.slice(0, 3))).toEqual(['500', '500', '200', '200']);
    expect(intake.texts()).toEqual(['now']);
  });
});

describe('frames', () => {
  /** What a splitter finds in these chunks: command, number, data. */
  function split(chunks: readonly Buffer[], messageBytesMax = 1000): unknown[] {
    const found: unknown[] = [];
    const splitter = new RelpSplitter(
      {
        frames: (bytes: Uint8Array, frames: readonly RelpFrame[]) => {
          for (const { txnr, command, start, end, cutBytes } of frames)
            found.push([txnr, command, Buffer.from(bytes.subarray(start, end)).toString('latin1'), cutBytes]);
        },
        wrong: (why) => found.push(why),
      },
      { messageBytesMax, budget: { bytesLeft: 1e6 } },
    );
    for (const chunk of chunks) splitter.push(Buffer.from(chunk));
    return found;
  }

  const stream = Buffer.from(`1 open 14 relp_version=0\n2 syslog 3 a\nb\n3 syslog 0\n\n4 syslog 1200 ${'z'.repeat(1200)}\n5 close 0\n`);
  const want = [
    [1, 'open', 'relp_version=0', 0],
    [2, 'syslog', 'a\nb', 0],
    [3, 'syslog', '', 0],
    [4, 'syslog', 'z'.repeat(1000), 200],
    [5, 'close', '', 0],
  ];

  test('are the same wherever the stream is cut', () => {
    expect(split([stream])).toEqual(want);
    for (let at = 1; at < stream.length; at++) expect(split([stream.subarray(0, at), stream.subarray(at)]), `cut at ${at}`).toEqual(want);
    expect(split(Array.from(stream, (byte) => Buffer.from([byte])))).toEqual(want);
  });

  test('any bytes, cut anywhere: no throw, and the same findings', () => {
    const piece = fc.oneof(
      fc.constantFrom('1 ', 'syslog ', 'open ', '3 ', 'abc', '\n', ' ', '999999999', '2 syslog 3 abc\n', '1 open 0\n'),
      fc.string({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(60), { maxLength: 4 }), (pieces, cuts) => {
        const bytes = Buffer.from(pieces.join(''), 'latin1');
        const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        expect(split(chunks)).toEqual(split([bytes]));
      }),
      { numRuns: 3000 },
    );
  });
});
