/** Marks: typed ids, access lines of every server, exceptions. */
import { describe, expect, test } from 'vitest';
import { marks, parse } from '../../parsers/index.ts';
import type { Given, Marks } from '../../src/model.ts';

const given: Given = { received: Date.UTC(2026, 10, 22, 10) * 1000, transport: 'udp', peer: '192.0.2.9', zone: 0 };
const REQ = 'req-38101a0b-2096-447d-96ea-a692162415ae';
const U = 'a015cf14-84bb-4156-a48d-7c4824ac7a9d';
const PROJECT = '54fadb412c4e40cdbaed9335e4c35a9e';
const TXN = 'txa20e2bfc81d14cc7babd7-005395d5b6';
const of = (text: string): Marks => marks(parse(text, given));

describe('ids', () => {
  test.each([
    [
      `INFO nova.x [None ${REQ} admin demo] [instance: ${U}] m`,
      [
        ['request', REQ],
        ['instance', U],
      ],
    ],
    [`2014-05-05 10:00:00 1 INFO glance.x [${REQ.slice(4)} None None] m`, [['request', REQ]]],
    [`(HTTP 500) (Request-ID: ${REQ})`, [['called', REQ]]],
    [`req-${REQ} said`, [['request', REQ]]],
    [`volume ${U}: deleting`, [['volume', U]]],
    [`iqn.2010-10.org.openstack:volume-${U}`, [['volume', U]]],
    [
      `GET /v2/${PROJECT}/servers/${U}`,
      [
        ['project', PROJECT],
        ['instance', U],
      ],
    ],
    [`GET /v2/images/${U.toUpperCase()}`, [['image', U]]],
    [`network-vif-plugged-${U}`, [['port', U]]],
    [
      `Successfully plugged vif VIFOpenVSwitch(active=False,address=fa:16:3e:7c:d1:80,bridge_name='br-int',has_traffic_filtering=True,id=${U},network=Network(${U.replace('a', 'b')}),plugin='ovs')`,
      [
        ['mac', 'fa:16:3e:7c:d1:80'],
        ['port', U],
        ['network', U.replace('a', 'b')],
      ],
    ],
    [`VIFHostDevice(id=${U})`, [['port', U]]],
    [`Profile(active=False,id=${U})`, [['uuid', U]]],
    [`VIFBridge(active=True),Other(id=${U})`, [['uuid', U]]],
    [
      `Domain id=7 name='instance-0000001f' uuid=${U} is tainted: host-cpu`,
      [
        ['domain', 'instance-0000001f'],
        ['instance', U],
      ],
    ],
    [`Domain id=7 name='web' uuid=${U} is tainted`, [['uuid', U]]],
    [`device_id=${U}`, [['instance', U]]],
    [`Claiming lport ${U} for this chassis.`, [['port', U]]],
    [
      `The reply ${'a1'.repeat(16)} failed to send after 60 seconds due to a missing queue (reply_${'b2'.repeat(16)}). Abandoning...`,
      [
        ['message', 'a1'.repeat(16)],
        ['reply', `reply_${'b2'.repeat(16)}`],
      ],
    ],
    [`{'device': u'${U}', 'agent_id': 'ovs-agent-c1'}`, [['port', U]]],
    [`Device ${U} not defined on plugin`, [['port', U]]],
    [`"network_id": "${U}"`, [['network', U]]],
    [`qdhcp-${U}`, [['network', U]]],
    [`Timed out waiting for a reply to message ID ${PROJECT}`, [['message', PROJECT]]],
    [
      `_base/7b4783508212f5d242cbf9ff56fb8d33b4ce6166_10 [5b326e3c-d00c-4fd6-96ec-05d055b09cc5]`,
      [['uuid', '5b326e3c-d00c-4fd6-96ec-05d055b09cc5']],
    ],
    [`etag ${PROJECT}`, [['hex', PROJECT]]],
    [
      `HEAD /v1/AUTH_${PROJECT}/c (txn: ${TXN})`,
      [
        ['project', PROJECT],
        ['swift', TXN],
      ],
    ],
    [
      'DHCPACK(br100) 192.168.100.3 FA:16:3e:56:0b:6f test',
      [
        ['ip', '192.168.100.3'],
        ['mac', 'fa:16:3e:56:0b:6f'],
      ],
    ],
    ['=ERROR REPORT==== 7-Jun-2015::03:42:28 === is a time of RabbitMQ', []],
    ['fe80::f816:3eff:fe56:b6f is up', [['ip', 'fe80::f816:3eff:fe56:b6f']]],
    ['instance-0000000a started', [['domain', 'instance-0000000a']]],
    ['version 1.2.3.4.5 and 300.1.1.1 at 10:20:30', []],
  ])('%s', (text, want) => {
    expect((of(text).ids ?? []).map(({ kind, id }) => [kind, id])).toEqual(want);
  });

  test('a known kind replaces a general one', () => {
    expect(of(`${U} is gone: instance ${U}`).ids).toEqual([{ kind: 'instance', id: U }]);
  });

  test('are bounded', () => {
    const text = Array.from({ length: 5000 }, (_, index) => `10.0.${index >> 8}.${index & 255}`).join(' ');
    expect(of(text).ids).toHaveLength(200);
  });
});

describe('access lines', () => {
  test.each([
    [
      `2017-05-16 00:00:00.008 1 INFO nova.osapi_compute.wsgi.server [-] 10.11.10.1 "GET /v2/x HTTP/1.1" status: 200 len: 1893 time: 0.247782`,
      { method: 'GET', path: '/v2/x', status: 200, bytes: 1893, duration: 0.247782 },
    ],
    [
      `2022-05-11 16:19:55.704 1 INFO neutron.wsgi [-] 10.55.12.152,127.0.0.1 "POST /v2.0/floatingips HTTP/1.1" status: 201  len: 900 time: 0.5`,
      { method: 'POST', path: '/v2.0/floatingips', status: 201, bytes: 900, duration: 0.5 },
    ],
    [
      `2015-10-29 10:51:10.463 1 INFO neutron.wsgi [-] 10.12.27.30 - - [29/Oct/2015 10:51:10] "GET /v2.0/ports.json HTTP/1.1" 200 987 0.216841`,
      { method: 'GET', path: '/v2.0/ports.json', status: 200, bytes: 987, duration: 0.216841 },
    ],
    [
      `2020-01-01 00:00:00.000 1 INFO placement.requestlog [-] 172.16.88.187 "GET /allocations" status: 200 len: 259 microversion: 1.0`,
      { method: 'GET', path: '/allocations', status: 200, bytes: 259 },
    ],
    [
      `<134>proxy-server: 127.0.0.1 127.0.0.1 09/Jun/2014/15/41/42 HEAD /v1/AUTH_2/glance HTTP/1.0 404 - client MIIV... - 12 - ${TXN} - 0.2402 - - 1402328502.550486088 1402328502.790656090`,
      { method: 'HEAD', path: '/v1/AUTH_2/glance', status: 404, bytes: 12, duration: 0.2402 },
    ],
    [
      `<134>container-server: 10.40.28.2 - - [01/Mar/2019:14:49:13 +0000] "DELETE /1/177/.x/155" 409 - "DELETE http://localhost/v1/.x/155" "${TXN}" "proxy-server 25600" 0.0009 "-" 27659 -`,
      { method: 'DELETE', path: '/1/177/.x/155', status: 409, duration: 0.0009 },
    ],
    [
      '<134>Nov 22 08:24:11 h uwsgi: [pid: 88185|app: 0|req: 1/1] 127.0.0.1 () {38 vars in 696 bytes} [Sun Mar 13 22:49:12 2016] POST /update => generated 47 bytes in 129 msecs (HTTP/1.1 200) 9 headers',
      { method: 'POST', path: '/update', status: 200, bytes: 47, duration: 0.129 },
    ],
    ['2017-05-16 00:00:00.008 1 DEBUG requests.packages.urllib3.connectionpool [-] "POST /v2.0/tokens HTTP/1.1" 200 11088', undefined],
    ['2017-05-16 00:00:00.008 1 INFO nova.x [-] said "hello world" 200', undefined],
  ])('%s', (text, want) => {
    expect(of(text).http).toEqual(want);
  });

  test.each([
    [
      `<134>Jan 23 16:00:10 h proxy-server: - - 23/Jan/2019/08/00/10 HEAD /v1/A HTTP/1.0 204 - Swift - - - - ${TXN} - 0.0574 RL - 1548230409.998038054 1548230410.055468082 -`,
      '2019-01-23T08:00:10.055Z',
    ],
    [
      `<134>proxy-server 1.2.3.4 1.2.3.4 23/Jan/2019/08/00/10 HEAD /v1/A HTTP/1.0 204 - a - - - - ${TXN} - 0.0574 -`,
      '2019-01-23T08:00:10.000Z',
    ],
    [
      `<134>Mar  1 15:49:13 h object-server: 10.40.28.2 - - [01/Mar/2019:14:49:13 +0000] "GET /1/177/x" 200 - "-" "${TXN}" "-" 0.0009`,
      '2019-03-01T14:49:13.000Z',
    ],
    [
      `<134>2019-03-01T14:49:13.250Z h object-server: 10.40.28.2 - - [01/Mar/2019:14:49:13 +0000] "GET /1/177/x" 200 - "-" "${TXN}" "-" 0.0009`,
      '2019-03-01T14:49:13.250Z',
    ],
  ])('swift: the time of the line is GMT: %s', (text, want) => {
    expect(new Date(parse(text, given).time / 1000).toISOString()).toBe(want);
  });
});

describe('exceptions', () => {
  const trace = (last: string) =>
    `boom\nTraceback (most recent call last):\n  File "/a.py", line 1, in outer\n    inner()\n  File "/b.py", line 22, in inner\n    raise X\n    ^^^^^^^\n${last}\n`;
  test.each([
    [
      trace('nova.exception.ImageNotFound: Image x: gone'),
      { class: 'nova.exception.ImageNotFound', message: 'Image x: gone', culprit: '/b.py:22 inner' },
    ],
    [trace('KeyError'), { class: 'KeyError', culprit: '/b.py:22 inner' }],
    [
      `${trace('ValueError: first')}\nDuring handling of the above exception, another exception occurred:\n\n${trace('Timeout: second')}`,
      { class: 'Timeout', message: 'second', culprit: '/b.py:22 inner', cause: { class: 'ValueError', message: 'first' } },
    ],
    [
      '2022-02-04 09:38:51.401 1 ERROR oslo.x.y [-] Connection failed: [Errno 111] (retrying): ConnectionRefusedError: [Errno 111] ECONNREFUSED',
      { class: 'ConnectionRefusedError', message: '[Errno 111] ECONNREFUSED' },
    ],
    [
      '2022-02-04 09:38:51.401 1 CRITICAL nova [-] Unhandled error: oslo_db.exception.DBConnectionError: no',
      { class: 'oslo_db.exception.DBConnectionError', message: 'no' },
    ],
    ['2022-02-04 09:38:51.401 1 INFO nova.x [-] all is well: NoError: none', undefined],
    ['Traceback (most recent call last):', undefined],
  ])('%j', (text, want) => {
    expect(of(text).exception).toEqual(want);
  });
});
