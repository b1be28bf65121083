/** `stacktrail explain`: what a text or an error group is known as, and what is near to it. The text may come from a pipe. */
import { CodedError } from '../base/errors.ts';
import { visibleJson } from '../base/visible.ts';
import type { ErrorExplain } from '../model.ts';
import { textLook } from './errors.ts';
import { explainText } from './errors-text.ts';
import { choiceOf } from './flags.ts';
import { timeFlag, zoneFlag } from './printer.ts';
import { ask, serverOf } from './server.ts';
import { EXIT, leaving, type Shell } from './shell.ts';
import type { VerbRun } from './verbs.ts';

/** What an address of HTTP has room for when every character takes three; a traceback says at its end what happened. */
const TEXT_CHARS_MAX = 4000;

export async function run(given: VerbRun): Promise<number> {
  const { arguments: flags, shell } = given;
  const form = choiceOf(flags, 'output', ['default', 'json'] as const) ?? 'default';
  const words = flags.words.join(' ');
  const text = (words === '-' ? await inputOf(shell) : words).trim();
  if (text === '') throw new CodedError('bad-argument', 'explain what? A line of a log, words, a signature, or - for stdin');
  const response = await ask(serverOf(flags, shell), {
    path: '/api/v1/explain',
    accept: 'application/json',
    arguments: { text: text.slice(-TEXT_CHARS_MAX), since: timeFlag(flags, 'since', zoneFlag(flags, shell)) },
    signal: leaving(shell),
  });
  const json = await response.text();
  const explained = JSON.parse(json) as ErrorExplain;
  shell.out.write(form === 'json' ? visibleJson(`${json.trimEnd()}\n`) : explainText(explained, textLook(given)));
  return explained.is !== undefined || explained.near.length + explained.groups.length > 0 ? EXIT.found : EXIT.nothing;
}

/** The end of stdin, as far as it is looked at. */
async function inputOf({ input }: Shell): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const bytes of input ?? []) text = `${text}${decoder.decode(bytes, { stream: true })}`.slice(-4 * TEXT_CHARS_MAX);
  return text;
}
