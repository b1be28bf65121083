/**
 * Error groups of a real service: from the wire to the answer, across kill -9 and a restart, over what is imported, and by rules that change
 * while it runs. Every count is compared with what was sent.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ErrorExplain, ErrorGroup } from '../../src/model.ts';
import { eventually, type RunningService, startService, temporaryFolder } from './service.ts';

const RANGE = 'since=2026-01-01&until=2100-01-01';

async function ask<T>(service: RunningService, path: string): Promise<T> {
  const response = await fetch(`${service.url}/api/v1/${path}`);
  const body = await response.text();
  expect(response.status, body).toBe(200);
  return JSON.parse(body) as T;
}

async function groups(service: RunningService, more = ''): Promise<ErrorGroup[]> {
  return (await ask<{ groups: ErrorGroup[] }>(service, `errors?${RANGE}&settled=true${more}`)).groups;
}

const counts = (found: readonly ErrorGroup[]): Record<string, number> =>
  Object.fromEntries(found.map(({ title, total }) => [title, total]));

let second = 0;
function line(message: string, { host = 'c01', level = 'ERROR', request = '903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c' } = {}): string {
  const clock = new Date(Date.UTC(2026, 10, 22, 8) + second++ * 1000).toISOString();
  const stamp = `${clock.slice(0, 10)} ${clock.slice(11, 23)}`;
  const priority = level === 'ERROR' ? 131 : 132;
  return `<${priority}>1 ${clock} ${host} nova-compute 7 - - ${stamp} 7 ${level} nova.compute.manager [req-${request} u p - - -] ${message}`;
}

const several = (amount: number, message: (index: number) => string): string =>
  Array.from({ length: amount }, (_, index) => message(index)).join('\n');

test('kill -9 and a restart: every error counts once', async () => {
  const first = await startService();
  await first.ingest(
    several(500, (index) =>
      line(`Volume ${index} is lost`, { host: `c${index % 3}`, request: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}` }),
    ),
  );
  expect(counts(await groups(first))).toEqual({ 'Volume <*> is lost': 500 });
  // Not all of these are counted when it dies.
  await first.ingest(several(700, (index) => line(`Volume ${index} is lost`)));
  await first.ingest(several(300, (index) => line(`Port ${index} is gone`)));
  await first.kill();
  const again = await startService({ data: first.data });
  await again.ingest(line('Port 7 is gone'));
  const [lost, gone] = await groups(again);
  expect(counts([lost!, gone!])).toEqual({ 'Volume <*> is lost': 1200, 'Port <*> is gone': 301 });
  expect(lost).toMatchObject({ count: 1200, level: 'ERROR', state: 'new', firstSeen: '2026-11-22T08:00:00.000000Z' });
  expect(lost!.radius).toMatchObject({ hosts: 4, services: 1, projects: 1, approximate: true });
  expect(Math.abs(lost!.radius.requests - 501)).toBeLessThan(50);
  expect(await again.counted('errors.counted')).toBeGreaterThan(300);
  await again.stop();
});

test('a traceback that comes line by line is one error with its place, and its group shows the record', async () => {
  const service = await startService();
  const [head, ...lines] = [
    line('Instance failed to spawn'),
    ...[
      'Traceback (most recent call last):',
      '  File "/usr/lib/python3/dist-packages/nova/virt/driver.py", line 7, in spawn',
      '    f()',
      'OSError: [Errno 28] No space left on device',
    ],
  ] as [string, ...string[]];
  const prefix = `${head.slice(0, head.indexOf(' ERROR '))} ERROR nova.compute.manager `;
  await service.ingest([head, ...lines.map((text) => prefix + text)].join('\n'));
  const [group] = await groups(service);
  expect(group).toMatchObject({
    count: 1,
    title: 'OSError: [Errno <*>] No space left on device',
    parts: { by: 'exception', exception: 'OSError', frames: ['nova/virt/driver.py spawn'] },
    known: { name: 'compute-disk-full' },
  });
  const one = await ask<ErrorGroup & { records: { message: string }[] }>(service, `errors/${group!.signature.slice(0, 8)}?${RANGE}`);
  expect(one.records).toHaveLength(1);
  expect(one.records[0]!.message).toContain('No space left on device');
  const shown = await service.run('errors', group!.signature, '--since', '2026-01-01', '-z', 'UTC');
  expect([shown.code, shown.out]).toEqual([0, expect.stringMatching(/Known error: The disk of a compute host is full.*Traceback/s)]);
  const explained = await ask<ErrorExplain>(service, `explain?text=${group!.signature}&since=2026-01-01`);
  expect(explained.is?.name).toBe('compute-disk-full');
  await service.stop();
});

test('warnings of known errors count, others do not', async () => {
  const service = await startService();
  await service.ingest(
    [
      line('Lost connection to nova-conductor for reporting service status.', { level: 'WARNING' }),
      line('Deprecated', { level: 'WARNING' }),
    ].join('\n'),
  );
  expect(await groups(service)).toMatchObject([{ level: 'WARNING', known: { name: 'compute-conductor-lost' } }]);
  await service.stop();
});

describe('rules of the configuration', () => {
  test('hold from the next question on, also for what was counted; wrong ones are refused with their place, and at start, too', async () => {
    const path = join(temporaryFolder(), 'c.yaml');
    writeFileSync(path, "errors:\n  - name: noise\n    ignore: {shape: 'Port * is gone'}\n");
    const service = await startService({ words: ['--config', path] });
    await service.ingest([line('Volume 1 is lost'), line('Port 1 is gone'), line('Image 1 is bad')].join('\n'));
    expect(Object.keys(counts(await groups(service))).toSorted()).toEqual(['Image <*> is bad', 'Volume <*> is lost']);
    writeFileSync(path, "errors:\n  - name: all\n    merge: {logger: 'nova.*'}\n");
    await eventually(async () => expect(await groups(service)).toMatchObject([{ count: 3, parts: { rule: 'all' } }]));
    writeFileSync(path, "errors:\n  - name: all\n    megre: {logger: 'nova.*'}\n");
    const refused = `${path}:3:5: megre is no part of a rule; did you mean merge?`;
    await eventually(async () => expect(await service.status()).toMatchObject({ config: { refused } }));
    expect(await groups(service)).toMatchObject([{ count: 3 }]);
    await service.stop();
    const wrong = await startService({ words: ['--config', path] }).catch((error: Error) => error);
    expect(wrong).toBeInstanceOf(Error);
    expect(String(wrong)).toContain(refused);
  });
});
