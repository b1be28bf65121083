/** What matches what (match-cases.ts), and words against a naive reading of the rule. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { tokensOf } from '../../src/base/tokens.ts';
import type { Filter } from '../../src/model.ts';
import { compile, TEXT_FIELDS } from '../../src/query/match.ts';
import { parse } from '../../src/query/parse.ts';
import { CASES, MARKS, NOVA, record, says } from './match-cases.ts';
import { records, texts } from './vocabulary.ts';

test.each(CASES)('%s: %s', (_name, query, subject, want) => {
  expect(compile(parse(query), (one) => (one === NOVA ? MARKS : {}))(subject)).toBe(want);
});

test('a word or phrase matches where its tokens stand one after another in one text field', () => {
  let found = 0;
  fc.assert(
    fc.property(records, texts, (subject, text) => {
      const tokens = tokensOf(text);
      fc.pre(tokens.length > 0);
      const naive = TEXT_FIELDS.some((field) => {
        const all = tokensOf(subject[field] ?? '');
        return all.some((_, at) => tokens.every((token, index) => all[at + index] === token));
      });
      found += naive ? 1 : 0;
      expect(compile({ kind: 'phrase', tokens, text }, () => ({}))(subject)).toBe(naive);
    }),
    { numRuns: 2000 },
  );
  expect(found).toBeGreaterThan(20);
});

test('marks are read once per record and part, only where a condition needs them, and again for the next record', () => {
  let reads = 0;
  const readMarks = () => {
    reads++;
    return MARKS;
  };
  const wants = compile(parse('status:503 duration:>2 exception:NoValidHost'), readMarks);
  expect(wants(NOVA)).toBe(true);
  expect(reads).toBe(2);
  expect(wants(NOVA)).toBe(true);
  expect(reads).toBe(4);
  expect(compile(parse('level:error valid'), readMarks)(NOVA)).toBe(true);
  expect(compile(parse('nosuch status:503'), readMarks)(NOVA)).toBe(false);
  expect(reads).toBe(4);
});

test('a filter that was made by hand and cannot be meant is refused or matches nothing', () => {
  const level: Filter = { kind: 'field', field: 'level', op: '>=', value: 'quite' };
  expect(compile(level, () => ({}))(NOVA)).toBe(false);
  expect(() => compile({ kind: 'regex', source: '(', flags: '' }, () => ({}))).toThrow('regular expression');
  expect(compile({ kind: 'regex', source: 'valid', flags: 'g' }, () => ({}))(NOVA)).toBe(true);
});

/** Each of these takes minutes where a wildcard is turned into a backtracking pattern. */
test('wildcards take time in proportion to the text', () => {
  const long = says('a'.repeat(100_000));
  const matches = compile({ kind: 'wildcard', pattern: `${'a*'.repeat(200)}b*` }, () => ({}));
  const literal = compile(parse(`host:${'a*'.repeat(200)}b`), () => ({}));
  expect(matches(long)).toBe(false);
  expect(literal(record({ host: 'a'.repeat(100_000) }))).toBe(false);
});
