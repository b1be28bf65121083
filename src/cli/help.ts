/** `stacktrail help [VERB]`. */
import { CodedError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import { visible } from '../base/visible.ts';
import { helpOf, overview } from './help-text.ts';
import { VERBS, type Verb, type VerbRun } from './verbs.ts';

export async function run({ arguments: given, shell }: VerbRun): Promise<number> {
  const [name] = given.words;
  shell.out.write(name === undefined ? overview() : helpOf(verbNamed(name)));
  return 0;
}

/** Throws `bad-argument` with the nearest verb. */
export function verbNamed(name: string): Verb {
  const verb = VERBS.find((one) => one.name === name);
  if (verb) return verb;
  const names = VERBS.map((one) => one.name);
  throw new CodedError('bad-argument', `${visible(name)} is not a verb${didYouMean(name, names) || `; there are ${names.join(', ')}`}`);
}
