/**
 * The shapes of a day file, as the writer knows them, and the variables of the block being written.
 *
 * A shape gets a number in its file when it is seen a second time in a block; texts that come once
 * stay texts (44 % of a debugging nova-compute's lines have a shape of their own). Equal hashes are
 * verified on the text, so a forged collision costs time and never an error.
 */
import { MARKERS, SLOT, type Split, shapeKey, split } from '../base/shape.ts';
import { shapeHash, shapeKinds, shapePieces, shapeText } from '../base/shape-text.ts';
import { tokensOf } from '../base/tokens.ts';
import { addressSlots } from '../base/whole-ids.ts';
import { AccessPlans } from './access-plan.ts';
import type { IdTable } from './ids.ts';

export interface ShapeEntry {
  /** Number in the day file; 0 until it has one. */
  number: number;
  readonly text: string;
  /** 16 hex digits. */
  readonly hash: string;
  readonly pieces: readonly string[];
  readonly kinds: readonly number[];
  /** Folded tokens of the constant text. */
  readonly tokens: readonly string[];
  /** Variables touch constant text within a token (`<uuid>_disk`), or an address is torn: its words must be read off each message. */
  readonly glued: boolean;
  /** Slots with which IPv4 addresses begin. */
  readonly addresses: readonly number[];
  readonly key: number;
  /** Of the block being written: indices of its records, and per slot their values. */
  records: number[];
  readonly slots: SlotValues[];
}

/** Values of one slot in record order; ids are their numbers in the block's IdTable, decimals their digits in `numbers` and how many follow the dot in `scales`. */
export interface SlotValues {
  readonly kind: number;
  numbers: number[];
  scales: number[];
  texts: string[];
}

const MARKER = new RegExp(`[${MARKERS.join('')}]`, 'g');
/** Also two variables side by side: both are parts of one token (`abc1<uuid>`). */
const GLUED = new RegExp(
  `[A-Za-z0-9_\\u0080-\\uffff${MARKERS.join('')}][${MARKERS.join('')}]|[${MARKERS.join('')}][A-Za-z0-9_\\u0080-\\uffff]`,
);

export class ShapeBook {
  /** What was found out about shapes of access lines; it lives as long as they do. */
  readonly plans = new AccessPlans();
  readonly #entries = new Map<number, ShapeEntry[]>();
  readonly #ofBlock: ShapeEntry[] = [];
  readonly #uncommitted: ShapeEntry[] = [];
  readonly #shapesMax: number;
  #registered = 0;

  constructor(shapesMax: number) {
    this.#shapesMax = shapesMax;
  }

  get size(): number {
    return this.#registered;
  }

  /** A shape that the file already has. */
  load(number: number, text: string): void {
    this.#enter(makeEntry(text, shapeKey(text))).number = number;
    this.skip(number);
  }

  /** A number that is taken: its shape is damaged in the file, and no record may be written with it. */
  skip(number: number): void {
    this.#registered = Math.max(this.#registered, number);
  }

  /** Takes the message of record `index` apart; undefined when it has no shape. Its values are in the entry's slots. */
  take(message: string, index: number, ids: IdTable): ShapeEntry | undefined {
    const parts = split(message);
    if (parts === undefined) return undefined;
    let entry = this.#find(parts.hash, message, parts);
    entry ??= this.#enter(makeEntry(shapeText(message, parts), parts.hash));
    if (entry.records.length === 0) this.#ofBlock.push(entry);
    entry.records.push(index);
    pushValues(entry.slots, message, { parts, ids });
    return entry;
  }

  /** The block's shapes that are worth a number, most frequent first, at most `shapesMax`; gives numbers to new ones and lists those. */
  settle(shapesMax: number): { shapes: ShapeEntry[]; added: ShapeEntry[] } {
    const shapes: ShapeEntry[] = [];
    const added: ShapeEntry[] = [];
    this.#ofBlock.sort((a, b) => b.records.length - a.records.length);
    for (const entry of this.#ofBlock) {
      if (shapes.length === shapesMax) break;
      if (entry.number === 0) {
        if (entry.records.length < 2 || this.#registered >= this.#shapesMax) continue;
        entry.number = ++this.#registered;
        added.push(entry);
        this.#uncommitted.push(entry);
      }
      shapes.push(entry);
    }
    return { shapes, added };
  }

  /** Forgets the block's values, and the shapes that got no number. */
  clear(): void {
    for (const entry of this.#ofBlock) {
      entry.records = [];
      for (const slot of entry.slots) {
        slot.numbers = [];
        slot.scales = [];
        slot.texts = [];
      }
      if (entry.number === 0) this.#remove(entry);
    }
    this.#ofBlock.length = 0;
  }

  /** The numbers given so far are in the file. */
  committed(): void {
    this.#uncommitted.length = 0;
  }

  /** The numbers given since the last commit are in no file: takes them back, also those of a block that was not finished. */
  revert(): void {
    for (const entry of this.#uncommitted) {
      entry.number = 0;
      this.#registered--;
      this.#remove(entry);
    }
    this.#uncommitted.length = 0;
  }

  #find(key: number, message: string, parts: Split): ShapeEntry | undefined {
    const bucket = this.#entries.get(key);
    if (bucket === undefined) return undefined;
    for (const entry of bucket) if (fits(entry, message, parts)) return entry;
    return undefined;
  }

  #enter(entry: ShapeEntry): ShapeEntry {
    const bucket = this.#entries.get(entry.key);
    if (bucket) bucket.push(entry);
    else this.#entries.set(entry.key, [entry]);
    return entry;
  }

  #remove(entry: ShapeEntry): void {
    const bucket = this.#entries.get(entry.key);
    if (bucket === undefined) return;
    const at = bucket.indexOf(entry);
    if (at >= 0) bucket.splice(at, 1);
    if (bucket.length === 0) this.#entries.delete(entry.key);
  }
}

function makeEntry(text: string, key: number): ShapeEntry {
  const kinds = shapeKinds(text);
  const { runs, isTorn } = addressSlots(text);
  return {
    number: 0,
    text,
    hash: shapeHash(text),
    pieces: shapePieces(text),
    kinds,
    // A marker counts as part of a token here, so that `<uuid>_disk` does not pass for the word `_disk`.
    tokens: tokensOf(text.replace(MARKER, '0')).filter((token) => !token.includes('0')),
    glued: isTorn || GLUED.test(text),
    addresses: runs,
    key,
    records: [],
    slots: kinds.map((kind) => ({ kind, numbers: [], scales: [], texts: [] })),
  };
}

function fits(entry: ShapeEntry, message: string, parts: Split): boolean {
  const { pieces, kinds } = entry;
  if (kinds.length !== parts.count) return false;
  let from = 0;
  for (let slot = 0; slot < kinds.length; slot++) {
    const piece = pieces[slot]!;
    if (kinds[slot] !== parts.kind[slot] || from + piece.length !== parts.start[slot] || !message.startsWith(piece, from)) return false;
    from = parts.end[slot]!;
  }
  const last = pieces[kinds.length]!;
  return from + last.length === message.length && message.endsWith(last);
}

function pushValues(slots: readonly SlotValues[], message: string, { parts, ids }: { parts: Split; ids: IdTable }): void {
  for (let slot = 0; slot < parts.count; slot++) {
    const values = slots[slot]!;
    const start = parts.start[slot]!;
    const end = parts.end[slot]!;
    if (values.kind === SLOT.integer) values.numbers.push(parts.value[slot]!);
    else if (values.kind === SLOT.decimal) {
      values.numbers.push(parts.value[slot]!);
      values.scales.push(end - message.indexOf('.', start) - 1);
    } else if (values.kind === SLOT.uuid || values.kind === SLOT.hex32)
      values.numbers.push(ids.intern(message, start, values.kind === SLOT.uuid));
    else values.texts.push(message.slice(start, end));
  }
}
