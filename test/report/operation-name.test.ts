/** What a request did where its path does not say it: by the words of nova, cinder and nova-compute. */
import { describe, expect, it } from 'vitest';
import { isOfMany, operationName } from '../../src/report/operation-name.ts';
import { operationOf } from '../../src/report/story-requests.ts';
import { pieces } from './pieces.ts';

const SERVER = '/v2.1/servers/a18a5824-4215-4e24-bcfc-cb9f89f6bcbd/action';
const VOLUME = '/v3/24c1f02b4b0a4b86a3c8ab4e3f5a9c11/attachments/0c7cb7a3-5a19-4d1c-9f6b-2c3f8f5d7e61/action';
const EVENTS = '/v2.1/os-server-external-events';
const INSTANCE = '3b1b2b8e-6f0e-4c57-8a2f-5b0cbd1ed1aa';
const PORT = '7d6b3e02-86a0-44a1-bf53-0e1b1f6f9d53';

/** `program: text`. */
function named(path: string, ...said: string[]): string | undefined {
  const records = said.map((one) => ({ program: /^[\w-]+/.exec(one)![0], text: one.slice(one.indexOf(' ') + 1) }));
  return operationName({ path }, records)?.name;
}

describe('the name of an operation', () => {
  const table: [say: string, got: string | undefined, want: string | undefined][] = [
    [
      'of an action, as nova prints its body (DEBUG)',
      named(
        SERVER,
        `nova-api: Action: 'action', calling method: <bound method A.b of <x at 0x7f>>, body: {"os-migrateLive": {"host": null}}`,
      ),
      'os-migrateLive',
    ],
    [
      'of an action of nova since Pike',
      named(SERVER, `nova-api: Action: 'action', calling method: <function A._reboot at 0x7d215f0>, body: {"reboot": {"type": "HARD"}}`),
      'reboot',
    ],
    [
      'of an action of cinder',
      named(VOLUME, `cinder-api: Action: 'action', calling method: complete, body: {"os-complete": {"attachment_id": "0c7c"}}`),
      'os-complete',
    ],
    ['without DEBUG, by what nova-compute says', named(SERVER, 'nova-api: x', 'nova-compute: Rebooting instance'), 'reboot'],
    [
      'the body, when both say it',
      named(SERVER, 'nova-compute: Pausing', `nova-api: Action: 'action', calling method: x, body: {"os-pause": null}`),
      'os-pause',
    ],
    ['nobody says it', named(SERVER, 'nova-api: x', 'nova-compute: Took 0.2 seconds'), undefined],
    ['words of others are nothing', named(SERVER, 'glance-api: Rebooting instance'), undefined],
    [
      'of an event',
      named(EVENTS, `nova-api: Creating event network-vif-plugged:${PORT} for instance ${INSTANCE} on cmp01`),
      'network-vif-plugged',
    ],
    [
      'of an event without a tag, in Juno',
      named(EVENTS, `nova-api: Creating event network-changed:None for instance ${INSTANCE}`),
      'network-changed',
    ],
    [
      'of several events in one call, each once',
      named(EVENTS, ...['vif-plugged', 'changed', 'vif-plugged'].map((one) => `nova-api: Creating event network-${one}:${PORT} for`)),
      'network-changed+network-vif-plugged',
    ],
    ['of a path that says all', named('/v2.1/servers', `nova-api: Action: 'action', calling method: x, body: {"reboot": {}}`), undefined],
    ['of a body that is none', named(SERVER, `nova-api: Action: 'action', calling method: x, body: {"": 1}`), undefined],
    [
      'of a very long line',
      named(SERVER, `nova-api: Action: 'action', calling method: ${'x'.repeat(1e6)}, body: {"reboot": {}}`),
      undefined,
    ],
  ];
  it.each(table)('%s', (_, got, want) => expect(got).toBe(want));

  it.each([
    [SERVER, true],
    [`${SERVER}?x=1`, true],
    [EVENTS, true],
    [VOLUME, true],
    ['/v2.1/servers', false],
    ['/v1/AUTH_596960a69a05c2aff0df4c2b0d406674/reports/part-1.bin', true],
    ['/sdb1/40/AUTH_596960a69a05c2aff0df4c2b0d406674/reports', true],
    ['/v2.1/servers/action/x', false],
  ])('%s is of many operations: %s', (path, want) => expect(isOfMany({ path })).toBe(want));

  it('is told with the request', () => {
    const access = (path: string): string => `10.0.0.1 "POST ${path} HTTP/1.1" status: 202 len: 0 time: 0.1000000`;
    const own = pieces([
      { ms: 0, request: 1, text: access(SERVER) },
      { ms: 9, by: 'cmp nova-compute 2', request: 1, text: 'Rebooting instance' },
    ]);
    expect(operationOf(own)).toBe('POST /v2.1/servers/{id}/action reboot');
    expect(operationOf(own.slice(0, 1))).toBe('POST /v2.1/servers/{id}/action');
  });
});
