/** The public JSON of a record: its names, what is left out, and that the fast text says what JSON.stringify would. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { publicJson, publicRecord, seqOf } from '../../src/base/public.ts';
import { emptyRecord } from '../../src/base/record.ts';
import { formatTime } from '../../src/base/time.ts';
import type { LogRecord, Marks } from '../../src/model.ts';

const TIME = Date.UTC(2026, 10, 22, 8, 24, 11, 548) * 1000;

function full(change: Partial<LogRecord> = {}): LogRecord {
  return { ...emptyRecord(TIME, 'udp', '10.0.0.3'), seq: 12, ...change };
}

test('absent fields and what only the store needs are left out', () => {
  const record = full({
    message: 'hello',
    envelope: 'rfc3164',
    envelopeForm: 'x',
    headerTime: 5,
    form: 'y',
    more: [13, 2],
    raw: '<14>hello',
  });
  expect(publicJson(record, {})).toBe(
    '{"seq":12,"time":"2026-11-22T08:24:11.548000Z","received":"2026-11-22T08:24:11.548000Z","transport":"udp","peer":"10.0.0.3","message":"hello"}',
  );
});

test('fields in the order of the model, marks, and raw when asked', () => {
  const record = full({
    host: 'c01',
    facility: 16,
    severity: 3,
    level: 'ERROR',
    service: 'nova',
    program: 'nova-compute',
    pid: 7,
    logger: 'nova.compute.manager',
    request: 'req-1',
    globalRequest: 'req-2',
    user: 'u',
    project: 'p',
    domain: 'd',
    systemScope: 's',
    userDomain: 'ud',
    projectDomain: 'pd',
    instance: 'i',
    msgid: 'm',
    structuredData: '[a b="c"]',
    flags: 'lossy',
    zone: 60,
    format: 'oslo',
    of: 11,
    message: 'a\n"b" \x1b[0m\u202e',
  });
  const marks: Marks = {
    ids: [{ kind: 'uuid', id: 'x' }],
    http: { method: 'GET', path: '/v2\u009b', status: 200, duration: 0.5 },
    exception: { class: 'E' },
  };
  const json = publicJson(record, marks, '<131>raw');
  expect(json).not.toMatch(/[\p{Cc}\u202e]/u);
  expect(JSON.parse(json)).toEqual({
    seq: 12,
    time: formatTime(TIME),
    received: formatTime(TIME),
    transport: 'udp',
    peer: '10.0.0.3',
    host: 'c01',
    facility: 16,
    severity: 3,
    level: 'ERROR',
    service: 'nova',
    program: 'nova-compute',
    pid: 7,
    logger: 'nova.compute.manager',
    request: 'req-1',
    globalRequest: 'req-2',
    user: 'u',
    project: 'p',
    domain: 'd',
    systemScope: 's',
    userDomain: 'ud',
    projectDomain: 'pd',
    instance: 'i',
    msgid: 'm',
    structuredData: '[a b="c"]',
    flags: 'lossy',
    zone: 60,
    format: 'oslo',
    of: 11,
    ...marks,
    message: 'a\n"b" \x1b[0m\u202e',
    raw: '<131>raw',
  });
  expect(seqOf(json)).toBe(12);
});

test('every field of the model is either public or known to be internal', () => {
  const internal = ['envelope', 'envelopeForm', 'headerTime', 'form', 'raw', 'more'];
  const filled = Object.fromEntries(Object.entries(full()).map(([name, value]) => [name, value ?? 1]));
  const said = Object.keys(publicRecord({ ...filled, zone: 1, format: 'f' } as unknown as LogRecord, {}));
  expect(said.sort()).toEqual(
    Object.keys(filled)
      .filter((name) => !internal.includes(name))
      .sort(),
  );
});

test('any text survives, on one line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = publicJson(full({ message: text, host: text, peer: text }), { exception: { class: text } }, text);
      expect(json).not.toMatch(/[\n\r]/);
      expect(JSON.parse(json)).toMatchObject({ message: text, host: text, peer: text, exception: { class: text }, raw: text });
    }),
  );
});
