/**
 * IPv4 addresses are one word of the index each, and are found in blocks by four variables: whatever stands around them, index and block have to
 * agree with what the query language means. Random texts of what tears addresses apart: MACs, names of devices, versions, fractions.
 */
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { marks } from '../../parsers/index.ts';
import { emptyRecord } from '../../src/base/record.ts';
import { addressesIn, addressOf, addressSlots, addressText, ipWord, WHOLE_IPS } from '../../src/base/whole-ids.ts';
import type { Filter, LogRecord } from '../../src/model.ts';
import { idOf } from '../../src/query/ids.ts';
import { compile } from '../../src/query/match.ts';
import { encodeBlock } from '../../src/store/block-write.ts';
import { DayFile } from '../../src/store/day-file.ts';
import { decodeDigest } from '../../src/store/digest.ts';
import { indexExpression } from '../../src/store/index-query.ts';
import { blockTest } from '../../src/store/leaf.ts';
import { ShapeBook } from '../../src/store/shape-book.ts';
import { newFolder, numbered } from './sealed.ts';

const SLOW_MS = 60_000;
const RUNS = 250;

const file = new DayFile(join(newFolder(), '2024-11-22.db'), 'write');
const book = new ShapeBook(65_536);
const interned = new Map<string, readonly unknown[]>();
let newest = 0;

/** What the block and its index say of the filter, and what is true. */
function agreed(records: readonly LogRecord[], filters: readonly Filter[]): number {
  const encoded = encodeBlock(records, book);
  book.clear();
  file.append({ records: [], blocks: [encoded], merged: [], families: [] });
  book.committed();
  const row = file.blocks(newest)[0]!;
  newest = row.id;
  const digest = decodeDigest(file.digest(row.id)!, interned)!;
  let found = 0;
  for (const filter of filters) {
    const said = `${JSON.stringify(filter)} in ${JSON.stringify(records.map(({ message }) => message))}`;
    const want = records.map(compile(filter, marks));
    for (const test of [blockTest(filter, file.block(row)), blockTest(filter, file.block(row), digest)])
      expect(
        records.map((_, index) => test(index)),
        said,
      ).toEqual(want);
    if (!want.includes(true)) continue;
    found++;
    expect([...file.words.blocksWith(indexExpression(filter)!)], said).toContain(row.id);
  }
  return found;
}

const idFilter = (text: string): Filter => ({ kind: 'id', id: idOf(text)!, text });
const says = (message: string): LogRecord => ({ ...emptyRecord(1, 'udp', 'p'), message });

const ADDRESSES = ['10.0.0.5', '10.10.0.7', '0.0.5.10', '255.0.10.5', '10.0.0.16', 'fe80::1', 'fa:16:3e:aa:bb:10'];
const PIECES = [
  ...ADDRESSES,
  ...['10', '0', '5', '7', '255', '256', '010', '1.5', '0.0', '16', '.', '.', '.', '.', ':', '-', ',', ' ', ' ', '/', '_', 'x', 'é'],
  ...['fa:16:3e:aa:bb:10', ':3e:aa:bb:cc:dd', 'tapbaba8ae3-10', 'baba8ae3-10', '903b85d0-b6ab-4d2b-9be8-1c3a6b1de2f7', '12345678'],
];
const messages = fc
  .array(fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 7 }), { minLength: 1, maxLength: 8 })
  .map((all) => all.map((pieces) => pieces.join('')));

test(
  'an address is found wherever it stands, in shapes and in texts',
  () => {
    let found = 0;
    fc.assert(
      fc.property(messages, (some) => {
        // Twice for a shape, once with more behind it for a text.
        const texts = [...some, ...some, ...some.map((message, index) => `${message} once${'!'.repeat(index + 1)}`)];
        found += agreed(numbered(texts.map(says)), ADDRESSES.map(idFilter));
      }),
      { numRuns: RUNS },
    );
    expect(found).toBeGreaterThan(RUNS / 2);
  },
  SLOW_MS,
);

test.each<[message: string, runs: number[], isTorn: boolean]>([
  ['\x03.\x03.\x03.\x03', [0], false],
  ['from \x04 \x03.\x03.\x03.\x03:\x03 to \x03.\x03.\x03.\x03', [1, 6], false],
  ['\x03.\x03.\x03', [], false],
  ['\x03.\x03.\x03.\x03.\x03', [0, 1], false],
  ['\x03.\x03.\x03.\x04', [], true],
  ['\x04.\x03.\x03.\x03', [], true],
  ['\x03, \x03, \x03, \x03', [], false],
])('addresses of the shape %j', (shape, runs, isTorn) => {
  expect(addressSlots(shape)).toEqual({ runs, isTorn });
});

test.each<[text: string, words: string[]]>([
  ['10.0.0.5', ['ip_0a000005']],
  ['a 10.0.0.5:80 b 255.255.255.255.', ['ip_0a000005', 'ip_ffffffff']],
  ['256.1.1.1 1.2.3', []],
])('addresses in %j', (text, words) => {
  expect([...addressesIn(text)].map(ipWord)).toEqual(words);
});

test('an address and its number', () => {
  for (const text of ['0.0.0.0', '10.0.0.5', '255.255.255.255', '128.1.2.3']) expect(addressText(addressOf(text)!)).toBe(text);
});

test('an address is no version and no name', () => {
  expect(['1.2.3', '1.2.3.256', '1.2.3.4.5', 'x1.2.3.4', ''].map(addressOf)).toEqual(Array(5).fill(undefined));
});

test('blocks with whole addresses are told from those without, and a block without is asked for the parts', () => {
  const wanted = indexExpression(idFilter('10.0.0.5'))!;
  agreed(numbered([says('10.0.0.6 5'), says('10.0.0.6 5')]), []);
  expect(file.words.blocksWith(`"${WHOLE_IPS}"`)).toContain(newest);
  expect(file.words.blocksWith(wanted)).not.toContain(newest);
  const encoded = encodeBlock(numbered([says('10.0.0.5'), says('10.0.0.5')]), book);
  book.clear();
  const earlier = { ...encoded, words: encoded.words.replaceAll(/\b(?:ip|mac)_\w+ /g, '') };
  file.append({ records: [], blocks: [earlier], merged: [], families: [] });
  book.committed();
  newest = file.blocks(newest)[0]!.id;
  expect(file.words.blocksWith(wanted)).toContain(newest);
  expect(file.words.blocksWith('"ip_0a000005"')).not.toContain(newest);
});
