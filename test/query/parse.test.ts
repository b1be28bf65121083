/** Right queries and what they become. Wrong ones are in wrong.test.ts. */
import { expect, test } from 'vitest';
import { tokensOf } from '../../src/base/tokens.ts';
import { FIELD_NAMES, type FieldName, type FieldOp, type Filter } from '../../src/model.ts';
import { FIELDS, fieldNamed } from '../../src/query/fields.ts';
import { parse } from '../../src/query/parse.ts';

const UUID = '903b85d0-b6ab-4d2b-9be8-1c3a6b1de2f7';
const HEX = UUID.replaceAll('-', '');
const TXN = 'tx4b41c78a86b246c59725d-005c48267b';

const phrase = (text: string): Filter => ({ kind: 'phrase', tokens: tokensOf(text), text });
const and = (...of: Filter[]): Filter => ({ kind: 'and', of });
const or = (...of: Filter[]): Filter => ({ kind: 'or', of });
const not = (of: Filter): Filter => ({ kind: 'not', of });
const id = (canonical: string, text: string): Filter => ({ kind: 'id', id: canonical, text });
const wildcard = (pattern: string): Filter => ({ kind: 'wildcard', pattern });
const substring = (text: string): Filter => ({ kind: 'substring', text });
const regex = (source: string, flags = ''): Filter => ({ kind: 'regex', source, flags });
const field = (name: FieldName, op: FieldOp, value: string): Filter => ({ kind: 'field', field: name, op, value });

const RIGHT: readonly (readonly [string, Filter])[] = [
  ['', { kind: 'all' }],
  [' \t\n', { kind: 'all' }],
  ['error', phrase('error')],
  ['Error', phrase('Error')],
  ['日本語', phrase('日本語')],
  ['nova.compute.manager', { kind: 'phrase', tokens: ['nova', 'compute', 'manager'], text: 'nova.compute.manager' }],
  ['"No valid host"', { kind: 'phrase', tokens: ['no', 'valid', 'host'], text: 'No valid host' }],
  ['"say \\"hi\\" \\\\ there\\n"', phrase('say "hi" \\ there\\n')],
  ['"AND"', phrase('AND')],
  ['and', phrase('and')],
  ['#012', phrase('#012')],
  ['12:30:45', phrase('12:30:45')],
  ['http://10.0.0.5:8774/v2', phrase('http://10.0.0.5:8774/v2')],
  ['[instance:', phrase('[instance:')],
  ['dry-run', phrase('dry-run')],
  // Combinations.
  ['a b', and(phrase('a'), phrase('b'))],
  ['a AND b', and(phrase('a'), phrase('b'))],
  ['a OR b', or(phrase('a'), phrase('b'))],
  ['a b OR c d', or(and(phrase('a'), phrase('b')), and(phrase('c'), phrase('d')))],
  ['a (b OR c)', and(phrase('a'), or(phrase('b'), phrase('c')))],
  ['(a b) c', and(and(phrase('a'), phrase('b')), phrase('c'))],
  ['((a))', phrase('a')],
  ['-a', not(phrase('a'))],
  ['NOT a', not(phrase('a'))],
  ['NOT a b', and(not(phrase('a')), phrase('b'))],
  ['-(a b)', not(and(phrase('a'), phrase('b')))],
  ['a -"dry run"', and(phrase('a'), not(phrase('dry run')))],
  ['NOT -a', not(not(phrase('a')))],
  ['a(b)', and(phrase('a'), phrase('b'))],
  ['a AND NOT b', and(phrase('a'), not(phrase('b')))],
  // Ids.
  [UUID, id(HEX, UUID)],
  [UUID.toUpperCase(), id(HEX, UUID.toUpperCase())],
  [HEX, id(HEX, HEX)],
  [`req-${UUID}`, id(HEX, `req-${UUID}`)],
  [`REQ-${HEX}`, id(HEX, `REQ-${HEX}`)],
  [`-${UUID}`, not(id(HEX, UUID))],
  [`[${UUID}]`, id(HEX, UUID)],
  [`${UUID},`, id(HEX, UUID)],
  [`"${UUID}"`, phrase(UUID)],
  [TXN, id(TXN, TXN)],
  [TXN.toUpperCase(), id(TXN, TXN.toUpperCase())],
  ['tx4b41c78a86b246c59725d', id('tx4b41c78a86b246c59725d', 'tx4b41c78a86b246c59725d')],
  [`tx${HEX}`, id(`tx${HEX}`, `tx${HEX}`)],
  ['fa:16:3e:AA:bb:cc', id('fa:16:3e:aa:bb:cc', 'fa:16:3e:AA:bb:cc')],
  ['fa-16-3e-aa-bb-cc', id('fa:16:3e:aa:bb:cc', 'fa-16-3e-aa-bb-cc')],
  ['10.0.0.5', id('10.0.0.5', '10.0.0.5')],
  ['10.0.0.256', phrase('10.0.0.256')],
  ['10.0.0.5:9292', phrase('10.0.0.5:9292')],
  ['fe80::1', id('fe80::1', 'fe80::1')],
  ['::1', id('::1', '::1')],
  ['903b85d0', phrase('903b85d0')],
  // Parts of words.
  ['*word*', substring('word')],
  ['**word**', substring('word')],
  ['*"a b"*', substring('a b')],
  ['*"a*b"*', substring('a*b')],
  ['*->*', substring('->')],
  ['nov*', wildcard('nov*')],
  ['NOV*', wildcard('nov*')],
  ['*manager', wildcard('*manager')],
  ['n*a', wildcard('n*a')],
  ['*a*b*', wildcard('*a*b*')],
  ['nova.comp*', wildcard('nova.comp*')],
  ['"no valid"*', wildcard('no valid*')],
  [`${UUID.slice(0, 9)}*`, wildcard('903b85d0-*')],
  // Regular expressions.
  ['/Errno 1\\d\\d/', regex('Errno 1\\d\\d')],
  ['/a/i', regex('a', 'i')],
  ['/a\\/b/', regex('a\\/b')],
  ['/[/"]/ x', and(regex('[/"]'), phrase('x'))],
  ['-/a/', not(regex('a'))],
  // Fields.
  ['host:c01', field('host', '=', 'c01')],
  ['host:c0*', field('host', '~', 'c0*')],
  ['host:*', field('host', '~', '*')],
  ['host:"a b"', field('host', '=', 'a b')],
  ['host:"a b"*', field('host', '~', 'a b*')],
  ['host:"c0*"', field('host', '=', 'c0*')],
  ['host:/^c\\d+$/i', field('host', '/', '/^c\\d+$/i')],
  ['HOST:c01', field('host', '=', 'c01')],
  ['svc:nova', field('service', '=', 'nova')],
  ['request_id:abc', field('request', '=', 'abc')],
  ['globalRequest:abc', field('global', '=', 'abc')],
  ['tenant:demo', field('project', '=', 'demo')],
  ['-service:nova', not(field('service', '=', 'nova'))],
  [`instance:${UUID}`, field('instance', '=', UUID)],
  ['message:timeout', field('message', '=', 'timeout')],
  ['message:"timed out"', field('message', '=', 'timed out')],
  ['message:*time*', field('message', '~', '*time*')],
  ['message:a:b', field('message', '=', 'a:b')],
  ['level:error', field('level', '=', 'ERROR')],
  ['level:WARN', field('level', '=', 'WARNING')],
  ['level:crit', field('level', '=', 'CRITICAL')],
  ['level:>=warning', field('level', '>=', 'WARNING')],
  ['level:<err', field('level', '<', 'ERROR')],
  ['level:warn*', field('level', '~', 'warn*')],
  ['status:>=500', field('status', '>=', '500')],
  ['status:5*', field('status', '~', '5*')],
  ['duration:>0.5', field('duration', '>', '0.5')],
  ['pid:1234', field('pid', '=', '1234')],
  ['seq:<=10', field('seq', '<=', '10')],
  ['facility:LOCAL0', field('facility', '=', 'local0')],
  ['facility:16', field('facility', '=', '16')],
  ['severity:<=err', field('severity', '<=', 'err')],
  ['path:/v2.1/servers', field('path', '=', '/v2.1/servers')],
  ['path:/v2/images/i', field('path', '=', '/v2/images/i')],
  ['path:/v2/*/detail', field('path', '~', '/v2/*/detail')],
  ['path:/^.v2/', field('path', '/', '/^.v2/')],
  ['path:/v2 foo/', and(field('path', '=', '/v2'), phrase('foo/'))],
  ['exception:NoValidHost', field('exception', '=', 'NoValidHost')],
  ['flags:truncated', field('flags', '=', 'truncated')],
  [
    `level:error service:nova host:c0* "no valid host" -"dry run" (instance:${UUID} OR request:req-${UUID}) status:>=500 duration:>2 /Errno 1\\d\\d/`,
    and(
      field('level', '=', 'ERROR'),
      field('service', '=', 'nova'),
      field('host', '~', 'c0*'),
      phrase('no valid host'),
      not(phrase('dry run')),
      or(field('instance', '=', UUID), field('request', '=', `req-${UUID}`)),
      field('status', '>=', '500'),
      field('duration', '>', '2'),
      regex('Errno 1\\d\\d'),
    ),
  ],
];

test.each(RIGHT)('%j', (query, want) => {
  expect(parse(query)).toEqual(want);
});

test('every field answers to its name and its aliases, and no two fields share one', () => {
  const seen = new Map<string, FieldName>();
  for (const name of FIELD_NAMES) {
    for (const word of [name, ...FIELDS[name].aliases]) {
      expect(fieldNamed(word.toUpperCase())).toBe(name);
      const squeezed = word.replaceAll('_', '');
      expect(seen.get(squeezed) ?? name).toBe(name);
      seen.set(squeezed, name);
    }
  }
});

test('the deepest and the longest query that may be', () => {
  expect(parse(`${'('.repeat(49)}a${')'.repeat(49)}`)).toEqual(phrase('a'));
  expect(parse('a'.repeat(8192))).toEqual(phrase('a'.repeat(8192)));
});
