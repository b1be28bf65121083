/** Snappy, protobuf, Loki's and OTLP's pushes: what real ones say, and that any bytes cost no more than they are. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isCoded } from '../../src/base/errors.ts';
import { limits } from '../../src/base/limits.ts';
import { decodeLokiPush, readLabels } from '../../src/receive/loki-push.ts';
import { decodeOtlpLogs } from '../../src/receive/otlp-logs.ts';
import { unsnappy } from '../../src/receive/snappy.ts';
import {
  bytesField,
  doubleField,
  fixed64Field,
  lokiEntry,
  lokiPushOf,
  numberField,
  otlpAttribute,
  otlpLogsOf,
  otlpText,
  snappy,
  varint,
} from './protobuf-write.ts';

const MAX = 1024 * 1024;

/** The code of the error, or undefined where it answered. Anything else is a bug and fails the test. */
function codeOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (!isCoded(error)) throw error;
    return error.code;
  }
}

describe('snappy', () => {
  test.each([
    ['a literal', [5, 4 << 2, ...Buffer.from('hello')], 'hello'],
    ['nothing', [0], ''],
    ['a copy of one byte of offset', [8, 3 << 2, ...Buffer.from('abcd'), 0b001, 4], 'abcdabcd'],
    ['a copy that reads what it writes', [9, 0, 0x61, (4 << 2) | 1, 1], 'aaaaaaaaa'],
    ['a copy of two bytes of offset', [6, 2 << 2, ...Buffer.from('abc'), (2 << 2) | 2, 3, 0], 'abcabc'],
    ['a copy of four bytes of offset', [6, 2 << 2, ...Buffer.from('abc'), (2 << 2) | 3, 3, 0, 0, 0], 'abcabc'],
    ['a literal of a length of its own', [3, 60 << 2, 2, ...Buffer.from('abc')], 'abc'],
  ])('%s', (_what, block, want) => {
    expect(Buffer.from(unsnappy(Buffer.from(block), MAX)).toString()).toBe(want);
  });

  test.each([
    ['nothing at all', [], 'bad-body'],
    ['a length that never ends', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 'bad-body'],
    ['4 GiB announced', [0xff, 0xff, 0xff, 0xff, 0x0f], 'too-large'],
    ['more announced than it can hold', [0x80, 0x80, 0x04], 'bad-body'],
    ['less than announced', [5, 0, 0x61], 'bad-body'],
    ['more than announced', [1, 4 << 2, ...Buffer.from('hello')], 'bad-body'],
    ['a copy from before the beginning', [5, 0, 0x61, 1, 2], 'bad-body'],
    ['a copy from nowhere', [5, 0, 0x61, 1, 0], 'bad-body'],
    ['half a literal', [5, 4 << 2, 0x61], 'bad-body'],
    ['half an element', [5, 61 << 2, 0x61], 'bad-body'],
  ])('%s is refused', (_what, block, code) => {
    expect(codeOf(() => unsnappy(Buffer.from(block), MAX))).toBe(code);
  });

  test('any bytes give an answer or a coded error, and never more than the limit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(400), (tail, length) => {
        const block = Buffer.concat([varint(length), tail]);
        const code = codeOf(() => expect(unsnappy(block, 256).length).toBe(length));
        if (length > 256) expect(code).toBe('too-large');
        else expect([undefined, 'bad-body']).toContain(code);
      }),
      { numRuns: 2000 },
    );
  });

  test('what was packed comes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000, size: 'max' }), (body) => {
        expect(Buffer.compare(unsnappy(snappy(body), MAX), body)).toBe(0);
      }),
      {
        numRuns: 50,
      },
    );
  });
});

// -------------------------------------------------------------------------------------------------- Loki

const LOKI = Buffer.concat([
  lokiPushOf('{job="nova", host="c\\"01\\n", level=`x`}', [
    lokiEntry(1795335851, 548123456, 'line ä', { trace: 't1' }),
    lokiEntry(1, 0, ''),
  ]),
  lokiPushOf('no labels', [lokiEntry(2, 5, Buffer.from([0x66, 0xfc, 0x72]))]),
]);

test('a push of Loki', () => {
  expect(decodeLokiPush(LOKI)).toEqual({
    bad: 0,
    streams: [
      {
        labels: { job: 'nova', host: 'c"01\n', level: 'x' },
        entries: [
          { time: '1795335851548123456', line: 'line ä', metadata: { trace: 't1' } },
          { time: '1000000000', line: '' },
        ],
      },
      { labels: { labels: 'no labels' }, entries: [{ time: '2000000005', line: 'für' }] },
    ],
  });
});

test.each([
  ['{}', {}],
  ['{a="b"}', { a: 'b' }],
  ['{a="b",}', undefined],
  ['{a="b", c.d="\\u00e4\\x41\\\\"}', { a: 'b', 'c.d': 'äA\\' }],
  ['{a="b"', undefined],
  ['{a=b}', undefined],
  ['', undefined],
  ['{__proto__="x"}', JSON.parse('{"__proto__":"x"}')],
])('labels %s', (text, want) => expect(readLabels(text)).toEqual(want));

test('labels of any text are read or not, in linear time', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => void readLabels(`{${text}}`)),
    { numRuns: 2000 },
  );
  readLabels(`{a="${'\\'.repeat(200_000)}`);
  readLabels(`{${'a="b",'.repeat(50_000)}`);
});

// -------------------------------------------------------------------------------------------------- OTLP

function nested(depth: number): Buffer {
  let value = otlpText('deep');
  for (let level = 0; level < depth; level++) value = bytesField(5, bytesField(1, value));
  return value;
}

const OTLP = otlpLogsOf(
  otlpAttribute(1, 'host.name', otlpText('c01')),
  Buffer.concat([bytesField(1, 'nova.compute'), bytesField(2, '1.0'), bytesField(99, 'unknown')]),
  [
    Buffer.concat([
      fixed64Field(1, 1795335851548123456n),
      numberField(2, 17),
      bytesField(3, 'ERROR'),
      bytesField(5, otlpText('broken')),
      otlpAttribute(6, 'i', numberField(3, -5)),
      otlpAttribute(6, 'd', doubleField(4, 1.5)),
      otlpAttribute(6, 'b', numberField(2, 1)),
      otlpAttribute(6, 'y', bytesField(7, Buffer.from([1, 2]))),
      otlpAttribute(6, 'l', nested(1)),
      otlpAttribute(6, 'm', bytesField(6, otlpAttribute(1, 'k', otlpText('v')))),
      bytesField(9, Buffer.from('00112233445566778899aabbccddeeff', 'hex')),
    ]),
  ],
);

test('log records of OTLP are those of its JSON encoding', () => {
  expect(decodeOtlpLogs(OTLP)).toEqual([
    {
      resource: { attributes: [{ key: 'host.name', value: { stringValue: 'c01' } }] },
      scopes: [
        {
          scope: { name: 'nova.compute', version: '1.0' },
          logRecords: [
            {
              timeUnixNano: '1795335851548123456',
              severityNumber: 17,
              severityText: 'ERROR',
              body: { stringValue: 'broken' },
              traceId: '00112233445566778899aabbccddeeff',
              attributes: [
                { key: 'i', value: { intValue: '-5' } },
                { key: 'd', value: { doubleValue: 1.5 } },
                { key: 'b', value: { boolValue: true } },
                { key: 'y', value: { bytesValue: 'AQI=' } },
                { key: 'l', value: { arrayValue: { values: [{ stringValue: 'deep' }] } } },
                { key: 'm', value: { kvlistValue: { values: [{ key: 'k', value: { stringValue: 'v' } }] } } },
              ],
            },
          ],
        },
      ],
    },
  ]);
});

test('values that nest without end are refused', () => {
  const deep = (depth: number) => otlpLogsOf(Buffer.alloc(0), Buffer.alloc(0), [bytesField(5, nested(depth))]);
  expect(codeOf(() => decodeOtlpLogs(deep(31)))).toBeUndefined();
  expect(codeOf(() => decodeOtlpLogs(deep(32)))).toBe('bad-body');
  expect(codeOf(() => decodeOtlpLogs(deep(20_000)))).toBe('bad-body');
});

// ---------------------------------------------------------------------------------------------- any bytes

const DECODERS = [
  ['Loki', decodeLokiPush, LOKI, 2],
  ['OTLP', decodeOtlpLogs, OTLP, 2],
] as const;

describe.each(DECODERS)('%s', (_name, decode, sample) => {
  test('cut at every byte: an answer or a coded error', () => {
    for (let end = 0; end <= sample.length; end++) expect([undefined, 'bad-body']).toContain(codeOf(() => decode(sample.subarray(0, end))));
  });

  test('changed at any byte, and any bytes', () => {
    const changed = fc.tuple(fc.nat(sample.length - 1), fc.nat(255)).map(([at, byte]) => {
      const copy = Buffer.from(sample);
      copy[at] = byte;
      return copy;
    });
    const bodies = fc.oneof(changed, fc.uint8Array({ maxLength: 500 }));
    fc.assert(
      fc.property(bodies, (body) => {
        expect([undefined, 'bad-body']).toContain(codeOf(() => decode(body)));
      }),
      { numRuns: 3000 },
    );
  });

  test('more entries than a push may have are refused before they cost more', () => {
    // Empty messages of two bytes within one message: the most objects that a body can ask for.
    const many = bytesField(1, Buffer.alloc(limits.pushItemsMax * 10, Buffer.from([0x12, 0])));
    expect(codeOf(() => decode(many))).toBe('too-large');
  });
});
