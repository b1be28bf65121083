/** Values of flags that more than one verb reads: one of some words, a count. Throws `bad-argument`. */
import type { Arguments } from '../base/arguments.ts';
import { CodedError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';

/** The value of a flag that is one of some words. */
export function choiceOf<T extends string>(given: Arguments, name: string, choices: readonly T[]): T | undefined {
  const text = given.text(name);
  const choice = choices.find((one) => one === text);
  if (text !== undefined && choice === undefined)
    throw new CodedError('bad-argument', `--${name} is one of ${choices.join(', ')}${didYouMean(text, choices)}`);
  return choice;
}

/** The value of a flag that counts. */
export function countOf(given: Arguments, name: string): number | undefined {
  const text = given.text(name);
  if (text !== undefined && !/^\d{1,9}$/.test(text)) throw new CodedError('bad-argument', `--${name} is a whole number, such as 100`);
  return text === undefined ? undefined : Number(text);
}
