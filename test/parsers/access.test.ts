/**
 * What access lines say: method, path, status, bytes, seconds, over every server that writes them and every version of their format; and
 * what looks like one and is none.
 */
import { expect, test } from 'vitest';
import { marks, parse } from '../../parsers/index.ts';
import type { HttpAccess } from '../../src/model.ts';
import { given } from './pieces.ts';

const TXN = 'txa20e2bfc81d14cc7babd7-005395d5b6';
const HA = '<134>May  2 10:00:00 ctl1 haproxy[7]: 10.0.0.7:50186 [02/May/2023:10:00:00.910]';
const PROXY = '<134>May  2 10:00:00 n1 proxy-server: 10.0.0.7 10.0.0.2 02/May/2023/10/00/00';
const STORAGE = '10.0.0.2 - - [02/May/2023:10:00:00 +0000]';

test.each<[string, string, HttpAccess | undefined]>([
  [
    'common log format',
    '10.0.0.7 - - [20/Jul/2009:22:59:26 +0000] "GET /vmw HTTP/1.0" 200 134 "-" "gPXE/0.9.7"',
    { method: 'GET', path: '/vmw', status: 200, bytes: 134 },
  ],
  [
    'kolla, two clients, microseconds',
    '10.0.0.7, 10.0.0.2 - - [02/May/2023:10:00:00 +0200] "POST /v3/auth/tokens HTTP/1.1" 201 5120 183211 "-" "x"',
    { method: 'POST', path: '/v3/auth/tokens', status: 201, bytes: 5120, duration: 0.183211 },
  ],
  [
    'kolla without a client',
    '- - admin [02/May/2023:10:00:00 +0000] "GET /placement/ HTTP/1.1" 200 512 1021 "-" "x"',
    { method: 'GET', path: '/placement/', status: 200, bytes: 512, duration: 0.001021 },
  ],
  [
    'devstack, microseconds at the end',
    '10.0.0.7 - - [02/May/2023:10:00:00 +0000] "GET /identity HTTP/1.1" 300 268 "-" "x y" 183211(us)',
    { method: 'GET', path: '/identity', status: 300, bytes: 268, duration: 0.183211 },
  ],
  [
    'with a virtual host',
    'cloud:443 10.0.0.7 - - [02/May/2023:10:00:00 +0000] "GET / HTTP/1.1" 302 0 "-" "x"',
    { method: 'GET', path: '/', status: 302, bytes: 0 },
  ],
  [
    'nginx, HTTP/2, IPv6',
    'May  2 10:00:00 w nginx: 2001:db8::7 - - [02/May/2023:10:00:00 +0000] "GET /v3 HTTP/2.0" 300 268 "-" "curl/7.88.1"',
    { method: 'GET', path: '/v3', status: 300, bytes: 268 },
  ],
  [
    'eventlet',
    '2015-10-29 10:51:10.463 1 INFO neutron.wsgi [-] 10.0.0.7 - - [29/Oct/2015 10:51:10] "GET /v2.0/ports.json HTTP/1.1" 200 987 0.216841',
    { method: 'GET', path: '/v2.0/ports.json', status: 200, bytes: 987, duration: 0.216841 },
  ],
  [
    'novncproxy',
    '2015-10-29 10:51:10.463 1 INFO nova.console.websocketproxy [-] 10.0.0.7: "GET /vnc_auto.html HTTP/1.1" 200 -',
    { method: 'GET', path: '/vnc_auto.html', status: 200 },
  ],
  [
    'oslo.service, two spaces',
    '2022-05-11 16:19:55.704 1 INFO neutron.wsgi [-] 10.0.0.7,127.0.0.1 "POST /v2.0/floatingips HTTP/1.1" status: 201  len: 900 time: 0.5',
    { method: 'POST', path: '/v2.0/floatingips', status: 201, bytes: 900, duration: 0.5 },
  ],
  [
    'a request has begun',
    '2020-01-01 00:00:00.000 1 DEBUG placement.requestlog [-] Starting request: 10.0.0.7 "GET /allocation_candidates" __call__ /x.py:61',
    undefined,
  ],
  [
    'uwsgi',
    '[pid: 88185|app: 0|req: 1/1] 127.0.0.1 () {38 vars in 696 bytes} [Sun Mar 13 22:49:12 2016] POST /update => generated 47 bytes in 129 msecs (HTTP/1.1 200) 9 headers',
    { method: 'POST', path: '/update', status: 200, bytes: 47, duration: 0.129 },
  ],
  [
    'uwsgi, microseconds, sendfile',
    '[pid: 7|app: 0|req: 1/1] 10.0.0.7 (u) {38 vars in 696 bytes} [Sun Mar 13 22:49:12 2016] GET /x => generated 215 bytes via sendfile() in 68 micros (HTTP/1.1 200) 9 headers',
    { method: 'GET', path: '/x', status: 200, bytes: 215, duration: 0.000068 },
  ],
  [
    'haproxy',
    `${HA} front~ keystone/ctl1 0/0/1/36/37 201 5120 - - ---- 12/4/4/4/0 0/0 {Mozilla/5.0 (X11; Linux)} {} "POST /v3/auth/tokens HTTP/1.1"`,
    { method: 'POST', path: '/v3/auth/tokens', status: 201, bytes: 5120, duration: 0.037 },
  ],
  [
    'haproxy, TLS fields behind',
    `${HA} front~ keystone/ctl1 0/0/1/36/37 201 5120 - - ---- 12/4/4/4/0 0/0 "POST /v3 HTTP/1.1" 0/0/0/0/0 TLSv1.3/X`,
    { method: 'POST', path: '/v3', status: 201, bytes: 5120, duration: 0.037 },
  ],
  [
    'haproxy, aborted',
    `${HA} front nova/<NOSRV> 0/-1/-1/-1/-1 503 212 - - SC-- 1/1/0/0/0 0/0 "GET /v2.1 HTTP/1.1"`,
    { method: 'GET', path: '/v2.1', status: 503, bytes: 212 },
  ],
  [
    'haproxy, logged before its end, cut',
    `${HA} front nova/c1 0/0/0/62/+62 200 +306 - - ---- 3/2/0/0/0 0/0 "POST /portal?x=`,
    { method: 'POST', path: '/portal?x=', status: 200, bytes: 306, duration: 0.062 },
  ],
  ['haproxy, bad request', `${HA} front front/<NOSRV> -1/-1/-1/-1/0 400 187 - - PR-- 1/1/0/0/0 0/0 "<BADREQ>"`, undefined],
  ['haproxy, TCP', `${HA} mysql mysql/db1 1/0/7210021 81200 cD 12/4/4/4/0 0/0`, undefined],
  [
    'swift 1.7.4, 17 fields',
    `${PROXY} GET /v1/A HTTP/1.0 200 - curl AUTH_tk - 5242880 - tx0a1b2c3d4e5f60718293a4b5c6d7e8f9 - 0.0421 -`,
    { method: 'GET', path: '/v1/A', status: 200, bytes: 5242880, duration: 0.0421 },
  ],
  [
    'swift 1.9, 18 fields',
    `${PROXY} PUT /v1/A/c/o HTTP/1.1 201 - c AUTH_tk... 1024 - d41d8 ${TXN} - 0.0931 - -`,
    { method: 'PUT', path: '/v1/A/c/o', status: 201, duration: 0.0931 },
  ],
  [
    'swift 1.11, 20 fields',
    `${PROXY} HEAD /v1/A HTTP/1.0 404 - c t - 12 - ${TXN} - 0.2402 - - 1402328502.550486088 1402328502.790656090`,
    { method: 'HEAD', path: '/v1/A', status: 404, bytes: 12, duration: 0.2402 },
  ],
  [
    'swift 2.3, 21 fields, internal',
    `<134>May  2 10:00:00 n1 proxy-server: - - 02/May/2023/10/00/00 HEAD /v1/A HTTP/1.0 204 - Swift - - - - ${TXN} - 0.0574 RL - 1548230409.998038054 1548230410.055468082 0`,
    { method: 'HEAD', path: '/v1/A', status: 204, duration: 0.0574 },
  ],
  [
    'swift 2.36, 22 fields',
    `${PROXY} GET /v1/A HTTP/1.1 200 - c t - 312 - ${TXN} - 0.0100 - - 1777716000.000038054 1777716000.010038082 0 demo`,
    { method: 'GET', path: '/v1/A', status: 200, bytes: 312, duration: 0.01 },
  ],
  [
    'swift account server until 1.13',
    `<134>account-server ${STORAGE} "HEAD /sdb1/154/A" 204 - "${TXN}" "-" "-" 0.0034 ""`,
    { method: 'HEAD', path: '/sdb1/154/A', status: 204, duration: 0.0034 },
  ],
  [
    'swift object server until 1.13',
    `<134>object-server ${STORAGE} "PUT /sdb1/154/A/c/o" 201 - "-" "${TXN}" "-" 0.0121`,
    { method: 'PUT', path: '/sdb1/154/A/c/o', status: 201, duration: 0.0121 },
  ],
  [
    'swift container server since 2.3',
    `<134>container-server: ${STORAGE} "DELETE /1/177/.x/155" 409 - "DELETE http://localhost/v1/.x/155" "${TXN}" "proxy-server 25600" 0.0009 "-" 27659 -`,
    { method: 'DELETE', path: '/1/177/.x/155', status: 409, duration: 0.0009 },
  ],
  [
    'a client, not a server',
    '2017-05-16 00:00:00.008 1 DEBUG urllib3.connectionpool [-] http://10.0.0.1:5000 "GET /v3 HTTP/1.1" 200 254',
    undefined,
  ],
  ['prose', '2017-05-16 00:00:00.008 1 INFO nova.x [-] it was said "GET /x" 200 times', undefined],
  ['no request', '10.0.0.7 - - [15/Feb/2013:06:00:31 +0000] "-" 400 0 "-" "-"', undefined],
])('%s', (_name, text, want) => {
  expect(marks(parse(text, given)).http).toEqual(want);
});
