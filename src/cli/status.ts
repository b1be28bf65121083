/** `stacktrail status`: what the server says of itself, for people or as it is. */
import { choiceOf } from './flags.ts';
import { ask, serverOf } from './server.ts';
import { EXIT, leaving } from './shell.ts';
import { statusText } from './status-text.ts';
import type { VerbRun } from './verbs.ts';

export async function run({ arguments: given, shell }: VerbRun): Promise<number> {
  const form = choiceOf(given, 'output', ['default', 'json'] as const) ?? 'default';
  const server = serverOf(given, shell);
  const response = await ask(server, { path: '/api/v1/status', accept: 'application/json', signal: leaving(shell) });
  const text = await response.text();
  shell.out.write(form === 'json' ? `${text.trimEnd()}\n` : statusText(server.url, JSON.parse(text)));
  return EXIT.found;
}
