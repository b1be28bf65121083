/**
 * Starting and stopping the real service. Whatever stands in the way of a start is one clear line and exit 2, never a
 * stack trace; an orderly stop keeps what was accepted, a disorderly one needs no repair, and the next start finds all.
 * How much survives kill -9 under load is proved in test/crash.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatAddress } from '../../src/base/address.ts';
import { openTcp, openUdp } from '../receive/senders.ts';
import { type Ended, eventually, patient, type RunningService, stacktrail, startService, temporaryFolder } from './service.ts';

/** Listeners that are free for sure, so that only what a test is about can be wrong. */
const FREE = ['--http', '127.0.0.1:0', '--udp', '127.0.0.1:0', '--tcp', '127.0.0.1:0'];

/** One sentence of ours; the service's own log may stand beside it, in its own form. */
function expectRefused(ended: Ended, why: RegExp): void {
  const lines = ended.err.trimEnd().split('\n');
  const ours = lines.filter((line) => !/^\{"level":"(info|warn)"/.test(line));
  expect(ours, ended.err).toHaveLength(1);
  expect(ours[0]).toMatch(/^stacktrail: /);
  expect(ours[0]).toMatch(why);
  expect(ended.err).not.toMatch(/^ +at |node:internal|Error:|\bBUG\b|bug of/m);
  expect(ended).toMatchObject({ code: 2, out: '' });
}

function file(text: string): string {
  const path = join(temporaryFolder(), 'stacktrail.yaml');
  writeFileSync(path, text);
  return path;
}

// Every setting's bounds are in test/base/config.test.ts; here, that they end the program well.
describe('a wrong setting is one clear line and exit 2', () => {
  const data = (): string => join(temporaryFolder(), 'data');
  test.concurrent.each<[name: string, words: () => string[], why: RegExp]>([
    ['an address without a port', () => ['--http', 'nowhere'], /--http.*nowhere/],
    ['an address of another machine', () => ['--http', '192.0.2.1:0'], /192\.0\.2\.1.*no such address/],
    ['a receiver that is not there', () => ['--udp-receiver', 'fast'], /--udp-receiver.*(auto|dgram)/],
    ['a zone that is none', () => ['--zone', 'moon'], /--zone.*moon/],
    ['a flag that is none, near one', () => ['--htpp=off'], /--htpp.*--http/],
    ['a word too many', () => ['now'], /"now"/],
    ['a file that is not there', () => ['--config', '/nonexistent/stacktrail.yaml'], /\/nonexistent\/stacktrail\.yaml/],
    ['a file that is no YAML', () => ['--config', file('http: [1')], /stacktrail\.yaml/],
    ['a setting of the file that is none', () => ['--config', file('htpp: 127.0.0.1:0')], /htpp/],
    ['a ready file that cannot be', () => ['--ready-file', '/nonexistent/ready.json'], /--ready-file/],
  ])('%s', async (_, words, why) => {
    const given = words();
    // A flag that is given twice would be another mistake.
    const free = FREE.filter((word, index) => !given.includes(word) && !given.includes(FREE[index - 1] ?? ''));
    expectRefused(await stacktrail(['serve', '--data', data(), ...free, ...given]).ended, why);
  });

  test('a wrong value of the environment', async () => {
    expectRefused(await stacktrail(['serve', '--data', data(), ...FREE], { STACKTRAIL_ZONE: 'moon' }).ended, /STACKTRAIL_ZONE.*moon/);
  });
});

describe.concurrent('beside a running service', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());

  test.each(['http', 'udp', 'tcp'] as const)('its %s port is busy', async (name) => {
    const words = ['serve', '--data', join(temporaryFolder(), 'data')];
    for (const one of ['http', 'udp', 'tcp'] as const) words.push(`--${one}`, one === name ? formatAddress(service[one]) : '127.0.0.1:0');
    expectRefused(await stacktrail(words).ended, new RegExp(`${service[name].port}.*(uses|use)`));
  });

  test('its folder is taken, and it goes on', async () => {
    const ended = await stacktrail(['serve', '--data', service.data, ...FREE]).ended;
    expectRefused(ended, /another process uses the data folder/);
    expect(ended.err).toContain(service.data);
    expect((await service.ingest('still here\n')).status).toBe(200);
    expect(await service.search('"still here"')).toHaveLength(1);
  });
});

describe.concurrent('a data folder that cannot be had', () => {
  test('below a file', async () => {
    const path = join(file('text'), 'data');
    expectRefused(await stacktrail(['serve', '--data', path, ...FREE]).ended, /cannot be made.*stacktrail\.yaml/);
  });

  test('a file', async () => {
    expectRefused(await stacktrail(['serve', '--data', file('text'), ...FREE]).ended, /stacktrail\.yaml/);
  });

  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.stderr.write('skipped: root may write into any folder\n');
  test.skipIf(isRoot)('without the right to write', async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o500);
    expectRefused(await stacktrail(['serve', '--data', folder, ...FREE]).ended, /cannot be written/);
  });

  test("somebody else's: it is left as it is", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'thesis.odt'), 'mine');
    mkdirSync(join(folder, 'photos'));
    expectRefused(await stacktrail(['serve', '--data', folder, ...FREE]).ended, /holds other things.*thesis\.odt/);
    expect(readdirSync(folder).sort()).toEqual(['photos', 'thesis.odt']);
  });

  test('with a state.db that is no database', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'state.db'), 'this is text, and long enough to be no SQLite header '.repeat(100));
    expectRefused(await stacktrail(['serve', '--data', folder, ...FREE]).ended, /state\.db/);
  });
});

test('data of a newer format are refused, left alone, and read again by who can', async () => {
  const first = await startService();
  await first.ingest('written by an older version\n');
  await first.stop();
  const names = readdirSync(first.data).filter((name) => name.endsWith('.db'));
  expect(names.length).toBeGreaterThanOrEqual(2);
  for (const name of names) {
    const path = join(first.data, name);
    const before = setFormat(path, 99);
    expectRefused(await stacktrail(['serve', '--data', first.data, ...FREE]).ended, new RegExp(`${name.replaceAll('.', '\\.')}.*newer`));
    setFormat(path, before);
  }
  const second = await startService({ data: first.data });
  expect(await second.search('older')).toHaveLength(1);
  await second.stop();
});

/** `user_version` stands at 60 in the header of an SQLite file, big-endian; answers what was there. */
function setFormat(path: string, version: number): number {
  expect(existsSync(`${path}-wal`), 'everything is in the file itself').toBe(false);
  const bytes = readFileSync(path);
  const before = bytes.readUInt32BE(60);
  bytes.writeUInt32BE(version, 60);
  writeFileSync(path, bytes);
  return before;
}

describe.concurrent('an orderly stop', () => {
  const LINES = 20_000;

  test('keeps what was accepted over TCP, UDP and HTTP, within five seconds', async () => {
    const first = await startService();
    const tcp = await openTcp(first.tcp);
    const udp = await openUdp(first.udp);
    await udp.send(...Array.from({ length: 200 }, (_, index) => `<134>udp: line ${index}`));
    await tcp.write(Array.from({ length: LINES }, (_, index) => `<134>tcp: line ${index}\n`).join(''));
    await eventually(async () => expect(await first.counted('messages.received')).toBe(LINES + 200));
    const answers = await Promise.all([first.ingest('http: one\n'), first.ingest('http: two\n')]);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
    const sinceMs = performance.now();
    expect(await first.stop()).toMatchObject({ code: 0, signal: null });
    expect(performance.now() - sinceMs).toBeLessThan(patient(5000));
    await Promise.all([udp.close(), tcp.close()]);
    const second = await startService({ data: first.data });
    const { store, counters } = await second.status();
    expect(store.records).toBe(LINES + 200 + 2);
    expect(counters).toEqual({});
    expect(await second.search(`"line ${LINES - 1}"`)).toMatchObject([{ program: 'tcp' }]);
    expect(await second.search('program:udp')).toHaveLength(200);
    await second.stop();
  });

  test('does not wait for a sender or a tail that stays', async () => {
    const service = await startService();
    const tcp = await openTcp(service.tcp);
    await tcp.write('<134>app: half a line');
    const tail = await fetch(`${service.url}/api/v1/tail`);
    await eventually(async () => expect((await service.status()) as unknown).toMatchObject({ followers: 1 }));
    const sinceMs = performance.now();
    expect(await service.stop()).toMatchObject({ code: 0, signal: null });
    expect(performance.now() - sinceMs).toBeLessThan(patient(5000));
    await tail.text().catch(() => 'cut off');
    await tcp.close();
  });

  test.each([
    ['SIGTERM', 0],
    ['SIGINT', 130],
  ] as const)('of %s is exit %i, and says nothing of an error', async (signal, code) => {
    const { program } = await startService();
    program.signal(signal);
    const ended = await program.ended;
    expect(ended.code).toBe(code);
    expect(ended.err).not.toMatch(/"level":"error"|stacktrail:/);
  });
});

test('after kill -9 the next start finds everything, repairs nothing, and goes on counting', async () => {
  const first = await startService();
  for (let index = 0; index < 5; index++) expect((await first.ingest(`killed ${index}\n`)).status).toBe(200);
  await first.kill();
  const second = await startService({ data: first.data });
  expect((await second.search('killed')).map((record) => [record.seq, record.message])).toEqual(
    [0, 1, 2, 3, 4].map((index) => [index + 1, `killed ${index}`]),
  );
  await second.ingest('after\n');
  expect(await second.search('after')).toMatchObject([{ seq: 6 }]);
  const { err } = await second.stop();
  expect(err).not.toMatch(/repair|recover|corrupt|damaged|"level":"error"/i);
});

test('the start line and the ready file say the same addresses', async () => {
  const service = await startService();
  const { http, udp, tcp } = service;
  await eventually(() => expect(service.program.out()).toContain('\n'));
  const line = service.program.out();
  expect(line).toMatch(/^stacktrail \S+ listens: /);
  expect(line).toContain(`udp ${formatAddress(udp)}, tcp ${formatAddress(tcp)}, http://${formatAddress(http)}; data in ${service.data}\n`);
  expect(
    JSON.parse(
      service.program
        .err()
        .split('\n')
        .find((one) => one.includes('"ready"'))!,
    ),
  ).toMatchObject({ udp: formatAddress(udp), http: formatAddress(http) });
  for (const path of ['/-/healthy', '/-/ready']) expect((await fetch(service.url + path)).status).toBe(200);
  await service.stop();
});
