/** Small binary structures: what was written is read; damaged bytes end in an Error, at once. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../../src/base/bytes.ts';

const EDGES = [
  0,
  1,
  63,
  64,
  127,
  128,
  16_383,
  16_384,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 35,
  2 ** 49 - 1,
  2 ** 49,
  2 ** 52 - 1,
  2 ** 52,
];

function written(write: (out: ByteWriter) => void, capacity?: number): Buffer {
  const out = new ByteWriter(capacity);
  write(out);
  return Buffer.from(out.view());
}

describe('numbers', () => {
  test.each(EDGES)('%d comes back, with both signs', (value) => {
    const input = new ByteReader(
      written((out) => {
        out.varint(value);
        out.zigzag(value);
        out.zigzag(-value);
      }, 1),
    );
    expect([input.varint(), input.zigzag(), input.zigzag(), input.done]).toEqual([value, value, value === 0 ? 0 : -value, true]);
  });

  test('any number comes back', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat()), fc.array(fc.integer({ min: -(2 ** 52), max: 2 ** 52 })), (naturals, integers) => {
        const bytes = written((out) => {
          for (const value of naturals) out.varint(value);
          for (const value of integers) out.zigzag(value);
        }, 1);
        const input = new ByteReader(bytes);
        expect(naturals.map(() => input.varint())).toEqual(naturals);
        expect(integers.map(() => input.zigzag() + 0)).toEqual(integers.map((value) => value + 0));
        expect(input.done).toBe(true);
      }),
    );
  });
});

test('a mixture comes back, whatever the capacity to begin with', () => {
  const part = fc.oneof(
    fc.record({ kind: fc.constant('byte' as const), value: fc.nat(255) }),
    fc.record({ kind: fc.constant('string' as const), value: fc.string({ unit: 'binary' }) }),
    fc.record({ kind: fc.constant('block' as const), value: fc.uint8Array() }),
    fc.record({ kind: fc.constant('take' as const), value: fc.uint8Array() }),
  );
  fc.assert(
    fc.property(fc.array(part), fc.integer({ min: 1, max: 64 }), (parts, capacity) => {
      const bytes = written((out) => {
        for (const { kind, value } of parts) {
          if (kind === 'take') out.take(value.length).set(value);
          else if (kind === 'byte') out.byte(value);
          else if (kind === 'string') out.string(value);
          else out.block(value);
        }
      }, capacity);
      const input = new ByteReader(bytes);
      for (const { kind, value } of parts) {
        if (kind === 'byte') expect(input.byte()).toBe(value);
        else if (kind === 'string') expect(input.string()).toBe(value);
        else expect([...input.block(value.length)]).toEqual([...value]);
      }
      expect(input.done).toBe(true);
    }),
  );
});

describe('damage', () => {
  test.each<[name: string, bytes: number[], read: (input: ByteReader) => unknown]>([
    ['a byte behind the end', [], (input) => input.byte()],
    ['a number that does not end', [0x80, 0x80], (input) => input.varint()],
    ['a number longer than any', Array<number>(12).fill(0x80), (input) => input.varint()],
    ['a string longer than what is there', [5, 65], (input) => input.string()],
    ['a block of more than a machine has', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], (input) => input.block(input.varint())],
  ])('%s is an Error', (_name, bytes, read) => {
    expect(() => read(new ByteReader(Uint8Array.from(bytes)))).toThrow(Error);
  });

  test('any bytes: values or an Error, and never past the end', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.array(fc.constantFrom('byte', 'varint', 'zigzag', 'string'), { maxLength: 80 }),
        (bytes, reads) => {
          const input = new ByteReader(bytes);
          try {
            for (const read of reads as ('byte' | 'varint' | 'zigzag' | 'string')[]) {
              const value = input[read]();
              expect(typeof value === 'string' ? value.length <= bytes.length : Number.isFinite(value)).toBe(true);
              expect(input.at).toBeLessThanOrEqual(bytes.length);
            }
          } catch (error) {
            expect((error as Error).message).toMatch(/ends too early|number too long/);
          }
        },
      ),
    );
  });
});

test('a reader of a part sees that part alone', () => {
  const whole = Buffer.from([9, 9, 1, 2, 9]);
  const input = new ByteReader(whole.subarray(2, 4));
  expect([input.byte(), input.byte(), input.done]).toEqual([1, 2, true]);
  expect(() => input.byte()).toThrow('ends too early');
});
