/** Exceptions: class, text, the frame of the service's own code, what began a chain; in every shape in which tracebacks come. */
import { describe, expect, test } from 'vitest';
import { marks, parse } from '../../parsers/index.ts';
import type { Given, Marks } from '../../src/model.ts';

const given: Given = { received: Date.UTC(2026, 10, 22, 10) * 1000, transport: 'udp', peer: '192.0.2.9', zone: 0 };
const OTHER = '2022-02-04 09:38:51.401 24008 ERROR nova.x [-] ';
const of = (text: string): Marks => marks(parse(text, given));

describe('exceptions', () => {
  const frame = (path: string, line: number) => `  File "${path}", line ${line}, in f${line}\n    g()\n`;
  const trace = (frames: string, raised: string) => `Traceback (most recent call last):\n${frames}${raised}`;
  const OWN = frame('/usr/lib/python3/dist-packages/nova/compute/manager.py', 2);
  const LIBRARY = frame('/usr/lib/python3/dist-packages/sqlalchemy/pool.py', 3);

  test.each<[name: string, frames: string, culprit: string]>([
    ['the own frame, not the library inside it', OWN + LIBRARY, '/usr/lib/python3/dist-packages/nova/compute/manager.py:2 f2'],
    [
      'a checkout',
      frame('/opt/stack/new/cinder/cinder/volume/manager.py', 5) + LIBRARY,
      '/opt/stack/new/cinder/cinder/volume/manager.py:5 f5',
    ],
    [
      'not what the service copied into itself',
      OWN + frame('/opt/stack/nova/nova/openstack/common/rpc/amqp.py', 9),
      '/usr/lib/python3/dist-packages/nova/compute/manager.py:2 f2',
    ],
    [
      'beside the standard library',
      frame('/usr/lib/python2.7/nova/x.py', 1) + frame('/usr/lib/python2.7/threading.py', 8),
      '/usr/lib/python2.7/nova/x.py:1 f1',
    ],
    ['a plugin elsewhere, where no frame is own', frame('/opt/acme/driver.py', 1) + LIBRARY, '/opt/acme/driver.py:1 f1'],
    [
      'libraries only: the innermost',
      frame('/usr/lib/python3/dist-packages/eventlet/hubs/hub.py', 1) + LIBRARY,
      '/usr/lib/python3/dist-packages/sqlalchemy/pool.py:3 f3',
    ],
  ])('culprit: %s', (_name, frames, culprit) => {
    expect(of(`${OTHER}x\n${trace(frames, 'KeyError')}`).exception).toEqual({ class: 'KeyError', culprit });
  });

  test.each([
    [
      'a chain of three',
      `${trace(OWN, 'OSError: a')}\n\nThe above exception was the direct cause of the following exception:\n\n${trace(OWN, 'ValueError: b')}\n\nDuring handling of the above exception, another exception occurred:\n\n${trace(OWN, 'x.Wrapped: c')}`,
      { class: 'x.Wrapped', message: 'c', cause: { class: 'OSError', message: 'a' } },
    ],
    [
      'two that have nothing to do with each other',
      `${trace(OWN, 'OSError: a')}\n${trace(OWN, 'ValueError: b')}`,
      { class: 'ValueError', message: 'b' },
    ],
    [
      'what a remote service raised',
      trace(
        OWN,
        `oslo_messaging.rpc.client.RemoteError: Remote error: DBConnectionError (pymysql.err) no\n[u'Traceback (most recent call last):\\n', u'  File "/x.py", line 7, in z\\n', u'DBConnectionError: no\\n'].`,
      ),
      { class: 'oslo_messaging.rpc.client.RemoteError', cause: { class: 'DBConnectionError', message: '(pymysql.err) no' } },
    ],
    [
      'a class that oslo.messaging made',
      trace(OWN, 'nova.exception_Remote.InstanceNotFound_Remote: Instance x'),
      { class: 'nova.exception.InstanceNotFound', message: 'Instance x' },
    ],
    [
      'a group',
      '  + Exception Group Traceback (most recent call last):\n  |   File "/opt/nova/nova/a.py", line 1, in f\n  |     g()\n  | ExceptionGroup: two (2 sub-exceptions)',
      { class: 'ExceptionGroup', culprit: '/opt/nova/nova/a.py:1 f' },
    ],
    ['carets of Python 3.11', trace(`${OWN}    ~~~~~~^^^^^\n`, 'KeyError: 7'), { class: 'KeyError', message: '7' }],
    [
      'the repr of a list',
      `Returning: ['Traceback (most recent call last):\\n', '  File "/opt/stack/new/neutron/neutron/db.py", line 3, in f\\n    x()\\n', "OperationalError: (1205, 'Lock')\\n"] to caller`,
      { class: 'OperationalError', message: "(1205, 'Lock')", culprit: '/opt/stack/new/neutron/neutron/db.py:3 f' },
    ],
    [
      'a summary on a line of its own',
      'Failed to fetch\n: keystoneauth1.exceptions.http.Unauthorized: The request you have made',
      { class: 'keystoneauth1.exceptions.http.Unauthorized' },
    ],
  ])('%s', (_name, text, want) => {
    const found = of(`${OTHER}${text.startsWith('Failed') ? '' : 'x\n'}${text}`).exception;
    expect(found).toMatchObject(want);
    expect(found!.cause).toEqual((want as Marks['exception'])!.cause);
  });

  test("swift's lines with #012", () => {
    const text =
      '<131>Jan 23 16:31:55 ubuntu proxy-server: Error: An error occurred: #012Traceback (most recent call last):#012  File "/usr/lib/python2.7/dist-packages/swift/common/x.py", line 9, in handle#012    resp = y#012ConnectionTimeout: 0.5s (txn: tx4b41c78a86b246c59725d-005c48267b)';
    expect(of(text).exception).toEqual({
      class: 'ConnectionTimeout',
      message: '0.5s (txn: tx4b41c78a86b246c59725d-005c48267b)',
      culprit: '/usr/lib/python2.7/dist-packages/swift/common/x.py:9 handle',
    });
  });

  test('a block whose heading is lost', () => {
    expect(of(`${OTHER}    g()\n${OWN}${LIBRARY}KeyError: 7`).exception).toEqual({
      class: 'KeyError',
      message: '7',
      culprit: '/usr/lib/python3/dist-packages/nova/compute/manager.py:2 f2',
    });
  });

  test('a cut traceback has no class, and costs nothing else', () => {
    expect(of(`${OTHER}Failed\n${trace(OWN, '').trimEnd()}`).exception).toBeUndefined();
  });
});
