/**
 * A real service whose configuration file changes while it runs: what holds at once, what is refused with its place, what needs
 * a restart - however the file is written: in place, renamed over, behind a link that is swapped, and told by SIGHUP.
 */
import { mkdirSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openTcp } from '../receive/senders.ts';
import { eventually, type RunningService, startService, temporaryFolder } from './service.ts';

interface ConfigStatus {
  readonly path: string;
  readonly readUs: number;
  readonly refused?: string;
  readonly needsRestart: readonly string[];
}

const configOf = async (service: RunningService): Promise<ConfigStatus> =>
  ((await service.status()) as unknown as { config: ConfigStatus }).config;

/** A line of an in-house program, and what the service makes of it. */
async function said(service: RunningService, text: string) {
  const line = `<174>1 2024-03-04T08:00:00Z bill01 billingd 7 - - ${text}`;
  expect((await service.ingest(line)).status).toBe(200);
  const [record] = await service.search(`"${text}"`);
  return record;
}

const rules = (service: string, pattern: string): string =>
  `services: {billingd: ${service}}\npatterns:\n  - name: bill\n    program: billingd\n    pattern: '${pattern}'\n    samples: ['WARN invoice=1']\n`;

describe('in place', () => {
  const path = join(temporaryFolder(), 'c.yaml');
  let service: RunningService;
  beforeAll(async () => {
    writeFileSync(path, 'facilities: {local5: old}\nlog.level: info\n');
    service = await startService({ words: ['--config', path] });
  });

  test('services of facilities', async () => {
    expect(await said(service, 'one')).toMatchObject({ service: 'old', format: 'plain' });
    writeFileSync(path, 'facilities: {local5: new}\nlog.level: info\n');
    await eventually(async () => expect(service.program.err()).toMatch(/"changed":"facilities".*read again/));
    expect(await said(service, 'two')).toMatchObject({ service: 'new' });
  });

  test('rules of the site', async () => {
    writeFileSync(path, `log.level: info\n${rules('billing', '^(?P<level>[A-Z]+) invoice=\\d+')}`);
    await eventually(async () => expect(service.program.err()).toMatch(/"changed":"facilities, services, patterns"/));
    expect(await said(service, 'WARN invoice=2')).toMatchObject({ service: 'billing', format: 'site:bill', level: 'WARNING' });
    expect(await service.search('format:"site:bill"')).toMatchObject([{ message: 'WARN invoice=2' }]);
    expect(await service.search('format:site* level:warning')).toHaveLength(1);
  });

  test('a wrong file is refused with its place; the old values stay in force, and the next right file is taken', async () => {
    writeFileSync(path, `log.level: info\n${rules('billing', '^(?P<levl>[A-Z]+) invoice=\\d+')}`);
    const wanted = `${path}:6:14: at character 3 of the pattern bill: levl is no field that a pattern can set; did you mean level?`;
    await eventually(async () => expect(await configOf(service)).toMatchObject({ path, refused: wanted }));
    expect(service.program.err()).toContain(`the changed configuration is refused, the old one stays in force: ${wanted}`);
    expect(await said(service, 'WARN invoice=3')).toMatchObject({ service: 'billing', format: 'site:bill' });
    unlinkSync(path);
    await eventually(async () => expect((await configOf(service)).refused).toContain('cannot be read'));
    writeFileSync(path, `log.level: info\n${rules('money', '^[A-Z]+ invoice=\\d+')}`);
    await eventually(async () => expect(await configOf(service)).not.toHaveProperty('refused'));
    expect(await said(service, 'WARN invoice=4')).toMatchObject({ service: 'money', level: 'INFO' });
  });

  test('what needs a restart is named, and stays as it is', async () => {
    writeFileSync(path, 'log.level: info\nudp:\n  receiver: syslog-server\nretention.age: 30d\n');
    await eventually(async () => expect((await configOf(service)).needsRestart).toEqual([`udp.receiver (${path}:3:3)`]));
    expect(service.program.err()).toMatch(/only a restart changes udp\.receiver/);
    expect(service.program.err()).toMatch(/"changed":"retention\.age, services, patterns"/);
    writeFileSync(path, 'log.level: info\n');
    await eventually(async () => expect((await configOf(service)).needsRestart).toEqual([]));
  });

  test('the level of its own log', async () => {
    // Before it is written: the service may be faster than the question.
    const { readUs } = await configOf(service);
    writeFileSync(path, 'log.level: silent\n');
    await eventually(async () => expect((await configOf(service)).readUs).toBeGreaterThan(readUs));
    const before = service.program.err();
    // At once: an empty file in between would be read as one without settings, whose level is told.
    writeFileSync(`${path}.new`, 'nonsense: 1\n');
    renameSync(`${path}.new`, path);
    await eventually(async () => expect((await configOf(service)).refused).toContain('nonsense is not a setting'));
    expect(service.program.err()).toBe(before);
  });

  test('SIGHUP reads it again and ends nothing', async () => {
    writeFileSync(path, 'log.level: info\n');
    await eventually(async () => expect(await configOf(service)).not.toHaveProperty('refused'));
    const { readUs } = await configOf(service);
    service.program.signal('SIGHUP');
    await eventually(async () => expect((await configOf(service)).readUs).toBeGreaterThan(readUs));
    expect((await service.stop()).code).toBe(0);
  });
});

test('renamed over, as editors save, and behind a link that is swapped, as Kubernetes does', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'c.yaml');
  const version = (name: string, text: string): string => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'c.yaml'), text);
    return name;
  };
  symlinkSync(version('..1', 'facilities: {local5: first}\n'), join(folder, '..data'));
  symlinkSync(join('..data', 'c.yaml'), path);
  const service = await startService({ words: ['--config', path] });
  expect(await said(service, 'one')).toMatchObject({ service: 'first' });
  symlinkSync(version('..2', 'facilities: {local5: second}\n'), join(folder, '..next'));
  renameSync(join(folder, '..next'), join(folder, '..data'));
  await eventually(async () => expect(service.program.err().match(/"changed":"facilities"/g)).toHaveLength(1));
  expect(await said(service, 'two')).toMatchObject({ service: 'second' });
  writeFileSync(join(folder, 'c.yaml.swp'), 'facilities: {local5: third}\n');
  renameSync(join(folder, 'c.yaml.swp'), path);
  await eventually(async () => expect(service.program.err().match(/"changed":"facilities"/g)).toHaveLength(2));
  expect(await said(service, 'three')).toMatchObject({ service: 'third' });
  await service.stop();
});

test('who may come, how many, and for how long', async () => {
  const path = join(temporaryFolder(), 'c.yaml');
  writeFileSync(path, 'tcp.allow: 10.0.0.0/8\n');
  const service = await startService({ words: ['--config', path] });
  const refused = await openTcp(service.tcp);
  await eventually(() => expect(refused.socket.destroyed || refused.socket.readableEnded).toBe(true));
  expect((await service.status()).losses).toMatchObject([{ reason: 'not-allowed', source: '127.0.0.1', amount: 1 }]);
  writeFileSync(path, 'connections: {max: 2, partialTimeout: 1s}\n');
  await eventually(async () =>
    expect(service.program.err()).toContain('"changed":"tcp.allow, connections.max, connections.partialTimeout"'),
  );
  const [slow, idle] = [await openTcp(service.tcp), await openTcp(service.tcp)];
  await idle.send('<13>here');
  const third = await openTcp(service.tcp);
  await eventually(() => expect(third.socket.destroyed || third.socket.readableEnded).toBe(true));
  await slow.write('<13>app: half a line');
  const [record] = await eventually(async () => {
    const found = await service.search('"half a line"');
    expect(found).toHaveLength(1);
    return found;
  });
  expect(record).toMatchObject({ flags: 'incomplete', program: 'app' });
  writeFileSync(path, 'http.allow: 10.0.0.0/8\n');
  await eventually(async () => expect(service.program.err()).toMatch(/"changed":"[^"]*http\.allow/));
  const reader = await openTcp(service.http);
  await eventually(() => expect(reader.socket.destroyed || reader.socket.readableEnded).toBe(true));
  await service.stop();
});

test('without a configuration file SIGHUP ends the service in order', async () => {
  const service = await startService();
  expect(((await service.status()) as { config?: unknown }).config).toBeUndefined();
  service.program.signal('SIGHUP');
  expect((await service.program.ended).code).toBe(0);
});

test('wrong rules of the site: the service does not start, and says where', async () => {
  const path = join(temporaryFolder(), 'c.yaml');
  writeFileSync(path, rules('billing', '^invoice'));
  await expect(startService({ words: ['--config', path] })).rejects.toThrow(
    `${path}:6:15: the pattern bill does not match this sample: WARN invoice=1`,
  );
});
