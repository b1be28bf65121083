/** Texts without a shape that may hold a filter's words: a text that search finds is never left out, whatever letters it has. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyRecord } from '../../src/base/record.ts';
import { literalsOf, type TextFilter } from '../../src/query/literals.ts';
import { compile } from '../../src/query/match.ts';
import { parse } from '../../src/query/parse.ts';
import { Block } from '../../src/store/block-read.ts';
import { blockTest } from '../../src/store/leaf.ts';
import { textsHolding } from '../../src/store/text-places.ts';
import { numbered, rowOf, Shapes } from './sealed.ts';

function blockOf(texts: readonly string[]): Block {
  const shapes = new Shapes();
  const encoded = shapes.encode(numbered(texts.map((message) => ({ ...emptyRecord(0, 'udp', ''), message }))));
  return new Block(rowOf(encoded), encoded.head, shapes.source(encoded.parts));
}

/** Each of its own shape, so that it stays a text. */
const TEXTS = ['Volume is here', 'nobody can ATTACH', 'a volume to attach now', 'größer als vorher', '', 'attachment of a volume'];

test.each<[query: string, places: number[]]>([
  ['volume', [0, 2, 5]],
  ['attach', [1, 2, 5]],
  ['"volume to attach"', [2]],
  ['*olum*', [0, 2, 5]],
  ['nowhere', []],
])('%s may stand in %o', (query, places) => {
  expect([...textsHolding(blockOf(TEXTS), literalsOf(parse(query) as TextFilter))!]).toEqual(places);
});

test('letters that fold to ASCII leave nothing out', () => {
  for (const odd of ['\u212aeystone', '\u0130mage']) {
    const block = blockOf([...TEXTS, odd]);
    expect(textsHolding(block, [['volume']])).toBeUndefined();
    const word = odd.startsWith('\u212a') ? 'keystone' : 'i\u0307mage';
    const found = TEXTS.length;
    expect(blockTest(parse(word), block)(found)).toBe(true);
  }
});

test('what a block without texts holds is nothing', () => {
  expect(textsHolding(blockOf(['one shape 1', 'one shape 2']), [['volume']])).toEqual(new Set());
});

test('blocks answer as the records do', () => {
  const piece = fc.constantFrom('volume', 'Attach', 'ÄTTACH', '\u212a', 'k', '\u0130', 'i', ' ', '-', '1', '�', '😀', 'größe', '_');
  const message = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
  const query = fc.constantFrom('volume', 'volume attach', 'k', '*olum*', '"volume attach"', 'volume -attach', '/att.ch/i', 'i');
  fc.assert(
    fc.property(fc.array(message, { minLength: 1, maxLength: 12 }), query, (texts, text) => {
      const filter = parse(text);
      const block = blockOf(texts);
      const judge = blockTest(filter, block);
      const matches = compile(filter, () => ({}) as never);
      for (let index = 0; index < block.count; index++) expect(judge(index), texts[index]).toBe(matches(block.record(index)));
    }),
    { numRuns: 500 },
  );
});
