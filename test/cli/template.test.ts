/** Templates of output lines: what they print, and where wrong ones are wrong. */
import { expect, test } from 'vitest';
import { CodedError } from '../../src/base/errors.ts';
import { type PublicRecord, publicRecord } from '../../src/base/public.ts';
import { stampOf } from '../../src/base/stamp.ts';
import { UTC } from '../../src/base/zone.ts';
import { TEMPLATE_FIELDS, templateOf } from '../../src/cli/template.ts';
import { recordOf } from '../api/parts.ts';

const record: PublicRecord = publicRecord(recordOf('hello\nworld\x1b', { pid: undefined, project: 'p' }), {
  ids: [
    { kind: 'volume', id: 'v1' },
    { kind: 'volume', id: 'v2' },
    { kind: 'ip', id: '10.0.0.1' },
  ],
  http: { method: 'GET', path: '/v2', status: 200, bytes: 0 },
  exception: { class: 'KeyError', message: 'x' },
  amqp: { kind: 'timeout', broker: 'mq:5672' },
});

const render = (text: string, one = record) => templateOf(text).render(one, stampOf('full', UTC));

test.each([
  ['{time} {host} {program}[{pid}] {level} {project}', '2026-11-22 08:24:11.000 c01 nova-compute[] INFO p'],
  ['[{pid|-}] {instance|no instance} {user|}.', '[-] no instance .'],
  ['{http.method} {http.path} {http.status} {http.bytes} {http.duration|?}', 'GET /v2 200 0 ?'],
  ['{status} {method} {exception} {global|none}', '200 GET KeyError none'],
  ['{amqp} {broker} {database|-} {event|-}', 'timeout mq:5672 - -'],
  ['{exception.class}: {exception.message}; {amqp.kind} {amqp.broker} {database.kind|-}', 'KeyError: x; timeout mq:5672 -'],
  ['{ids.volume} {ids.ip} {ids.port|-}', 'v1,v2 10.0.0.1 -'],
  ['{ids}', 'volume:v1 volume:v2 ip:10.0.0.1'],
  ['a\\tb\\nc\\\\d \\{x\\}', 'a\tb\nc\\d {x}'],
  ['{ host }', 'c01'],
  ['{message}|', 'hello\n    world\\x1b|'],
  ['no field', 'no field'],
])('%j prints %j', (text, want) => {
  expect(render(text)).toBe(want);
});

test.each([
  ['{tiem} x', 1, 4, '{time} x'],
  ['{host} {mesage|-}', 8, 6, '{host} {message|-}'],
  ['{http.sttus}', 1, 10, '{http.status}'],
  ['{host', 0, 5, '\\{host'],
  ['host}', 4, 1, 'host\\}'],
  ['a {} b', 2, 2, undefined],
  ['{xyzzy}', 1, 5, undefined],
  ['a\\qb', 1, 2, 'a\\\\qb'],
  ['end\\', 3, 1, 'end\\\\'],
  ['', 0, 1, '{time} {message}'],
])('%j is wrong at %d, %d long; %j is meant', (text, position, length, suggestion) => {
  let error: unknown;
  try {
    templateOf(text);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(CodedError);
  const { code, place } = error as CodedError;
  expect({ code, ...place }).toEqual({ code: 'bad-argument', text, position, length, ...(suggestion === undefined ? {} : { suggestion }) });
  // What is proposed is right.
  if (suggestion !== undefined) expect(() => templateOf(suggestion)).not.toThrow();
});

test('every field that is offered can be named, and every field of a record', () => {
  for (const field of TEMPLATE_FIELDS) expect(() => templateOf(`{${field}}`)).not.toThrow();
  for (const name of Object.keys(record)) if (!['http', 'amqp'].includes(name)) expect(() => templateOf(`{${name}}`)).not.toThrow();
});

test('it says what it needs', () => {
  expect([templateOf('{raw}').wantsRaw, templateOf('{message}').wantsRaw]).toEqual([true, false]);
  expect([templateOf('{raw}').showsMessage, templateOf('{message|-}').showsMessage]).toEqual([false, true]);
});
