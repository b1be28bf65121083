/** `stacktrail alerts`: how the receivers of alerts are doing; `alerts test`: a test alert to each, and what it answered. */
import { CodedError } from '../base/errors.ts';
import { visible, visibleJson } from '../base/visible.ts';
import { choiceOf } from './flags.ts';
import { ask, serverOf } from './server.ts';
import { EXIT, leaving, say } from './shell.ts';
import type { VerbRun } from './verbs.ts';

interface Tested {
  readonly receivers: readonly { receiver: string; kind: string; isTaken: boolean; answer: string }[];
}
interface Status {
  readonly alerts: readonly { receiver: string; kind: string; failures: number; answer?: string }[];
  readonly reports: readonly { name: string; next: string }[];
}

/** 1: there is no receiver. 2: one did not take it. */
export async function run({ arguments: flags, shell }: VerbRun): Promise<number> {
  const [word] = flags.words;
  if (word !== undefined && word !== 'test')
    throw new CodedError('bad-argument', `alerts takes the word test, not ${JSON.stringify(word)}`);
  const form = choiceOf(flags, 'output', ['default', 'json'] as const) ?? 'default';
  const response = await ask(serverOf(flags, shell), {
    path: word === 'test' ? '/api/v1/alerts/test' : '/api/v1/alerts',
    method: word === 'test' ? 'POST' : 'GET',
    accept: 'application/json',
    signal: leaving(shell),
  });
  const text = await response.text();
  const answer = JSON.parse(text) as Tested & Status;
  const lines = word === 'test' ? testedLines(answer) : statusLines(answer);
  shell.out.write(form === 'json' ? visibleJson(text.trimEnd()).concat('\n') : lines.map((line) => `${visible(line)}\n`).join(''));
  const isEmpty = (word === 'test' ? answer.receivers : answer.alerts).length === 0;
  if (isEmpty) say(shell, 'no receiver of alerts is configured; README.md says how under receivers:', flags.is('quiet'));
  if (isEmpty) return EXIT.nothing;
  return word === 'test' && answer.receivers.some(({ isTaken }) => !isTaken) ? EXIT.failure : EXIT.found;
}

function testedLines({ receivers }: Tested): string[] {
  return receivers.map(({ receiver, kind, isTaken, answer }) => `${receiver} (${kind}): ${isTaken ? 'taken' : 'NOT TAKEN'}, ${answer}`);
}

function statusLines({ alerts, reports }: Status): string[] {
  return [
    ...alerts.map(
      ({ receiver, kind, failures, answer = 'nothing was sent yet' }) =>
        `${receiver} (${kind}): ${failures > 0 ? `failed ${failures} times, ` : ''}${answer}`,
    ),
    ...reports.map(({ name, next }) => `report ${name}: next at ${next}`),
  ];
}
