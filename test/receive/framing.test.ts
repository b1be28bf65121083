/**
 * Framing as tables of (stream, messages), then the same streams cut at every byte boundary, then any bytes.
 * Cases named C… are those of other parsers' suites; where they disagree our rule is in src/receive/README.md.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CarryBudget, frameEnd, readCount, Splitter, type SplitterOptions } from '../../src/receive/framing.ts';

interface Split {
  messages: string[];
  /** `index flag` of those that have one. */
  flags: string[];
  empty: number;
  cut: number;
}

interface SplitRequest extends SplitterOptions {
  broken?: boolean;
}

/** Latin-1 text, so that every byte is one character. */
function split(chunks: readonly (string | Uint8Array)[], options: SplitRequest = {}): Split {
  const found: Split = { messages: [], flags: [], empty: 0, cut: 0 };
  const splitter = new Splitter(
    {
      deliver: (bytes, spans, flags) => {
        for (const [index, flag] of flags ?? []) found.flags.push(`${found.messages.length + index} ${flag}`);
        for (let at = 0; at < spans.length; at += 2) found.messages.push(Buffer.from(bytes).toString('latin1', spans[at], spans[at + 1]));
      },
      cut: (bytes) => {
        found.cut += bytes;
      },
      empty: (frames) => {
        found.empty += frames;
      },
    },
    options,
  );
  for (const chunk of chunks) splitter.push(typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk);
  splitter.end(options.broken);
  return found;
}

/** What is not named in `want` is nothing: no flags, none empty, nothing cut. */
const complete = (want: Partial<Split> & { messages: string[] }): Split => ({ flags: [], empty: 0, cut: 0, ...want });

const M = '<1>1 - - - - - -';

const STREAMS: [name: string, stream: string, want: Partial<Split> & { messages: string[] }][] = [
  ['C435 nothing', '', { messages: [] }],
  ['C436 a bare LF', '\n', { messages: [], empty: 1 }],
  ['C437 bare LFs', '\n\n\n', { messages: [], empty: 3 }],
  ['C423 a line', `${M}\n`, { messages: [M] }],
  ['C425 last line without LF', `${M}\n<2>x`, { messages: [M, '<2>x'] }],
  ['C439 empty lines around', '\n\nfoo\n\nbar\n\n', { messages: ['foo', 'bar'], empty: 4 }],
  ['CR LF', 'a\r\nb\r\n', { messages: ['a', 'b'] }],
  ['CR alone is text', 'a\rb\r\r\n', { messages: ['a\rb\r'] }],
  ['an empty line of CR LF', '\r\n', { messages: [], empty: 1 }],
  ['trailing NULs, others kept', 'a\0b\0\0\n', { messages: ['a\0b'] }],
  ['NULs before and after CR', 'a\0\r\0\n', { messages: ['a'] }],
  ['a line of NULs', '\0\0\0\n<1>x\n', { messages: ['<1>x'], empty: 1 }],
  ['C434 NUL inside', '<1>1 msg\0content\n', { messages: ['<1>1 msg\0content'] }],
  ['C428 NUL as trailer is text', '<1>a\0<2>b\0', { messages: ['<1>a\0<2>b'] }],
  ['C433 not syslog', 'not a syslog message\n', { messages: ['not a syslog message'] }],
  ['bytes that are no UTF-8', '<13>\xff\xfe\x80\n', { messages: ['<13>\xff\xfe\x80'] }],
  ['terminal escapes', '\x1b[2J\x07\n', { messages: ['\x1b[2J\x07'] }],
  ['counted', `16 ${M}`, { messages: [M] }],
  ['C412 counted ones in a row', '4 <1>a5 <2>bc3 <3>', { messages: ['<1>a', '<2>bc', '<3>'] }],
  ['counted with its LF', '5 <1>a\n5 <1>b\n', { messages: ['<1>a', '<1>b'] }],
  ['C422 counted with its CR LF', '10 <1>a\r\nbc\r\n', { messages: ['<1>a\r\nbc'] }],
  ['only one LF of a counted frame is framing', '6 <1>a\n\n', { messages: ['<1>a\n'] }],
  ['C418 LF inside', '8 <1>a\nb\nc', { messages: ['<1>a\nb\nc'] }],
  ['C420 CR kept', '7 <1>a\rb\r', { messages: ['<1>a\rb\r'] }],
  ['counted with trailing NULs', '7 <1>a\n\0\0', { messages: ['<1>a'] }],
  ['LF after a count that left it out', '4 <1>a\n4 <1>b\n', { messages: ['<1>a', '<1>b'], empty: 2 }],
  ['counted JSON', '7 {"a":1}8 {"a":22}', { messages: ['{"a":1}', '{"a":22}'] }],
  ['JSON that is too short for its count to be one', '1 {"a":1}\n', { messages: ['1 {"a":1}'] }],
  ['a brace that is no JSON object', '12 {curly} text\n', { messages: ['12 {curly} text'] }],
  ['C440 mixed', 'Jun  3 a: b\n\n4 <1>a<2>c\n3 <3>x\n', { messages: ['Jun  3 a: b', '<1>a', '<2>c', '<3>', 'x'], empty: 1 }],
  ['C413 malformed in the middle', `16 ${M}17 <2>12 A B C D E -16 ${M}`, { messages: [M, '<2>12 A B C D E -', M] }],
  ['C415 wrong count: out of step, nothing lost', '16 <1>217 <11>1 - - - - - -', { messages: ['<1>217 <11>1 - -', ' - - - -'] }],
  ['count too small', '3 <1>abc\n4 <2>x', { messages: ['<1>', 'abc', '<2>x'] }],
  ['C409 half a counted frame', '16 <1>1', { messages: ['<1>1'], flags: ['0 incomplete'] }],
  ['C410 no space after the count', '16<1>1\n', { messages: ['16<1>1'] }],
  ['C411 only a count', '1', { messages: ['1'] }],
  ['only a count and its space', '16 ', { messages: ['16 '] }],
  ['C416 21 digits', `999999999999999999999 ${M}\n<2>x\n`, { messages: [`999999999999999999999 ${M}`, '<2>x'] }],
  ['seven digits are a count', '9999999 <1>1', { messages: ['<1>1'], flags: ['0 incomplete'] }],
  ['eight digits are text', '99999999 <1>1\n<2>x\n', { messages: ['99999999 <1>1', '<2>x'] }],
  ['count zero', '0 <1>a\n', { messages: ['0 <1>a'] }],
  ['leading zero', '04 <1>a\n', { messages: ['04 <1>a'] }],
  ['negative count', '-4 <1>a\n', { messages: ['-4 <1>a'] }],
  ['C441 a line that begins with a digit', '12foo bar\n', { messages: ['12foo bar'] }],
  ['C442 a number and text', '123 aa\n<1>x\n', { messages: ['123 aa', '<1>x'] }],
  ['digits, then LF', '123\n45 \n', { messages: ['123', '45 '] }],
  [
    'C671 an ISO time',
    '2025-01-23T12:15:23+01:00 example a: start\n<13>b\n',
    { messages: ['2025-01-23T12:15:23+01:00 example a: start', '<13>b'] },
  ],
  ['a count of one byte', '1 <2 <<4 <1>a', { messages: ['<', '<<', '<1>a'] }],
];

describe('a stream becomes these messages', () => {
  test.each(STREAMS)('%s', (_, stream, want) => {
    expect(split([stream])).toEqual(complete(want));
  });
});

describe('wherever the stream is cut in two or three', () => {
  test.each(STREAMS)('%s', (_, stream, want) => {
    for (let first = 0; first <= stream.length; first++) {
      for (let second = first; second <= stream.length; second++) {
        const chunks = [stream.slice(0, first), stream.slice(first, second), stream.slice(second)];
        expect(split(chunks)).toEqual(complete(want));
      }
    }
  });
});

test('all streams as one, cut at every byte and byte by byte', () => {
  const stream = STREAMS.filter(([, , want]) => !want.flags)
    .map(([, text]) => (text.endsWith('\n') ? text : `${text}\n`))
    .join('');
  const want = split([stream]);
  expect(want.messages.length).toBeGreaterThan(50);
  for (let at = 0; at <= stream.length; at++) expect(split([stream.slice(0, at), stream.slice(at)])).toEqual(want);
  expect(split([...stream])).toEqual(want);
});

/** With a limit of ten bytes. */
const LONG: [name: string, stream: string, want: Partial<Split> & { messages: string[] }][] = [
  ['just fits', '0123456789\nb\n', { messages: ['0123456789', 'b'] }],
  ['just fits with CR LF', '0123456789\r\nb\n', { messages: ['0123456789', 'b'] }],
  ['just fits, counted, with CR LF', '12 <123456789\r\n4 <1>b', { messages: ['<123456789', '<1>b'] }],
  ['one too long', 'a0123456789\nb\n', { messages: ['a012345678', 'b'], flags: ['0 truncated'], cut: 1 }],
  ['much too long', `${'a'.repeat(35)}\nb\n`, { messages: ['a'.repeat(10), 'b'], flags: ['0 truncated'], cut: 25 }],
  [
    'C414 counted too long',
    '16 <1>1 - - - - - -\n5 <2>xy',
    { messages: ['<1>1 - - -', '<2>xy'], flags: ['0 truncated'], cut: 6, empty: 1 },
  ],
  ['too long at the close', 'a'.repeat(35), { messages: ['a'.repeat(10)], flags: ['0 truncated'], cut: 25 }],
  ['counted, too long, half at the close', `99 <${'a'.repeat(34)}`, { messages: [`<${'a'.repeat(9)}`], flags: ['0 truncated'], cut: 25 }],
  ['counted, eleven of more at the close', `99 <${'a'.repeat(10)}`, { messages: [`<${'a'.repeat(9)}`], flags: ['0 truncated'], cut: 1 }],
  [
    'two too long in a row',
    'aaaaaaaaaaaaaa\nbbbbbbbbbbbbbb\n',
    { messages: ['a'.repeat(10), 'b'.repeat(10)], flags: ['0 truncated', '1 truncated'], cut: 8 },
  ],
];

describe('messages over the limit are cut, flagged and counted, however the stream was cut', () => {
  test.each(LONG)('%s', (_, stream, want) => {
    for (let first = 0; first <= stream.length; first++) {
      for (let second = first; second <= stream.length; second++) {
        const chunks = [stream.slice(0, first), stream.slice(first, second), stream.slice(second)];
        expect(split(chunks, { messageBytesMax: 10 })).toEqual(complete(want));
      }
    }
  });
});

test('a message of 1 MiB is whole, one of 3 MiB is cut, and the next one is intact', () => {
  const whole = 'w'.repeat(1024 * 1024);
  const long = 'l'.repeat(3 * 1024 * 1024);
  const stream = Buffer.from(`${whole}\r\n${long}\n<1>next\n`);
  const want = complete({ messages: [whole, long.slice(0, 1024 * 1024), '<1>next'], flags: ['1 truncated'], cut: 2 * 1024 * 1024 });
  expect(split([stream])).toEqual(want);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < stream.length; at += 65_521) chunks.push(stream.subarray(at, at + 65_521));
  expect(split(chunks)).toEqual(want);
});

test('an announced length allocates nothing, and a stream that broke off says so', () => {
  const budget: CarryBudget = { bytesLeft: 0 };
  expect(split(['9000000 <1>half'], { budget })).toEqual(complete({ messages: ['<1>half'], flags: ['0 incomplete'] }));
  expect(split(['<1>half'], { broken: true })).toEqual(complete({ messages: ['<1>half'], flags: ['0 incomplete'] }));
});

test('without budget a partial message is cut at what fits; what was taken is given back', () => {
  const budget: CarryBudget = { bytesLeft: 10_000 };
  const long = 'x'.repeat(50_000);
  const found = split([long.slice(0, 5000), long.slice(5000, 9000), `${long.slice(9000)}\n<1>next\n`], { budget });
  expect(found.flags).toEqual(['0 truncated']);
  expect(found.messages[0]!.length).toBeGreaterThanOrEqual(4096);
  expect(found.messages[0]!.length + found.cut).toBe(50_000);
  expect(found.messages[1]).toBe('<1>next');
  expect(budget.bytesLeft).toBe(10_000);
});

test('whole frames are spans into the chunk itself', () => {
  const chunk = Buffer.from('<1>a\n4 <1>b<1>c\n<1>part');
  const seen: [boolean, number[]][] = [];
  const splitter = new Splitter({ deliver: (bytes, spans) => seen.push([bytes === chunk, spans]), cut: () => {}, empty: () => {} });
  splitter.push(chunk);
  expect(seen).toEqual([[true, [0, 4, 7, 11, 11, 15]]]);
});

const BITS = fc.constantFrom(
  '\n',
  '\r',
  '\0',
  ' ',
  '<',
  '{',
  '"',
  '0',
  '1',
  '2',
  '9',
  '12 <1>',
  '3 <',
  '5 {"',
  'a',
  'bcdefghijklmno',
  '\xff',
);

test('any bytes in any chunks: never throws, the same messages, every byte of text kept or counted', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(BITS, fc.string()), { maxLength: 60 }), fc.array(fc.nat(40), { maxLength: 20 }), (bits, cuts) => {
      const stream = bits.join('').replace(/[^\x00-\xff]/g, '?');
      const chunks: string[] = [];
      let at = 0;
      for (const cut of cuts) {
        chunks.push(stream.slice(at, at + cut));
        at += cut;
      }
      chunks.push(stream.slice(at));
      for (const messageBytesMax of [10, 1024 * 1024]) {
        const want = split([stream], { messageBytesMax });
        expect(split(chunks, { messageBytesMax })).toEqual(want);
        for (const message of want.messages) {
          expect(message).not.toBe('');
          expect(message.length).toBeLessThanOrEqual(messageBytesMax);
          expect(stream).toContain(message);
        }
        // What is neither text nor cut is framing: counts with their space, CR, LF, NUL.
        const framing = stream.length - want.messages.join('').length - want.cut;
        const framingMost = (stream.match(/[\r\n\0]/g) ?? []).length + (stream.match(/[1-9]\d{0,6} (?=<|\{")/g) ?? []).join('').length;
        expect(framing).toBeGreaterThanOrEqual(0);
        expect(framing).toBeLessThanOrEqual(framingMost);
      }
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['', -1],
  ['1', -1],
  ['1234567', -1],
  ['1234567 ', -1],
  ['1234567 <', 1_234_567],
  ['12345678', 0],
  ['12 {', -1],
  ['12 {"', 12],
  ['12 {}', 0],
  ['12 x', 0],
  ['0', 0],
  ['x', 0],
])('readCount(%j) is %i', (text, want) => {
  expect(readCount(Buffer.from(text), 0, text.length)).toBe(want);
});

test.each([
  ['a', 1],
  ['a\n', 1],
  ['a\n\n', 2],
  ['a\r\n\0', 1],
  ['a\r', 2],
  ['\0\n', 0],
  ['\0', 0],
  ['', 0],
])('frameEnd(%j) is %i', (text, want) => {
  expect(frameEnd(Buffer.from(text), 0, text.length)).toBe(want);
});
