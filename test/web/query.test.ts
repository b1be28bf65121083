/** Editing a query as text: terms, including and excluding values, what is being typed. Every table row is (input, want). */
import { expect, test } from 'vitest';
import { parse } from '../../src/query/parse.ts';
import { print } from '../../src/query/print.ts';
import { added, completed, excluded, stanceOf, termsOf, toggled, typingAt, without, written } from '../../web/src/text/query.ts';

test.each([
  ['', []],
  ['a b', ['a', 'b']],
  ['"no valid host" x', ['"no valid host"', 'x']],
  ['"a \\" b" c', ['"a \\" b"', 'c']],
  ['(a OR b c) d', ['(a OR b c)', 'd']],
  ['(a OR (b "c )")) d', ['(a OR (b "c )"))', 'd']],
  ['/Errno 1\\d\\d/ x', ['/Errno 1\\d\\d/', 'x']],
  ['host:/a b/ x', ['host:/a b/', 'x']],
  ['path:/v2.1/servers x', ['path:/v2.1/servers', 'x']],
  ['-"a b" x', ['-"a b"', 'x']],
  ['"not closed x', ['"not closed x']],
  ['  a\n b  ', ['a', 'b']],
])('terms of %j', (query, want) => {
  expect(termsOf(query).map(({ text }) => text)).toEqual(want);
  for (const { at, end, text } of termsOf(query)) expect(query.slice(at, end)).toBe(text);
});

test.each([
  ['service', 'nova', 'service:nova'],
  ['level', 'ERROR', 'level:error'],
  ['program', 'a b', 'program:"a b"'],
  ['program', 'say "x" \\', 'program:"say \\"x\\" \\\\"'],
  ['path', '/v2.1/servers', 'path:"/v2.1/servers"'],
  ['host', 'a*b', 'host:"a*b"'],
  ['host', '(x)', 'host:"(x)"'],
  ['logger', 'nova.compute.manager', 'logger:nova.compute.manager'],
])('%s %s is written %s, as the service writes it and reads it', (field, value, want) => {
  expect(written(field, value)).toBe(want);
  const filter = parse(want);
  expect(filter).toMatchObject({ kind: 'field', field });
  expect(parse(print(filter))).toEqual(filter);
});

test.each([
  // One value, a second, the first taken back, the second.
  ['', 'nova', 'service:nova'],
  ['service:nova', 'cinder', '(service:nova OR service:cinder)'],
  ['(service:nova OR service:cinder)', 'nova', 'service:cinder'],
  ['(service:nova OR service:cinder)', 'glance', '(service:nova OR service:cinder OR service:glance)'],
  ['service:cinder', 'cinder', ''],
  ['error service:nova "x y"', 'nova', 'error "x y"'],
  ['error service:nova "x y"', 'cinder', 'error (service:nova OR service:cinder) "x y"'],
  // What was excluded is in.
  ['-service:nova error', 'nova', 'error service:nova'],
  // A query that is an OR becomes one condition of two.
  ['error OR warning', 'nova', '(error OR warning) service:nova'],
  // A group that holds something else is not ours.
  ['(service:nova OR host:a)', 'cinder', '(service:nova OR host:a) service:cinder'],
  ['(service:nova service:cinder)', 'cinder', '(service:nova service:cinder) service:cinder'],
])('%j with service %s is %j', (query, value, want) => {
  expect(toggled(query, 'service', value)).toBe(want);
  if (want !== '') expect(() => parse(want)).not.toThrow();
});

test.each([
  ['', '-service:nova'],
  ['error', 'error -service:nova'],
  ['service:nova error', 'error -service:nova'],
  ['(service:nova OR service:cinder)', 'service:cinder -service:nova'],
  ['-service:nova error', 'error'],
  ['a OR b', '(a OR b) -service:nova'],
])('%j without nova is %j', (query, want) => {
  expect(excluded(query, 'service', 'nova')).toBe(want);
  if (want !== '') expect(() => parse(want)).not.toThrow();
});

test('what a query says of a value is seen', () => {
  expect(stanceOf('service:nova', 'service', 'nova')).toBe('included');
  expect(stanceOf('(service:nova OR service:cinder)', 'service', 'cinder')).toBe('included');
  expect(stanceOf('-service:nova', 'service', 'nova')).toBe('excluded');
  expect(stanceOf('service:novas "service:nova"', 'service', 'nova')).toBeUndefined();
  expect(stanceOf('level:error', 'level', 'ERROR')).toBe('included');
});

test('what a query says of a field is left out for counting its other values', () => {
  expect(without('error (service:nova OR service:cinder) -service:glance host:a', 'service')).toBe('error host:a');
  expect(without('level:>=warning x', 'level')).toBe('x');
  expect(without('(service:nova OR host:a)', 'service')).toBe('(service:nova OR host:a)');
});

test('a term is added once', () => {
  expect(added('a b', 'b')).toBe('a b');
  expect(added(' a ', 'b')).toBe('a b');
});

/** `|` is the caret; what is being typed: field, text, and what would be replaced. */
test.each([
  ['|', undefined, '', ''],
  ['ser|', undefined, 'ser', 'ser'],
  ['a ser|', undefined, 'ser', 'ser'],
  ['(a OR ser|', undefined, 'ser', 'ser'],
  ['-ser|', undefined, 'ser', 'ser'],
  ['service:|', 'service', '', ''],
  ['service:no|', 'service', 'no', 'no'],
  ['service:no|va x', 'service', 'no', 'nova'],
  ['(service:nova OR service:ci|', 'service', 'ci', 'ci'],
  ['level:>=wa|', 'level', '>=wa', '>=wa'],
])('typing at %s', (text, field, typed, replaced) => {
  const caret = text.indexOf('|');
  const query = text.replace('|', '');
  const typing = typingAt(query, caret)!;
  expect([typing.field, typing.text, query.slice(typing.at, typing.end)]).toEqual([field, typed, replaced]);
});

test.each(['"no val|', 'x "a b|', '/Err|', 'host:/a|'])('nothing is offered inside of %s', (text) => {
  expect(typingAt(text.replace('|', ''), text.indexOf('|'))).toBeUndefined();
});

test.each([
  ['ser|', 'service:', 'service:', 8],
  ['service:no|', 'nova', 'service:nova ', 13],
  ['service:no|va x', 'nova', 'service:nova x', 13],
  ['a service:|', '"x y"', 'a service:"x y" ', 16],
])('%s completed with %s is %j', (text, offer, want, caret) => {
  const query = text.replace('|', '');
  expect(completed(query, typingAt(query, text.indexOf('|'))!, offer)).toEqual({ query: want, caret });
});
