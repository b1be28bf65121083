/**
 * `stacktrail check` as monitoring systems run it: exit codes, the first line and its performance data against a real server, every way
 * to fail, and the definitions of config/ - read, their macros filled in, and run.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../house/tables.ts';
import { eventually, type RunningService, stacktrail, start, startService } from './service.ts';

let service: RunningService;
const place = (): string[] => ['-H', service.http.host, '-p', String(service.http.port)];
const check = (...words: string[]) => stacktrail(['check', ...words]).ended;

beforeAll(async () => {
  service = await startService();
  const stamp = new Date().toISOString();
  const line = (host: string, program: string, level: string, text: string): string =>
    `<131>1 ${stamp} ${host} ${program} 7 - - ${stamp.slice(0, 10)} ${stamp.slice(11, 23)} 7 ${level} ${program}.x [-] ${text}`;
  const lines = [
    ...Array.from({ length: 40 }, (_, index) => line(`c0${index % 2}`, 'nova-compute', 'ERROR', `Volume ${index} is lost | evil=1`)),
    line('ctl01', 'cinder-volume', 'ERROR', 'No valid host was found'),
    line('ctl01', 'cinder-volume', 'CRITICAL', 'Unhandled'),
    ...Array.from({ length: 7 }, () => line('ctl01', 'cinder-volume', 'WARNING', 'slow')),
  ];
  expect((await service.ingest(lines.join('\n'))).status).toBe(200);
  await eventually(async () =>
    expect((await (await fetch(`${service.url}/api/v1/errors?since=1h&settled=true`)).json()).groups).toHaveLength(3),
  );
});
afterAll(() => service.stop());

test.each([
  [[], 0, 'OK', ';;0;'],
  [['-w', '10', '-c', '30'], 2, 'CRITICAL', '10;30;0;'],
  [['-w', '10', '-c', '50'], 1, 'WARNING', '10;50;0;'],
  [['-w', '42', '-c', '50'], 0, 'OK', '42;50;0;'],
  [['-c', '50:'], 2, 'CRITICAL', ';50:;0;'],
  [['--warning=@40:50', '--critical', '~:100', '-t', '20'], 1, 'WARNING', '@40:50;~:100;0;'],
])('errors with %j exit with %i', async (words, code, state, limits) => {
  const ended = await check(...place(), ...words);
  const [first, ...groups] = ended.out.trimEnd().split('\n');
  expect([ended.code, ended.err]).toEqual([code, '']);
  expect(first).toBe(`STACKTRAIL ${state} - 42 errors in 5m | errors=42;${limits} nova_errors=40;;;0; cinder_errors=2;;;0;`);
  expect(groups).toHaveLength(3);
  expect(groups[0]).toBe('40 Volume <*> is lost ¦ evil=<*> (new, nova)');
});

test('records of a query; -v says more', async () => {
  const ended = await check(...place(), '-w', '5', '--since', '1h', '--query', 'level:warning service:cinder', '-v');
  expect([ended.code, ended.out]).toEqual([
    1,
    'STACKTRAIL WARNING - 7 records in 1h | records=7;5;;0; cinder_records=7;;;0;\nquery: level:warning service:cinder\n',
  ]);
  const none = await check(...place(), '-c', '1:', '--query', 'host:ctl02');
  expect([none.code, none.out]).toEqual([2, 'STACKTRAIL CRITICAL - 0 records in 5m | records=0;;1:;0;\n']);
  const verbose = await check('--url', service.url, '-v');
  expect(verbose.out).toMatch(/\n40 Volume .*\(new, nova\) \[[0-9a-f]{16}; on c00 20, c01 20\]\n/);
});

describe('UNKNOWN', () => {
  const unknown = (ended: { code: number | null; out: string; err: string }): void => {
    expect([ended.code, ended.err]).toEqual([3, '']);
    expect(ended.out).toMatch(/^STACKTRAIL UNKNOWN - \S/);
    expect(ended.out).not.toContain('|');
  };

  test.each([
    [['-w', 'ten'], '-w: "ten" is no range'],
    [['-w'], '-w needs a value'],
    [['--wrong'], '--wrong is not a flag here'],
    [['now'], 'check takes no words'],
    [['-H', ''], '-H is empty'],
    [['-p', 'http'], '-p: "http" is no port'],
    [['-t', '0'], '-t: "0" is no number of seconds'],
    [['-H', 'localhost', '--url', 'http://127.0.0.1:1'], 'give one of them'],
    [['-H', '127.0.0.1', '-p', '1'], 'no server answers at http://127.0.0.1:1'],
    [['-H', '::1', '-p', '1'], 'no server answers at http://[::1]:1'],
  ])('%j', async (words, says) => {
    const ended = await check(...words);
    unknown(ended);
    expect(ended.out).toContain(says);
  });

  test('a wrong query or time', async () => {
    for (const words of [
      ['--query', 'levl:error | x'],
      ['--since', 'soon'],
    ])
      unknown(await check(...place(), ...words));
  });

  test('no answer in time, an answer of somebody else, and a signal', async () => {
    const silent = createServer(() => undefined);
    const other = createServer((_, response) => response.setHeader('content-type', 'application/json').end('{"total":"|"}'));
    for (const server of [silent, other]) await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const port = (server: typeof silent): string => String((server.address() as AddressInfo).port);
    try {
      const late = await check('-p', port(silent), '-t', '0.5');
      unknown(late);
      expect(late.out).toContain('did not answer within 0.5 s');
      unknown(await check('-p', port(other)));
      const asked = once(silent, 'request');
      const told = stacktrail(['check', '-p', port(silent), '-t', '60']);
      await asked;
      told.signal('SIGTERM');
      unknown(await told.ended);
    } finally {
      silent.closeAllConnections();
      silent.close();
      other.close();
    }
  });
});

test('-V says the version', async () => {
  expect(await check('-V')).toMatchObject({ code: 0, out: expect.stringMatching(/^stacktrail \d+\.\d+\.\d+ check\n$/) });
});

// ------------------------------------------------------------------------------------------- definitions

const PROGRAM = `${process.execPath} ${join(ROOT, 'src/main.ts')}`;
const file = (name: string): string => readFileSync(join(ROOT, 'config', name), 'utf8');
const STATE = /^STACKTRAIL (OK|WARNING|CRITICAL) - \d+ (errors?|records?) in \S+ \| (errors|records)=\d+;[^;]*;[^;]*;0;/;

test('every service of config/nagios-stacktrail.cfg runs', async () => {
  const objects = [...file('nagios-stacktrail.cfg').matchAll(/^define (\w+) \{\n([\s\S]*?)\n\}/gm)].map(([, kind, body]) => ({
    kind,
    of: Object.fromEntries(
      body!.split('\n').map((one) =>
        one
          .trim()
          .match(/^(\S+)\s+(.*)$/)!
          .slice(1),
      ),
    ) as Record<string, string>,
  }));
  const commands = new Map(objects.filter(({ kind }) => kind === 'command').map(({ of }) => [of.command_name, of.command_line!]));
  const services = objects.filter(({ kind, of }) => kind === 'service' && of.register !== '0');
  expect(services.length).toBeGreaterThanOrEqual(3);
  for (const { of } of services) {
    const [name, ...given] = of.check_command!.split('!');
    const macros: Record<string, string> = { HOSTADDRESS: service.http.host, USER2: PROGRAM };
    for (const [index, text] of given.entries()) macros[`ARG${index + 1}`] = text;
    const line = commands.get(name!)!.replace(/\$(\w+)\$/g, (_, macro: string) => macros[macro]!);
    expect(line, of.service_description).not.toContain('undefined');
    // The port of a definition is the default; the test's server has another one.
    const ended = await start('/bin/sh', ['-c', line.replace('-p 5580', `-p ${service.http.port}`)]).ended;
    expect(ended.out, `${line}\n${ended.err}`).toMatch(STATE);
    expect([0, 1, 2]).toContain(ended.code);
    if (of.service_description === 'OpenStack errors') expect(ended.code).toBe(2);
    if (given[3] === '"no valid host"') expect([ended.code, ended.out]).toEqual([1, expect.stringContaining('records=1;0;5;0;')]);
  }
});

test('every service of config/icinga2-stacktrail.conf runs', async () => {
  const text = file('icinga2-stacktrail.conf');
  const body = (head: RegExp): string => new RegExp(`${head.source} \\{\\n([\\s\\S]*?)\\n\\}`, 'm').exec(text)![1]!;
  const variables = (part: string): Record<string, string> =>
    Object.fromEntries([...part.matchAll(/^ {2}vars\.(\w+) = (.*)$/gm)].map(([, name, value]) => [name!, String(JSON.parse(value!))]));
  const command = body(/^object CheckCommand "stacktrail"/);
  const flags = [...command.matchAll(/"(-+[\w]+)" = \{ value = "\$(\w+)\$"/g)].map(([, flag, name]) => ({ flag: flag!, name: name! }));
  const services = [...text.matchAll(/^apply Service "([^"]+)"/gm)].map(([, name]) => name!);
  expect([flags.length, services.length]).toEqual([8, 2]);
  for (const name of services) {
    const given = { ...variables(command), ...variables(body(new RegExp(`^apply Service "${name}"`))) };
    const values: Record<string, string> = { ...given, stacktrail_address: service.http.host, stacktrail_port: String(service.http.port) };
    const words = flags.flatMap(({ flag, name: variable }) => (values[variable] === undefined ? [] : [flag, values[variable]]));
    const ended = await check(...words);
    expect(ended.out, words.join(' ')).toMatch(STATE);
    expect(ended.code).toBe(name === 'openstack-errors' ? 2 : 1);
  }
});
