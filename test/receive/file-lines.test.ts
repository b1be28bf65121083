/** Lines of a log file, and the names and places that know it again. */
import { describe, expect, test } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import { linesOf } from '../../src/receive/file-lines.ts';
import { HEAD_BYTES, namesOf, nextName, readPlace, tailOf, writePlace } from '../../src/receive/fingerprint.ts';

function texts(text: string, options = {}): string[] {
  const bytes = Buffer.from(text, 'latin1');
  const { spans } = linesOf(bytes, options);
  return Array.from({ length: spans.length / 2 }, (_, index) => bytes.toString('latin1', spans[index * 2], spans[index * 2 + 1]));
}

describe('lines', () => {
  test.each([
    ['a\nb\n', ['a', 'b']],
    ['a\nb', ['a', 'b']],
    ['a\r\nb\r\n\r\n', ['a', 'b']],
    ['\n\n\n', []],
    ['', []],
    ['  indented\n\ttab \n', ['  indented', '\ttab ']],
    ['before\n\0\0\0\0after a crash\n', ['before', 'after a crash']],
    ['\0\0\0\0', []],
    ['end\0\0\0\n', ['end']],
    ['in\0side\n', ['in\0side']],
    ['a\rb\n', ['a\rb']],
    ['\xff\xfe no UTF-8\n', ['\xff\xfe no UTF-8']],
  ])('%j', (text, want) => expect(texts(text)).toEqual(want));

  test('that are too long are cut and flagged', () => {
    const most = 'x'.repeat(limits.messageBytesMax);
    const bytes = Buffer.from(`short\n${most}\n${most}y\nend`);
    const { spans, flags, end } = linesOf(bytes);
    expect(spans.map((at, index) => (index % 2 === 0 ? 0 : at - spans[index - 1]!)).filter(Boolean)).toEqual([
      5,
      limits.messageBytesMax,
      limits.messageBytesMax,
      3,
    ]);
    expect([...flags!]).toEqual([[2, 'truncated']]);
    expect(end).toBe(bytes.length);
  });

  test('end where enough are taken', () => {
    const bytes = Buffer.from('a\n\nb\nc\nd');
    expect(linesOf(bytes, { linesMax: 2 })).toMatchObject({ spans: [0, 1, 3, 4], end: 5 });
    expect([...linesOf(Buffer.from('a\nbeginning'), { cut: true }).flags!]).toEqual([[1, 'truncated']]);
  });
});

describe('names', () => {
  const log = Buffer.from(Array.from({ length: 500 }, (_, index) => `line ${index}\n`).join(''));

  test('stay when a log grows', () => {
    for (let bytes = 1; bytes <= log.length; bytes += 97) {
      const [given] = namesOf(log.subarray(0, bytes), '');
      for (const more of [bytes + 1, bytes * 2, HEAD_BYTES, log.length])
        if (more >= bytes && more <= log.length) expect(namesOf(log.subarray(0, more), '')).toContain(given);
    }
  });

  test('differ where the first bytes do, and for short logs where the host does', () => {
    const other = Buffer.from(log);
    other[0] = 0x4c;
    expect(namesOf(log, '').filter((name) => namesOf(other, '').includes(name))).toEqual([]);
    expect(namesOf(log, 'a')[0]).toBe(namesOf(log, 'b')[0]);
    expect(namesOf(log.subarray(0, 100), 'a')[0]).not.toBe(namesOf(log.subarray(0, 100), 'b')[0]);
    expect(namesOf(Buffer.alloc(0), '')).toEqual([]);
  });

  test('of others with the same beginning are numbered', () => {
    expect(nextName('n', [])).toBe('n');
    expect(nextName('n', ['m', 'n#2'])).toBe('n');
    expect(nextName('n', ['n', 'n#2', 'n#3'])).toBe('n#4');
  });
});

test.each([[{ at: 0, tail: tailOf(Buffer.alloc(0)), cut: false }], [{ at: 123_456_789_012, tail: tailOf(Buffer.from('x')), cut: true }]])(
  'a place is written and read: %j',
  (place) => expect(readPlace(writePlace(place))).toEqual(place),
);

test.each([[''], ['12'], ['x 0123456789abcdef'], ['1 0123456789abcdef also']])('%j is no place of ours', (value) =>
  expect(readPlace(value)).toBeUndefined(),
);
