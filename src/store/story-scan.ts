/**
 * Where ids stand in one block, or in one fresh batch: for each needle the records that hold it.
 *
 * Fast path - all UUIDs of a story in one pass over the id columns and the id variables of a block; one after the other they would cost a pass
 * each, and a story has a hundred (bench:story). What is spelled otherwise - upper case, glued to words, in texts
 * without a shape - is left to the search's own test, where the block's texts hold the id's first digits at all.
 */
import { marks } from '../../parsers/index.ts';
import { SLOT } from '../base/shape.ts';
import type { LogRecord } from '../model.ts';
import { compile, TEXT_FIELDS } from '../query/match.ts';
import type { Block } from './block-read.ts';
import type { Digest } from './digest.ts';
import { WORD_COLUMNS, WORD_IDS } from './field-columns.ts';
import { blockTest } from './leaf.ts';
import type { Needle } from './story-needles.ts';

/** Per needle the records, ascending. */
export type NeedleHits = ReadonlyMap<Needle, readonly number[]>;

const ID_BYTES = 16;
const ONLY_DIGITS = /^\d+$/;
const NO_DIGIT = /^[a-f]+$/;

/** Texts of a block in which an id may be spelled otherwise, folded, in one. */
const oddTexts = new WeakMap<Block, string>();

export function scanBlock(block: Block, needles: readonly Needle[], digest: Digest | undefined): NeedleHits {
  const hits = new Map<Needle, number[]>();
  const byPosition = new Map<number, Needle>();
  const slow: Needle[] = [];
  const odd = oddTextOf(block);
  for (const needle of needles) {
    const { hex, part } = needle;
    if (hex === undefined || ONLY_DIGITS.test(part) || NO_DIGIT.test(part) || odd.includes(part)) {
      slow.push(needle);
      continue;
    }
    const position = positionOf(block.idTable(), Buffer.from(hex, 'hex'));
    if (position >= 0) byPosition.set(position, needle);
  }
  if (byPosition.size > 0) scanPositions(block, byPosition, hits);
  for (const needle of slow) {
    const test = blockTest(needle.filter, block, digest);
    for (let index = 0; index < block.count; index++) if (test(index)) listed(hits, needle).push(index);
  }
  return hits;
}

function scanPositions(block: Block, wanted: ReadonlyMap<number, Needle>, hits: Map<Needle, number[]>): void {
  const flags = new Uint8Array(block.idTable().length / ID_BYTES);
  for (const position of wanted.keys()) flags[position] = 1;
  const columns = WORD_IDS.map((name) => block.ids(name).positions);
  const { codes, places } = block.shapes();
  const byShape = messagePlaces(block, flags);
  const note = (position: number, index: number): void => {
    const list = listed(hits, wanted.get(position)!);
    if (list.at(-1) !== index) list.push(index);
  };
  for (let index = 0; index < block.count; index++) {
    for (const positions of columns) {
      const position = positions[index]!;
      if (position >= 0 && flags[position] === 1) note(position, index);
    }
    const found = byShape[codes[index]!]?.get(places[index]!);
    if (found !== undefined) for (const position of found) note(position, index);
  }
}

/** By code: place of a record among those of its shape -> positions of the wanted ids in its message. */
function messagePlaces(block: Block, flags: Uint8Array): (Map<number, number[]> | undefined)[] {
  const { list } = block.shapes();
  const variables = block.variables();
  const byShape: (Map<number, number[]> | undefined)[] = [undefined];
  for (let shape = 0; shape < list.length; shape++) {
    let found: Map<number, number[]> | undefined;
    const { kinds } = list[shape]!;
    for (let slot = 0; slot < kinds.length; slot++) {
      if (kinds[slot] !== SLOT.uuid && kinds[slot] !== SLOT.hex32) continue;
      const positions = variables.positions(shape, slot);
      for (let place = 0; place < positions.length; place++) {
        if (flags[positions[place]!] !== 1) continue;
        found ??= new Map();
        listed(found, place).push(positions[place]!);
      }
    }
    byShape.push(found);
  }
  return byShape;
}

/** Variables that are no ids, texts without a shape, and values of id columns that are no UUIDs. */
function oddTextOf(block: Block): string {
  let text = oddTexts.get(block);
  if (text !== undefined) return text;
  const { list, codes, counts } = block.shapes();
  const variables = block.variables();
  const parts: string[] = [];
  for (let shape = 0; shape < list.length; shape++) {
    const { kinds } = list[shape]!;
    for (let slot = 0; slot < kinds.length; slot++)
      if (kinds[slot] === SLOT.text || kinds[slot] === SLOT.hex) parts.push(variables.rawText(shape, slot));
  }
  if ((counts[0] ?? 0) > 0) for (let index = 0; index < block.count; index++) if (codes[index] === 0) parts.push(block.message(index));
  for (const name of WORD_IDS) parts.push(...block.ids(name).texts.values());
  for (const name of WORD_COLUMNS) for (const value of block.dictionary(name).values) parts.push(String(value));
  for (const value of block.sparse('structuredData').values()) parts.push(String(value));
  text = parts.join('\n').toLowerCase();
  oddTexts.set(block, text);
  return text;
}

/** Fresh records, with their searched texts folded once for all rounds of a story. */
export interface FreshTexts {
  readonly records: readonly LogRecord[];
  readonly texts: readonly string[];
}

export function freshTexts(records: readonly LogRecord[]): FreshTexts {
  return {
    records,
    texts: records.map((record) =>
      TEXT_FIELDS.map((field) => record[field] ?? '')
        .join('\n')
        .toLowerCase(),
    ),
  };
}

/** Eight digits that nothing hexadecimal stands before: where an id begins. */
const ID_HEAD = /(?<![0-9a-f])[0-9a-f]{8}/g;

export function scanFresh({ records, texts }: FreshTexts, needles: readonly Needle[]): NeedleHits {
  const hits = new Map<Needle, number[]>();
  const byHead = new Map<string, Test[]>();
  const parts: Test[] = [];
  for (const needle of needles) {
    const test = { needle, matches: compile(needle.filter, marks) };
    if (needle.hex === undefined) parts.push(test);
    else listed(byHead, needle.part).push(test);
  }
  const check = ({ needle, matches }: Test, index: number): void => {
    const list = hits.get(needle);
    if (list?.at(-1) !== index && matches(records[index]!)) listed(hits, needle).push(index);
  };
  for (let index = 0; index < records.length; index++) {
    const text = texts[index]!;
    if (byHead.size > 0) for (const [head] of text.matchAll(ID_HEAD)) for (const test of byHead.get(head) ?? []) check(test, index);
    for (const test of parts) if (text.includes(test.needle.part)) check(test, index);
  }
  return hits;
}

interface Test {
  readonly needle: Needle;
  readonly matches: (record: LogRecord) => boolean;
}

function positionOf(table: Buffer, id: Buffer): number {
  for (let from = table.indexOf(id); from >= 0; from = table.indexOf(id, from + 1)) if (from % ID_BYTES === 0) return from / ID_BYTES;
  return -1;
}

function listed<K, V>(lists: Map<K, V[]>, key: K): V[] {
  let list = lists.get(key);
  if (list === undefined) {
    list = [];
    lists.set(key, list);
  }
  return list;
}
