/** Which records of an id are taken where there are more than are wanted: half from either end, and what one end leaves goes to the other. */
import { expect, test } from 'vitest';
import type { Needle } from '../../src/store/story-needles.ts';
import { Shares } from '../../src/store/story-shares.ts';

const needle = { key: 'k', role: 'asked', kind: 'request' } as Needle;
const indices = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** As story-find.ts goes through units, from both ends. */
function taken(units: readonly number[], max: number): { taken: number[][]; isCut: boolean } {
  const shares = new Shares([needle], () => max);
  const got: number[][] = units.map(() => []);
  const passed: { unit: number; fromEnd: boolean; needle: Needle; taken: number }[] = [];
  const visit = (unit: number, fromEnd: boolean): void => {
    if (!shares.has('k', fromEnd)) return void passed.push({ unit, fromEnd, needle, taken: 0 });
    const { indices: some, more } = shares.choose(new Map([[needle, indices(units[unit]!)]]), fromEnd);
    got[unit]!.push(...some);
    for (const [, count] of more) passed.push({ unit, fromEnd, needle, taken: count });
  };
  for (let from = 0, to = units.length - 1; from <= to; from++, to--) {
    visit(from, false);
    if (from < to) visit(to, true);
  }
  let isCut = false;
  for (const one of passed) {
    if (!shares.hasAny('k')) isCut = true;
    else {
      const rest = shares.rest(indices(units[one.unit]!), one, units.length === 1);
      got[one.unit]!.push(...rest.indices);
      isCut ||= rest.isCut;
    }
  }
  return { taken: got.map((some) => some.sort((a, b) => a - b)), isCut };
}

test.each<[units: number[], max: number, want: number[][], isCut: boolean]>([
  [
    [3, 3],
    10,
    [
      [0, 1, 2],
      [0, 1, 2],
    ],
    false,
  ],
  [
    [3, 3],
    4,
    [
      [0, 1],
      [1, 2],
    ],
    true,
  ],
  // One block has more than are wanted: both of its ends.
  [[10], 4, [[0, 1, 8, 9]], true],
  [[4], 4, [[0, 1, 2, 3]], false],
  // The first block alone has enough for all: the last one is heard, too.
  [[10, 1, 2], 4, [[0, 1], [], [0, 1]], true],
  // What one side leaves.
  [[10, 1], 6, [[0, 1, 2, 3, 4], [0]], true],
  [[5, 1], 6, [[0, 1, 2, 3, 4], [0]], false],
  [[1, 5], 6, [[0], [0, 1, 2, 3, 4]], false],
  [[1, 10], 6, [[0], [5, 6, 7, 8, 9]], true],
  [[2, 2, 2], 1, [[0], [], []], true],
])('units of %j records, %j wanted', (units, max, want, isCut) => {
  expect(taken(units, max)).toEqual({ taken: want, isCut });
});
