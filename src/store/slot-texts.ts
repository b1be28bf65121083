/**
 * In which slots of a block's variables a text may stand, told from the bytes of the whole column: one search for most texts, where slot by slot each
 * stream would be made a text of its own (a tenth of what a story cost). A hit is only likely: bytes of other slots may look like it, and
 * whoever asks compares the values. And whether it stands in what is no variable of a shape.
 */
import { SLOT } from '../base/shape.ts';
import type { Block } from './block-read.ts';
import { WORD_COLUMNS, WORD_IDS } from './field-columns.ts';
import { foldedTexts } from './text-places.ts';

export interface TextSlot {
  readonly shape: number;
  readonly slot: number;
}

const HEX_PAIRS = /^(?:[0-9a-f]{2})+$/;

/** Slots of kind text or hex that may hold the folded ASCII text. */
export function slotsWith(block: Block, part: string): TextSlot[] {
  const found: TextSlot[] = [];
  const { raw } = block.variables();
  const folded = foldedOf(block);
  note(block, found, { kind: SLOT.text, next: (from) => folded.indexOf(part, from) });
  if (HEX_PAIRS.test(part)) {
    const bytes = Buffer.from(part, 'hex');
    note(block, found, { kind: SLOT.hex, next: (from) => raw.indexOf(bytes, from) });
  }
  return found;
}

/** Do texts without a shape, values of id columns that are no UUIDs, or of columns of words hold the folded ASCII text? */
export function isInOtherTexts(block: Block, part: string): boolean {
  return foldedWords(block).includes(part) || foldedTexts(block).includes(part);
}

/** Values of id columns that are no UUIDs, and of columns of words. */
export function foldedWords(block: Block): string {
  return block.derived('foldedWords', () => {
    const rest: string[] = [];
    for (const name of WORD_IDS) rest.push(...block.ids(name).texts);
    for (const name of WORD_COLUMNS) for (const value of block.dictionary(name).values) rest.push(String(value));
    for (const value of block.sparse('structuredData').values()) rest.push(String(value));
    const value = rest.join('\n').toLowerCase();
    return { value, bytes: value.length };
  });
}

interface Search {
  /** Of slots; what looks like the text elsewhere is not it. */
  readonly kind: number;
  next(from: number): number;
}

function note(block: Block, found: TextSlot[], { kind, next }: Search): void {
  const variables = block.variables();
  const { list } = block.shapes();
  for (let at = next(0); at >= 0; ) {
    const place = variables.slotAt(at);
    const isIt = place !== undefined && list[place.shape]!.kinds[place.slot] === kind;
    if (isIt) found.push(place);
    at = next(isIt ? place.end : at + 1);
  }
}

/** Letters of Latin-1 keep their length when they are folded, and so the places stay right. */
function foldedOf(block: Block): string {
  return block.derived('folded', () => {
    const value = block.variables().raw.toString('latin1').toLowerCase();
    return { value, bytes: value.length };
  });
}
