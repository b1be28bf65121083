/**
 * The real tail against a real service: numbered messages while the service is stopped, killed and started again under it - none
 * lost, none twice; closed pipes, Ctrl-C, files that are rotated.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stacktrail, start } from './program.ts';
import { eventually, type RunningService, startService, temporaryFolder } from './service.ts';

const numbers = (text: string) => [...text.matchAll(/number (\d+)/g)].map(([, number]) => Number(number));
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Messages with a number each, in order; those that were acknowledged will be asked for. */
class Counting {
  next = 0;

  async send(service: RunningService, count: number): Promise<void> {
    const lines = Array.from({ length: count }, () => `<134>app: number ${this.next++}`);
    expect((await service.ingest(`${lines.join('\n')}\n`)).status).toBe(200);
  }
}

test('a tail misses and repeats nothing while its service is stopped, killed and started again', async () => {
  const data = join(temporaryFolder(), 'data');
  let service = await startService({ data });
  const http = `127.0.0.1:${service.http.port}`;
  const counting = new Counting();
  await counting.send(service, 3);
  const all = service.begin('tail', '--template', '{message}');
  const some = service.begin('tail', '-n', '0', '-o', 'raw', '-i', 'number \\d*7$');
  await eventually(() => expect(numbers(all.out())).toEqual(upTo(3)));
  await eventually(async () => expect((await service.status()) as unknown).toMatchObject({ followers: 2 }));
  for (const end of ['stop', 'kill', 'stop'] as const) {
    for (let batch = 0; batch < 20; batch++) await counting.send(service, 5);
    await service[end]();
    await eventually(() => expect(all.err().match(/connection lost/g)?.length).toBeGreaterThan(0));
    service = await startService({ data, http });
    // Taken while the tail is still away, or while it comes back.
    await counting.send(service, 50);
  }
  await counting.send(service, 10);
  await eventually(() => expect(numbers(all.out()).at(-1)).toBe(counting.next - 1), 60_000);
  await eventually(() => expect(numbers(some.out()).at(-1)).toBe(counting.next - 6), 60_000);
  expect(numbers(all.out())).toEqual(upTo(counting.next));
  expect(numbers(some.out())).toEqual(upTo(counting.next).filter((number) => number % 10 === 7));
  expect(some.out()).toMatch(/^<134>app: number 7\n/);
  expect(all.err()).toMatch(/connection lost: .*; trying again in \d+\.\d s/);
  expect(all.err()).toContain('connected again, nothing missed');
  all.signal('SIGINT');
  some.signal('SIGTERM');
  expect([(await all.ended).code, (await some.ended).code]).toEqual([130, 0]);
  await service.stop();
}, 120_000);

test('other data than before are said, and the tail goes on with what comes', async () => {
  const service = await startService();
  const http = `127.0.0.1:${service.http.port}`;
  const counting = new Counting();
  await counting.send(service, 5);
  const tail = service.begin('tail', '--template', '{message}');
  await eventually(() => expect(numbers(tail.out())).toEqual(upTo(5)));
  await service.stop();
  const other = await startService({ http });
  await eventually(() => expect(tail.err()).toContain('these are other data than before; going on with what comes now'), 60_000);
  await eventually(async () => expect((await other.status()).followers).toBe(1));
  await counting.send(other, 2);
  await eventually(() => expect(numbers(tail.out())).toEqual(upTo(7)));
  tail.signal('SIGINT');
  await tail.ended;
  await other.stop();
}, 120_000);

test('a text that joins later comes as `more`, and exactly as it was received', async () => {
  const service = await startService();
  const oslo = (rest: string) => `<131>2026-11-22 10:00:00.123 77 ERROR nova.compute.manager ${rest}\n`;
  const first = oslo('[req-903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c - - - - -] number 1');
  const second = oslo('Traceback (most recent call last):') + oslo('KeyError: number 2');
  const lines = service.begin('tail', '-n', '0', '--timestamps', 'none');
  const raw = service.begin('tail', '-n', '0', '-o', 'raw');
  await eventually(async () => expect((await service.status()).followers).toBe(2));
  await service.ingest(first);
  await eventually(() => expect([numbers(lines.out()), numbers(raw.out())]).toEqual([[1], [1]]));
  await service.ingest(second);
  await eventually(() =>
    expect([numbers(lines.out()), numbers(raw.out())]).toEqual([
      [1, 2],
      [1, 2],
    ]),
  );
  expect(lines.out()).toMatch(/number 1\n {4}Traceback \(most recent call last\):\n {4}KeyError: number 2\n$/);
  expect(raw.out()).toBe(first + second);
  // From the store, part by part, as well.
  const stream = await fetch(`${service.url}/api/v1/tail?after=0&raw=true`);
  const text = await readUntil(stream, 'KeyError');
  const texts = [...text.matchAll(/^data: (.*)$/gm)].map(([, json]) => (JSON.parse(json!) as { raw: string }).raw);
  expect(`${texts.join('\n')}\n`).toBe(first + second);
  await service.stop();
});

async function readUntil(response: Response, wanted: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes(wanted) && text.endsWith('\n\n')) break;
  }
  return text;
}

test('a closed pipe ends a search and a tail silently', async () => {
  const service = await startService();
  const counting = new Counting();
  await counting.send(service, 1000);
  const program = `${process.execPath} --disable-warning=ExperimentalWarning ${join(import.meta.dirname, '../../src/main.ts')}`;
  for (const words of ['search -n 0 --no-pager', 'tail -n 1000']) {
    const shell = start('bash', ['-c', `${program} ${words} | head -n 3; echo "exit \${PIPESTATUS[0]}"`], {
      ...process.env,
      STACKTRAIL_URL: service.url,
    });
    // A tail hears of it with the next record.
    const more = setInterval(() => void service.ingest('<134>app: more\n').catch(() => {}), 50);
    const { out, err } = await shell.ended;
    clearInterval(more);
    expect([out.split('\n').slice(3), err]).toEqual([['exit 0', ''], '']);
  }
  await service.stop();
});

test('--local follows files of this machine through rotation, without a server', async () => {
  const folder = temporaryFolder();
  const [path, later] = [join(folder, 'nova-api.log'), join(folder, 'nova-compute.log')];
  let next = 0;
  const line = () => `2026-11-22 10:00:00.${String(next).padStart(3, '0')} 77 INFO nova.api [-] number ${next++}\n`;
  writeFileSync(path, line());
  const tail = stacktrail(['tail', '--local', path, later, '--template', '{message}'], { STACKTRAIL_URL: 'http://127.0.0.1:2' });
  const saw = () => eventually(() => expect(numbers(tail.out())).toEqual(upTo(next)));
  await saw();
  for (let round = 0; round < 3; round++) {
    appendFileSync(path, line() + line());
    renameSync(path, `${path}.${round}`);
    appendFileSync(`${path}.${round}`, line());
    writeFileSync(path, line());
    await saw();
    copyFileSync(path, `${path}.copy`);
    truncateSync(path);
    await eventually(() => expect(tail.err().match(/was truncated/g)).toHaveLength(round + 1));
    appendFileSync(path, line());
    await saw();
  }
  writeFileSync(later, line());
  await saw();
  expect(tail.out()).toContain(`nova-compute.log number ${next - 1}\n`);
  tail.signal('SIGINT');
  expect((await tail.ended).code).toBe(130);
}, 60_000);

const hasTerminal = spawnSync('script', ['--version']).status === 0;

test.skipIf(!hasTerminal)('on a real terminal a long search is paged, and harmless there (needs the command `script`)', async () => {
  const service = await startService();
  const counting = new Counting();
  await counting.send(service, 50);
  await service.ingest('<134>app: \x1b[2Jwiped');
  const paged = join(temporaryFolder(), 'paged');
  const program = `${process.execPath} --disable-warning=ExperimentalWarning ${join(import.meta.dirname, '../../src/main.ts')}`;
  const onTerminal = (words: string, pager: string) => {
    const environment = { ...process.env, STACKTRAIL_URL: service.url, STACKTRAIL_PAGER: pager, TERM: 'xterm', NO_COLOR: '1' };
    return start('script', ['-qec', `${program} search ${words}`, '/dev/null'], environment).ended;
  };
  const { code, out } = await onTerminal('-n 0 --template "{message}"', `cat > ${paged}`);
  expect([code, out]).toEqual([0, '']);
  expect(numbers(readFileSync(paged, 'utf8'))).toEqual(upTo(50));
  expect(readFileSync(paged, 'utf8')).toContain('\\x1b[2Jwiped\n');
  const short = await onTerminal('-n 2 -o raw', 'false');
  expect([short.code, short.out]).toEqual([0, expect.stringContaining('\\x1b[2Jwiped\r\n')]);
  await service.stop();
});
