/** `stacktrail errors`: the error groups of a server within a time; `errors SIGNATURE`: one of them with samples and remedy. */
import { CodedError } from '../base/errors.ts';
import type { PublicRecord } from '../base/public.ts';
import { stampOf } from '../base/stamp.ts';
import { visibleJson } from '../base/visible.ts';
import type { ErrorGroup } from '../model.ts';
import { groupsText, groupText, type TextLook } from './errors-text.ts';
import { choiceOf, countOf } from './flags.ts';
import { timeFlag, zoneFlag } from './printer.ts';
import { ask, serverOf } from './server.ts';
import { EXIT, hasColor, leaving, type Shell, say } from './shell.ts';
import { spikes } from './spikes.ts';
import type { VerbRun } from './verbs.ts';

/** The table has both ends of each group: only the time of day is left away where the terminal is narrow. */
const COLUMNS_MIN = 140;

interface Answer {
  readonly groups: readonly ErrorGroup[];
  readonly matched: number;
  readonly overflow: number;
  readonly behind: number;
}

export async function run(given: VerbRun): Promise<number> {
  const { arguments: flags, shell } = given;
  const form = choiceOf(flags, 'output', ['default', 'json'] as const) ?? 'default';
  const [signature] = flags.words;
  const look = textLook(given);
  const zone = zoneFlag(flags, shell);
  const range = {
    since: timeFlag(flags, 'since', zone),
    until: timeFlag(flags, 'until', zone),
    settled: flags.is('wait') ? 'true' : undefined,
  };
  if (flags.is('spikes') === true) return spikes(given, form, look);
  if (signature !== undefined) return one(given, { signature, range, form, look });
  const response = await ask(serverOf(flags, shell), {
    path: '/api/v1/errors',
    accept: 'application/json',
    arguments: {
      ...range,
      service: flags.text('service'),
      state: flags.is('new') ? 'new' : flags.text('state'),
      folded: flags.is('folded') ? 'true' : undefined,
      limit: countOf(flags, 'limit')?.toString(),
    },
    signal: leaving(shell),
  });
  const text = await response.text();
  const answer = JSON.parse(text) as Answer;
  shell.out.write(form === 'json' ? visibleJson(`${text.trimEnd()}\n`) : answer.groups.length === 0 ? '' : groupsText(answer.groups, look));
  if (form === 'default') tell(answer, { shell, isQuiet: flags.is('quiet') === true });
  return answer.groups.length === 0 ? EXIT.nothing : EXIT.found;
}

function tell({ groups, matched, overflow, behind }: Answer, { shell, isQuiet }: { shell: Shell; isQuiet: boolean }): void {
  if (matched > groups.length) say(shell, `there are ${matched - groups.length} more groups; -n ${matched} shows them`, isQuiet);
  if (groups.length === 0) say(shell, 'no errors in this time', isQuiet);
  if (overflow > 0) say(shell, `${overflow} errors have no group of their own: there were too many signatures`, isQuiet);
  if (behind > 10_000) say(shell, `${behind} records are stored and not yet counted`, isQuiet);
}

interface One {
  readonly signature: string;
  readonly range: Readonly<Record<string, string | undefined>>;
  readonly form: 'default' | 'json';
  readonly look: TextLook;
}

async function one({ arguments: flags, shell }: VerbRun, { signature, range, form, look }: One): Promise<number> {
  // It becomes a part of the path.
  if (!/^[0-9a-f]{4,16}$/i.test(signature))
    throw new CodedError(
      'bad-argument',
      `${JSON.stringify(signature)} is no signature of 16 hex digits; "stacktrail errors" lists them, "stacktrail explain" takes texts`,
    );
  const response = await ask(serverOf(flags, shell), {
    path: `/api/v1/errors/${signature.toLowerCase()}`,
    accept: 'application/json',
    arguments: range,
    signal: leaving(shell),
  });
  const text = await response.text();
  shell.out.write(
    form === 'json' ? visibleJson(`${text.trimEnd()}\n`) : groupText(JSON.parse(text) as ErrorGroup & { records: PublicRecord[] }, look),
  );
  return EXIT.found;
}

export function textLook({ arguments: flags, shell }: VerbRun): TextLook {
  const columns = shell.out.isTerminal ? shell.terminal?.columns : undefined;
  const form = columns !== undefined && columns < COLUMNS_MIN ? 'short' : 'full';
  return { color: hasColor(shell, flags.text('color')), time: stampOf(form, zoneFlag(flags, shell)), columns };
}
