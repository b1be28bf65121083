/**
 * An index miss must never lie: with the words of the poorest index that need.ts allows, every record that
 * matches satisfies the need. Also what the needs of some filters are, so that they stay worth something.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { fold, tokensOf } from '../../src/base/tokens.ts';
import { addressesIn, ipWord, WHOLE_IPS } from '../../src/base/whole-ids.ts';
import type { LogRecord } from '../../src/model.ts';
import { compile, TEXT_FIELDS } from '../../src/query/match.ts';
import { type Need, need, satisfies, TOKEN_CHARS } from '../../src/query/need.ts';
import { parse } from '../../src/query/parse.ts';
import { filters, IDS, records, UUIDS } from './vocabulary.ts';

const UUID = /([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Everything an index may leave out is left out; with `rich`, everything it may hold is there. */
function wordsOf(record: LogRecord, rich: boolean): Set<string> {
  const words = new Set<string>();
  for (const field of TEXT_FIELDS) {
    const text = record[field];
    if (text === undefined) continue;
    for (const token of tokensOf(fold(text).replace(UUID, ' $1 ')))
      words.add((/^[0-9a-f]{32}$/.test(token) ? token.slice(0, 8) : token).slice(0, TOKEN_CHARS));
    if (!rich) continue;
    for (const token of tokensOf(text)) words.add(token);
    for (const address of addressesIn(text)) words.add(ipWord(address));
    words.add(WHOLE_IPS);
  }
  return words;
}

test('whatever matches satisfies the need, with the poorest index and the richest', () => {
  let matched = 0;
  let needed = 0;
  fc.assert(
    fc.property(filters, fc.array(records, { minLength: 1, maxLength: 12 }), (filter, some) => {
      const matches = compile(filter, () => ({}));
      const wanted = need(filter);
      for (const record of some) {
        if (!matches(record)) continue;
        matched++;
        if (wanted !== true) needed++;
        expect(satisfies(wanted, wordsOf(record, false))).toBe(true);
        expect(satisfies(wanted, wordsOf(record, true))).toBe(true);
      }
    }),
    { numRuns: 4000 },
  );
  expect(matched).toBeGreaterThan(2000);
  expect(needed).toBeGreaterThan(500);
});

test('an id is found by its first digits in every spelling, wherever it stands', () => {
  for (const id of IDS) {
    const filter = parse(id);
    expect(filter.kind).toBe('id');
    expect(need(filter)).not.toBe(true);
  }
  const head = token('903b85d0');
  const hex = UUIDS[0].replaceAll('-', '');
  // Swift's accounts are tokens of their own in an index.
  const anywhere = or(head, token(`auth_${hex}`), token(`key_${hex}`), token(`service_${hex}`));
  for (const spelled of [UUIDS[0], UUIDS[0].toUpperCase(), `req-${UUIDS[0]}`, hex]) expect(need(parse(spelled))).toEqual(anywhere);
  for (const field of ['instance', 'request', 'project'])
    for (const spelled of [UUIDS[0], `req-${UUIDS[0]}`, hex]) expect(need(parse(`${field}:${spelled}`))).toEqual(head);
});

const token = (text: string): Need => ({ kind: 'token', token: text });
const and = (...of: Need[]): Need => ({ kind: 'and', of });
const or = (...of: Need[]): Need => ({ kind: 'or', of });
const prefix = (text: string): Need => ({ kind: 'prefix', prefix: text });

const NEEDS: readonly (readonly [string, Need])[] = [
  ['', true],
  ['error', token('error')],
  ['"No valid host"', and(token('no'), token('valid'), token('host'))],
  ['nova.compute.manager', and(token('nova'), token('compute'), token('manager'))],
  ['a a a', token('a')],
  ['a OR b', or(token('a'), token('b'))],
  ['a OR *b*', true],
  ['a *b*', token('a')],
  ['-a', true],
  ['a -b', token('a')],
  ['/a/', true],
  ['*a*', true],
  ['nov*', or(prefix('nov'))],
  ['nova.comp*', and(token('nova'), prefix('comp'))],
  ['*manager', true],
  ['903b*', true],
  ['903b', true],
  ['903b85d0', token('903b85d0')],
  ['1c3a6b1de2f7', true],
  [`"boot ${UUIDS[0]} done"`, and(token('boot'), token('903b85d0'), token('done'))],
  ['volume_903b85d0', or(token('volume_903b85d0'), token('903b85d0'))],
  ['10.0.0.5', { kind: 'whole', word: 'ip_0a000005', mark: WHOLE_IPS, parts: and(token('10'), token('0'), token('5')) }],
  ['"10.0.0.5"', and(token('10'), token('0'), token('5'))],
  ['fe80::f816:3eff', and(token('fe80'), token('f816'), token('3eff'))],
  [
    'tx4b41c78a86b246c59725d-005c48267b',
    and(or(token('tx4b41c78a86b246c59725d'), token('6c59725d')), or(token('005c48267b'), token('5c48267b'))),
  ],
  ['host:c01.example.org', and(token('c01'), token('example'), token('org'))],
  ['host:c0*', or(prefix('c0'), token('c'))],
  ['host:comp-0*', and(token('comp'))],
  ['logger:nova.*', token('nova')],
  ['service:nova', true],
  ['level:error', true],
  ['status:>=500', true],
  ['amqp:timeout', true],
  ['database:deadlock', true],
  ['exception:KeyError', or(token('keyerror'), token('keyerror_remote'), token('nkeyerror'), token('nkeyerror_remote'))],
  ['exception:Key*', true],
  ['message:timeout', token('timeout')],
  ['message:*time*', true],
  ['project:demo', token('demo')],
  ['global:req-abc', token('abc')],
];

test.each(NEEDS.map(([query, want]) => [query, unwrap(want)] as const))('need of %s', (query, want) => {
  expect(need(parse(query))).toEqual(want);
});

/** A group of one is that one. */
function unwrap(wanted: Need): Need {
  return wanted !== true && 'of' in wanted && wanted.of.length === 1 ? wanted.of[0]! : wanted;
}

test('a token longer than an index keeps is asked for by its beginning', () => {
  expect(need(parse('x'.repeat(300)))).toEqual(prefix('x'.repeat(TOKEN_CHARS)));
});
