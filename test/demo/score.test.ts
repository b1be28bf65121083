/** What bench `correlation` counts: precision and recall of sets of records. */
import { describe, expect, it } from 'vitest';
import { score } from '../bench/score.ts';

const set = (...numbers: number[]): Set<number> => new Set(numbers);

describe('score', () => {
  it('weighs records in micro, stories in macro', () => {
    const told = score([
      { wanted: set(1, 2, 3, 4), got: set(1, 2, 3, 9) },
      { wanted: set(7), got: set(7) },
    ]);
    expect(told).toEqual({
      stories: 2,
      precisionMicro: 4 / 5,
      precisionMacro: (0.75 + 1) / 2,
      recallMicro: 4 / 5,
      recallMacro: (0.75 + 1) / 2,
    });
  });

  it('says that nothing was found', () => {
    expect(score([{ wanted: set(1), got: set() }])).toMatchObject({ recallMicro: 0, recallMacro: 0, precisionMacro: 1 });
  });
});
