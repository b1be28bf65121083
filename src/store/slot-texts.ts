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
  /** Where its stream lies in the column. */
  readonly from: number;
  readonly end: number;
  readonly isHex: boolean;
}

const HEX_PAIRS = /^(?:[0-9a-f]{2})+$/;

/** Slots of kind text or hex that may hold the folded ASCII text. */
export function slotsWith(block: Block, part: string): Set<TextSlot> {
  const found = new Set<TextSlot>();
  const { raw } = block.variables();
  const folded = foldedOf(block);
  note(block, found, { isHex: false, next: (from) => folded.indexOf(part, from) });
  if (HEX_PAIRS.test(part)) {
    const bytes = Buffer.from(part, 'hex');
    note(block, found, { isHex: true, next: (from) => raw.indexOf(bytes, from) });
  }
  return found;
}

/** Texts without a shape, values of id columns that are no UUIDs, and of columns of words; folded. */
export function otherTexts(block: Block): string {
  return block.derived('otherTexts', () => {
    // UTF-8 as it lies there: what is sought is ASCII.
    const rest: string[] = [block.textBytes()?.toString('latin1') ?? ''];
    for (const name of WORD_IDS) rest.push(...block.ids(name).texts.values());
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

function note(block: Block, found: Set<TextSlot>, { isHex, next }: Search): void {
  for (let at = next(0); at >= 0; ) {
    const slot = slotAt(slotsOf(block), at);
    const isIt = slot !== undefined && slot.isHex === isHex;
    if (isIt) found.add(slot);
    at = next(isIt ? slot.end : at + 1);
  }
}

/** Letters of Latin-1 keep their length when they are folded, and so the places stay right. */
function foldedOf(block: Block): string {
  return block.derived('folded', () => {
    const value = block.variables().raw.toString('latin1').toLowerCase();
    return { value, bytes: value.length };
  });
}

/** In the order in which they lie. */
function slotsOf(block: Block): readonly TextSlot[] {
  return block.derived('textSlots', () => {
    const input = new ByteReader(block.variables().raw);
    const value: TextSlot[] = [];
    for (const [shape, { kinds }] of block.shapes().list.entries()) {
      for (const [slot, kind] of kinds.entries()) {
        const length = input.varint();
        const from = input.at;
        input.block(length);
        if (kind === SLOT.text || kind === SLOT.hex) value.push({ shape, slot, from, end: input.at, isHex: kind === SLOT.hex });
      }
    }
    return { value, bytes: value.length * 48 };
  });
}

function slotAt(slots: readonly TextSlot[], at: number): TextSlot | undefined {
  let low = 0;
  let high = slots.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (slots[middle]!.end <= at) low = middle + 1;
    else high = middle;
  }
  const slot = slots[low];
  return slot !== undefined && slot.from <= at ? slot : undefined;
}
