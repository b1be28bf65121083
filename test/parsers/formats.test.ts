/**
 * What the formats of the daemons beside OpenStack become: a table of (line, fields). Each line must come back exactly from
 * its forms, unless the row says that it is kept raw. Oslo: oslo.test.ts, formats-oslo.test.ts; access lines: access.test.ts.
 */
import { describe, expect, test } from 'vitest';
import { marks, parse } from '../../parsers/index.ts';
import { given } from './pieces.ts';
import { check, KEPT_RAW, REQ, type Row, us } from './rows.ts';

describe('daemons', () => {
  test.each<Row>([
    [
      'ovs in a file',
      '2022-02-10T16:09:19.414Z|00118|bridge|INFO|bridge br-int: added interface ha-5',
      {
        format: 'ovs',
        time: us('2022-02-10T16:09:19.414Z'),
        level: 'INFO',
        logger: 'bridge',
        msgid: '00118',
        message: 'bridge br-int: added interface ha-5',
        service: 'openvswitch',
      },
    ],
    [
      'a thread of ovs',
      '2022-02-10T16:09:19.414Z|00118|dpif(handler12)|WARN|x',
      { format: 'ovs', level: 'WARNING', logger: 'dpif', message: 'x' },
    ],
    [
      'ovs over syslog',
      '<29>2014-09-30T16:45:12.590678+00:00 compute-01 ovs-vsctl: ovs|00001|vsctl|ERR|Called as ovs-vsctl',
      {
        format: 'ovs',
        host: 'compute-01',
        program: 'ovs-vsctl',
        level: 'ERROR',
        logger: 'vsctl',
        msgid: '00001',
        message: 'Called as ovs-vsctl',
        time: us('2014-09-30T16:45:12.590678Z'),
      },
    ],
    [
      'ovs behind a header with a msgid',
      '<29>1 2022-02-10T16:09:20Z h ovs-vswitchd 7 ID4 - 2022-02-10T16:09:19.414Z|00118|bridge|DBG|x',
      { format: 'ovs', level: 'DEBUG', msgid: 'ID4', message: '00118|bridge|DBG|x' },
    ],
    [
      'rabbitmq 3.8',
      '2022-02-04 09:52:57.780 [warning] <0.258.0> ra: x',
      { format: 'rabbitmq', time: us('2022-02-04T09:52:57.78Z'), level: 'WARNING', message: '<0.258.0> ra: x', service: 'rabbitmq' },
    ],
    [
      'rabbitmq since 3.9',
      '2025-01-01 02:35:35.906159+00:00 [error] <0.20.847> operation none',
      { format: 'rabbitmq', time: us('2025-01-01T02:35:35.906159Z'), level: 'ERROR', message: '<0.20.847> operation none' },
    ],
    [
      'rabbitmq in another zone',
      '2025-01-01 02:35:35.906159-03:30 [error] <0.20.847> x',
      { format: 'rabbitmq', time: us('2025-01-01T06:05:35.906159Z') },
    ],
    [
      'a report of rabbitmq',
      '=ERROR REPORT==== 7-Jun-2015::03:42:28 ===\nclosing <0.9.1>\n{timeout}',
      { format: 'rabbitmq', time: us('2015-06-07T03:42:28Z'), level: 'ERROR', message: 'closing <0.9.1>\n{timeout}' },
    ],
    [
      'a report through rsyslog',
      '<13>Jun  7 03:42:28 c rabbit: =WARNING REPORT==== 17-Jun-2015::03:42:28 ===#012closing <0.9.1>#012{timeout}',
      { format: 'rabbitmq', level: 'WARNING', message: 'closing <0.9.1>\n{timeout}' },
    ],
    [
      'a report without its text',
      '=INFO REPORT==== 12-Nov-2014::23:00:01 ===',
      { format: 'rabbitmq', level: 'INFO', time: us('2014-11-12T23:00:01Z'), message: '=INFO REPORT==== 12-Nov-2014::23:00:01 ===' },
    ],
    [
      'libvirt',
      '2013-10-23 17:32:19.957+0200: 14069: error : virNet:418 : Certificate',
      {
        format: 'libvirt',
        time: us('2013-10-23T15:32:19.957Z'),
        level: 'ERROR',
        pid: 14069,
        message: 'virNet:418 : Certificate',
        service: 'libvirt',
      },
    ],
    [
      "libvirt's thread behind the daemon's pid",
      '<27>Oct 23 17:32:19 c libvirtd[1074]: 2013-10-23 17:32:19.957+0000: 1075: warning : f:1 : x',
      { format: 'libvirt', level: 'WARNING', pid: 1074, message: '1075: warning : f:1 : x' },
    ],
    [
      "a domain's log",
      '2022-02-10 16:18:33.029+0000: shutting down, reason=migrated',
      { format: 'libvirt', time: us('2022-02-10T16:18:33.029Z'), message: 'shutting down, reason=migrated' },
    ],
    [
      'qemu',
      "2022-02-10T16:14:03.678891Z qemu-system-x86_64: warning: host doesn't",
      { format: 'libvirt', program: 'qemu-system-x86_64', level: 'WARNING', service: 'libvirt', time: us('2022-02-10T16:14:03.678891Z') },
    ],
    [
      'mysql since 5.7',
      '2020-08-06T14:25:02.936146Z 0 [Warning] [MY-010068] [Server] CA',
      {
        format: 'mysql',
        time: us('2020-08-06T14:25:02.936146Z'),
        level: 'WARNING',
        message: '0 [Warning] [MY-010068] [Server] CA',
        service: 'mysql',
      },
    ],
    [
      'mariadb, before ten',
      '2023-01-02  3:04:05 0 [Note] WSREP: SYNCED',
      { format: 'mysql', time: us('2023-01-02T03:04:05Z'), level: 'INFO', message: '0 [Note] WSREP: SYNCED' },
    ],
    ['mariadb, after ten', '2023-01-02 13:04:05 0 [ERROR] WSREP: x', { format: 'mysql', time: us('2023-01-02T13:04:05Z'), level: 'ERROR' }],
    [
      'mysql until 5.6',
      '161109  9:25:42 [Warning] IP',
      { format: 'mysql', time: us('2016-11-09T09:25:42Z'), level: 'WARNING', message: '[Warning] IP' },
    ],
    [
      'mysqld_safe',
      '161109 09:25:42 mysqld_safe Starting',
      { format: 'mysql', time: us('2016-11-09T09:25:42Z'), message: 'mysqld_safe Starting' },
    ],
    ['a crash of mysqld', '06:37:41 UTC - mysqld got signal 6 ;', { format: 'mysql', level: 'CRITICAL' }],
    ['mariadb without a stamp', '<30>May  2 10:00:00 d mariadbd[8]: [ERROR] InnoDB: x', { format: 'mysql', level: 'ERROR', pid: 8 }],
    [
      'ceph',
      '<30>Feb 10 09:10:53 c ceph-osd[1]: 2022-02-10T09:10:53.936+0000 7f8e071ead80 -1 auth: x',
      { format: 'ceph', level: 'ERROR', message: '7f8e071ead80 -1 auth: x', service: 'ceph', time: us('2022-02-10T09:10:53.936Z') },
    ],
    ['ceph in a file', '2022-02-10T09:10:53.936+0000 7f8e071ead80 10 mon.a x', { format: 'ceph', level: 'DEBUG', host: '192.0.2.9' }],
    [
      'the start of haproxy',
      '<13>Feb  4 09:38:34 c haproxy[2]: [ALERT] 034/093834 (2) : x',
      { format: 'haproxy', level: 'CRITICAL', service: 'haproxy' },
    ],
    [
      'haproxy without a header',
      'May  2 10:00:00 c haproxy[7]: Server nova_api/ctl1 is DOWN, reason: x',
      { format: 'haproxy', program: 'haproxy', pid: 7 },
    ],
    [
      'keepalived',
      '<30>Feb 10 16:10:35 c Keepalived[17]: WARNING - keepalived was build',
      { format: 'keepalived', level: 'WARNING', service: 'keepalived' },
    ],
    [
      'dnsmasq',
      '<30>Feb 27 22:01:36 m dnsmasq-dhcp[2438]: DHCPACK(br100) 192.168.100.3 fa:16:3e:56:0b:6f test',
      { format: 'dnsmasq', service: 'dnsmasq', message: 'DHCPACK(br100) 192.168.100.3 fa:16:3e:56:0b:6f test' },
    ],
    [
      'spaces that indent',
      "<30>Feb 10 16:10:35 c Keepalived[17]:               '/etc/keepalived.conf' '-p'",
      { format: 'keepalived', message: "              '/etc/keepalived.conf' '-p'" },
    ],
    [
      'spaces before a stamp',
      '<13>1 2022-02-04T09:52:58Z c rabbit - - -   2022-02-04 09:52:57.780 [info] <0.258.0> ra: x',
      { format: 'rabbitmq', level: 'INFO', message: '<0.258.0> ra: x' },
    ],
    [
      'the kernel',
      '<3>2014-09-30T16:45:09.214895+00:00 c kernel: [12.3] kvm: x',
      { format: 'kernel', level: 'ERROR', service: undefined, message: '[12.3] kvm: x' },
    ],
    [
      'uwsgi',
      '[pid: 88185|app: 0|req: 1/1] 127.0.0.1 () {38 vars in 696 bytes} [Sun Mar 13 22:49:12 2016] POST /u => x',
      { format: 'uwsgi', pid: 88185, time: us('2016-03-13T22:49:12Z') },
    ],
    [
      "Apache's error log",
      '[Tue Oct 26 17:27:20.477742 2021] [proxy:error] [pid 29484:tid 1] (111)x',
      {
        format: 'apache',
        time: us('2021-10-26T17:27:20.477742Z'),
        level: 'ERROR',
        logger: 'proxy',
        pid: 29484,
        message: '[pid 29484:tid 1] (111)x',
      },
    ],
    [
      'Apache 2.2',
      '[Fri May  2 09:15:02 2014] [error] [client 10.0.0.1] x',
      { format: 'apache', time: us('2014-05-02T09:15:02Z'), level: 'ERROR', message: '[client 10.0.0.1] x' },
    ],
    [
      'a service under mod_wsgi',
      `[Tue Mar 28 03:56:00.804140 2017] [wsgi:error] [pid 4343:tid 1] [remote 10.0.0.7:5] 2017-03-28 03:56:00.805 4344 INFO keystone.common.wsgi [${REQ} - - - - -] POST http`,
      {
        format: 'apache',
        time: us('2017-03-28T03:56:00.805Z'),
        level: 'INFO',
        logger: 'keystone.common.wsgi',
        pid: 4344,
        request: REQ,
        service: 'keystone',
        message: 'POST http',
      },
      KEPT_RAW,
    ],
    [
      'nginx',
      '2023/05/02 10:00:00 [crit] 29#30: *1 connect() failed',
      { format: 'nginx', time: us('2023-05-02T10:00:00Z'), level: 'CRITICAL', pid: 29, message: '29#30: *1 connect() failed' },
    ],
    [
      'an access line with a header',
      '<134>May  2 10:00:01 w nginx: 10.0.0.7 - - [02/May/2023:10:00:00 +0000] "GET / HTTP/1.1" 200 1',
      { format: 'access', headerTime: expect.any(Number) as never, service: 'nginx' },
    ],
    [
      'an access line alone',
      '10.0.0.7 - - [02/May/2023:10:00:00 +0200] "GET / HTTP/1.1" 200 1',
      { format: 'access', time: us('2023-05-02T08:00:00Z') },
    ],
    [
      'redis',
      '7:S 02 May 2023 10:00:01.004 # Connection lost.',
      { format: 'redis', pid: 7, level: 'WARNING', time: us('2023-05-02T10:00:01.004Z'), message: 'Connection lost.', service: 'redis' },
    ],
    [
      'an Arista switch',
      'Feb 15 01:40:18 SW-1 Ebra: %ETH-4-ERRDISABLE: bpduguard',
      { format: 'device', host: 'SW-1', program: 'Ebra', level: 'WARNING', logger: 'ETH', message: '%ETH-4-ERRDISABLE: bpduguard' },
    ],
    [
      'a Cisco switch',
      '<189>105: 000104: Mar 12 07:12:10: %SYS-5-CONFIG_I: Configured',
      { format: 'device', program: '%SYS-5-CONFIG_I', level: 'INFO', logger: 'SYS', message: 'Configured' },
      KEPT_RAW,
    ],
  ])('%s', (...row) => check(row));
});

test.each([
  ['DHCPACK(br100) 192.168.100.3 fa:16:3e:56:0b:6f test', 'DHCPACK'],
  ['DHCPDISCOVER(br100) fa:16:3e:78:44:84 no address available', 'DHCPDISCOVER'],
  ['3141592653 DHCPOFFER(tap0) 10.0.0.3 fa:16:3e:78:44:84', 'DHCPOFFER'],
  ['DHCP, static leases only on 10.1.0.2, lease time 1d', undefined],
])('what dnsmasq did: %s', (text, event) => {
  const { ids = [], event: found } = marks(parse(`<30>Nov 22 09:00:00 n dnsmasq-dhcp[7]: ${text}`, given));
  expect(found?.type).toBe(event);
  if (event !== undefined) expect(ids.map(({ kind }) => kind)).toContain('mac');
});

describe('counted repeats', () => {
  test.each<Row>([
    [
      'between dashes',
      'Nov 21 14:26:01 --- last message repeated 2 times ---',
      { host: '192.0.2.9', program: undefined, message: '--- last message repeated 2 times ---', flags: 'no-tag repeated' },
    ],
    [
      'sysklogd, no host',
      'Jun  9 15:50:06  tgtd: last message repeated 3 times',
      { program: 'tgtd', message: 'last message repeated 3 times' },
    ],
    [
      'rsyslog since 7',
      `<11>Nov  2 10:00:00 c nova-compute: message repeated 3 times: [ 2023-05-02 09:59:58.123 4118 ERROR oslo.x [${REQ} - - - - -] lost]`,
      { level: 'ERROR', logger: 'oslo.x', request: REQ, pid: 4118, time: us('2026-11-02T10:00:00Z') },
    ],
    ['syslog-ng', "<11>Nov  2 10:00:00 c s: Last message 'x' repeated 14 times, suppressed by syslog-ng on c", { program: 's' }],
  ])('%s', (...row) => {
    check(row);
    expect(parse(row[1], given)).toMatchObject({ format: 'repeated', flags: expect.stringMatching(/\brepeated$/) });
  });
});
