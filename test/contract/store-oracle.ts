/**
 * Random records and random queries against every store: the answer is what a naive filter over the input gives.
 * Filters are made of what stands in the records, so that they find something, and of what nearly does.
 */
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { marks } from '../../parsers/index.ts';
import { tokensOf } from '../../src/base/tokens.ts';
import type { Filter, LogRecord } from '../../src/model.ts';
import { compile, TEXT_FIELDS } from '../../src/query/match.ts';
import { parse } from '../../src/query/parse.ts';
import { print } from '../../src/query/print.ts';
import { everything, followed, inOrder } from './reading.ts';
import { castOf, continuationOf, diceOf, makeRecords } from './records.ts';
import type { Bench } from './store.ts';

const SEED = 4711;
const COUNT = 600;
const CONTINUATIONS = 25;

/** What the records are once their continuations are read with them; as plain as can be. */
export function whole(rows: readonly LogRecord[]): LogRecord[] {
  const records = rows.filter(({ of }) => of === undefined).map((row) => ({ ...row }));
  for (const row of rows) {
    const parent = row.of === undefined ? undefined : records.find(({ seq }) => seq === row.of);
    if (parent) parent.message += `\n${row.message}`;
  }
  return records;
}

/** Queries about what stands in the records: words, their parts, ids, values of fields, and combinations. */
export function queriesAbout(records: readonly LogRecord[]): fc.Arbitrary<string> {
  const texts = records.flatMap((record) => TEXT_FIELDS.map((field) => record[field]).filter((text) => text !== undefined));
  const tokens = [...new Set(texts.flatMap((text) => tokensOf(text.slice(0, 400))))];
  const quote = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;
  const token = fc.constantFrom(...tokens);
  const word = token.map(quote);
  const record = fc.constantFrom(...records);
  const cut = fc.tuple(token, fc.nat(12), fc.nat(12));
  const phrase = fc
    .tuple(fc.constantFrom(...texts.filter((text) => tokensOf(text).length > 1)), fc.nat(20), fc.integer({ min: 2, max: 4 }))
    .map(([text, at, count]) => {
      const all = tokensOf(text.slice(0, 2000));
      return quote(all.slice(at % (all.length - 1 || 1), (at % (all.length - 1 || 1)) + count).join(' '));
    });
  const { instances, requests, projects, txns } = castOf(SEED);
  const id = fc.constantFrom(
    ...instances,
    ...requests,
    ...projects,
    ...txns,
    ...instances.map((uuid) => uuid.toUpperCase()),
    ...requests.map((request) => request.slice(4).replaceAll('-', '')),
    ...instances.map((uuid) => quote(uuid)),
  );
  const field = fc
    .tuple(
      record,
      fc.constantFrom(
        'host',
        'service',
        'program',
        'logger',
        'request',
        'user',
        'project',
        'instance',
        'msgid',
        'format',
        'pid',
        'facility',
        'severity',
        'level',
        'seq',
      ),
      fc.nat(9),
    )
    .map(([one, name, how]) => {
      const value = one[name as keyof LogRecord];
      if (value === undefined || value === '') return `${name}:*`;
      return how < 7 ? `${name}:${quote(String(value))}` : `${name}:${quote(String(value).slice(0, how - 5))}*`;
    });
  const wildcard = cut.map(([text, at]) => `${quote(text.slice(0, (at % text.length) + 1))}*`);
  const substring = cut.map(([text, at, size]) => `*${quote(text.slice(at % text.length, (at % text.length) + size + 1))}*`);
  const fixed = fc.constantFrom(
    'level:>=error',
    'level:<info',
    'status:>=500',
    'status:404',
    'status:20*',
    'bytes:<900',
    'duration:>0.1 status:>=400',
    '-status:200',
    'duration:>0',
    'duration:<=0.5',
    'bytes:>=1000',
    'status:<300 bytes:<4000',
    'level:warning',
    'method:get',
    'path:/v2.1/*',
    'exception:NoValidHost',
    '/line \\d+/',
    'message:hosts',
    'message:*host*',
    'pid:>1020',
    'nosuchword',
    'volume_*',
    '*_disk',
    'severity:<=err',
  );
  const leaf = fc.oneof(word, phrase, id, field, wildcard, substring, fixed);
  return fc.oneof(
    { arbitrary: leaf, weight: 4 },
    { arbitrary: fc.tuple(leaf, leaf).map(([a, b]) => `${a} ${b}`), weight: 2 },
    { arbitrary: fc.tuple(leaf, leaf).map(([a, b]) => `${a} OR ${b}`), weight: 2 },
    { arbitrary: fc.tuple(leaf, leaf).map(([a, b]) => `${a} -${b}`), weight: 2 },
    { arbitrary: fc.tuple(leaf, leaf, leaf).map(([a, b, c]) => `-(${a} OR ${b}) ${c}`), weight: 1 },
  );
}

/** Continuations come late, in batches of their own; their parents are anywhere. */
export function fillMixed(bench: Bench): LogRecord[] {
  const dice = diceOf(SEED);
  const rows = bench.fill(makeRecords({ seed: SEED, count: COUNT, bigChars: 100_000 }), 97);
  for (let index = 0; index < CONTINUATIONS; index++) {
    const parent = rows[dice.below(COUNT)]!;
    rows.push(
      ...bench.fill([
        continuationOf(parent, dice.pick(['Traceback (most recent call last):', 'ValueError: zebra', `  of ${dice.uuid()}`, ''])),
      ]),
    );
  }
  return rows;
}

function random(bench: Bench): void {
  const rows = fillMixed(bench);
  const records = whole(rows);
  let found = 0;
  fc.assert(
    fc.property(
      queriesAbout(records),
      fc.constantFrom('forward' as const, 'backward' as const),
      fc.integer({ min: 1, max: 300 }),
      fc.nat(COUNT - 1),
      fc.nat(3),
      (text, direction, limit, at, range) => {
        const filter: Filter = parse(text);
        const edge = rows[at]!.time;
        const bounds = range === 0 ? { start: edge } : range === 1 ? { end: edge } : {};
        const matches = compile(filter, marks);
        const inRange = ({ time }: LogRecord) =>
          (bounds.start === undefined || time >= bounds.start) && (bounds.end === undefined || time < bounds.end);
        const want = records.filter((record) => inRange(record) && matches(record));
        found += want.length > 0 ? 1 : 0;
        // Many pages of one record cost more than they show.
        const size = Math.max(limit, Math.ceil(want.length / 10), 1);
        const got = everything(bench.store, { filter, direction, limit: size, ...bounds });
        expect(
          got.map(({ seq }) => seq),
          text,
        ).toEqual(inOrder(want, direction));
        for (const record of got.slice(0, 3)) expect(record.message).toBe(records.find(({ seq }) => seq === record.seq)!.message);
      },
    ),
    { numRuns: 250, seed: SEED },
  );
  expect(found).toBeGreaterThan(100);
}

function randomFollow(bench: Bench): void {
  const rows = bench.fill(makeRecords({ seed: SEED, count: COUNT }), 61);
  fc.assert(
    fc.property(queriesAbout(rows), fc.nat(COUNT), fc.integer({ min: 1, max: 200 }), (text, after, limit) => {
      const filter = parse(text);
      const matches = compile(filter, marks);
      const want = rows.filter((row) => row.seq > after && matches(row)).map(({ seq }) => seq);
      expect(
        followed(bench.store, { after, filter, limit: Math.max(limit, want.length / 10) }).map(({ seq }) => seq),
        print(filter),
      ).toEqual(want);
    }),
    { numRuns: 100, seed: SEED },
  );
}

export const oracleTests = {
  'random queries give what a naive filter over the input gives': random,
  'random follows give what a naive filter over the input gives': randomFollow,
};
