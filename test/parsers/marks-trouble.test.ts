/**
 * Marks of trouble: ids by their context, broker and database by kind, notifications; exceptions are in marks-exception.test.ts. The
 * texts are those of the services.
 */
import { describe, expect, test } from 'vitest';
import { marks, parse } from '../../parsers/index.ts';
import type { AmqpMark, DatabaseMark, Given, LogRecord, Marks } from '../../src/model.ts';
import { threadMs } from '../base/thread-time.ts';

const given: Given = { received: Date.UTC(2026, 10, 22, 10) * 1000, transport: 'udp', peer: '192.0.2.9', zone: 0 };
const RABBIT = '2022-02-04 09:38:51.401 24008 ERROR oslo.messaging._drivers.impl_rabbit [-] ';
const OTHER = '2022-02-04 09:38:51.401 24008 ERROR nova.x [-] ';
const U = 'a015cf14-84bb-4156-a48d-7c4824ac7a9d';
const HEX = '54fadb412c4e40cdbaed9335e4c35a9e';
const recordOf = (text: string): LogRecord => parse(text, given);
const of = (text: string): Marks => marks(recordOf(text));

describe('ids by their context', () => {
  const B = '903b85d0-b6ab-4d2b-9be8-1c3a6b1de2f7';
  test.each<[text: string, want: [kind: string, id: string][]]>([
    [`[volume ${U}] detached`, [['volume', U]]],
    [`Port ${U} updated`, [['port', U]]],
    [`instance with uuid ${U} is gone`, [['instance', U]]],
    [`image id: ${U}`, [['image', U]]],
    [`{u'port_id': u'${U}'}`, [['port', U]]],
    [`{"volumeId": "${U}"}`, [['volume', U]]],
    [`/var/lib/nova/instances/${U}/disk.info`, [['instance', U]]],
    [`rbd image vms/${U}_disk of size`, [['instance', U]]],
    [`vms:${U}_disk.config`, [['instance', U]]],
    [`"PUT /v2.0/ports%2F${U}"`, [['port', U]]],
    [`Received event network-vif-plugged-${U}`, [['port', U]]],
    [`network-vif-plugged:${U}`, [['port', U]]],
    [`"floating_network_id": "${U}"`, [['network', U]]],
    [`Acquired semaphore "refresh_cache-${U}"`, [['instance', U]]],
    [
      `["external_ids",["map",[["iface-id","${U}"],["vm-uuid","${B}"]]]]`,
      [
        ['port', U],
        ['instance', B],
      ],
    ],
    [`GET /v2.0/subnets.json?id=${U}`, [['subnet', U]]],
    [`remove base_image_ref ${U}`, [['image', U]]],
    [`the report of image. ${U} is another`, [['uuid', U]]],
    [
      `DELETE /v2.1/servers/${U}/os-volume_attachments/${B}`,
      [
        ['instance', U],
        ['volume', B],
      ],
    ],
    [
      `ports: ['${U}', '${B}']`,
      [
        ['port', U],
        ['port', B],
      ],
    ],
    [
      `ports set([u'${U}', u'${B}'])`,
      [
        ['port', U],
        ['port', B],
      ],
    ],
    [
      `router ${U} has port ${B}`,
      [
        ['router', U],
        ['port', B],
      ],
    ],
    [
      `{'device_owner': 'network:dhcp', 'device_id': '${U}', 'subnet_id': '${B}'}`,
      [
        ['uuid', U],
        ['subnet', B],
      ],
    ],
    [`volume-${U.replaceAll('-', '')}`, [['volume', U]]],
    [`plugged tapbaba8ae3-bd into qbrbaba8ae3-bd`, [['port', 'baba8ae3-bd']]],
    [
      `qvobaba8ae3-bd qr-01234567-89 brqfedcba98-76`,
      [
        ['port', 'baba8ae3-bd'],
        ['port', '01234567-89'],
        ['network', 'fedcba98-76'],
      ],
    ],
    [
      `CAST msg_id: ${HEX} reply to reply_${HEX}`,
      [
        ['message', HEX],
        ['reply', `reply_${HEX}`],
      ],
    ],
    [`MSG_ID is ${HEX}`, [['message', HEX]]],
    [`user_id=${HEX}`, [['user', HEX]]],
    [`${RABBIT}[${U}] AMQP server on 10.0.0.7:5672 is unreachable`, [['connection', U]].concat([['ip', '10.0.0.7']]) as [string, string][]],
    [`nova-compute:284971:${U} on <0.1.0>`, [['connection', U]]],
    ['2001:db8:0:0:1:0:0:1 and 2001:DB8::1', [['ip', '2001:db8:0:0:1:0:0:1'] as [string, string], ['ip', '2001:db8::1']]],
    ['instance-0000274a', [['domain', 'instance-0000274a']]],
  ])('%s', (text, want) => {
    expect((of(text).ids ?? []).map(({ kind, id }) => [kind, id])).toEqual(want);
  });

  test('who called whom: the request of the line is the caller', () => {
    const line = `2022-02-04 09:38:51.401 1 DEBUG cinderclient.v3.client [req-${U} - - - - -] GET call to cinderv3 for http://10.0.0.5:8776/v3/${HEX}/volumes/${B} used request id req-${B} request /usr/lib/python3/dist-packages/keystoneauth1/session.py:954`;
    expect(of(line).ids).toEqual([
      { kind: 'request', id: `req-${U}` },
      { kind: 'ip', id: '10.0.0.5' },
      { kind: 'project', id: HEX },
      { kind: 'volume', id: B },
      { kind: 'called', id: `req-${B}` },
    ]);
    const own = of(line.replace(`request id req-${B}`, `request id req-${U}`)).ids ?? [];
    expect(own.filter(({ kind }) => kind === 'called')).toEqual([]);
  });
});

describe('the broker', () => {
  test.each<[text: string, want: AmqpMark | undefined]>([
    [
      `${OTHER}AMQP server on localhost:5672 is unreachable: [Errno 111] ECONNREFUSED. Trying again in 23 seconds.`,
      at('unreachable', 'localhost:5672'),
    ],
    [
      `${RABBIT}[${U}] AMQP server on 10.5.2.1:5672 is unreachable: timed out. Trying again in 1 seconds. Client port: 43516`,
      at('unreachable', '10.5.2.1:5672'),
    ],
    [`${RABBIT}AMQP server on fe80::1:5672 is unreachable: . Trying again in 1 seconds.`, at('unreachable', '[fe80::1]:5672')],
    [`${OTHER}Unable to connect to AMQP server on Rabbit1:5671 after 3 tries: timed out`, at('unreachable', 'rabbit1:5671')],
    [`${OTHER}Unable to connect to AMQP server: connection aborted. Sleeping 1 seconds`, at('unreachable')],
    [
      `${RABBIT}Connection failed: [Errno 111] ECONNREFUSED (retrying in 2.0 seconds): ConnectionRefusedError: [Errno 111] ECONNREFUSED`,
      at('unreachable'),
    ],
    [`${RABBIT}AMQP server 10.0.0.1:5672 closed the connection. Check login credentials: Socket closed`, at('refused', '10.0.0.1:5672')],
    [`${OTHER}Reconnecting to AMQP server on 10.0.0.1:5672`, at('reconnecting', '10.0.0.1:5672')],
    [
      `${RABBIT}A recoverable connection/channel error occurred, trying to reconnect: [Errno 104] Connection reset by peer`,
      at('reconnecting'),
    ],
    [`${RABBIT}[${U}] Reconnected to AMQP server on 10.5.2.1:5672 via [amqp] clientwith port 43516.`, at('connected', '10.5.2.1:5672')],
    [`${OTHER}Connected to AMQP server on 10.0.0.1:5672`, at('connected', '10.0.0.1:5672')],
    [`${RABBIT}Unexpected error during heartbeart thread processing, retrying...`, at('heartbeat')],
    [`${OTHER}oslo_messaging: Too many heartbeats missed`, at('heartbeat')],
    ['=ERROR REPORT==== missed heartbeats from client, timeout: 60s', at('heartbeat')],
    [`${OTHER}MessagingTimeout: Timed out waiting for a reply to message ID ${HEX}`, at('timeout')],
    [`${OTHER}Timeout while waiting on RPC response - topic: "network", RPC method: "x" info: "<unknown>"`, at('timeout')],
    [`${OTHER}The reply ${HEX} failed to send after 60 seconds due to a missing queue (reply_${HEX}). Abandoning...`, at('missing-queue')],
    [`${OTHER}reply_${HEX} doesn't exist, drop reply to ${HEX}`, at('missing-queue')],
    [`${OTHER}The exchange nova to send to compute doesn't exist yet, retrying...`, at('missing-queue')],
    [`${OTHER}No calling threads waiting for msg_id : ${HEX}, message : {}`, at('late-reply')],
    [`${RABBIT}The broker has blocked the connection: low on memory`, at('blocked')],
    [`${RABBIT}The broker has unblocked the connection`, at('unblocked')],
    [`${OTHER}Failed to publish message to topic 'nova': [Errno 32] Broken pipe`, at('publish')],
    [`${OTHER}Failed to consume message from queue: [Errno 104]`, at('consume')],
    [
      '2022-02-04 09:52:20.868 [error] <0.8.0> closing AMQP connection <0.8610.2> (10.5.1.2:35286 -> 10.5.2.3:5672 - nova-compute:123):',
      at('closed', '10.5.2.3:5672'),
    ],
    ['2022-02-04 09:52:20.868 [info] <0.8.0> closing AMQP connection <0.8610.2> (10.5.1.2:35286 -> 10.5.2.3:5672)', undefined],
    [`${OTHER}Delaying reconnect for 1.0 seconds...`, at('reconnecting')],
    [`${OTHER}Connection to libvirt failed`, undefined],
    [`${OTHER}the reply was blocked by a queue of brokers`, undefined],
  ])('%s', (text, want) => {
    expect(of(text).amqp).toEqual(want);
  });

  test('a reason at the end of a long traceback is found', () => {
    const lines = Array.from({ length: 300 }, (_, line) => `  File "/usr/lib/python3/dist-packages/nova/a.py", line ${line}, in f`);
    const text = `${OTHER}Failed\nTraceback (most recent call last):\n${lines.join('\n')}\nMessagingTimeout: Timed out waiting for a reply to message ID ${HEX}`;
    expect(of(text).amqp).toEqual({ kind: 'timeout' });
  });

  function at(kind: AmqpMark['kind'], broker?: string): AmqpMark {
    return broker === undefined ? { kind } : { kind, broker };
  }
});

describe('the database', () => {
  test.each<[text: string, want: DatabaseMark | undefined]>([
    ["(_mysql_exceptions.OperationalError) (2006, 'MySQL server has gone away')", { kind: 'gone-away' }],
    ["DBConnectionError: (pymysql.err.OperationalError) (2013, 'Lost connection to MySQL server during query')", { kind: 'gone-away' }],
    ["(1213, 'Deadlock found when trying to get lock; try restarting transaction')", { kind: 'deadlock' }],
    ['oslo_db.exception.DBDeadlock: wrapped', { kind: 'deadlock' }],
    [
      "Returning exception (OperationalError) (1205, 'Lock wait timeout exceeded; try restarting transaction') to caller",
      { kind: 'lock-timeout' },
    ],
    ['TimeoutError: QueuePool limit of size 5 overflow 50 reached, connection timed out, timeout 30', { kind: 'pool-exhausted' }],
    ["(2003, \"Can't connect to MySQL server on '10.0.0.3' (111)\")", { kind: 'refused', server: '10.0.0.3' }],
    ['SQL connection failed. 10 attempts left.', { kind: 'refused' }],
    ["(1045, \"Access denied for user 'nova'@'c01' (using password: YES)\")", { kind: 'denied' }],
    ["(1047, 'WSREP has not yet prepared node for application use')", { kind: 'not-ready' }],
    ["(1040, 'Too many connections')", { kind: 'too-many' }],
    ["(1290, 'The MariaDB server is running with the --read-only option')", { kind: 'read-only' }],
    ["(1062, \"Duplicate entry 'x' for key 'y'\")", { kind: 'duplicate' }],
    ['Lock "compute_resources" acquired by x', undefined],
    ['the year (2006, maybe) was a good one', undefined],
  ])('%s', (text, want) => {
    expect(of(`${OTHER}${text}`).database).toEqual(want);
  });
});

describe('notifications of the driver log', () => {
  const legacy = `{"priority": "INFO", "event_type": "compute.instance.create.end", "timestamp": "2014-06-01 10:00:00.000000", "publisher_id": "compute.cmp1", "payload": {"state": "active", "instance_id": "${U}", "tenant_id": "${HEX}"}, "message_id": "903b85d0-b6ab-4d2b-9be8-1c3a6b1de2f7"}`;
  const versioned = `{"priority": "INFO", "payload": {"nova_object.name": "X", "nova_object.data": {"uuid": "${U}", "state": "stopped"}}, "publisher_id": "nova-compute:cmp1", "event_type": "instance.power_off.end"}`;
  const neutron = `{"event_type": "port.create.end", "publisher_id": "network.ctl1", "payload": {"port": {"status": "DOWN", "id": "${U}"}}}`;
  const line = (message: string, type = 'x.y') =>
    `2014-06-01 10:00:00.000 2211 INFO oslo.messaging.notification.${type} [req-${U} u p - - -] ${message}`;

  test.each([
    [line(legacy), { type: 'compute.instance.create.end', publisher: 'compute.cmp1', state: 'active' }, { kind: 'instance', id: U }],
    [line(versioned), { type: 'instance.power_off.end', publisher: 'nova-compute:cmp1', state: 'stopped' }, { kind: 'instance', id: U }],
    [line(neutron), { type: 'port.create.end', publisher: 'network.ctl1', state: 'DOWN' }, { kind: 'port', id: U }],
    [line(legacy.slice(0, 220)), { type: 'compute.instance.create.end', publisher: 'compute.cmp1', state: 'active' }, undefined],
    [line(legacy.slice(0, 30), 'volume.attach.end'), { type: 'volume.attach.end' }, undefined],
    [
      line(legacy).replace('oslo.messaging.notification', 'nova.openstack.common.notification'),
      { type: 'compute.instance.create.end', publisher: 'compute.cmp1', state: 'active' },
      { kind: 'instance', id: U },
    ],
    [line('no JSON'), undefined, undefined],
    [`${OTHER}${legacy}`, undefined, undefined],
  ])('%s', (text, want, resource) => {
    expect(of(text).event).toEqual(want);
    if (resource !== undefined) expect(of(text).ids).toContainEqual(resource);
  });
});

test('hostile texts take time in proportion', () => {
  const record = recordOf(`${RABBIT}x`);
  const texts = [
    'AMQP server on '.repeat(20_000),
    `AMQP server on ${'a:1'.repeat(30_000)}`,
    `Traceback (most recent call last):\n${'  File "a", line 1, in f\n'.repeat(10_000)}`,
    'Traceback (most recent call last):'.repeat(10_000),
    `exchange ${"doesn't exist".repeat(9_000)}`,
    `${': a.b.c'.repeat(30_000)}`,
    `'Traceback (most recent call last):${"\\n', u'".repeat(30_000)}`,
    '%2F_- '.repeat(20_000) + U,
    `Access denied for user ${"'@".repeat(30_000)}`,
  ];
  const tookMs = threadMs(() => {
    for (const message of texts) marks({ ...record, message });
  });
  // A pattern that backtracks takes minutes; 2 s is no measure of speed.
  expect(tookMs).toBeLessThan(2000);
});
