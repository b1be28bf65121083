/**
 * The first screen of the README as a stranger types it: the demo says where it is and what to try, and what it says
 * works. And `tail` as the night shift uses it: live, and exactly where it was after the server has been restarted.
 */
import { existsSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Address, formatAddress } from '../../src/base/address.ts';
import type { PublicRecord } from '../../src/base/public.ts';
import { openTcp } from '../receive/senders.ts';
import { asked, eventually, type Program, type RunningService, stacktrail, startService, temporaryFolder } from './service.ts';

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
const FREE = ['--http', '127.0.0.1:0', '--udp', '127.0.0.1:0', '--tcp', '127.0.0.1:0'];

// Mostly waiting: side by side.
describe.concurrent('stacktrail demo', () => {
  test('prints the URL and what to try; search and tail of what it prints work; Ctrl-C leaves nothing behind', async () => {
    const demo = stacktrail(['demo', ...FREE, '--rate', '300']);
    const offered = await eventually(() => {
      const match = /npx stacktrail search (\S+) +#/.exec(demo.out());
      expect(match, demo.out() + demo.err()).not.toBe(null);
      return match![1]!;
    });
    expect(offered).toMatch(UUID);
    const url = /^ {2}export STACKTRAIL_URL=(http:\S+)$/m.exec(demo.out())?.[1] ?? '';
    expect(demo.out()).toContain(`Stacktrail demo: ${url}\n`);
    for (const words of ['npx stacktrail tail', "npx stacktrail search 'level:>=warning'"]) expect(demo.out()).toContain(words);

    const server = asked(url);
    const found = await server.run('search', offered);
    expect(found).toMatchObject({ code: 0, err: '' });
    expect(found.out).toContain(offered);
    // A boot is the work of several services; the scheduler's part may still be to come.
    await eventually(async () => {
      const services = new Set((await server.search(offered)).map((record) => record.service));
      expect([...services]).toEqual(expect.arrayContaining(['nova', 'neutron']));
    });

    const tail = server.begin('tail', '-n', '5');
    await eventually(() => expect(linesOf(tail).length).toBeGreaterThan(5));
    tail.signal('SIGINT');
    expect(await tail.ended).toMatchObject({ code: 130, err: '' });

    const data = /Data in (\S+), removed at the end/.exec(demo.out())?.[1] ?? '';
    expect(existsSync(data)).toBe(true);
    demo.signal('SIGINT');
    expect(await demo.ended).toMatchObject({ code: 130, err: expect.not.stringContaining('stacktrail:') });
    expect(existsSync(data)).toBe(false);
    await expect(fetch(`${url}/-/healthy`)).rejects.toThrow();
  });

  test('takes free ports where the usual ones are busy', async () => {
    const busy = await Promise.all([occupy(5580), occupy(5514)]);
    const demo = stacktrail(['demo', '--duration', '30s']);
    await eventually(() => expect(demo.out()).toContain('STACKTRAIL_URL=http://127.0.0.1:'));
    const { port } = new URL(/STACKTRAIL_URL=(\S+)/.exec(demo.out())![1]!);
    expect(port).not.toBe('5580');
    expect(demo.out()).not.toContain(':5514');
    demo.signal('SIGTERM');
    expect((await demo.ended).code).toBe(0);
    for (const server of busy) server?.close();
  });

  test('ends by itself after its duration', async () => {
    expect(await stacktrail(['demo', ...FREE, '--duration', '1s']).ended).toMatchObject({ code: 0 });
  });

  test('with --no-serve --to it only sends, and everything arrives', async () => {
    const first = await startService();
    await first.stop();
    // `--to` is one address: the port that was free for TCP, now for both.
    const same = formatAddress(first.tcp);
    const both = await startService({ udp: same, tcp: same });
    const ended = await stacktrail(['demo', '--no-serve', '--to', same, '--duration', '2s', '--rate', '400']).ended;
    expect(ended).toMatchObject({ code: 0, err: expect.stringMatching(/^stacktrail: \d+ lines sent, 0 dropped\n$/) });
    const sent = Number(/\d+/.exec(ended.err)![0]);
    expect(sent).toBeGreaterThan(100);
    await eventually(async () => expect(await both.counted('messages.received')).toBe(sent));
    await eventually(async () => expect((await both.counted('records.stored')) + (await both.counted('lines.joined'))).toBe(sent));
    expect(await both.counted('messages.received', 'udp')).toBeGreaterThan(0);
    expect(await both.counted('messages.received', 'tcp')).toBeGreaterThan(0);
    await both.stop();
  });

  test('--speed and --truth: hours in seconds, and a file that says what happened in them', async () => {
    const service = await startService();
    const truth = join(temporaryFolder(), 'truth.jsonl');
    const words = ['--speed', '7200', '--duration', '2h', '--rate', '0.5', '--truth', truth];
    const ended = await stacktrail(['demo', '--no-serve', '--to', formatAddress(service.tcp), ...words]).ended;
    expect(ended).toMatchObject({ code: 0, err: expect.stringMatching(/^stacktrail: \d+ lines sent, \d+ dropped\n$/) });
    const operations = readFileSync(truth, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; start: string; records: number[] });
    expect(operations.length).toBeGreaterThan(100);
    expect(operations.map(({ kind }) => kind)).toContain('boot');
    expect(new Set(operations.flatMap(({ records }) => records)).size).toBe(Number(/\d+/.exec(ended.err)![0]));
    await service.stop();
  });

  test.each([
    { words: ['--to', '127.0.0.1:5514'], why: /--to needs --no-serve/ },
    { words: ['--no-serve'], why: /--no-serve needs --to/ },
    { words: ['--rate', 'fast'], why: /--rate/ },
    { words: ['--speed', '0'], why: /--speed/ },
    { words: ['--truth', '/no/such/folder/truth.jsonl'], why: /--truth.*no such file/ },
    { words: ['--no-serve', '--to', 'nowhere'], why: /--to.*nowhere/ },
  ])('$words is one clear line and exit 2', async ({ words, why }) => {
    const ended = await stacktrail(['demo', ...words]).ended;
    expect(ended).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/^stacktrail: [^\n]+\n$/) });
    expect(ended.err).toMatch(why);
  });
});

describe.concurrent('stacktrail tail', () => {
  test('shows the last lines, then a live one', async () => {
    const service = await startService();
    await service.ingest('one\ntwo\nthree\n');
    const tail = service.begin('tail', '-n', '2');
    await eventually(() => expect(linesOf(tail)).toHaveLength(2));
    const sender = await openTcp(service.tcp);
    await sender.send('<134>nova-api: live');
    await eventually(() => expect(linesOf(tail)).toHaveLength(3));
    expect(linesOf(tail)[2]).toMatch(/nova-api +INFO +live$/);
    tail.signal('SIGINT');
    expect(await tail.ended).toMatchObject({ code: 130, err: '' });
    await sender.close();
    await service.stop();
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'goes on exactly where it was after the server ended with %s and came back, and says so',
    async (signal) => {
      let service = await startService();
      const tail = service.begin('tail', '-n', '0', '-o', 'jsonl', 'number');
      await eventually(async () => expect((await service.status()) as unknown).toMatchObject({ followers: 1 }));
      let sent = await sendNumbers(service, { from: 0, count: 50 });
      await eventually(() => expect(linesOf(tail)).toHaveLength(sent));
      const { url } = service;
      // Twice: what works after one outage may not after the second.
      for (let outage = 1; outage <= 2; outage++) {
        const sending = sendNumbers(service, { from: sent, count: 50 });
        service.program.signal(signal);
        sent = await sending;
        await service.program.ended;
        await eventually(() => expect(tail.err().match(/trying again in/g)?.length).toBeGreaterThanOrEqual(outage));
        service = await startService({ data: service.data, http: formatAddress(service.http) });
        expect(service.url).toBe(url);
        sent = await sendNumbers(service, { from: sent, count: 50 });
        await eventually(() => expect(tail.err().match(/connected again, nothing missed/g) ?? []).toHaveLength(outage), 60_000);
        sent = await sendNumbers(service, { from: sent, count: 10 });
        // Refused while the server was going down is not lost: it was never accepted.
        const kept = await service.search('number', { limit: '10000' });
        await eventually(() => expect(linesOf(tail)).toHaveLength(kept.length));
        expect(linesOf(tail).map((line) => (JSON.parse(line) as PublicRecord).seq)).toEqual(
          kept.map((record) => record.seq).sort((a, b) => a - b),
        );
      }
      tail.signal('SIGINT');
      const ended = await tail.ended;
      expect(ended.code).toBe(130);
      for (const line of ended.err.trimEnd().split('\n'))
        expect(line).toMatch(/^stacktrail: .*(trying again in \d+\.\d s|connected again, .*)$/);
      await service.stop();
    },
  );

  test('of a server that is not there is one clear line and exit 2', async () => {
    const ended = await asked('http://127.0.0.1:9').run('tail');
    expect(ended).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/^stacktrail: no server answers at http:\/\/127\.0\.0\.1:9 [^\n]+\n$/),
    });
  });
});

function linesOf(program: Program): string[] {
  return program.out().split('\n').slice(0, -1);
}

/** One request each, as many at once as there are; answers where the next numbers begin. */
async function sendNumbers(service: RunningService, { from, count }: { from: number; count: number }): Promise<number> {
  const requests = Array.from({ length: count }, (_, index) => service.ingest(`number ${from + index}\n`));
  // A server that is going away refuses; what it did accept is asked of it later.
  await Promise.allSettled(requests);
  return from + count;
}

/** Listens on a port of the loopback address, unless somebody does already. */
function occupy(port: number): Promise<net.Server | undefined> {
  const server = net.createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true } satisfies Address & { exclusive: boolean }, () => resolve(server));
  });
}
