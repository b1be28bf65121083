/** Server-Sent Events cut anywhere are the same events; oracle: all of it at once. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventReader } from '../../web/src/text/events.ts';

test.each([
  ['an event', 'id: 7\nevent: record\ndata: {"seq":7}\n\n', [{ id: '7', event: 'record', data: '{"seq":7}' }]],
  ['a place that moves without an event', ': still here\nid: 9\n\n', [{ id: '9', event: '', data: '' }]],
  ['a comment alone', ': hello\n\n', []],
  ['what the browser should wait is not for us', 'retry: 1000\n\n', []],
  ['data of two lines', 'data: a\ndata: b\n\n', [{ id: undefined, event: 'message', data: 'a\nb' }]],
  ['no space behind the colon', 'data:a\n\n', [{ id: undefined, event: 'message', data: 'a' }]],
  [
    'line ends of Windows',
    'id: 1\r\ndata: a\r\n\r\ndata: b\r\n\r\n',
    [
      { id: '1', event: 'message', data: 'a' },
      { id: undefined, event: 'message', data: 'b' },
    ],
  ],
  ['half an event', 'id: 1\ndata: a\n', []],
])('%s', (_say, text, want) => {
  expect(new EventReader().push(text)).toEqual(want);
});

test('wherever it is cut', () => {
  const block = fc.constantFrom(
    'id: 5\n\n',
    'event: record\ndata: {"message":"a: b"}\nid: 12\n\n',
    ': x\n\n',
    'data: a\r\ndata: b\r\n\r\n',
  );
  fc.assert(
    fc.property(fc.array(block, { maxLength: 6 }), fc.array(fc.nat(200), { maxLength: 6 }), (blocks, cuts) => {
      const text = blocks.join('');
      const places = [...new Set(cuts.map((cut) => Math.min(cut, text.length)))].sort((a, b) => a - b);
      const pieces = [...places, text.length].map((end, index) => text.slice(places[index - 1] ?? 0, end));
      const reader = new EventReader();
      expect(pieces.flatMap((piece) => reader.push(piece))).toEqual(new EventReader().push(text));
    }),
  );
});
