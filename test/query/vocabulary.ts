/**
 * What random filters and records of the query tests are made of: few words, so that they meet often,
 * and those that are known to be trouble (parts of UUIDs, glued ids, folding, delimiters).
 */
import * as fc from 'fast-check';
import { emptyRecord } from '../../src/base/record.ts';
import { tokensOf } from '../../src/base/tokens.ts';
import { FIELD_NAMES, type Filter, LEVELS, type LogRecord } from '../../src/model.ts';
import { FIELDS } from '../../src/query/fields.ts';
import { hasTokenPart } from '../../src/query/glob.ts';
import { idOf } from '../../src/query/ids.ts';

export const UUIDS = [
  '903b85d0-b6ab-4d2b-9be8-1c3a6b1de2f7',
  'abadcafe-beef-dead-feed-abcdefabcdef',
  '12345678-1234-1234-1234-123456789012',
] as const;
const HEX = UUIDS.map((uuid) => uuid.replaceAll('-', ''));
const TXN = 'tx4b41c78a86b246c59725d-005c48267b';

export const IDS = [
  ...UUIDS,
  ...HEX,
  ...UUIDS.map((uuid) => `req-${uuid}`),
  UUIDS[0].toUpperCase(),
  TXN,
  'tx4b41c78a86b246c59725d',
  `${TXN}-beef`,
  'fa:16:3e:aa:bb:cc',
  'FA-16-3E-AA-BB-CC',
  '10.0.0.5',
  '110.0.0.5',
  'fe80::f816:3eff:fe00:1',
] as const;

/** Pieces that join to texts; some glue to their neighbours. */
const PIECES = [
  ...IDS,
  ...UUIDS.flatMap((uuid) => [
    `volume_${uuid}`,
    `${uuid}_disk`,
    `/v1/AUTH_${uuid.replaceAll('-', '')}/glance`,
    `nova${uuid}`,
    `c${uuid}ff`,
  ]),
  'nova.compute.manager',
  'nova',
  'Nova',
  'NOVA-api',
  'compute',
  'No valid host was found.',
  'Traceback (most recent call last):',
  'error',
  'b6ab',
  'abcdefabcdef',
  '903b85d0',
  'volume_9',
  'disk',
  'c0',
  'c01',
  'host-c01.example.org',
  '#012',
  '日本語',
  'Straße',
  'İstanbul',
  'ΑΣ.Α',
  '🙂x',
  '-',
  '*',
  '"',
  '\\',
  '(',
  ')',
  '/v2.1/servers',
  ' ',
  '\n',
  '\t',
  '\x00',
  '\x1b[31m',
  'AND',
  'NOT',
  '500',
  '1\ud800',
  'x'.repeat(80),
] as const;

export const texts = fc.array(fc.constantFrom(...PIECES, ' ', ' ', ' '), { minLength: 0, maxLength: 8 }).map((pieces) => pieces.join(''));
const words = fc.oneof(fc.constantFrom(...PIECES), texts);
const optional = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined });

export const records: fc.Arbitrary<LogRecord> = fc
  .record({
    seq: fc.integer({ min: 1, max: 9 }),
    message: texts,
    host: optional(words),
    program: optional(words),
    logger: optional(words),
    request: optional(fc.constantFrom(...IDS)),
    globalRequest: optional(fc.constantFrom(...IDS)),
    user: optional(fc.constantFrom(...IDS, 'admin')),
    project: optional(fc.constantFrom(...IDS, 'demo')),
    instance: optional(fc.constantFrom(...UUIDS)),
    msgid: optional(words),
    structuredData: optional(words),
    service: optional(fc.constantFrom('nova', 'glance')),
    level: optional(fc.constantFrom(...LEVELS)),
    facility: optional(fc.integer({ min: 0, max: 23 })),
    severity: optional(fc.integer({ min: 0, max: 7 })),
    pid: optional(fc.integer({ min: 0, max: 9999 })),
    flags: optional(fc.constantFrom('lossy', 'lossy truncated')),
  })
  .map((some) => ({ ...emptyRecord(1_700_000_000_000_000, 'udp', '10.0.0.5'), ...some }));

const phrases: fc.Arbitrary<Filter> = words
  .filter((text) => tokensOf(text).length > 0)
  .map((text) => ({ kind: 'phrase', tokens: tokensOf(text), text }) as const);

/** Pieces of words between stars; parse never gives two stars in a row. */
const patterns = fc
  .array(fc.oneof(words, fc.constantFrom('', 'no', 'volume_9', '903b', 'c0', 'vol')), { minLength: 2, maxLength: 3 })
  .map((parts) =>
    parts
      .map((part) => part.replaceAll('*', ''))
      .join('*')
      .replace(/\*+/g, '*'),
  );

const isSubstring = (pattern: string) => pattern.length > 2 && /^\*[^*]+\*$/s.test(pattern);

const wildcards: fc.Arbitrary<Filter> = patterns
  .map((pattern) => pattern.toLowerCase())
  .filter((pattern) => pattern.includes('*') && hasTokenPart(pattern) && !isSubstring(pattern))
  .map((pattern) => ({ kind: 'wildcard', pattern }) as const);

const substrings: fc.Arbitrary<Filter> = words.filter((text) => text !== '').map((text) => ({ kind: 'substring', text }) as const);

const REGEXES = [
  ['Errno 1\\d\\d', ''],
  ['^nova', 'i'],
  ['a\\/b', 'im'],
  ['[/"()]', ''],
  ['b6ab|host', 's'],
  ['\\p{L}+', 'u'],
] as const;
const regexes: fc.Arbitrary<Filter> = fc.constantFrom(...REGEXES).map(([source, flags]) => ({ kind: 'regex', source, flags }) as const);
const ids: fc.Arbitrary<Filter> = fc.constantFrom(...IDS).map((text) => ({ kind: 'id', id: idOf(text)!, text }) as const);

const COMPARISONS = ['=', '>', '>=', '<', '<='] as const;
const fields: fc.Arbitrary<Filter> = fc
  .record({
    field: fc.constantFrom(...FIELD_NAMES),
    op: fc.constantFrom(...COMPARISONS),
    word: words,
    pattern: patterns,
    id: fc.constantFrom(...IDS),
    how: fc.nat(3),
    pick: fc.nat(7),
  })
  .map(({ field, op, word, pattern, id, how, pick }): Filter => {
    const { kind } = FIELDS[field];
    if (how === 0)
      return { kind: 'field', field, op: '/', value: field === 'path' ? '/v2/' : `/${REGEXES[pick % REGEXES.length]!.join('/')}` };
    if (how === 1)
      return {
        kind: 'field',
        field,
        op: '~',
        value: pattern.includes('*') && (field !== 'message' || hasTokenPart(pattern)) ? pattern : 'nova*',
      };
    if (kind === 'level') return { kind: 'field', field, op, value: LEVELS[pick % LEVELS.length]! };
    if (kind === 'facility') return { kind: 'field', field, op, value: pick > 3 ? `local${pick}` : String(pick) };
    if (kind === 'severity') return { kind: 'field', field, op, value: pick > 3 ? 'err' : String(pick) };
    if (kind === 'number') return { kind: 'field', field, op, value: String(pick * 100.5) };
    const value = kind === 'id' ? id : word;
    return { kind: 'field', field, op: '=', value: tokensOf(value).length > 0 ? value : 'nova' };
  });

const leaves = fc.oneof(phrases, wildcards, substrings, regexes, ids, fields);

/** Filters in the form that parse gives. */
export const filters: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaves,
    fc.array(tie('filter'), { minLength: 2, maxLength: 3 }).map((of) => ({ kind: 'and', of }) as const),
    fc.array(tie('filter'), { minLength: 2, maxLength: 3 }).map((of) => ({ kind: 'or', of }) as const),
    tie('filter').map((of) => ({ kind: 'not', of }) as const),
  ),
})).filter;
