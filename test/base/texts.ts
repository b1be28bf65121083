/**
 * Random texts for the tests of shapes, tokens and blocks: ids in all spellings, numbers at the edges of their kinds and words of
 * several scripts, glued together with and without delimiters. Well-formed Unicode, as everything that came in as bytes is.
 */
import * as fc from 'fast-check';

const hex = (digits: number, letters = '0123456789abcdef'): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...letters), minLength: digits, maxLength: digits });
const dashed = (letters?: string): fc.Arbitrary<string> =>
  fc.tuple(...[8, 4, 4, 4, 12].map((digits) => hex(digits, letters))).map((parts) => parts.join('-'));
const upper = (text: fc.Arbitrary<string>): fc.Arbitrary<string> => text.map((letters) => letters.toUpperCase());

/** UUIDs that meet again, so that a block holds them several times and filters find them. */
export const UUIDS = [
  '903b85d0-b6ab-4d2b-9be8-1c3a6b1de2f7',
  'abadcafe-beef-dead-feed-abcdefabcdef',
  '12345678-1234-1234-1234-123456789012',
  '00000000-0000-0000-0000-000000000000',
] as const;

export const uuid: fc.Arbitrary<string> = fc.oneof(fc.constantFrom(...UUIDS), dashed(), dashed('abcdef'));
const undashed = uuid.map((id) => id.replaceAll('-', ''));
const mac = fc.tuple(...Array.from({ length: 6 }, () => hex(2))).map((pairs) => pairs.join(':'));

export const id: fc.Arbitrary<string> = fc.oneof(
  uuid,
  upper(uuid),
  uuid.map((text) => text.slice(0, 20) + text.slice(20).toUpperCase()),
  undashed,
  upper(undashed),
  uuid.map((text) => `req-${text}`),
  uuid.map((text) => `volume_${text}`),
  uuid.map((text) => `${text}_disk`),
  undashed.map((text) => `AUTH_${text}`),
  mac,
  upper(mac),
  hex(8).map((name) => `tap${name}-bd`),
  fc.ipV4(),
  fc.ipV6(),
);

export const number: fc.Arbitrary<string> = fc.oneof(
  fc.nat().map(String),
  fc.constantFrom('0', '00', '007', '999999999999999', '1000000000000000', '12345678901234567890', '0.5', '1.50', '01.5', '1.2.3', '1.'),
  fc.tuple(fc.nat(99_999), fc.nat(999_999)).map(([whole, part]) => `${whole}.${part}`),
);

export const word: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'host',
    'No',
    'valid',
    'abc',
    'dead',
    'cafe',
    '_',
    'x1',
    'a1b2c3d4',
    'E',
    'GET',
    'ΑΣ',
    'Σ',
    'ς',
    'İstanbul',
    'größe',
    '日本語',
    '٣',
    '🙂',
    'K',
  ),
  fc.string({ unit: fc.constantFrom(...'abcdefXY_09'), maxLength: 14 }),
);

const delimiter = fc.constantFrom(
  '',
  '',
  ' ',
  ' ',
  '-',
  '_',
  '.',
  ':',
  '/',
  ', ',
  '="',
  '"',
  '[',
  '] ',
  '\n',
  '%',
  '@',
  '::',
  '--',
  '\x1b',
  '\u200b',
);
/** Marker characters (base/shape.ts): such a text has no shape. */
const reserved = fc.constantFrom('\x00', '\x01', '\x06', '\x08');

const glued = (parts: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(fc.tuple(parts, delimiter), { maxLength: 12 }).map((pairs) => pairs.map((pair) => pair.join('')).join(''));

/** What a message may hold. */
export const text: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: glued(fc.oneof(id, number, word)), weight: 8 },
  { arbitrary: fc.string({ unit: 'binary', maxLength: 40 }), weight: 1 },
  { arbitrary: glued(fc.oneof(id, reserved)), weight: 1 },
);
