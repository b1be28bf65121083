/**
 * Where ids stand in one block: for each needle the records that hold it. Not here: fresh batches (story-fresh.ts).
 *
 * Fast path - all UUIDs of a story in one pass over the id columns and the id variables of a block; one after the other they would cost a pass
 * each, and a story has a hundred (bench:correlation). What is spelled otherwise - upper case, glued to words, in texts
 * without a shape - is left to the search's own test, where the block's texts hold the id's first digits at all.
 */

import { marks } from '../../parsers/index.ts';
import { emptyRecord } from '../base/record.ts';
import { SLOT } from '../base/shape.ts';
import { compile } from '../query/match.ts';
import type { Block } from './block-read.ts';
import { NEVER, type Test } from './block-test.ts';
import type { ColumnName } from './columns.ts';
import type { Digest } from './digest.ts';
import { WORD_IDS } from './field-columns.ts';
import { HexRuns, RUN_BITS } from './hex-runs.ts';
import { positionOf } from './ids.ts';
import { blockTest } from './leaf.ts';
import { hasHead } from './odd-heads.ts';
import { foldedWords, isInOtherTexts, slotsWith } from './slot-texts.ts';
import { ADDRESS_SPEAKER, type Needle } from './story-needles.ts';
import { foldedTexts } from './text-places.ts';

/** Per needle the records, ascending. */
export type NeedleHits = ReadonlyMap<Needle, readonly number[]>;

const ID_BYTES = 16;
/** Digits of the last group of a UUID. */
const TAIL_DIGITS = 12;
const MIXED = /[a-f].*\d|\d.*[a-f]/;

/** Made once per opened block: a story asks it again in every round. */
interface Places {
  /** Record and position in the table of ids, in turn, for every UUID in a message. */
  readonly occurrences: Int32Array;
  /** The records of each shape, one after another, and where each shape's begin. */
  readonly indices: Int32Array;
  readonly starts: readonly number[];
}

/** What a block needs to keep to be asked for more ids (`Block.keepOnly`). */
export const PLACES: ReadonlySet<string> = new Set(['ids', ...WORD_IDS, 'oddHeads', 'places']);

/** Opened in any case. */
const SCANNED: readonly ColumnName[] = [...WORD_IDS, 'oddHeads', 'shape'];

export function scanBlock(block: Block, needles: readonly Needle[], digest: () => Digest | undefined): NeedleHits {
  block.expect(SCANNED);
  const hits = new Map<Needle, number[]>();
  const byPosition = new Map<number, Needle>();
  for (const needle of needles) {
    const { hex } = needle;
    const isDone = hex === undefined ? needle.isOneVariable && scanVariables(block, needle, hits) : isPlain(hex, block);
    if (isDone) {
      const position = hex === undefined ? -1 : positionOf(block.idTable(), Buffer.from(hex, 'hex'));
      if (position >= 0) byPosition.set(position, needle);
    } else {
      const found = testedWhole(block, needle, digest);
      if (found.length > 0) hits.set(needle, found);
    }
  }
  if (byPosition.size > 0) scanPositions(block, { byPosition, hits });
  return hits;
}

/** By the search's own test. */
function testedWhole(block: Block, { filter, said }: Needle, digest: () => Digest | undefined): number[] {
  if (said === undefined) return indicesWhere(block, blockTest(filter, block, digest()));
  // A story has a dozen addresses, and all are said by the same few records of a block.
  const speakers = block.derived('speakers', () => {
    const value = indicesWhere(block, blockTest(ADDRESS_SPEAKER, block));
    return { value, bytes: value.length * 8 };
  });
  return speakers.length === 0 ? [] : speakers.filter(blockTest(said, block, digest()));
}

function indicesWhere(block: Block, test: Test): number[] {
  const found: number[] = [];
  if (test === NEVER) return found;
  for (let index = 0; index < block.count; index++) if (test(index)) found.push(index);
  return found;
}

/** Does the id stand nowhere but as a UUID of the table? */
function isPlain(hex: string, block: Block): boolean {
  const heads = block.oddHeads();
  const head = hex.slice(0, 8);
  return heads === undefined ? isPlainByTexts(hex, block) : !hasHead(heads, head);
}

/** In blocks of older versions: upper case and glued ones begin, or end, in other variables. */
function isPlainByTexts(hex: string, block: Block): boolean {
  const odd = oddTextOf(block);
  const runs = block.derived('hexRuns', () => ({ value: new HexRuns(odd), bytes: RUN_BITS / 8 }));
  const head = hex.slice(0, 8);
  const tail = hex.slice(-TAIL_DIGITS);
  if (runs.mayHold(head) && odd.includes(head)) return false;
  // Groups of digits alone, or of letters alone, are no such variables: the other end tells.
  return MIXED.test(head) || (MIXED.test(tail) && !(runs.mayHold(tail.slice(-8)) && odd.includes(tail)));
}

/** A text that is always one variable, as a MAC is; false: it may stand in other texts, too. */
function scanVariables(block: Block, needle: Needle, hits: Map<Needle, number[]>): boolean {
  const { part } = needle;
  if (isInOtherTexts(block, part)) return false;
  const found = new Set<number>();
  const matches = compile(needle.filter, marks);
  const probe = emptyRecord(0, 'udp', '');
  for (const { shape, slot } of slotsWith(block, part)) {
    const { indices, starts } = placesIn(block);
    for (const which of block.variables().placesWith(shape, slot, { text: part, isToken: false })) {
      const index = indices[starts[shape + 1]! + which]!;
      probe.message = block.message(index);
      if (matches(probe)) found.add(index);
    }
  }
  if (found.size > 0)
    hits.set(
      needle,
      [...found].sort((a, b) => a - b),
    );
  return true;
}

interface Scan {
  readonly byPosition: ReadonlyMap<number, Needle>;
  readonly hits: Map<Needle, number[]>;
}

function scanPositions(block: Block, { byPosition, hits }: Scan): void {
  const flags = new Uint8Array(block.idTable().length / ID_BYTES);
  for (const position of byPosition.keys()) flags[position] = 1;
  const found = new Map<Needle, Set<number>>();
  const note = (position: number, index: number): void => {
    const needle = byPosition.get(position)!;
    let set = found.get(needle);
    if (set === undefined) {
      set = new Set();
      found.set(needle, set);
    }
    set.add(index);
  };
  for (const name of WORD_IDS) {
    const { positions } = block.ids(name);
    for (let index = 0; index < positions.length; index++) {
      const position = positions[index]!;
      if (position >= 0 && flags[position] === 1) note(position, index);
    }
  }
  const { occurrences } = placesIn(block);
  for (let at = 1; at < occurrences.length; at += 2) if (flags[occurrences[at]!] === 1) note(occurrences[at]!, occurrences[at - 1]!);
  for (const [needle, set] of found)
    hits.set(
      needle,
      [...set].sort((a, b) => a - b),
    );
}

function placesIn(block: Block): Places {
  return block.derived('places', () => {
    const { list, codes, counts } = block.shapes();
    const starts: number[] = [0];
    for (let code = 0; code < list.length; code++) starts.push(starts[code]! + counts[code]!);
    const next = [...starts];
    const indices = new Int32Array(block.count);
    for (let index = 0; index < block.count; index++) indices[next[codes[index]!]!++] = index;
    const occurrences = occurrencesOf(block, starts, indices);
    return { value: { occurrences, indices, starts }, bytes: occurrences.byteLength };
  });
}

function occurrencesOf(block: Block, starts: readonly number[], indices: Int32Array): Int32Array {
  let found = new Int32Array(block.count * 4);
  let at = 0;
  block.variables().eachIdSlot((shape, positions) => {
    if (at + positions.length * 2 > found.length) found = grown(found, at + positions.length * 2);
    const first = starts[shape + 1]!;
    for (let place = 0; place < positions.length; place++) {
      found[at++] = indices[first + place]!;
      found[at++] = positions[place]!;
    }
  });
  return found.slice(0, at);
}

function grown(values: Int32Array<ArrayBuffer>, least: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(least, values.length * 2));
  larger.set(values);
  return larger;
}

/** Of blocks of older versions: texts in which an id may be spelled otherwise, folded, in one. */
function oddTextOf(block: Block): string {
  return block.derived('oddText', () => {
    const { list } = block.shapes();
    const variables = block.variables();
    let odd = '';
    for (let shape = 0; shape < list.length; shape++) {
      const { kinds } = list[shape]!;
      for (let slot = 0; slot < kinds.length; slot++)
        if (kinds[slot] === SLOT.text || kinds[slot] === SLOT.hex) odd += `${variables.rawText(shape, slot)}\n`;
    }
    const value = odd.toLowerCase() + foldedWords(block) + foldedTexts(block);
    return { value, bytes: value.length };
  });
}
