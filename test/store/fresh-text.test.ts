/** Which fresh records a search looks at: none too few, by the filter itself on each of them; and few where a word is rare. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { marks } from '../../parsers/index.ts';
import { emptyRecord } from '../../src/base/record.ts';
import { compile } from '../../src/query/match.ts';
import { parse } from '../../src/query/parse.ts';
import { freshCandidates } from '../../src/store/fresh-text.ts';
import { filters, records as record } from '../query/vocabulary.ts';

test('random filters: whatever matches is a candidate, in ascending order', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 12 }), filters, (records, filter) => {
      const matches = compile(filter, marks);
      const candidates = freshCandidates(records, filter) ?? [...records.keys()];
      const wanted = [...records.keys()].filter((index) => matches(records[index]!));
      expect(wanted.filter((index) => !candidates.includes(index))).toEqual([]);
      expect(candidates).toEqual([...new Set(candidates)].sort((a, b) => a - b));
    }),
    { numRuns: 3000 },
  );
});

const BATCH = Array.from({ length: 100 }, (_, index) => ({
  ...emptyRecord(index, 'tcp', ''),
  host: index === 40 ? 'zebra' : 'c01',
  level: 'INFO' as const,
  message:
    index === 7 ? 'A Zebra crossed at 903B85D0-b6ab-4d2b-9be8-1c3a6b1de2f7' : index === 99 ? 'the last zebra' : `nothing of ${index}`,
}));

test.each<[query: string, candidates: number[] | undefined]>([
  ['zebra', [7, 40, 99]],
  ['"last zebra"', [7, 40, 99]],
  ['903b85d0-b6ab-4d2b-9be8-1c3a6b1de2f7', [7]],
  ['zebra level:info crossed', [7]],
  ['zebra OR crossed', [7, 40, 99]],
  ['message:~*rosse*', [7]],
  ['/cros+ed/', [7]],
  ['nosuch', []],
  ['nosuch zebra', []],
  // Nothing is told by these.
  ['nothing', undefined],
  ['level:info', undefined],
  ['NOT zebra', undefined],
  ['zebra OR level:info', undefined],
  ['', undefined],
])('%s', (query, candidates) => {
  expect(freshCandidates(BATCH, parse(query))).toEqual(candidates);
});
