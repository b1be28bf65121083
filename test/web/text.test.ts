/** Texts as they are shown: hostile characters, ids, matches, rows. Every table row is (input, want). */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visibleLines as ourLines, visible as ours } from '../../src/base/visible.ts';
import { canonical, idsIn } from '../../web/src/text/ids.ts';
import { markerOf, piecesOf } from '../../web/src/text/pieces.ts';
import { cellText, columnsOf, columnsText, lineOf, linesMore, messageOf, shortClass } from '../../web/src/text/rows.ts';
import { visible, visibleLines } from '../../web/src/text/visible.ts';

test('what is hostile is spelled out exactly as in the terminal', () => {
  const every = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).join('');
  expect(visible(every)).toBe(ours(every));
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(visible(text)).toBe(ours(text));
      expect(visibleLines(text)).toBe(ourLines(text));
    }),
  );
});

const UUID = '903b85d0-b6ab-4d2b-9be8-1c3a6b1de2f7';

test.each([
  [`[instance: ${UUID}] x`, [UUID]],
  [`req-${UUID.toUpperCase()}`, [`req-${UUID}`]],
  [`volume-${UUID}`, [UUID]],
  ['AUTH_903b85d0b6ab4d2b9be81c3a6b1de2f7', [UUID]],
  ['(txn: tx4b41c78a86b246c59725d-005c48267b)', ['tx4b41c78a86b246c59725d-005c48267b']],
  ['fa:16:3e:00:00:01 10.0.0.7:5672', ['fa:16:3e:00:00:01', '10.0.0.7']],
  ['1.2.3.4.5 version 1.2.3', []],
  ['deadbeef 0123456789abcdef0123456789abcdef0', []],
])('ids in %s', (text, want) => {
  expect(idsIn(text).map(({ id }) => id)).toEqual(want);
});

test('spellings of an id are one', () => {
  expect(canonical('REQ-903B85D0B6AB4D2B9BE81C3A6B1DE2F7')).toBe(`req-${UUID}`);
});

/** Marked stretches of the text. */
test.each([
  ['error', 'an Error, errors', ['Error']],
  ['"no valid host"', 'No  valid-host was', ['No  valid-host']],
  ['*alid ho*', 'No valid host', ['alid', 'ho']],
  ['*"alid ho"*', 'No valid host', ['alid ho']],
  ['nov*', 'nova-compute nova', ['nov', 'nov']],
  ['-error x', 'error x', ['x']],
  ['NOT error x', 'error x', ['x']],
  ['(error OR warn*)', 'error warning', ['error', 'warn']],
  ['service:nova nova', 'nova service', ['nova']],
  ['message:timeout', 'a timeout', ['timeout']],
  ['/Errno 1\\d\\d/', 'Errno 113 EHOSTUNREACH', ['Errno 113']],
  ['/a.*c/', 'xabcx', ['abc']],
  // Not run here: they could take for ever.
  ['/(a+)+$/', 'aaaa', []],
  ['/a+b+/', 'aabb', []],
  ['/(?=a)/', 'a', []],
  ['/[/', 'a[', []],
  ['c++ [x]', 'c++ [x]', ['c', 'x']],
])('%s marks in %s', (query, text, want) => {
  expect(
    piecesOf(text, markerOf(query))
      .filter(({ isMatch }) => isMatch)
      .map((piece) => piece.text),
  ).toEqual(want);
});

test('pieces put together are the text, ids whole', () => {
  const text = `x ${UUID} y ${UUID}`;
  const pieces = piecesOf(text, markerOf('x 903b85d0'));
  expect(pieces.map((piece) => piece.text).join('')).toBe(text);
  expect(pieces.filter(({ id }) => id === UUID).map(({ isMatch }) => isMatch)).toEqual([true, true]);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (any, query) => {
      expect(
        piecesOf(any, markerOf(query))
          .map((piece) => piece.text)
          .join(''),
      ).toBe(any);
    }),
  );
});

test('what could take the square of a text marks only its beginning; words mark all of it', () => {
  expect(markerOf('/a.*b/')!.charsMax).toBe(1000);
  expect(markerOf('x OR /[ab]{2,}c/')!.charsMax).toBe(1000);
  for (const query of ['/ab?c/', '"a b"', 'a*', '*x*', 'c++', '"(a+b)*"'])
    expect(markerOf(query)!.charsMax, query).toBe(Number.POSITIVE_INFINITY);
});

const record = (message: string, more: object = {}) =>
  ({ seq: 1, time: '', received: '', transport: 'udp', peer: '', message, ...more }) as never;
const TRACEBACK = `Failed: boom\nTraceback (most recent call last):\n${'  File "x"\n'.repeat(20)}nova.exception.NoValidHost: boom`;

test('a row shows the first line, cut and visible', () => {
  expect(lineOf(record('a\nb'))).toBe('a');
  expect(lineOf(record('a\u001b[31mb'))).toBe('a\\x1b[31mb');
  expect(lineOf(record('x'.repeat(5000)))).toHaveLength(1001);
  expect(linesMore(record(TRACEBACK))).toBe(22);
});

test('a full row shows what helps, and says what it leaves out', () => {
  expect(messageOf(record('a\nb'), false)).toEqual({ text: 'a\nb', linesHidden: 0, charsHidden: 0 });
  const folded = messageOf(record(TRACEBACK, { exception: { class: 'nova.exception.NoValidHost' } }), false);
  expect([folded.text, folded.linesHidden]).toEqual(['Failed: boom', 22]);
  expect(folded.charsHidden).toBe(TRACEBACK.length - 'Failed: boom'.length);
  expect(messageOf(record(TRACEBACK), false).text.split('\n')).toHaveLength(12);
  const long = messageOf(record('x'.repeat(1_000_000)), false);
  expect([long.text.length, long.charsHidden]).toEqual([2000, 998_000]);
  expect(messageOf(record('x'.repeat(1_000_000)), true).text).toHaveLength(1_000_000);
});

test('columns go into the address and come back', () => {
  expect(columnsOf('')).toEqual(['service', 'host']);
  expect(columnsOf('logger,service,nonsense')).toEqual(['logger', 'service']);
  expect(columnsOf('none')).toEqual([]);
  for (const text of ['logger,service', 'none', 'http.status']) expect(columnsText(columnsOf(text))).toBe(text);
  expect(columnsText(['service', 'host'])).toBe('');
  expect(cellText(record('', { http: { status: 500 } }), 'http.status')).toBe('500');
  expect(cellText(record('', { host: 'a\u202eb' }), 'host')).toBe('a\\u202eb');
  expect(cellText(record(''), 'http.status')).toBeUndefined();
  expect(shortClass('nova.exception.NoValidHost')).toBe('NoValidHost');
});
