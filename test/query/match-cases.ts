/** What matches what: records, and the queries that match each of them and that do not. */
import { emptyRecord } from '../../src/base/record.ts';
import type { LogRecord, Marks } from '../../src/model.ts';

const UUID = '903b85d0-b6ab-4d2b-9be8-1c3a6b1de2f7';
const OTHER = '11111111-2222-3333-4444-555555555555';
const HEX = UUID.replaceAll('-', '');
const TXN = 'tx4b41c78a86b246c59725d-005c48267b';

export function record(some: Partial<LogRecord>): LogRecord {
  return { ...emptyRecord(1_700_000_000_000_000, 'udp', '10.0.0.3'), seq: 7, ...some };
}

export const says = (message: string): LogRecord => record({ message });

export const NOVA = record({
  host: 'c01.example.org',
  program: 'nova-compute',
  service: 'nova',
  logger: 'nova.compute.manager',
  level: 'ERROR',
  pid: 1234,
  facility: 16,
  severity: 3,
  request: `req-${UUID}`,
  globalRequest: `req-${OTHER}`,
  user: 'Admin',
  project: HEX,
  instance: OTHER,
  msgid: 'ID47',
  structuredData: '[x@1 key="some value"]',
  flags: 'lossy truncated',
  format: 'oslo',
  message: 'No valid host was found. /dev/vda is 90% full',
});

export const MARKS: Marks = {
  http: { method: 'GET', path: '/v2.1/servers', status: 503, bytes: 1024, duration: 2.5 },
  exception: { class: 'nova.exception.NoValidHost' },
};

/** [queries that match, queries that do not] */
const TABLE: readonly (readonly [string, LogRecord, readonly string[], readonly string[]])[] = [
  [
    'words and phrases',
    NOVA,
    [
      'valid',
      'VALID',
      '"no valid host"',
      '"host was found"',
      '"found dev"',
      'vda',
      'dev/vda',
      'host',
      '"90 full"',
      'valid full',
      'nosuch OR full',
      '-nosuch',
      '',
    ],
    ['vali', 'alid', '"valid no"', '"no host"', 'nosuch', 'valid nosuch', '-valid', 'NOT (valid OR x)', '"found truncated"'],
  ],
  [
    'words look at the text fields, each on its own',
    NOVA,
    ['c01', 'example.org', 'nova-compute', 'manager', 'admin', 'id47', '"some value"', 'key', 'compute.manager'],
    ['oslo', '1234', 'udp', 'truncated', '"full c01"', '"org nova"', 'ERROR'],
  ],
  ['parts of words', NOVA, ['*alid ho*', '*"alid ho"*', '*VALID*', '*0%*', '*ova.comp*'], ['*alidho*', '*"full c01"*']],
  [
    'wildcards',
    NOVA,
    ['val*', '*lid', 'v*d', 'VAL*', 'nova.comp*', 'nova.*.manager', '"no val"*', 'c0*', '903b*', `${UUID.slice(0, 13)}-*`],
    ['al*', 'val*x', 'v*t', 'nova.man*', 'no*valid'],
  ],
  [
    'regular expressions',
    NOVA,
    ['/valid h/', '/^No/', '/^no/i', '/full$/', '/\\d+%/', '/^c01\\./'],
    ['/^valid/', '/valid$/', '/found.*c01/'],
  ],
  [
    'an id in any spelling, in fields',
    NOVA,
    [UUID, HEX, UUID.toUpperCase(), `req-${UUID}`, `req-${HEX}`, OTHER, OTHER.replaceAll('-', '')],
    [UUID.replace('9', '8'), `${HEX.slice(0, 31)}0`],
  ],
  [
    'fields',
    NOVA,
    [
      'host:c01.example.org',
      'host:C01.EXAMPLE.ORG',
      'host:c0*',
      'host:*example*',
      'host:*',
      'host:/^c\\d\\d\\./',
      'service:nova',
      'service:NOVA',
      'program:nova-*',
      'logger:nova.compute.manager',
      'pid:1234',
      'pid:>1000',
      'pid:12*',
      'user:admin',
      `project:${HEX}`,
      `project:${UUID}`,
      `request:${UUID}`,
      `request:req-${UUID}`,
      `request:${HEX}`,
      'request:req-903b*',
      'request:903b*',
      `global:${OTHER}`,
      `instance:${OTHER}`,
      `instance:${OTHER.toUpperCase()}`,
      'msgid:id47',
      'flags:lossy',
      'flags:truncated',
      'flags:trunc*',
      'format:oslo',
      'transport:udp',
      'peer:10.0.0.3',
      'seq:7',
      'seq:<8',
      'facility:local0',
      'facility:16',
      'facility:local*',
      'facility:>=16',
      'severity:err',
      'severity:error',
      'severity:3',
      'severity:<=err',
      'severity:<4',
      'message:valid',
      'message:"no valid"',
      'message:vali*',
      'message:*alid*',
      'message:/^No/',
    ],
    [
      'host:c01',
      'host:example.org',
      'service:nov',
      'pid:123',
      'pid:<1000',
      'user:adm',
      `request:${OTHER}`,
      `instance:${UUID}`,
      'flags:loss',
      'flags:"lossy truncated"',
      'format:swift',
      'seq:8',
      'facility:local1',
      'facility:kern',
      'severity:crit',
      'severity:<err',
      'message:c01',
      'message:"host valid"',
      'message:vali',
      'message:alid*',
      'host:/^C/',
    ],
  ],
  [
    'levels by rank',
    NOVA,
    ['level:error', 'level:ERR', 'level:>=warning', 'level:>audit', 'level:<crit', 'level:<=error', 'level:err*', 'level:/^E/'],
    ['level:warning', 'level:>error', 'level:<error'],
  ],
  [
    'marks',
    NOVA,
    [
      'status:503',
      'status:>=500',
      'status:5*',
      'method:get',
      'path:/v2.1/servers',
      'path:/v2.1/*',
      'duration:2.5',
      'duration:2.50',
      'duration:>2',
      'bytes:<=1024',
      'exception:NoValidHost',
      'exception:nova.exception.NoValidHost',
      'exception:novalid*',
      'exception:nova.*',
    ],
    ['status:50', 'status:<500', 'method:post', 'path:/v2.1', 'duration:>2.5', 'exception:exception.NoValidHost', 'exception:ValidHost'],
  ],
];

const TABLE_OF_TEXTS: typeof TABLE = [
  [
    'what is absent matches only under NOT',
    says('x'),
    ['-host:*', '-pid:>0', '-level:error', 'NOT status:200', '-exception:*', '-request:*', 'x'],
    ['host:*', 'pid:>=0', 'pid:<9', 'level:>=debug', 'level:<critical', 'status:*', 'facility:kern'],
  ],
  ['a UUID between delimiters', says(`[instance: ${UUID}] volume-${UUID}.img`), [UUID, HEX], [OTHER]],
  ['a UUID in capitals', says(`id=${UUID.toUpperCase()};`), [UUID, HEX], [OTHER]],
  ['a UUID without dashes', says(`tenant ${HEX.toUpperCase()}!`), [UUID, HEX], [OTHER]],
  ['a UUID glued to words', says(`volume_${UUID} rbd:vms/${OTHER}_disk`), [UUID, OTHER, `instance:x OR ${HEX}`], ['volume']],
  ['a UUID is not found in longer digits', says(`${UUID}0 a${UUID} ${HEX}0 0${HEX} ${OTHER}a`), [], [UUID, HEX, OTHER]],
  ['a project in a swift account', says(`/v1/AUTH_${HEX}/glance`), [HEX, UUID, `AUTH_${HEX}`], [`x${HEX}`]],
  [
    'the parts of a UUID are words',
    says(`at ${UUID}.`),
    ['b6ab', '903b85d0', '1c3a6b1de2f7', `"${UUID}"`, '903b85d0-*', '903b8*', '*5d0-b6*'],
    ['903b85d', 'b6a'],
  ],
  [
    'a swift transaction',
    says(`(txn: ${TXN}) x`),
    [TXN, TXN.toUpperCase(), TXN.slice(0, 23), `*${TXN.slice(0, 9)}*`, `${TXN.slice(0, 9)}*`],
    [`${TXN}-more`, `tx0${TXN.slice(3)}`],
  ],
  [
    'a swift transaction with what a client added',
    says(`${TXN}-client.1`),
    [TXN, TXN.slice(0, 23), `${TXN}-client.1`],
    [`${TXN}-client.2`],
  ],
  ['a MAC', says('port FA:16:3E:00:00:01 up'), ['fa:16:3e:00:00:01', 'FA-16-3E-00-00-01'], ['fa:16:3e:00:00:02', '16:3e:00:00:01:02']],
  [
    'an IPv4 address',
    says('from 10.0.0.5:9292, 192.168.10.1.'),
    ['10.0.0.5', '192.168.10.1', '10.0.0.5:9292'],
    ['0.0.5.9', '10.0.0.50', '192.168.10.10', '2.168.10.1', '168.10.1.0'],
  ],
  ['an IPv4 address is not found in a longer number', says('1.10.0.0.5 and 10.0.0.5.6'), [], ['10.0.0.5']],
  ['an IPv6 address', says('from FE80::F816:3eff:0:1%eth0'), ['fe80::f816:3eff:0:1'], ['fe80::f816:3eff:0', 'e80::f816:3eff:0:1']],
  [
    'other scripts',
    says('Größe der Straße, 日本語 ΑΘΗΝΑ İstanbul 🙂'),
    ['GRÖSSE OR größe', 'GRÖßE', 'straße', '日本語', 'αθηνα', 'İstanbul', '*本*', '🙂'],
    ['日本', 'gr', 'stra'],
  ],
  [
    'controls are only characters',
    says('a\x00b\x1b[31mc\nd'),
    ['"a b"', '31mc', '"31mc d"', '/b\\x1b/', '/c$/m', '/c.d/s'],
    ['ab', '/c.d/'],
  ],
  [
    'hostile texts are only text',
    says('__proto__ (a+)+$ "quoted" \\ *'),
    ['__proto__', '*"(a+)+$"*', '"\\"quoted\\""', '*"*"*', '*\\*'],
    ['toString', '*"(a+)+$ x"*'],
  ],
  [
    'lines of a joined record',
    says('boom\nTraceback (most recent call last):\n  ValueError: x'),
    ['"boom traceback"', 'ValueError', '/^Traceback/m', '/boom\\nTrace/'],
    ['/^Traceback/', '/boom.Trace/'],
  ],
];

/** [name, query, record, does it match] */
export const CASES = [...TABLE, ...TABLE_OF_TEXTS].flatMap(([name, subject, right, wrong]) => [
  ...right.map((query) => [name, query, subject, true] as const),
  ...wrong.map((query) => [name, query, subject, false] as const),
]);
