/**
 * Words -> verb -> exit code. Every error ends here in one clear sentence on stderr and exit 2; a wrong
 * query is shown with a caret under the wrong characters. Not here: the process itself (main.ts).
 */
import { parseArguments } from '../base/arguments.ts';
import { CodedError, isCoded } from '../base/errors.ts';
import { visibleLines } from '../base/visible.ts';
import { EXIT, exitOfLeaving, leaving, type Shell } from './shell.ts';
import { VERBS } from './verbs.ts';

export async function run(words: readonly string[], shell: Shell): Promise<number> {
  try {
    return await dispatch(words, shell);
  } catch (error) {
    const own = (await VERBS.find((one) => one.name === words[0])?.load())?.onFailure;
    if (own !== undefined) return own(leaving(shell).aborted ? 'it was told to stop before it knew' : await sentence(error), shell);
    if (leaving(shell).aborted) return exitOfLeaving(shell);
    shell.err.write(`stacktrail: ${await sentence(error)}\n`);
    return EXIT.failure;
  }
}

async function dispatch(words: readonly string[], shell: Shell): Promise<number> {
  const [name = '', ...rest] = words;
  if (name === '--version' || name === '-V') return (await import('./version.ts')).run({ arguments: parseArguments([], []), shell });
  if (name === '' || name === '--help' || name === '-h') {
    const { overview } = await import('./help-text.ts');
    (name === '' ? shell.err : shell.out).write(overview());
    return name === '' ? EXIT.failure : EXIT.found;
  }
  const verb = VERBS.find((one) => one.name === name) ?? (await import('./help.ts')).verbNamed(name);
  if (wantsHelp(rest)) {
    shell.out.write((await import('./help-text.ts')).helpOf(verb));
    return EXIT.found;
  }
  const given = parseArguments(verb.flags, rest);
  const extra = given.words[verb.wordsMax ?? Number.POSITIVE_INFINITY];
  if (extra !== undefined)
    throw new CodedError(
      'bad-argument',
      `${verb.name} takes ${verb.wordsMax === 0 ? 'no words' : `${verb.wordsMax} word`}, "${extra}" is too many`,
    );
  const { run: runVerb } = await verb.load();
  return runVerb({ arguments: given, shell });
}

/** Before everything else, as long as it is not a word behind `--`. */
function wantsHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return (end < 0 ? words : words.slice(0, end)).some((word) => word === '--help' || word === '-h');
}

async function sentence(error: unknown): Promise<string> {
  if (!isCoded(error))
    return `this is a bug of Stacktrail: ${error instanceof Error ? visibleLines(error.stack ?? error.message) : String(error)}`;
  if (error.place) return (await import('../query/explain.ts')).explain(error);
  return visibleLines(error.message);
}
