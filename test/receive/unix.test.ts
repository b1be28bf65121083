/** What only a Unix socket has: its file, waiting senders, and machines where libc cannot be called. */
import { existsSync, lstatSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Counters } from '../../src/base/counters.ts';
import type { CodedError } from '../../src/base/errors.ts';
import { limits } from '../../src/base/limits.ts';
import { openLibc } from '../../src/receive/libc.ts';
import { PATH_BYTES_MAX } from '../../src/receive/socket-address.ts';
import { startUnix } from '../../src/receive/unix.ts';
import { Recorder, until } from './recorder.ts';
import { bindUnix, openUnix } from './unix-sender.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function freePath(name = 'log'): string {
  const folder = mkdtempSync(join(tmpdir(), 'stacktrail-unix-'));
  cleanups.push(async () => rmSync(folder, { recursive: true }));
  return join(folder, name);
}

async function start(path: string, intake = new Recorder(), counters = new Counters()) {
  const receiver = await startUnix({ address: { host: path, port: 0 } }, intake, counters);
  cleanups.push(() => receiver.stop());
  return { receiver, intake, counters };
}

const refusal = (path: string): Promise<CodedError> =>
  start(path).then(
    () => Promise.reject(new Error('it started')),
    (error: CodedError) => error,
  );

describe('the socket file', () => {
  test('is open to all, and gone after the stop', async () => {
    const path = freePath();
    const { receiver } = await start(path);
    expect(lstatSync(path).isSocket()).toBe(true);
    expect(lstatSync(path).mode & 0o777).toBe(0o666);
    await receiver.stop();
    expect(existsSync(path)).toBe(false);
  });

  test('that a crash has left is replaced', async () => {
    const path = freePath();
    bindUnix(path).close();
    expect(lstatSync(path).isSocket()).toBe(true);
    const { intake } = await start(path);
    const sender = await openUnix({ host: path, port: 0 });
    await sender.send('<13>one');
    await until(() => intake.messages.length === 1);
    await sender.close();
  });

  test('of somebody else stays: another socket in its place, too', async () => {
    const path = freePath();
    const { receiver } = await start(path);
    rmSync(path);
    const other = bindUnix(path);
    await receiver.stop();
    expect(existsSync(path)).toBe(true);
    other.close();
  });

  test.each<[name: string, make: (path: string) => (() => void) | undefined, code: string, why: RegExp]>([
    ['a socket of datagrams in use', (path) => bindUnix(path).close, 'port-busy', /another program uses it.*ss -xlp/],
    ['a file', (path) => void writeFileSync(path, 'text'), 'bad-setting', /is there and is no socket/],
    ['a link', (path) => void symlinkSync('/run/systemd/journal/dev-log', path), 'port-busy', /link to .*journald/],
  ])('%s is left as it is, and named', async (_, make, code, why) => {
    const path = freePath();
    const undo = make(path);
    const before = lstatSync(path).ino;
    const error = await refusal(path);
    expect(error).toMatchObject({ code, message: expect.stringMatching(why) });
    expect(error.message).toContain(path);
    expect(lstatSync(path).ino).toBe(before);
    undo?.();
  });

  test('a path that is too long, or in no folder, is a wrong setting', async () => {
    expect(await refusal(`/tmp/${'x'.repeat(PATH_BYTES_MAX)}`)).toMatchObject({ code: 'bad-setting', message: /too long/ });
    expect(await refusal('/nonexistent/log')).toMatchObject({ code: 'bad-setting', message: /folder is not there/ });
    const longest = freePath();
    await start(longest.padEnd(PATH_BYTES_MAX, 'x'));
  });
});

test('a message of 1 MiB is whole; a longer one is cut, flagged and counted', async () => {
  const path = freePath();
  const { intake, counters } = await start(path);
  const sender = await openUnix({ host: path, port: 0 });
  cleanups.push(() => sender.close());
  const most = 'm'.repeat(limits.messageBytesMax);
  await sender.send(`${most}\n`, `${most}123456789`, 'next');
  await until(() => intake.messages.length === 3);
  expect(intake.texts().map((text) => text.length)).toEqual([limits.messageBytesMax, limits.messageBytesMax, 4]);
  expect(intake.messages.map(({ flag }) => flag)).toEqual([undefined, 'truncated', undefined]);
  expect(counters.losses()).toMatchObject([{ reason: 'truncated-bytes', source: path, amount: 9 }]);
});

test('while too much is not on disk nothing is read, so that senders wait; nothing is lost', async () => {
  const path = freePath();
  const intake = new Recorder();
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  intake.answer = () => gate;
  const { counters } = await start(path, intake);
  const sender = await openUnix({ host: path, port: 0 });
  cleanups.push(() => sender.close());
  const sent = 3 * Math.ceil(limits.intakeBytesMax / 200_000);
  const big = 'x'.repeat(200_000);
  let away = 0;
  const sending = (async () => {
    for (; away < sent; away++) await sender.send(`${away} ${big}`);
  })();
  // What is read, and what the kernel's queue and one round of reading hold besides.
  await until(() => intake.messages.length * 200_000 >= limits.intakeBytesMax);
  const turns = new Promise<void>((resolve) => {
    let left = 2000;
    const turn = (): void => void (left-- > 0 ? setImmediate(turn) : resolve());
    turn();
  });
  await turns;
  expect(away).toBeLessThan(sent);
  expect(intake.messages.length).toBeLessThan(sent);
  release();
  await sending;
  await until(() => intake.messages.length === sent);
  expect(intake.texts().map((text) => Number.parseInt(text, 10))).toEqual(Array.from({ length: sent }, (_, index) => index));
  expect(counters.losses()).toEqual([]);
});

describe('where libc cannot be called', () => {
  test.each<[name: string, open: () => Promise<unknown>, why: RegExp]>([
    ['another system', () => openLibc(undefined, 'darwin arm64'), /Linux on x64 and arm64 only.*darwin arm64/],
    [
      'an installation without the binary',
      () => openLibc(() => Promise.reject(new Error('Cannot find the native Koffi module\nsecond line')), 'linux x64'),
      /koffi cannot be loaded.*Cannot find the native Koffi module\).*--include=optional/,
    ],
  ])('%s is a coded error with its remedy', async (_, open, why) => {
    await expect(open()).rejects.toMatchObject({ code: 'not-here', message: expect.stringMatching(why) });
  });
});
