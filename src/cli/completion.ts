/**
 * `stacktrail completion bash|zsh|fish`: a script for the shell, made of the table of verbs - its verbs, flags, and the words that a
 * flag takes. The scripts are in completion-SHELL.ts; they call nothing of ours, so that a key press costs no start of Node.
 */
import { CodedError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import { visible } from '../base/visible.ts';
import { bashScript } from './completion-bash.ts';
import { fishScript } from './completion-fish.ts';
import { zshScript } from './completion-zsh.ts';
import { EXIT } from './shell.ts';
import { VERBS, type VerbRun } from './verbs.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export async function run({ arguments: given, shell }: VerbRun): Promise<number> {
  const [name = ''] = given.words;
  const script = Object.entries(SCRIPTS).find(([one]) => one === name)?.[1];
  if (script === undefined) {
    const names = Object.keys(SCRIPTS);
    throw new CodedError(
      'bad-argument',
      `completion is for one of ${names.join(', ')}${name === '' ? '' : `, not ${visible(name)}`}${didYouMean(name, names)}`,
    );
  }
  shell.out.write(script(VERBS));
  return EXIT.found;
}
