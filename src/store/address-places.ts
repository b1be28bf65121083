/**
 * Which records of a shape name an IPv4 address: those with its four octets in four variables that stand together. Not here: where an
 * address may stand in a shape (base/whole-ids.ts), and whether it is one there or a part of a version (query/ids.ts).
 *
 * Fast path - an address by its parts needed every message of an access line: 135 ms a block (bench:correlation).
 * Invariant: a message that has the address is among the places (oracle: test/store/verdict.test.ts).
 */
import { type AddressSlots, addressSlots } from '../base/whole-ids.ts';
import type { Block, ShapeRow } from './block-read.ts';
import type { Places } from './literal-places.ts';

const known = new WeakMap<ShapeRow, AddressSlots>();
const NONE: ReadonlySet<number> = new Set();

/** Undefined: any record of the shape may. `id`: as query/ids.ts spells it. */
export function addressPlaces(block: Block, id: string, { shape, code }: { shape: ShapeRow; code: number }): Places | undefined {
  const { runs, isTorn } = slotsOf(shape);
  if (isTorn) return undefined;
  const octets = id.split('.').map(Number);
  const possible = new Set<number>();
  for (const first of runs) for (const place of placesOf(block, { code, first, octets })) possible.add(place);
  return { possible, certain: NONE };
}

function slotsOf(shape: ShapeRow): AddressSlots {
  let slots = known.get(shape);
  if (slots === undefined) {
    slots = addressSlots(shape.text);
    known.set(shape, slots);
  }
  return slots;
}

function placesOf(block: Block, of: { code: number; first: number; octets: readonly number[] }): number[] {
  const variables = block.variables();
  let places: number[] | undefined;
  // The last octet tells most.
  for (let octet = of.octets.length - 1; octet >= 0; octet--) {
    const values = variables.numbers(of.code - 1, of.first + octet)!.values;
    const wanted = of.octets[octet]!;
    if (places === undefined) {
      places = [];
      for (let place = values.indexOf(wanted); place >= 0; place = values.indexOf(wanted, place + 1)) places.push(place);
    } else places = places.filter((place) => values[place] === wanted);
    if (places.length === 0) return places;
  }
  return places ?? [];
}
