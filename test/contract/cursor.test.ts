/** Cursors come back as they were written, and whatever was not written is refused. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isCoded } from '../../src/base/errors.ts';
import { readCursor, writeCursor } from '../../src/store/cursor.ts';

test('every place in the order comes back', () => {
  const integers = fc.maxSafeInteger();
  fc.assert(
    fc.property(integers, fc.maxSafeNat(), (time, seq) => {
      const text = writeCursor({ time, seq });
      expect(text).toMatch(/^[\w-]{24}$/);
      expect(readCursor(text)).toEqual({ time, seq });
    }),
  );
});

test('one changed character is noticed nearly always, and never read as anything but a place', () => {
  const text = writeCursor({ time: 1_732_262_715_776_000, seq: 4711 });
  let refused = 0;
  let tried = 0;
  for (let at = 0; at < text.length; at++) {
    for (const character of 'AZaz09-_') {
      if (text[at] === character) continue;
      tried++;
      try {
        const { time, seq } = readCursor(text.slice(0, at) + character + text.slice(at + 1));
        expect(Number.isSafeInteger(time) && Number.isSafeInteger(seq)).toBe(true);
      } catch (error) {
        expect(isCoded(error) && error.code).toBe('bad-cursor');
        refused++;
      }
    }
  }
  expect(tried - refused).toBeLessThanOrEqual(1);
});

test('a time or seq beyond what numbers hold exactly is refused', () => {
  const bytes = Buffer.alloc(18, 0x7f);
  bytes[0] = 1;
  let hash = 0x811c9dc5;
  for (let index = 0; index < 16; index++) hash = Math.imul(hash ^ bytes[index]!, 0x01000193);
  bytes.writeUInt16BE((hash ^ (hash >>> 16)) & 0xffff, 16);
  expect(() => readCursor(bytes.toString('base64url'))).toThrow('not one of ours');
});
