/** Inputs out of inputs: bytes flipped, pieces left out, doubled, moved, taken from others or from a list of what readers look for. Deterministic by its dice. */
export type Dice = () => number;

/** The same numbers for the same seed (mulberry32). */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Longest input: several reads of a socket would only be slower. */
export const INPUT_BYTES_MAX = 8192;

const WORDS = [
  ...[
    '<134>',
    '<13>',
    '<>',
    '<192>',
    '<99999999999999999999>',
    '1 ',
    '- ',
    ' - - - ',
    '[-] ',
    '[a@1 b="c"]',
    '\\"',
    '\\]',
    '"',
    ']',
    '[',
    '{',
    '}',
    '{"',
    '":',
    ',',
  ],
  ...[
    '\n',
    '\r\n',
    '\0',
    '\t',
    ' ',
    '  ',
    '#012',
    '#011',
    '#033[0m',
    '\x1b[31m',
    '\ufeff',
    '\u202e',
    '\xff',
    '\xc3',
    '\xed\xa0\x80',
    ': ',
    ':',
    '[1]: ',
    '(pid=1)',
    '=',
  ],
  ...[
    'Nov 22 10:00:00 ',
    'Feb 29 23:59:60 ',
    '2026-11-22T10:00:00.123456789+01:00',
    '2026-11-22 10:00:00.001',
    '1795335851548000000',
    '-1',
    '0',
    '1e999',
    'NaN',
    'null',
  ],
  ...[
    'req-999b51d3-bdac-4b62-acce-b226c8e412f4',
    'tx1234',
    'ERROR',
    'TRACE',
    'Traceback (most recent call last):',
    '  File "x", line 1, in y',
    'ValueError: z',
  ],
  ...[
    '__proto__',
    'constructor',
    'message',
    'last message repeated 3 times',
    'syslog ',
    'open ',
    '1 rsp ',
    '999999999 ',
    '1048576 ',
    '16777217 ',
    '::ffff:1.2.3.4',
  ],
].map((word) => Buffer.from(word, 'latin1'));

const EDGES = [0, 1, 2, 0x7f, 0x80, 0xff, 0x0a, 0x20, 0x30, 0x39, 0x22, 0x5c, 0x7b];

/** `others` are not changed. */
export function mutate(input: Buffer, others: readonly Buffer[], dice: Dice): Buffer {
  let bytes: Buffer = Buffer.from(input);
  // Few changes mostly, many now and then.
  for (let left = 1 + Math.floor(dice() ** 3 * 16); left > 0; left--) bytes = changed(bytes, others, dice);
  return bytes.length > INPUT_BYTES_MAX ? bytes.subarray(0, INPUT_BYTES_MAX) : bytes;
}

function changed(bytes: Buffer, others: readonly Buffer[], dice: Dice): Buffer {
  const below = (end: number): number => Math.floor(dice() * end);
  const at = below(bytes.length + 1);
  const length = 1 + Math.floor(dice() ** 2 * Math.min(256, bytes.length));
  const [before, behind] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (below(9)) {
    case 0:
      if (bytes.length > 0) bytes[below(bytes.length)]! ^= 1 << below(8);
      return bytes;
    case 1:
      if (bytes.length > 0) bytes[below(bytes.length)] = EDGES[below(EDGES.length)]!;
      return bytes;
    case 2:
      return Buffer.concat([before, behind.subarray(length)]);
    case 3:
      return Buffer.concat([before, WORDS[below(WORDS.length)]!, behind]);
    case 4:
      return Buffer.concat([before, WORDS[below(WORDS.length)]!, behind.subarray(length)]);
    case 5: {
      const piece = behind.subarray(0, length);
      return Buffer.concat([before, ...Array.from({ length: 1 + below(dice() < 0.1 ? 200 : 3) }, () => piece), behind]).subarray(
        0,
        2 * INPUT_BYTES_MAX,
      );
    }
    case 6: {
      const other = others[below(others.length)] ?? bytes;
      const from = below(other.length + 1);
      return Buffer.concat([before, other.subarray(from, from + length), behind]);
    }
    case 7:
      return Buffer.from(dice() < 0.5 ? before : behind);
    default: {
      const number = [String(below(1e6)), '0', '4294967296', '18446744073709551616', '9007199254740993'][below(5)]!;
      return Buffer.concat([before, Buffer.from(number), behind.subarray(length)]);
    }
  }
}
