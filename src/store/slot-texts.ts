/**
 * In which slots of a block's variables a text may stand, told from the bytes of the whole column: one search for most texts, where slot by slot each
 * stream would be made a text of its own (a tenth of what a story cost). A hit is only likely: bytes of other slots may look like it, and
 * whoever asks compares the values. Not here: what is no variable of a shape (`otherTexts`).
 */
import { ByteReader } from '../base/bytes.ts';
import { SLOT } from '../base/shape.ts';
import type { Block } from './block-read.ts';
import { WORD_COLUMNS, WORD_IDS } from './field-columns.ts';

export interface TextSlot {
  readonly shape: number;
  readonly slot: number;
}

/** All slots of kind text or hex in the order in which they lie in the column, four numbers each. */
type Slots = Int32Array;

/** Where its stream begins and ends, its shape, and its slot times two with one more where it is of kind hex. */
const NUMBERS = 4;
const [FROM, END, SHAPE, SLOT_AND_KIND] = [0, 1, 2, 3] as const;

const HEX_PAIRS = /^(?:[0-9a-f]{2})+$/;

/** Slots of kind text or hex that may hold the folded ASCII text. */
export function slotsWith(block: Block, part: string): TextSlot[] {
  const found = new Set<number>();
  const { raw } = block.variables();
  const folded = foldedOf(block);
  note(block, found, { isHex: false, next: (from) => folded.indexOf(part, from) });
  if (HEX_PAIRS.test(part)) {
    const bytes = Buffer.from(part, 'hex');
    note(block, found, { isHex: true, next: (from) => raw.indexOf(bytes, from) });
  }
  if (found.size === 0) return [];
  const slots = slotsOf(block);
  return Array.from(found, (at) => ({ shape: slots[at + SHAPE]!, slot: slots[at + SLOT_AND_KIND]! >> 1 }));
}

/** Texts without a shape, values of id columns that are no UUIDs, and of columns of words; folded. */
export function otherTexts(block: Block): string {
  return block.derived('otherTexts', () => {
    // UTF-8 as it lies there: what is sought is ASCII.
    const rest: string[] = [block.textBytes()?.toString('latin1') ?? ''];
    for (const name of WORD_IDS) rest.push(...block.ids(name).texts);
    for (const name of WORD_COLUMNS) for (const value of block.dictionary(name).values) rest.push(String(value));
    for (const value of block.sparse('structuredData').values()) rest.push(String(value));
    const value = rest.join('\n').toLowerCase();
    return { value, bytes: value.length };
  });
}

interface Search {
  readonly isHex: boolean;
  next(from: number): number;
}

function note(block: Block, found: Set<number>, { isHex, next }: Search): void {
  for (let at = next(0); at >= 0; ) {
    const slots = slotsOf(block);
    const slot = slotAt(slots, at);
    const isIt = slot >= 0 && (slots[slot + SLOT_AND_KIND]! & 1) === Number(isHex);
    if (isIt) found.add(slot);
    at = next(isIt ? slots[slot + END]! : at + 1);
  }
}

/** Letters of Latin-1 keep their length when they are folded, and so the places stay right. */
function foldedOf(block: Block): string {
  return block.derived('folded', () => {
    const value = block.variables().raw.toString('latin1').toLowerCase();
    return { value, bytes: value.length };
  });
}

function slotsOf(block: Block): Slots {
  return block.derived('textSlots', () => {
    const input = new ByteReader(block.variables().raw);
    const { list } = block.shapes();
    const slots: number[] = [];
    for (let shape = 0; shape < list.length; shape++) {
      const { kinds } = list[shape]!;
      for (let slot = 0; slot < kinds.length; slot++) {
        const length = input.varint();
        const from = input.at;
        input.skip(length);
        const kind = kinds[slot];
        if (kind === SLOT.text || kind === SLOT.hex) slots.push(from, input.at, shape, slot * 2 + (kind === SLOT.hex ? 1 : 0));
      }
    }
    const value = Int32Array.from(slots);
    return { value, bytes: value.byteLength };
  });
}

/** Where the slot stands in `slots` whose stream lies at the place of the column; -1: none. */
function slotAt(slots: Slots, place: number): number {
  let low = 0;
  let high = slots.length / NUMBERS;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (slots[middle * NUMBERS + END]! <= place) low = middle + 1;
    else high = middle;
  }
  const at = low * NUMBERS;
  return at < slots.length && slots[at + FROM]! <= place ? at : -1;
}
