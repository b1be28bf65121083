/**
 * `stacktrail search QUERY`. Of too many records the newest are taken, and printed oldest first, because in a
 * terminal the newest is read at the bottom. Exit 1 when nothing was found.
 */
import type { Arguments } from '../base/arguments.ts';
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { PublicRecord } from '../base/public.ts';
import { formatTime, nowUs, parseTime } from '../base/time.ts';
import { visibleLines } from '../base/visible.ts';
import { queryText } from './query-flags.ts';
import { type LineStyle, lineOf } from './render.ts';
import { ask, linesOf, serverOf } from './server.ts';
import { EXIT, exitOfLeaving, hasColor, leaving, type Shell, say } from './shell.ts';
import type { VerbRun } from './verbs.ts';

const FORMS = ['default', 'json', 'jsonl', 'raw'] as const;
type Form = (typeof FORMS)[number];

export async function run({ arguments: given, shell }: VerbRun): Promise<number> {
  const form = choiceOf(given, 'output', FORMS) ?? 'default';
  const direction = choiceOf(given, 'direction', ['backward', 'forward'] as const);
  const limit = countOf(given, 'limit') ?? limits.searchLimitDefault;
  const asked = {
    query: queryText(given),
    ...rangeOf(given),
    direction: direction ?? (limit === 0 ? 'forward' : 'backward'),
    raw: form === 'raw' ? 'true' : undefined,
  };
  const server = serverOf(given, shell);
  const signal = leaving(shell);
  // One more than wanted tells whether there is more.
  const response = await ask(server, {
    path: '/api/v1/search',
    accept: 'application/x-ndjson',
    arguments: { ...asked, limit: limit === 0 ? undefined : String(limit + 1) },
    signal,
  });
  const printer = printerOf(form, shell, { color: hasColor(shell, choiceOf(given, 'color', ['auto', 'always', 'never'] as const)) });
  const kept: string[] = [];
  let count = 0;
  for await (const line of linesOf(server, response, signal)) {
    count++;
    if (limit !== 0 && count > limit) continue;
    if (direction === undefined && limit !== 0) kept.push(line);
    else printer.print(line);
  }
  for (const line of kept.reverse()) printer.print(line);
  printer.end();
  if (signal.aborted) return exitOfLeaving(shell);
  if (limit !== 0 && count > limit) {
    say(
      shell,
      `there are more; these are the ${direction === 'forward' ? 'oldest' : 'newest'} ${limit} (-n 1000 for more, -n 0 for all)`,
      given.is('quiet'),
    );
  }
  if (count === 0) say(shell, 'nothing found', given.is('quiet'));
  return count === 0 ? EXIT.nothing : EXIT.found;
}

/** Times are read here, where the person's clock and zone are. */
function rangeOf(given: Arguments): { start: string | undefined; end: string | undefined } {
  const now = nowUs();
  const time = (name: string): string | undefined => {
    const text = given.text(name);
    return text === undefined ? undefined : formatTime(parseTime(text, now));
  };
  return { start: time('since'), end: time('until') };
}

interface Printer {
  print(json: string): void;
  end(): void;
}

function printerOf(form: Form, shell: Shell, style: LineStyle): Printer {
  const { out } = shell;
  const lines = (write: (json: string) => string): Printer => ({ print: (json) => out.write(`${write(json)}\n`), end: () => {} });
  switch (form) {
    case 'jsonl':
      return lines((json) => json);
    case 'json': {
      let before = '[\n';
      return {
        print: (json) => {
          out.write(`${before}${json}`);
          before = ',\n';
        },
        end: () => out.write(before === '[\n' ? '[]\n' : '\n]\n'),
      };
    }
    case 'raw':
      return { print: (json) => printRaw(JSON.parse(json) as PublicRecord, shell), end: () => {} };
    case 'default':
      return lines((json) => lineOf(JSON.parse(json) as PublicRecord, style));
  }
}

/**
 * Exactly as received; only a terminal gets it made visible. Bytes that were no UTF-8 were read as Latin-1 (flag
 * `latin1`) and are written as such; lines of others that joined such a record may not allow it.
 */
function printRaw({ raw, flags }: PublicRecord, { out }: Shell): void {
  if (raw === undefined || raw === null) throw new CodedError('internal', 'this server does not give texts as they were received');
  const isLatin1 = flags?.split(' ').includes('latin1') === true && !/[^\x00-\xff]/.test(raw);
  if (out.isTerminal) out.write(`${visibleLines(raw)}\n`);
  else out.write(`${raw}\n`, isLatin1 ? 'latin1' : undefined);
}

/** The value of a flag that is one of some words; throws `bad-argument`. */
export function choiceOf<T extends string>(given: Arguments, name: string, choices: readonly T[]): T | undefined {
  const text = given.text(name);
  const choice = choices.find((one) => one === text);
  if (text !== undefined && choice === undefined) throw new CodedError('bad-argument', `--${name} is one of ${choices.join(', ')}`);
  return choice;
}

/** The value of a flag that counts; throws `bad-argument`. */
export function countOf(given: Arguments, name: string): number | undefined {
  const text = given.text(name);
  if (text !== undefined && !/^\d{1,9}$/.test(text)) throw new CodedError('bad-argument', `--${name} is a whole number, such as 100`);
  return text === undefined ? undefined : Number(text);
}
