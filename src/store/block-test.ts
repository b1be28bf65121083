/** Tests of a block's records, put together. Not here: what a filter's leaf asks of a block (leaf.ts). */

/** Does record `index` of the block match? */
export type Test = (index: number) => boolean;

export const ALWAYS: Test = () => true;
export const NEVER: Test = () => false;

/** How many records a test can be true for at most, where that is known. */
const bounds = new WeakMap<Test, number>();

export function bounded(test: Test, most: number): Test {
  bounds.set(test, most);
  return test;
}

/** The rarest is asked first: of two frequent words that never stand together the second is looked for in few texts only. */
export function allOf(tests: readonly Test[]): Test {
  if (tests.includes(NEVER)) return NEVER;
  const real = tests.filter((test) => test !== ALWAYS);
  if (real.length < 2) return real[0] ?? ALWAYS;
  real.sort((a, b) => (bounds.get(a) ?? Number.MAX_SAFE_INTEGER) - (bounds.get(b) ?? Number.MAX_SAFE_INTEGER));
  return (index) => {
    for (const test of real) if (!test(index)) return false;
    return true;
  };
}

export function anyOf(tests: readonly Test[]): Test {
  if (tests.includes(ALWAYS)) return ALWAYS;
  const real = tests.filter((test) => test !== NEVER);
  if (real.length < 2) return real[0] ?? NEVER;
  return (index) => {
    for (const test of real) if (test(index)) return true;
    return false;
  };
}
