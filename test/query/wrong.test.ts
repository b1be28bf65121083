/** Wrong queries: the message, the stretch that is marked, what to type instead - and that it works. */
import { expect, test } from 'vitest';
import { CodedError, isCoded } from '../../src/base/errors.ts';
import { visible } from '../../src/base/visible.ts';
import { explain } from '../../src/query/explain.ts';
import { parse } from '../../src/query/parse.ts';

function failure(query: string): CodedError {
  try {
    parse(query);
  } catch (error) {
    if (isCoded(error)) return error;
    throw error;
  }
  throw new Error(`${query} is right`);
}

/** [query, what is marked, part of the message, what to type instead] */
const WRONG: readonly (readonly [string, string, string, string])[] = [
  ['(a', '(', 'not closed', '(a)'],
  ['a (b OR (c)', '(', 'not closed', 'a (b OR (c))'],
  ['a)', ')', 'closes nothing', 'a'],
  ['a) b', ')', 'closes nothing', 'a b'],
  [')', ')', 'closes nothing', ''],
  ['a ()', '()', 'nothing between the parentheses', 'a'],
  ['a (', '(', 'not closed', 'a'],
  ['"no valid', '"', 'not closed', '"no valid"'],
  ['host:"c0', '"', 'not closed', 'host:"c0"'],
  ['a ""', '""', 'nothing between the quotes', 'a'],
  ['host:""', '""', 'nothing between the quotes', 'host:*'],
  ['"a"b', '"a"', 'space is missing', '"a" b'],
  ['say"hi"', '"', 'quote inside a word', '"say\\"hi\\""'],
  ['/abc', '/', 'no closing /', '"/abc"'],
  ['host:/abc', '/', 'no closing /', 'host:"/abc"'],
  ['/var/log/nova', '/var/log/nova', 'no flags', '"/var/log/nova"'],
  ['/a/g', 'g', 'flags i, m, s and u', '/a/'],
  ['/(/', '/(/', 'cannot be read', '*"("*'],
  ['a /[b-a]/i', '/[b-a]/i', 'cannot be read', 'a *"[b-a]"*'],
  ['a //', '//', 'empty', 'a'],
  ['hots:c01', 'hots', 'no field `hots`', 'host:c01'],
  ['a servce:nova b', 'servce', 'no field `servce`', 'a service:nova b'],
  ['request_ids:x', 'request_ids', 'no field', 'request:x'],
  ['quux:1', 'quux', 'needs quotes', '"quux:1"'],
  ['nova time:15m', 'time', 'since and until', 'nova'],
  ['host:', 'host:', 'needs a value', 'host:*'],
  ['host: c01', 'host:', 'needs a value', 'host:c01'],
  ['level:>=', 'level:>=', 'needs a value', 'level:>=warning'],
  ['status:> 500', 'status:>', 'needs a value', 'status:>500'],
  ['level:(error OR warning)', 'level:', 'one by one', '(level:error OR level:warning)'],
  ['level:eror', 'eror', 'no level `eror`', 'level:error'],
  ['level:xyzzy', 'xyzzy', 'no level', 'level:error'],
  ['level:error,warn', 'level:error,warn', 'one by one', '(level:error OR level:warn)'],
  ['status:abc', 'abc', 'no number', 'status:100'],
  ['status:>=5xx', '5xx', 'no number', 'status:>=5'],
  ['status:=>500', '=>500', 'no number', 'status:500'],
  ['duration:>500ms', '500ms', 'without a unit', 'duration:>0.5'],
  ['bytes:>10MiB', '10MiB', 'without a unit', 'bytes:>10485760'],
  ['pid:99999999999999999999', '99999999999999999999', 'too large', 'pid:9007199254740991'],
  ['status:>5*', '5*', 'wildcard cannot be compared', 'status:>100'],
  ['status>=500', 'status>=', 'needs a colon', 'status:>=500'],
  ['host:>c01', 'host:>c01', 'text and cannot be compared', 'host:c01'],
  ['host:>/a/', 'host:>/a/', 'cannot be compared', 'host:/a/'],
  ['facility:local9', 'local9', 'no facility', 'facility:local0'],
  ['severity:9', '9', 'no severity', 'severity:debug'],
  ['*', '*', 'finds everything', ''],
  ['a **', '**', 'finds everything', 'a'],
  ['message:*', '*', 'every record has a message', 'message:*text*'],
  ['"a*b"*', '"a*b"*', 'regular expression', '/a\\*b.*/i'],
  ['...', '...', 'no letter or digit', '*"..."*'],
  ['a OR', 'OR', 'needs something behind', 'a'],
  ['OR a', 'OR', 'needs something before', 'a'],
  ['a AND OR b', 'AND', 'needs something behind', 'a  OR b'],
  ['NOT', 'NOT', 'needs something behind', '"NOT"'],
  ['(a OR)', 'OR', 'needs something behind', '(a)'],
  ['(AND a)', 'AND', 'needs something before', '( a)'],
  ['a -', '-', 'directly behind it', 'a'],
  ['a - b', '-', 'directly behind it', 'a -b'],
  ['a && b', '&&', 'written AND', 'a AND b'],
  ['a || b', '||', 'written OR', 'a OR b'],
  ['!a', '!', 'written -', '-a'],
];

test.each(WRONG)('%s', (query, marked, message, suggestion) => {
  const error = failure(query);
  expect(error.code).toBe('bad-query');
  expect(error.message).toContain(message);
  const place = error.place!;
  expect(place.text).toBe(query);
  expect(place.text.slice(place.position, place.position + place.length)).toBe(marked);
  expect(place.suggestion ?? '').toBe(suggestion);
  expect(() => parse(suggestion)).not.toThrow('BUG');
});

test('what is suggested is right, or a step on the way', () => {
  // A query with two mistakes gets the first one mended.
  const unfinished = new Set(['a AND OR b']);
  for (const [query, , , suggestion] of WRONG) if (!unfinished.has(query)) expect(() => parse(suggestion), query).not.toThrow();
});

test('too long, too deep', () => {
  const long = failure('a'.repeat(8193));
  expect(long.place).toMatchObject({ position: 8192, length: 1 });
  expect(failure('a'.repeat(2_000_000)).place!.text.length).toBe(8193);
  expect(failure('('.repeat(51)).message).toContain('more than 50');
  expect(failure(`${'-'.repeat(51)}a`).place).toMatchObject({ position: 50, length: 1 });
  expect(failure(`${'-'.repeat(8000)}a`).message).toContain('more than 50');
});

/** How base/visible.ts spells an override of the reading direction. */
const HIDDEN = visible('\u202e');

/** [query, the lines of the explanation] */
const EXPLAINED: readonly (readonly [string, readonly string[]])[] = [
  ['level:error hots:c01', ['there is no field `hots`', '  level:error hots:c01', '              ^^^^', 'type: level:error host:c01']],
  ['日本 hots:1', ['there is no field `hots`', '  日本 hots:1', '       ^^^^', 'type: 日本 host:1']],
  ['"é🙂" hots:1', ['there is no field `hots`', '  "é🙂" hots:1', '        ^^^^', 'type: "é🙂" host:1']],
  ['\x1b[31m hots:1', ['there is no field `hots`', '  \\x1b[31m hots:1', '           ^^^^', 'type: \\x1b[31m host:1']],
  ['a\nb\t"c', ['the quote is not closed', '  a\\nb\\t"c', '        ^', 'type: a\\nb\\t"c"']],
  [
    'level:er\u202eror',
    [
      `there is no level \`er${HIDDEN}ror\`: debug trace info audit warning error critical`,
      `  level:er${HIDDEN}ror`,
      `        ${'^'.repeat(5 + HIDDEN.length)}`,
      'type: level:error',
    ],
  ],
];

test.each(EXPLAINED)('explains %j', (query, want) => {
  expect(explain(failure(query)).split('\n')).toEqual(want);
});

test('explains a long query around the place, within a terminal', () => {
  const error = failure(`${'word '.repeat(100)}hots:1 ${'word '.repeat(100)}`);
  const [, line, caret] = explain(error).split('\n');
  expect(line!.length).toBeLessThan(140);
  expect(line!.slice(caret!.indexOf('^'), caret!.lastIndexOf('^') + 1)).toBe('hots');
});

test('explains an error without a place', () => {
  expect(explain(new CodedError('bad-query', 'no\x07thing'))).toBe('no\\x07thing');
});
