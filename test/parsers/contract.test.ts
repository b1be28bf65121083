/**
 * The contract of every parser in the two tables: its samples are taken by it and by none before it, its lines in fixtures/parsers
 * are its own, what it refuses it leaves untouched, no text is lost, nothing throws. Hostile texts: hostile.test.ts.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BODIES, ENVELOPES, isContinuation, isRawContinuation, marks, parse } from '../../parsers/index.ts';
import { hasForm, NOT_MINE, OWN_MESSAGE } from '../../parsers/parser.ts';
import { anySample, behindEnvelope, changed, exact, fresh, given, pieces, SAMPLES } from './pieces.ts';

const FIXTURES = new URL('../../fixtures/parsers/formats/', import.meta.url);

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
      exact(sample);
    });
  },
);

describe.each(BODIES.map((body, index) => ({ body, before: BODIES.slice(0, index) })))('body $body.name', ({ body, before }) => {
  test('has samples', () => {
    expect(body.samples.length).toBeGreaterThan(0);
  });

  test.each(body.samples)('takes %j, none before it does', (sample) => {
    for (const earlier of before) {
      const { record, at } = behindEnvelope(sample);
      const untouched = structuredClone(record);
      expect(earlier.read(sample, at, record), earlier.name).toBe(NOT_MINE);
      expect(record, earlier.name).toEqual(untouched);
    }
    const { record, at } = behindEnvelope(sample);
    const start = body.read(sample, at, record);
    expect(start === OWN_MESSAGE || (start >= at && start <= sample.length)).toBe(true);
    expect(parse(sample, given).format).toBe(body.name);
    exact(sample);
  });

  test.skipIf(body.name === 'plain')('takes every line of its fixtures', () => {
    const lines = linesOf(body.name);
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.filter((line) => exact(line).format !== body.name)).toEqual([]);
    expect(lines.filter(keptThoughWritten)).toEqual([]);
  });

  test('takes its samples cut or changed anywhere, or leaves the record untouched', () => {
    const touched = body.samples.flatMap(spoiled).filter((text) => {
      const { record, at } = behindEnvelope(text);
      const before = JSON.stringify(record);
      return body.read(text, at, record) === NOT_MINE && JSON.stringify(record) !== before;
    });
    expect(touched).toEqual([]);
  });
});

/** Up to every character of the sample, and without each; long ones at every third. */
function spoiled(sample: string): string[] {
  const step = sample.length > 400 ? 3 : 1;
  const places = Array.from({ length: Math.ceil(sample.length / step) }, (_, index) => index * step);
  return places.flatMap((at) => [sample.slice(0, at), `${sample.slice(0, at)}${sample.slice(at + 1)}`]);
}

/** Has the line a form that should give it back, and is kept raw all the same: a message that begins at the wrong place costs room at once. */
function keptThoughWritten(line: string): boolean {
  const { raw, form, envelopeForm } = parse(line, given);
  return raw !== undefined && hasForm(form) && hasForm(envelopeForm);
}

/** `NAME.log` are lines of real systems, `NAME.built.log` are put together from the program's own format string; ␊ stands for a newline, ␛ for an escape. */
function linesOf(name: string): string[] {
  const files = [`${name}.log`, `${name}.built.log`].map((file) => new URL(file, FIXTURES)).filter((file) => existsSync(file));
  const lines = files.flatMap((file) => readFileSync(file, 'utf8').split('\n'));
  return lines.filter((line) => line !== '').map((line) => line.replaceAll('␊', '\n').replaceAll('␛', '\x1b'));
}

test('names are unique, in each table samples too', () => {
  const names = [...ENVELOPES, ...BODIES].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const table of [ENVELOPES, BODIES]) {
    const samples = table.flatMap((parser) => parser.samples);
    expect(new Set(samples).size).toBe(samples.length);
  }
});

describe('what a parser refuses', () => {
  const text = fc.oneof(changed, anySample, pieces);

  test.each(ENVELOPES)('envelope $name leaves untouched', (envelope) => {
    fc.assert(
      fc.property(text, (sample) => {
        const record = fresh();
        if (envelope.read(sample, record, given) === NOT_MINE) expect(record).toEqual(fresh());
      }),
      { numRuns: 300 },
    );
  });

  test.each(BODIES)('body $name leaves untouched', (body) => {
    fc.assert(
      fc.property(text, (sample) => {
        const { record, at } = behindEnvelope(sample);
        const untouched = structuredClone(record);
        if (body.read(sample, at, record) === NOT_MINE) expect(record).toEqual(untouched);
      }),
      { numRuns: 300 },
    );
  });
});

describe('every text', () => {
  const zone = fc.integer({ min: -720, max: 840 });

  test('is kept: any string', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void exact(text)),
      { numRuns: 3000 },
    );
  });

  test('is kept: anything made of the pieces of logs, in any zone', () => {
    fc.assert(
      fc.property(pieces, zone, (text, minutes) => {
        const record = exact(text, { ...given, zone: minutes });
        marks(record);
        expect(typeof isContinuation(record)).toBe('boolean');
        expect(typeof isRawContinuation(record)).toBe('boolean');
      }),
      { numRuns: 7000 },
    );
  });

  test('is kept: a sample with one piece changed, in any zone', () => {
    fc.assert(
      fc.property(changed, zone, (text, minutes) => void exact(text, { ...given, zone: minutes })),
      { numRuns: 10_000 },
    );
  });

  test('a record has the same properties whatever it came from', () => {
    const names = Object.keys(fresh());
    for (const sample of SAMPLES) expect(Object.keys(parse(sample, given))).toEqual(names);
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
      envelopeForms.add(parse(`nova-api.log.${index} 2017-05-16 00:00:00 INFO nova.x [-] m`, given).envelopeForm);
      const tokens = [...index.toString(3).padStart(6, '0')].map((digit) => ['-', 'None', 'x'][Number(digit)]);
      forms.add(parse(`2017-05-16 00:00:00 INFO nova.x [req-${randomUUID()} ${tokens.slice(-6).join(' ')}] m`, given).form);
      forms.add(parse(`2022-02-10T16:09:19.414Z|00118|bridge(thread${index})|INFO|m`, given).form);
      forms.add(parse(`2017-05-16 00:00:00 \x1b[${index}mINFO nova.x [-] m`, given).form);
    }
    expect(envelopeForms.size).toBeLessThan(5500);
    expect(forms.size).toBeLessThan(6500);
  });
});
