/** Ids in every spelling, what the records say that they are, and what a request was about. */
import { describe, expect, test } from 'vitest';
import { askedId, canonicalOf, keyOf, requestOf } from '../../src/report/story-id.ts';
import { kindFound } from '../../src/report/story-kind.ts';
import { operationOf } from '../../src/report/story-requests.ts';
import { called, pieces, request, type Said } from './pieces.ts';

const HEX = '903b85d05b1a4bd3a9b77bfe4e1f1d8c';
const UUID = '903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c';

describe('ids', () => {
  test.each([
    [UUID, HEX, 'uuid'],
    [UUID.toUpperCase(), HEX, 'uuid'],
    [`req-${UUID}`, HEX, 'request'],
    [`REQ-req-${UUID}`, HEX, 'request'],
    [HEX, HEX, 'hex'],
    [`req-${HEX}`, HEX, 'request'],
    [' FA:16:3E:aa:bb:cc ', 'fa:16:3e:aa:bb:cc', 'mac'],
    ['fa-16-3e-aa-bb-cc', 'fa:16:3e:aa:bb:cc', 'mac'],
    ['Instance-0000ABCD', 'instance-0000abcd', 'domain'],
    ['10.1.2.3', '10.1.2.3', 'ip'],
    ['fd00::3', 'fd00::3', 'ip'],
    ['tx1234567890abcdef12345-0054321abc', 'tx1234567890abcdef12345-0054321abc', 'swift'],
    [`reply_${HEX}`, `reply_${HEX}`, 'reply'],
  ])('%j is %s, %s', (text, key, form) => {
    expect(askedId(text)).toEqual({ key, form });
  });

  test.each(['', 'nova', '-', '10.1.2', 'instance-12', `${UUID}0`, 'req-', 'fa:16:3e:aa:bb', '12345678'])('%j is none', (text) => {
    expect(askedId(text)).toBeUndefined();
  });

  test.each([
    [HEX, 'request', `req-${UUID}`],
    [HEX, 'global', `req-${UUID}`],
    [HEX, 'instance', UUID],
    [HEX, 'project', HEX],
    [HEX, 'message', HEX],
    ['fa:16:3e:aa:bb:cc', 'mac', 'fa:16:3e:aa:bb:cc'],
  ] as const)('%s as %s is %s', (key, kind, id) => {
    expect(canonicalOf(key, kind)).toBe(id);
    expect(keyOf(id)).toBe(key);
  });

  test.each([
    [undefined, undefined],
    [`REQ-${UUID}`, `req-${UUID}`],
    [UUID, `req-${UUID}`],
    [`b'req-${UUID}'`, `req-${UUID}`],
    ['tx12', 'tx12'],
    ['odd', 'odd'],
  ])('request %j is %j', (text, id) => {
    expect(requestOf(text)).toBe(id);
  });
});

describe('kinds', () => {
  const kind = (text: string, said: readonly Said[]): string => kindFound(askedId(text)!, pieces(said)).kind;
  const one = request(1);

  test.each<[string, string, Said[]]>([
    ['a request', one, [{ ms: 0, request: 1 }]],
    [
      'a request that others have as their global id',
      one,
      [
        { ms: 0, request: 2, global: 1 },
        { ms: 1, request: 3, global: 1 },
        { ms: 2, request: 1 },
      ],
    ],
    ['a request that is only named', one, [{ ms: 0, request: 2, text: called(1) }]],
  ])('%s', (_, id, said) => expect(kind(id, said)).toBe('request'));

  test('an id that is only ever a global one', () => expect(kind(one, [{ ms: 0, request: 2, global: 1 }])).toBe('global'));
  test('what most records call it', () => {
    const said = [`volume ${UUID}`, `[instance: ${UUID}] a`, `server ${UUID}`, `thing ${UUID}`].map((text, ms) => ({ ms, text }));
    const found = kindFound(askedId(UUID)!, pieces(said));
    expect(found.kind).toBe('instance');
    expect(found.note).toContain('volume');
  });
  test('nobody says what it is', () => expect(kind(UUID, [{ ms: 0, text: `thing ${UUID}` }])).toBe('uuid'));
});

describe('operations', () => {
  test.each([
    ['10.0.0.1 "POST /v2.1/servers HTTP/1.1" status: 202 len: 1 time: 0.1', 'POST /v2.1/servers'],
    [`10.0.0.1 "POST /v2.1/servers/${UUID}/action?x=1 HTTP/1.1" status: 202 len: 1 time: 0.1`, 'POST /v2.1/servers/{id}/action'],
    ['VM Started (Lifecycle Event)', 'VM Started (Lifecycle Event)'],
    [`Lock "${UUID}" acquired`, 'Lock "{id}" acquired'],
  ])('%s', (text, operation) => {
    expect(operationOf(pieces([{ ms: 0, text, more: { format: 'oslo' } }]))).toBe(operation);
  });
});
