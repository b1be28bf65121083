/** Messages that hide ids and words in their shapes, and the queries that have to find them (verdict.test.ts). */
import { UUIDS } from '../base/texts.ts';

export const [, LETTERS] = UUIDS;
const DIGITS = '12345678-1234-1234-1234-123456789012';
export const OTHER = '903b85d0-b6ab-4d2b-9be8-1c3a6b1de2f7';
export const undashed = (uuid: string): string => uuid.replaceAll('-', '');

const all = [LETTERS, DIGITS, OTHER];
/** Queries whose words may be glued to ids, parts of ids, or look like them. */
export const QUERIES: readonly string[] = [
  ...all,
  ...all.map(undashed),
  ...all.flatMap((uuid) => [
    `"volume_${uuid}"`,
    `"${uuid}_disk"`,
    `"${uuid.slice(0, 8)}"`,
    `volume_${uuid.slice(0, 8)}`,
    `${uuid.slice(24)}_disk`,
  ]),
  ...all.flatMap((uuid) => [`*${uuid.slice(5, 12)}*`, `*_${uuid.slice(0, 5)}*`, `volume_${uuid.slice(0, 4)}*`, `*${uuid.slice(26)}_disk`]),
  ...all.flatMap((uuid) => [`AUTH_${undashed(uuid)}`, `message:${uuid}`, `message:"volume ${uuid}"`]),
  'beef dead',
  '"beef dead"',
  'volume_',
  '_disk',
  'volume',
  'aa',
  '"aa bb"',
  'AA:BB:CC:DD:EE:FF',
  '*bb:cc*',
  '10.0.0.7',
  '0.5',
  '5',
  '"0 5"',
  '*.*',
  '*0.*',
  '*dead*',
  'σ',
  'ς',
  '*σ*',
  '*ας*',
  'ασ',
  'bd',
  'tapabadcafe',
  'tapbaba8ae3-bd',
  'deadline',
];
/** Messages in which they stand, or nearly. */
export const MESSAGES: readonly string[] = [
  ...all,
  ...all.map((uuid) => uuid.toUpperCase()),
  ...all.map((uuid) => uuid.slice(0, 9) + uuid.slice(9).toUpperCase()),
  ...all.map((uuid) => uuid.slice(0, 9).toUpperCase() + uuid.slice(9)),
  ...all.map(undashed),
  ...all.map((uuid) => undashed(uuid).toUpperCase()),
  ...all.flatMap((uuid) => [
    `volume_${uuid}`,
    `${uuid}_disk`,
    `volume_${uuid}_disk`,
    `v2_${uuid}`,
    `${uuid}7`,
    `${uuid}${uuid}`,
    `${uuid}x1.5`,
  ]),
  ...all.flatMap((uuid) => [`AUTH_${undashed(uuid)}`, `AUTH_${undashed(uuid).toUpperCase()}`, `${uuid}${undashed(uuid)}`]),
  ...all.flatMap((uuid) => [`AUTH_${undashed(uuid).slice(0, 24)}${uuid}`, `snap 5.${uuid}`, `1.${uuid.toUpperCase()}`, `${uuid}-${uuid}`]),
  'aa:bb:cc:dd:ee:ff',
  'AA:BB:CC:DD:EE:FF up',
  'aa:bb:cc:dd:ee:ffx',
  '10.0.0.7',
  'took 0.5 s',
  'took 5 s',
  'beef and dead',
  'deadline of 7',
  `1a.Σ ${LETTERS}Σ`,
  `ΑΣ${LETTERS} ας`,
  'tapabadcafe-bd tapbaba8ae3-bd',
  '',
].flatMap((message) => [message, `the ${message} was 7`]);

const TRACE = 'boom\nTraceback (most recent call last):\n  File "/usr/lib/python3/dist-packages/nova/a.py", line 1, in f\n    x()\n';
/** Messages with marks (access, exception, broker, database, notification), in every spelling that hides their words. */
export const MARKED: readonly string[] = [
  `${TRACE}nova.exception.NoValidHost: none fits`,
  `${TRACE}nova.exception_Remote.NoValidHost_Remote: none fits`,
  `${TRACE}KeyError: 'a'\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File "/b.py", line 2, in g\nValueError`,
  `${TRACE}oslo_messaging.rpc.client.RemoteError: Remote error: DBDeadlock (1213, 'Deadlock found when trying to get lock')`,
  `Dropped: ['Traceback (most recent call last):\\n', '  File "/b.py", line 2, in g\\n', 'KeyError: 7\\n']`,
  `Dropped: 'Traceback (most recent call last):\\n  File "/b.py", line 2, in g\\nKeyError: 7\\n'`,
  'Connection failed: [Errno 111] ECONNREFUSED (retrying in 2.0 seconds): ConnectionRefusedError: [Errno 111] ECONNREFUSED',
  `${'x'.repeat(4000)}: ConnectionRefusedError: no`,
  `ConnectionRefusedError${'x'.repeat(2178)}ConnectionRefusedError: no`,
  'AMQP server on 10.0.0.7:5672 is unreachable: [Errno 111] ECONNREFUSED. Trying again in 1 seconds.',
  'AMQP server on abad::cafe:5672 is unreachable: timed out. Trying again in 1 seconds.',
  'Reconnected to AMQP server on Rabbit-1.example.org:5672 via [amqp] clientwith port 33.',
  'Connected to AMQP server on rabbit_x',
  'Timed out waiting for a reply to message ID 903b85d0b6ab4d2b9be81c3a6b1de2f7',
  "(2006, 'MySQL server has gone away')",
  '{"event_type": "compute.instance.create.end", "payload": {"state": "active"}}',
  '{"event_type": "\\u0063ompute.x", "payload": {}}',
  '{"event_type": "compute.instance.delete.end", "payl',
  '10.0.0.7 "GET /v2.1/servers HTTP/1.1" status: 500 len: 7 time: 2.5',
  'plain words of no mark',
];
export const MARK_QUERIES: readonly string[] = [
  ...['NoValidHost', 'nova.exception.NoValidHost', 'novalid*', 'KeyError', 'ValueError', 'RemoteError', 'DBDeadlock'].map(
    (name) => `exception:${name}`,
  ),
  'exception:ConnectionRefusedError',
  'exception:/Key|Value/',
  '-exception:*',
  ...['unreachable', 'connected', 'timeout', 'un*', '/out$/', '*'].map((kind) => `amqp:${kind}`),
  ...['10.0.0.7:5672', '"[abad::cafe]:5672"', 'rabbit-1.example.org:5672', 'rabbit_x', 'rabbit*'].map((broker) => `broker:${broker}`),
  ...['gone-away', 'deadlock', '*'].map((kind) => `database:${kind}`),
  ...['compute.instance.create.end', 'compute.instance.*', 'ompute.x', 'compute.x', '*'].map((type) => `event:${type}`),
  'status:>=500',
  'duration:>2 path:/v2.1/servers',
  '(amqp:timeout OR database:*) -exception:*',
];

const NUMBERS = ['404', '0404', '4040', '1404', '404.5', '5.404', '5.0404', '404.404', '12.4', '1404.4041', '7'];
const AROUND = ['took # s', 'took #s', 's# took', '# took', 'took #', 'at #.# of #', 'v#-# (#)', '#:#', 'id_#', `#-${LETTERS}`, 'é# took'];

/** Numbers alone, in fractions, in versions, beside letters, colons and ids. */
export const NUMBERED: readonly string[] = AROUND.flatMap((text) => NUMBERS.map((number) => text.replaceAll('#', number)));
