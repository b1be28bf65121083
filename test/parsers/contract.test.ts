/**
 * The contract of every parser in the two tables: its samples are taken by it and by none before it, what
 * it refuses it leaves untouched, no text is lost, nothing throws, hostile text costs linear time.
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BODIES, ENVELOPES, isContinuation, isRawContinuation, marks, parse, write } from '../../parsers/index.ts';
import { NOT_MINE } from '../../parsers/parser.ts';
import { emptyRecord } from '../../src/base/record.ts';
import type { Given, LogRecord } from '../../src/model.ts';

const given: Given = { received: Date.UTC(2026, 10, 22, 10) * 1000, transport: 'udp', peer: '192.0.2.9', zone: 0 };

function fresh(): LogRecord {
  return emptyRecord(given.received, given.transport, given.peer);
}

/** A record as a body parser meets it: the bare envelope has taken a program name from its sample. */
function bodyOf(sample: string): { record: LogRecord; at: number } {
  const record = fresh();
  return { record, at: ENVELOPES.at(-1)!.read(sample, record, given) };
}

describe.each(ENVELOPES.map((envelope, index) => ({ envelope, before: ENVELOPES.slice(0, index) })))(
  'envelope $envelope.name',
  ({ envelope, before }) => {
    test.each(envelope.samples)('takes %j, none before it does', (sample) => {
      for (const earlier of before) {
        const record = fresh();
        expect(earlier.read(sample, record, given)).toBe(NOT_MINE);
        expect(record).toEqual(fresh());
      }
      const at = envelope.read(sample, fresh(), given);
      expect(at).toBeGreaterThanOrEqual(0);
      expect(at).toBeLessThanOrEqual(sample.length);
      expect(parse(sample, given).envelope).toBe(envelope.name);
    });
  },
);

describe.each(BODIES.map((body, index) => ({ body, before: BODIES.slice(0, index) })))('body $body.name', ({ body, before }) => {
  test.each(body.samples)('takes %j, none before it does', (sample) => {
    for (const earlier of before) {
      const { record, at } = bodyOf(sample);
      const untouched = structuredClone(record);
      expect(earlier.read(sample, at, record)).toBe(NOT_MINE);
      expect(record).toEqual(untouched);
    }
    const { record, at } = bodyOf(sample);
    expect(body.read(sample, at, record)).toBeGreaterThanOrEqual(at);
    expect(parse(sample, given).format).toBe(body.name);
  });
});

test('names and samples are unique', () => {
  const samples = [...ENVELOPES, ...BODIES].map(({ name }) => name);
  expect(new Set(samples).size).toBe(samples.length);
});

function exact(text: string, with_: Given = given): LogRecord {
  const record = parse(text, with_);
  if ((record.raw ?? write(record)) !== text)
    expect.fail(`lost: ${JSON.stringify(text)} -> ${JSON.stringify(record.raw ?? write(record))}`);
  return record;
}

describe('every text', () => {
  const word = fc.constantFrom(
    '<134>',
    '<13>',
    '<191>',
    '<192>',
    '<>',
    '<013>',
    '1 ',
    '- ',
    ' ',
    '  ',
    ': ',
    ':',
    '[',
    ']',
    '[-] ',
    '%t',
    '%',
    '|',
    '+',
    '~',
    '?',
    '$',
    '\n',
    '\t',
    '\0',
    '\ufeff',
    '\r\n',
    '#012',
    '#011',
    '#033[01;36m',
    '\x1b[00m',
    'May 16 00:00:00 ',
    'Feb 29 12:00:00 ',
    'May 06 23:59:60 ',
    '2017-05-16T00:00:00.008+01:00 ',
    '2017-05-16 00:00:00.008 ',
    '2017-02-30 00:00:00 ',
    '2017-05-16 00:00:00,123.123 ',
    '25746 ',
    'INFO ',
    'ERROR ',
    'TRACE ',
    'WARN ',
    '    INFO ',
    'nova.compute.manager ',
    'nova ',
    '[req-38101a0b-2096-447d-96ea-a692162415ae 113d None - ] ',
    '[None ',
    '[instance: a015cf14-84bb-4156-a48d-7c4824ac7a9d] ',
    'host ',
    'nova-api: ',
    'nova-api[12]: ',
    'nova-api ',
    'proxy-server ',
    'Traceback (most recent call last):',
    'tx0a1b2c3d4e5f60718293a4b5c6d7e8f9',
    '09/Jun/2014/15/41/42 ',
    '[id a="b"] ',
    '[id a="]"]',
    'ö',
    '𐌼',
    '"',
  );
  const zone = fc.integer({ min: -720, max: 840 });

  test('is kept: any string', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void exact(text)),
      { numRuns: 3000 },
    );
  });

  test('is kept: anything made of the pieces of logs, in any zone', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 14 }), zone, (parts, minutes) => {
        const record = exact(parts.join(''), { ...given, zone: minutes });
        marks(record);
        expect(typeof isContinuation(record)).toBe('boolean');
        expect(typeof isRawContinuation(record)).toBe('boolean');
      }),
      { numRuns: 7000 },
    );
  });

  test('is kept: a sample with one piece changed', () => {
    const samples = [...ENVELOPES, ...BODIES].flatMap(({ samples }) => samples);
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.nat(300), fc.nat(4), word, (sample, at, cut, piece) => {
        exact(sample.slice(0, at) + piece + sample.slice(at + cut));
      }),
      { numRuns: 5000 },
    );
  });

  test('a record has the same properties whatever it came from', () => {
    const names = Object.keys(fresh());
    for (const { samples } of [...ENVELOPES, ...BODIES])
      for (const sample of samples) expect(Object.keys(parse(sample, given))).toEqual(names);
  });

  test('flags are sorted and hold what the receiver said', () => {
    expect(parse('<192>x', { ...given, flag: 'truncated' }).flags).toBe('bad-pri truncated');
  });

  test('forms stay few whatever senders make up', () => {
    const envelopeForms = new Set<string>();
    const forms = new Set<string>();
    for (let index = 0; index < 20_000; index++) {
      const minutes = `${String(index % 24).padStart(2, '0')}:${String(index % 60).padStart(2, '0')}`;
      envelopeForms.add(parse(`<1>1 2017-05-16T00:00:00.1+${minutes} h a ${randomUUID()} m - x`, given).envelopeForm);
      const tokens = [...index.toString(3).padStart(6, '0')].map((digit) => ['-', 'None', 'x'][Number(digit)]);
      forms.add(parse(`2017-05-16 00:00:00 INFO nova.x [req-${randomUUID()} ${tokens.slice(-6).join(' ')}] m`, given).form);
    }
    expect(envelopeForms.size).toBeLessThan(3000);
    expect(forms.size).toBeLessThan(4097);
  });
});

describe('hostile text of 64 KiB', () => {
  const size = 64 * 1024;
  const heads = [
    '',
    '<134>',
    '<134>May 16 00:00:00 ',
    '<134>May 16 00:00:00 h nova-api: 2017-05-16 00:00:00.008 1 ERROR nova.x [-] ',
    '<1>1 - - - - - ',
    'proxy-server ',
    'Traceback (most recent call last):\n  File "x", line 1, in y\n',
    '1.2.3.4 "GET /',
  ];
  const bodies = [
    '0',
    'a',
    'a:',
    ' ',
    '\t',
    '\n',
    '#',
    '#012',
    '#011',
    '#033[0m',
    '\x1b[m',
    '[',
    ']',
    '(',
    '"',
    '\\',
    '%',
    '|',
    '[-] ',
    '[req-',
    '[a b="',
    '][',
    'tx',
    'req-',
    '- ',
    '1.',
    '1.1.',
    'fe80:',
    'a0:',
    '2017-05-16 00:00:00 ',
    '2017-05-16 00:00:00.000000 ',
    ': A',
    'A.',
    '<1>',
    '\0',
    'é',
    '(pid=',
  ];

  /** A quadratic parser needs minutes for one of these; the runner's own time limit is the bound. */
  test('costs linear time in all parsers and marks', () => {
    let texts = 0;
    for (const head of heads) {
      for (const body of bodies) {
        marks(exact(head + body.repeat(size / body.length)));
        texts++;
      }
    }
    expect(texts).toBe(heads.length * bodies.length);
  });
});
