/**
 * A block decides filters on its columns, and its words say whether it need be opened: both have to agree with what the
 * query language means (query/match.ts) on each record, whatever stands in it. Random records, filters made of what is in them.
 */
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { marks } from '../../parsers/index.ts';
import { emptyRecord } from '../../src/base/record.ts';
import { fold, tokensOf } from '../../src/base/tokens.ts';
import type { Filter, LogRecord } from '../../src/model.ts';
import { idOf } from '../../src/query/ids.ts';
import { compile, TEXT_FIELDS } from '../../src/query/match.ts';
import { parse } from '../../src/query/parse.ts';
import { print } from '../../src/query/print.ts';
import { encodeBlock } from '../../src/store/block-write.ts';
import { DayFile } from '../../src/store/day-file.ts';
import { decodeDigest } from '../../src/store/digest.ts';
import { digestJudge } from '../../src/store/digest-verdict.ts';
import { indexExpression } from '../../src/store/index-query.ts';
import { blockTest } from '../../src/store/leaf.ts';
import { ShapeBook } from '../../src/store/shape-book.ts';
import { VERDICT } from '../../src/store/shape-verdict.ts';
import { anyRecords, newFolder, numbered } from './sealed.ts';
import { LETTERS, MARK_QUERIES, MARKED, MESSAGES, NUMBERED, OTHER, QUERIES, undashed } from './verdict-texts.ts';

/** One file for all blocks of this file's tests, as a day would have it. */
const file = new DayFile(join(newFolder(), '2024-11-22.db'), 'write');
const book = new ShapeBook(65_536);
let newest = 0;
/** Thousands of blocks and filters: ten seconds alone, a minute on a machine that has other things to do. */
const SLOW_MS = 180_000;
const interned = new Map<string, readonly unknown[]>();
/** How often the digest alone knew the answer. */
const tally = { decided: 0, all: 0 };

interface Sealed {
  readonly id: number;
  answers(filter: Filter): boolean[];
  /** As a count decides: with the digest's help, and how many records the digest alone is sure of, and cannot exclude. */
  counts(filter: Filter): { answers: boolean[]; sure: number; possible: number };
}

function seal(records: readonly LogRecord[]): Sealed {
  const encoded = encodeBlock(records, book);
  book.clear();
  file.append({ records: [], blocks: [encoded], merged: [], families: [] });
  book.committed();
  const row = file.blocks(newest)[0]!;
  const digest = decodeDigest(file.digest(row.id)!, interned)!;
  newest = row.id;
  return {
    id: row.id,
    answers(filter) {
      const decides = blockTest(filter, file.block(row));
      return records.map((_, index) => decides(index));
    },
    counts(filter) {
      const verdicts = digestJudge(filter)(digest, (number) => file.shape(number));
      const sum = (...wanted: number[]) =>
        verdicts.reduce((all, verdict, at) => all + (wanted.includes(verdict) ? digest.counts[at]! : 0), 0);
      const decides = blockTest(filter, file.block(row), digest);
      const { yes, maybe } = VERDICT;
      return { answers: records.map((_, index) => decides(index)), sure: sum(yes), possible: sum(yes, maybe) };
    },
  };
}

/** Both agreements. Returns how many records match. */
function check(records: readonly LogRecord[], sealed: Sealed, filter: Filter): number {
  const want = records.map(compile(filter, marks));
  const said = JSON.stringify(filter);
  expect(sealed.answers(filter), said).toEqual(want);
  const found = want.filter((is) => is).length;
  const counts = sealed.counts(filter);
  expect(counts.answers, said).toEqual(want);
  expect(counts.sure, said).toBeLessThanOrEqual(found);
  expect(counts.possible, said).toBeGreaterThanOrEqual(found);
  tally.decided += counts.sure === counts.possible ? 1 : 0;
  tally.all++;
  const expression = indexExpression(filter);
  if (found > 0 && expression !== undefined)
    expect([...file.words.blocksWith(expression)], `${said} asks for ${expression}`).toContain(sealed.id);
  return found;
}

const says = (message: string, some: Partial<LogRecord> = {}): LogRecord => ({ ...emptyRecord(1, 'udp', 'p'), message, ...some });
describe('what could hide in shapes', () => {
  // Each twice, so that it gets a shape; the reversed ones come once and stay texts.
  const records = numbered(
    [...MESSAGES, ...MESSAGES].map((message) => says(message)).concat(MESSAGES.map((message, index) => says(`${message}: ${index}`))),
  );

  const sealed = seal(records);
  test.each(QUERIES)('%s', (query) => {
    check(records, sealed, parse(query));
  });
  test(
    'a block of one message alone is found by all of its words and ids',
    () => {
      for (const message of MESSAGES) {
        const alone = numbered([says(message), says(message)]);
        const own = seal(alone);
        const words = tokensOf(message).map((token): Filter => ({ kind: 'phrase', tokens: [token], text: token }));
        for (const filter of [...words, ...QUERIES.map((query) => parse(query))]) check(alone, own, filter);
      }
    },
    SLOW_MS,
  );

  test('the table finds something nearly always', () => {
    const found = QUERIES.filter((query) => check(records, sealed, parse(query)) > 0);
    expect(found.length).toBeGreaterThan(QUERIES.length * 0.8);
  });
});

describe('what the marks of the text say', () => {
  const logger = 'oslo.messaging.notification.compute.instance.create.end';
  const some = { level: 'ERROR', logger, format: 'oslo' } as const;
  // Twice for a shape, once for a text, each also as the text of a line that has no level and no logger.
  const records = numbered([...MARKED, ...MARKED].map((message) => says(message, some)).concat(MARKED.map((message) => says(message))));
  const sealed = seal(records);
  test.each(MARK_QUERIES)('%s', (query) => {
    expect(check(records, sealed, parse(query))).toBeGreaterThan(query === 'event:ompute.x' || query === 'event:compute.x' ? -1 : 0);
  });
  test('each alone in a block', () => {
    for (const message of MARKED) {
      const alone = numbered([says(message, some), says(message, some)]);
      const own = seal(alone);
      for (const query of MARK_QUERIES) check(alone, own, parse(query));
    }
  });
});

describe('what could hide in other columns', () => {
  const records = numbered([
    says('hi', { request: 'req-foo-bar', globalRequest: `req-${OTHER}`, instance: LETTERS }),
    says('hi', { request: `req-${LETTERS.toUpperCase()}`, user: 'Ann Lee', project: undashed(OTHER) }),
    says('hi', { request: 'tx4b41c78a86b246c59725d-005c48267b', structuredData: `[x@1 volume="volume_${LETTERS}" why="zebra"]` }),
    says('hi', { host: 'c01.example.org', program: 'nova-api', logger: 'nova.api', msgid: 'ID47' }),
    says('hi'),
  ]);
  const sealed = seal(records);
  test.each<[query: string, found: number[]]>([
    ['foo', [1]],
    ['"foo bar"', [1]],
    ['req', [1, 2]],
    [OTHER, [1, 2]],
    [LETTERS, [1, 2, 3]],
    ['request:req-foo-bar', [1]],
    ['ann', [2]],
    ['zebra', [3]],
    [`volume_${LETTERS}`, [3]],
    ['tx4b41c78a86b246c59725d-005c48267b', [3]],
    ['tx4b41c78a86b246c59725d', [3]],
    ['org', [4]],
    ['id47', [4]],
    ['nova', [4]],
    ['-req', [3, 4, 5]],
    ['/^$/', []],
    ['*beef-dead*', [1, 2, 3]],
    ['host:*', [4]],
    ['-host:*', [1, 2, 3, 5]],
    ['seq:>=3 hi', [3, 4, 5]],
  ])('%s', (query, found) => {
    const filter = parse(query);
    expect(sealed.answers(filter).flatMap((is, index) => (is ? [index + 1] : []))).toEqual(found);
    check(records, sealed, filter);
  });
});

test('numbers and parts of them are found wherever they stand, beside whatever', () => {
  const records = numbered(NUMBERED.map((message) => says(message)));
  const sealed = seal(records);
  let found = 0;
  for (const token of ['404', '0404', '4040', '5', '12', '4', '7', '404s', '40', '1404', '12345678901234567890'])
    found += check(records, sealed, { kind: 'phrase', tokens: [token], text: token });
  for (const text of ['404', '.404', '04', '4.4', '12.4', '404 s', 'k', '\u03c3'])
    found += check(records, sealed, { kind: 'substring', text });
  expect(found).toBeGreaterThan(300);
});

test('a word beyond what the index keeps whole is found, also when it is cut within a character', () => {
  for (const size of [62, 63, 64, 65, 255, 256, 257, 3000]) {
    const word = `${'a'.repeat(size)}🙂${'b'.repeat(20)}`;
    const records = numbered([says(`say ${word} twice`), says(`say ${word} twice`), says('other')]);
    expect(check(records, seal(records), { kind: 'phrase', tokens: [word], text: word })).toBe(2);
  }
});

test('a query of very many words is no error of the index', () => {
  const words = Array.from({ length: 900 }, (_, index) => `w${index}`);
  const records = numbered([says(words.join(' ')), says('other')]);
  const sealed = seal(records);
  for (const query of [words.join(' '), words.join(' OR ')]) expect(check(records, sealed, parse(query))).toBe(1);
  let nested = 'w1';
  for (let depth = 0; depth < 40; depth++) nested = depth % 2 === 0 ? `(${nested} OR nosuch${depth})` : `(${nested} w${depth})`;
  expect(check(records, sealed, parse(nested))).toBe(1);
});

interface Pick {
  readonly how: number;
  readonly record: number;
  readonly field: number;
  readonly at: number;
  readonly size: number;
}
const picks = fc.record({ how: fc.nat(11), record: fc.nat(50), field: fc.nat(20), at: fc.nat(60), size: fc.nat(14) });

/** A filter about what stands in one of the records, or nearly stands there. */
function filterAbout(records: readonly LogRecord[], { how, record, field, at, size }: Pick): Filter {
  const one = records[record % records.length]!;
  const texts = TEXT_FIELDS.map((name) => one[name]).filter((text) => text !== undefined && text !== '');
  const text = texts[field % texts.length] ?? '';
  const tokens = tokensOf(text);
  const start = at % Math.max(1, tokens.length);
  const token = tokens[start] ?? 'x';
  const part = text.slice(at % Math.max(1, text.length)).slice(0, size + 1);
  switch (how) {
    case 0:
    case 1:
      return { kind: 'phrase', tokens: [token], text: token };
    case 2:
      return { kind: 'phrase', tokens: tokens.slice(start, start + 1 + (size % 4)), text };
    case 3:
      return { kind: 'phrase', tokens: [token.slice(size % token.length)], text };
    case 4:
      return { kind: 'substring', text: part };
    case 5:
      return { kind: 'wildcard', pattern: `${token.slice(0, 1 + (size % token.length))}*` };
    case 6:
      return { kind: 'wildcard', pattern: `${token.slice(0, size % token.length)}*${token.slice(-1)}` };
    case 7:
      return { kind: 'regex', source: part.replace(/[^\p{L}\p{N} ]/gu, '\\W'), flags: size % 2 ? 'i' : '' };
    case 8:
      return { kind: 'field', field: 'message', op: '=', value: part };
    case 9:
      return {
        kind: 'field',
        field: (['user', 'request', 'instance', 'host'] as const)[size % 4]!,
        op: '=',
        value: String(one[(['user', 'request', 'instance', 'host'] as const)[size % 4]!] ?? 'x'),
      };
    default:
      return idAbout(text, at) ?? { kind: 'phrase', tokens: tokens.slice(0, 3), text };
  }
}

/** An id that stands in the text, in its canonical spelling. */
function idAbout(text: string, at: number): Filter | undefined {
  const found =
    fold(text).match(
      /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|[0-9a-f]{2}(?::[0-9a-f]{2}){5}|\d+\.\d+\.\d+\.\d+|[0-9a-f:]{6,}/g,
    ) ?? [];
  const id = idOf(found[at % Math.max(1, found.length)] ?? '');
  return id === undefined ? undefined : { kind: 'id', id, text: id };
}

test(
  'random records, random filters about them: columns and index agree with the meaning',
  () => {
    let found = 0;
    let tried = 0;
    fc.assert(
      fc.property(anyRecords, fc.array(picks, { minLength: 12, maxLength: 24 }), (records, chosen) => {
        const sealed = seal(records);
        const filters = chosen
          .map((pick) => filterAbout(records, pick))
          .filter((filter) => filter.kind !== 'phrase' || filter.tokens.every((token) => token !== ''));
        const [first, second, third] = filters;
        if (first && second && third)
          filters.push({ kind: 'and', of: [first, { kind: 'not', of: second }] }, { kind: 'or', of: [second, third] });
        for (const filter of filters) {
          tried++;
          found += check(records, sealed, filter) > 0 ? 1 : 0;
        }
      }),
      { numRuns: 250 },
    );
    expect(found).toBeGreaterThan(tried / 2);
    expect(tally.decided).toBeGreaterThan(tally.all / 10);
  },
  SLOW_MS,
);

test('what is printed of a filter and read again decides the same', () => {
  const records = numbered([says(`volume_${LETTERS} is 0.5`), says(`volume_${LETTERS} is 0.7`), says('ΑΣ')]);
  const sealed = seal(records);
  for (const query of [LETTERS, 'volume_abadcafe', '0.5', 'ας', '*a*', 'is']) {
    const filter = parse(query);
    expect(sealed.answers(parse(print(filter))), query).toEqual(sealed.answers(filter));
  }
});
