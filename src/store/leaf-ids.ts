/**
 * Leaves of a filter decided on what a block knows of ids: their table, the columns of ids, and the places in messages where one can stand.
 * Invariant: as in leaf.ts, the answer equals that of the whole record.
 */
import { emptyRecord } from '../base/record.ts';
import { SLOT } from '../base/shape.ts';
import type { LogRecord } from '../model.ts';
import type { Block, ShapeRow } from './block-read.ts';
import { NEVER, type Test } from './block-test.ts';
import type { IdName } from './columns.ts';
import { WORD_IDS } from './field-columns.ts';
import { textNumber } from './id-column.ts';
import { idsWith, positionOf } from './ids.ts';

type Matcher = (record: LogRecord) => boolean;

/** `part`: must be in the id, when that is no other text. */
export function idColumnTest(block: Block, column: IdName, of: { matches: Matcher; part?: string | undefined }): Test {
  const { kinds, positions } = block.ids(column);
  if (kinds.every((kind) => kind === 0)) return NEVER;
  const probe = emptyRecord(0, 'udp', '');
  const hits = of.part === undefined ? undefined : idsWith(block.idTable(), true, of.part);
  return (index) => {
    if (kinds[index] === 0 || (hits !== undefined && positions[index]! >= 0 && !hits.has(positions[index]!))) return false;
    probe[column] = block.id(column, index);
    return of.matches(probe);
  };
}

/** Of a filter that no UUID can match: the other values alone. */
export function idTextsTest(block: Block, column: IdName, matches: Matcher): Test {
  const values = block.ids(column);
  const hits = textHits(values.texts, column, matches);
  return hits.includes(true) ? (index) => hits[textNumber(values, index)] ?? false : NEVER;
}

/** For each text of the column: does it match? */
function textHits(texts: readonly string[], column: IdName, matches: Matcher): boolean[] {
  const probe = emptyRecord(0, 'udp', '');
  return texts.map((text) => {
    probe[column] = text;
    return matches(probe);
  });
}

/**
 * A UUID is compared as its position in the block's table; texts are asked only where it can stand in another
 * spelling. All records at once: a needle's block has 8192 of them and one that counts.
 */
export function idTest(hex: string, block: Block, matches: Matcher): Test {
  const wanted = positionOf(block.idTable(), Buffer.from(hex, 'hex'));
  const hits = new Uint8Array(block.count);
  for (const column of WORD_IDS) {
    const values = block.ids(column);
    const { positions, texts } = values;
    if (wanted >= 0) for (let index = 0; index < hits.length; index++) if (positions[index] === wanted) hits[index] = 1;
    const ofTexts = textHits(texts, column, matches);
    if (ofTexts.includes(true)) for (let index = 0; index < hits.length; index++) if (ofTexts[textNumber(values, index)]) hits[index] = 1;
  }
  markMessages({ hex, wanted, hits, matches }, block);
  return hits.includes(1) ? (index) => hits[index] === 1 : NEVER;
}

interface IdSearch {
  hex: string;
  wanted: number;
  hits: Uint8Array;
  matches: Matcher;
}

/** Marks the records whose message holds the id. */
function markMessages({ hex, wanted, hits, matches }: IdSearch, block: Block): void {
  const { list, codes, places } = block.shapes();
  const candidates = list.map((shape, code) => placesOf({ shape, code, wanted, prefix: hex.slice(0, 8) }, block));
  const probe = emptyRecord(0, 'udp', '');
  for (let index = 0; index < hits.length; index++) {
    if (hits[index] === 1) continue;
    const code = codes[index]!;
    const possible = code === 0 ? EVERYWHERE : candidates[code - 1]!;
    if (possible === NOWHERE || (possible !== EVERYWHERE && !possible.has(places[index]!))) continue;
    probe.message = block.message(index);
    if (matches(probe)) hits[index] = 1;
  }
}

const ONLY_DIGITS = /^\d+$/;
const NOWHERE: ReadonlySet<number> = new Set();
const EVERYWHERE: ReadonlySet<number> = new Set();

interface ShapeId {
  shape: ShapeRow;
  code: number;
  wanted: number;
  prefix: string;
}

/**
 * In which of the shape's records can the id stand? Exact for UUID slots, generous for others: its first eight digits lie in one
 * variable (also behind the dot of a fraction), or, when they are letters and no lower-case UUID's, in the constant text.
 */
function placesOf({ shape, code, wanted, prefix }: ShapeId, block: Block): ReadonlySet<number> {
  if (!/\d/.test(prefix) && shape.pieces.some((piece) => piece.toLowerCase().includes(prefix))) return EVERYWHERE;
  const isNumber = ONLY_DIGITS.test(prefix);
  const variables = block.variables();
  const found = new Set<number>();
  for (let slot = 0; slot < shape.kinds.length; slot++) {
    const kind = shape.kinds[slot]!;
    let at: number[];
    if (kind === SLOT.uuid || kind === SLOT.hex32) at = wanted < 0 ? [] : placesEqual(variables.positions(code, slot), wanted);
    else if (kind === SLOT.decimal || kind === SLOT.integer ? isNumber : variables.mayHold(code, slot, prefix))
      at = placesHolding(variables.values(code)[slot]!, prefix);
    else continue;
    for (const place of at) found.add(place);
  }
  return found.size === 0 ? NOWHERE : found;
}

function placesEqual(positions: Int32Array, wanted: number): number[] {
  const places: number[] = [];
  for (let place = positions.indexOf(wanted); place >= 0; place = positions.indexOf(wanted, place + 1)) places.push(place);
  return places;
}

function placesHolding(values: readonly string[], prefix: string): number[] {
  const places: number[] = [];
  for (let place = 0; place < values.length; place++) {
    const value = values[place]!;
    if (value.length >= prefix.length && value.toLowerCase().includes(prefix)) places.push(place);
  }
  return places;
}
