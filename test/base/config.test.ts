/** Settings: what each type takes, which source wins, and that a wrong one says where it stands. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { environmentName, flagName, SETTINGS } from '../../config/keys.ts';
import { defaultSettings, readConfigText, readSettings } from '../../src/base/config.ts';
import { readValue, Unreadable } from '../../src/base/config-values.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'stacktrail-config-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

function write(text: string): string {
  const path = join(FOLDER, 'c.yaml');
  writeFileSync(path, text);
  return path;
}

const refused = (message: RegExp) => expect.objectContaining({ code: 'bad-setting', message: expect.stringMatching(message) });

test('names of flags and of the environment', () => {
  expect(flagName('udp.receiveBufferBytes')).toBe('udp-receive-buffer-bytes');
  expect(environmentName('udp.receiveBufferBytes')).toBe('STACKTRAIL_UDP_RECEIVE_BUFFER_BYTES');
  expect(flagName('readyFile')).toBe('ready-file');
  expect(new Set(SETTINGS.map((one) => flagName(one.name))).size).toBe(SETTINGS.length);
});

test('the defaults', () => {
  expect(defaultSettings()).toEqual({
    data: './data',
    http: { host: '127.0.0.1', port: 5580 },
    'http.hosts': undefined,
    'http.url': undefined,
    smtp: undefined,
    'smtp.tls': 'auto',
    'smtp.user': undefined,
    'smtp.password': undefined,
    'smtp.from': 'Stacktrail <stacktrail@localhost>',
    udp: { host: '0.0.0.0', port: 5514 },
    tcp: { host: '0.0.0.0', port: 5514 },
    relp: undefined,
    'relp.tls': 'off',
    tls: undefined,
    'tls.certificate': undefined,
    'tls.key': undefined,
    'tls.ca': undefined,
    'tls.clients': 'none',
    'tls.names': undefined,
    unix: undefined,
    'udp.receiver': 'auto',
    'udp.receiveBufferBytes': 8 * 1024 * 1024,
    'http.allow': undefined,
    'udp.allow': undefined,
    'tcp.allow': undefined,
    'tls.allow': undefined,
    'relp.allow': undefined,
    'connections.max': 4096,
    'connections.perPeer': 200,
    'connections.partialTimeout': 60e6,
    files: undefined,
    'files.from': 'start',
    'retention.age': undefined,
    'retention.size': { percent: 80 },
    'disk.reserve': { percent: 5, bytes: 512 * 1024 * 1024 },
    zone: 'auto',
    zones: undefined,
    facilities: { local0: 'nova', local1: 'glance', local2: 'cinder', local3: 'keystone' },
    'log.level': 'info',
    url: 'http://127.0.0.1:5580',
    token: undefined,
    color: 'auto',
    timezone: 'local',
    pager: undefined,
    readyFile: undefined,
    config: undefined,
  });
  expect(defaultSettings({ data: '/x' }).data).toBe('/x');
});

test.each<[string, string, unknown]>([
  ['http', ':0', { host: '127.0.0.1', port: 0 }],
  ['udp', ':514', { host: '0.0.0.0', port: 514 }],
  ['tcp', '[::]:5514', { host: '::', port: 5514 }],
  ['tcp', 'off', undefined],
  ['tls.names', 'c01.example.org, *.Example.org', ['c01.example.org', '*.Example.org']],
  ['udp.receiveBufferBytes', '65536', 65_536],
  ['udp.receiveBufferBytes', '1 MB', 1_000_000],
  ['udp.receiveBufferBytes', '4mib', 4 * 1024 * 1024],
  ['tcp.allow', 'all', undefined],
  ['tcp.allow', '10.0.0.0/8, ::1,2001:db8::/32', ['10.0.0.0/8', '::1', '2001:db8::/32']],
  ['connections.max', '7', 7],
  ['connections.partialTimeout', '90s', 90e6],
  ['connections.partialTimeout', '2m', 120e6],
  ['connections.partialTimeout', 'none', undefined],
  ['retention.age', '30d', 30 * 86_400e6],
  ['retention.age', '1d 12h', 36 * 3600e6],
  ['retention.age', '60m', 3600e6],
  ['retention.age', 'none', undefined],
  ['retention.size', '2TiB', { bytes: 2 * 1024 ** 4 }],
  ['retention.size', '12.5%', { percent: 12.5 }],
  ['disk.reserve', '1GiB, 10%', { bytes: 1024 ** 3, percent: 10 }],
  ['disk.reserve', 'none', undefined],
  ['zone', '+02:00', 120],
  ['zone', '-0330', -210],
  ['zone', '-90', -90],
  ['zone', 'UTC', 0],
  ['zone', '-00:00', 0],
  ['facilities', 'LOCAL5 = swift', { local5: 'swift' }],
  ['zones', 'C0*=+0200, 10.1.*=europe/berlin', { 'c0*': '+0200', '10.1.*': 'Europe/Berlin' }],
  ['http.hosts', 'Logs.Example.com, proxy,[::1]', ['logs.example.com', 'proxy', '[::1]']],
  ['url', 'https://logs.example/', 'https://logs.example'],
])('%s: %s', (name, text, want) => {
  expect(readValue(SETTINGS.find((one) => one.name === name)!, text)).toEqual(want);
});

test.each<[string, string, RegExp]>([
  ['data', '', /empty/],
  ['data', 'a\0b', /NUL/],
  ['http', '5580', /port|number/],
  ['http', '127.0.0.1:70000', /65535/],
  ['udp.receiver', 'dgrm', /one of auto, batch, dgram, syslog-server; did you mean dgram\?/],
  ['udp.receiveBufferBytes', '1KiB', /not between 65536 and/],
  ['udp.receiveBufferBytes', '-1', /not a number of bytes/],
  ['udp.receiveBufferBytes', '1e9', /not a number of bytes/],
  ['retention.age', '30', /not a time like 12h/],
  ['retention.age', '59m', /between 1h and 1000y/],
  ['retention.age', '1001y', /between 1h and 1000y/],
  ['retention.size', '80', /less than 64MiB/],
  ['disk.reserve', '1000000', /less than 1MiB/],
  ['retention.size', '101%', /at most 100%/],
  ['tcp.allow', '10.0.0.0/33', /neither an address nor a network/],
  ['tcp.allow', 'c01.example.org', /neither an address nor a network/],
  ['tcp.allow', '10.0.0.1,', /neither an address nor a network/],
  ['connections.max', '0', /not a number from 1 to 100000/],
  ['connections.perPeer', '1e3', /not a number from/],
  ['connections.partialTimeout', '0s', /from 1s to 24h/],
  ['connections.partialTimeout', '60', /from 1s to 24h/],
  ['retention.size', '0%', /more than 0%/],
  ['retention.size', '5%,6%', /says percent twice/],
  ['retention.size', 'half', /neither a number of bytes/],
  ['zone', 'Europe/Berlin', /names are refused/],
  ['zone', '+15:00', /between -12:00 and \+14:00/],
  ['zone', '+01:99', /not auto/],
  ['facilities', 'local9=nova', /local0 to local7/],
  ['facilities', 'nova', /pair like/],
  ['zones', 'c01', /pair of host and zone/],
  ['zones', 'c01=Berlin', /Europe\/Berlin/],
  ['zones', 'c01=+15:00', /no time zone/],
  ['http.hosts', 'logs.example.com:443', /without a port/],
  ['http.hosts', 'a,,b', /not the name of a host/],
  ['url', 'ftp://x', /not a URL/],
  ['url', 'localhost:5580', /not a URL/],
])('%s: %j is refused', (name, text, want) => {
  const read = () => readValue(SETTINGS.find((one) => one.name === name)!, text);
  expect(read).toThrow(Unreadable);
  expect(read).toThrow(want);
});

test('flag over environment over file over default, each with its place', () => {
  const path = write('data: /file\nudp: :1\ntcp: :1\n');
  const read = readSettings({
    flag: (name) => ({ udp: ':3', config: path })[name],
    environment: { STACKTRAIL_UDP: ':2', STACKTRAIL_TCP: ':2', STACKTRAIL_URL: '' },
  });
  expect([read.values.udp?.port, read.values.tcp?.port, read.values.data, read.values.url]).toEqual([
    3,
    2,
    '/file',
    'http://127.0.0.1:5580',
  ]);
  expect(read.places).toMatchObject({ udp: '--udp', tcp: 'STACKTRAIL_TCP', data: `${path}:1:1`, url: 'default' });
  expect(read.warnings).toEqual([]);
});

test('a wrong flag or variable is refused with its name, an unknown variable is a warning', () => {
  expect(() => readSettings({ flag: (name) => (name === 'zone' ? 'CET' : undefined) })).toThrow(refused(/^--zone: "CET" is not/));
  expect(() => readSettings({ environment: { STACKTRAIL_COLOR: 'on' } })).toThrow(refused(/^STACKTRAIL_COLOR: "on" is not one of/));
  expect(readSettings({ environment: { STACKTRAIL_PORT: 'tcp://10.0.0.1', STACKTRAIL_DTA: 'x', OTHER: 'x' } }).warnings).toEqual([
    'STACKTRAIL_PORT is not a setting',
    'STACKTRAIL_DTA is not a setting; did you mean STACKTRAIL_DATA?',
  ]);
});

test.each<[string, Record<string, string>]>([
  ['', {}],
  ['# only a comment\n', {}],
  ['udp.receiver: dgram\nlog.level: debug', { 'udp.receiver': 'dgram', 'log.level': 'debug' }],
  ['udp:\n  receiver: auto\nlog: { level: debug }', { 'udp.receiver': 'auto', 'log.level': 'debug' }],
  ['udp: off\nzone: +02:00\ntoken: 0012', { udp: 'off', zone: '+02:00', token: '0012' }],
  ['udp:\n  receiver: dgram', { 'udp.receiver': 'dgram' }],
  ['zones:\n  c0*: Europe/Berlin\n  10.1.*: +02:00', { zones: 'c0*=Europe/Berlin,10.1.*=+02:00' }],
  ['facilities:\n  local0: nova\n  local7: 12', { facilities: 'local0=nova,local7=12' }],
  ['data: &x /a\ntoken: *x', { data: '/a', token: '/a' }],
])('the file %j', (text, want) => {
  expect(Object.fromEntries([...readConfigText(text, 'c.yaml').settings].map(([name, given]) => [name, given.text]))).toEqual(want);
});

test.each<[string, RegExp]>([
  ['data: ./x\nudp.reciever: auto\n', /^c\.yaml:2:1: udp\.reciever is not a setting; did you mean udp\.receiver\?$/],
  ['udp:\n  reciever: auto\n', /^c\.yaml:2:3: udp\.reciever is not a setting; did you mean udp\.receiver\?$/],
  ['data:\n', /^c\.yaml:1:1: data has no single value$/],
  ['data: [a]\n', /no single value/],
  ['data: {a: b}\n', /no single value/],
  ['facilities: {local0: [a]}\n', /no single value/],
  ['log: info\n', /^c\.yaml:1:1: log is a group of settings/],
  ['log:\n', /log is a group of settings/],
  ['- a\n', /the file must hold settings/],
  ['just words', /the file must hold settings/],
  ['data: a\ndata: b\n', /^c\.yaml:2:1: this is not YAML: .*unique/],
  ['log.level: info\nlog:\n  level: info\n', /^c\.yaml:3:3: log\.level stands here a second time/],
  ['data: "a\n', /^c\.yaml:\d+:\d+: this is not YAML/],
  ['data: *nobody\n', /no single value|not YAML/],
  ['config: other.yaml\n', /config cannot stand in a file; use --config/],
  ['? [a]\n: b\n', /is not a setting/],
  ['log: &s {level: *s}\n', /no single value/],
])('the file %j is refused', (text, want) => {
  expect(() => readConfigText(text, 'c.yaml')).toThrow(refused(want));
});

test('a wrong value in a file is refused with file, line and column', () => {
  const path = write('# x\nlog:\n  level: loud\n');
  expect(() => readSettings({ environment: { STACKTRAIL_CONFIG: path } })).toThrow(refused(/c\.yaml:3:3: log\.level "loud" is not one of/));
});

test('a file that is not there, or is something else', () => {
  expect(() => readSettings({ environment: { STACKTRAIL_CONFIG: join(FOLDER, 'none.yaml') } })).toThrow(
    refused(/none\.yaml: cannot be read: ENOENT/),
  );
  expect(() => readSettings({ environment: { STACKTRAIL_CONFIG: FOLDER } })).toThrow(refused(/cannot be read: EISDIR/));
  expect(() => readSettings({ environment: { STACKTRAIL_CONFIG: write('#'.repeat(1024 * 1024 + 1)) } })).toThrow(
    refused(/more than 1048576 bytes/),
  );
});
