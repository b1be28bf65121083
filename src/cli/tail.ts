/**
 * `stacktrail tail [QUERY]`: follows, and comes back for ever after a broken connection, exactly behind the last
 * record it printed. A first connection that fails is an error: then the address is more likely wrong than the server gone.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError, isCoded } from '../base/errors.ts';
import type { PublicRecord } from '../base/public.ts';
import { queryText } from './query-flags.ts';
import { type LineStyle, lineOf, moreOf } from './render.ts';
import { choiceOf, countOf } from './search.ts';
import { ask, linesOf, type Server, serverOf } from './server.ts';
import { EXIT, exitOfLeaving, hasColor, leaving, type Shell, say } from './shell.ts';
import { eventsOf, type ServerEvent } from './sse.ts';
import type { VerbRun } from './verbs.ts';

const LINES_DEFAULT = 10;
/** Doubled from try to try: soon enough after a restart, gentle to a server that is down for the night. */
const BACK_OFF_MS = { first: 1000, longest: 10_000 };
/** Three heartbeats of the server: a connection so silent is dead, whatever TCP believes. */
const SILENCE_MS_MAX = 35_000;

interface Tail {
  readonly shell: Shell;
  readonly server: Server;
  readonly query: string;
  readonly follows: boolean;
  readonly quiet: boolean;
  readonly print: (event: ServerEvent) => void;
  /** Last lines to begin with. */
  lines: number;
  /** Where to resume; undefined until the server has said where we are. */
  last: string | undefined;
  printed: number;
}

export async function run({ arguments: given, shell }: VerbRun): Promise<number> {
  const form = choiceOf(given, 'output', ['default', 'json', 'jsonl'] as const) ?? 'default';
  const color = hasColor(shell, choiceOf(given, 'color', ['auto', 'always', 'never'] as const));
  const tail: Tail = {
    shell,
    server: serverOf(given, shell),
    query: queryText(given),
    follows: given.is('follow') ?? true,
    quiet: given.is('quiet') ?? false,
    print: form === 'default' ? linePrinter(shell, { color }) : (event) => shell.out.write(`${event.data}\n`),
    lines: countOf(given, 'lines') ?? LINES_DEFAULT,
    last: undefined,
    printed: 0,
  };
  const left = leaving(shell);
  await follow(tail, left);
  if (left.aborted) return exitOfLeaving(shell);
  return tail.printed > 0 ? EXIT.found : EXIT.nothing;
}

/** Until it is told to leave, or the last lines are out and that was all. */
async function follow(tail: Tail, left: AbortSignal): Promise<void> {
  let backOffMs = BACK_OFF_MS.first;
  let wasConnected = false;
  while (!left.aborted) {
    let trouble = `${tail.server.url} ended the stream`;
    try {
      await once(tail, left, () => {
        if (wasConnected)
          say(
            tail.shell,
            `connected again, going on ${tail.last === undefined ? 'with what comes now' : `after record ${tail.last}`}`,
            tail.quiet,
          );
        wasConnected = true;
        backOffMs = BACK_OFF_MS.first;
      });
      if (!tail.follows) return;
    } catch (error) {
      if (left.aborted) return;
      if (!isCoded(error) || !wasConnected || !PASSING.has(error.code)) throw error;
      trouble = error.message;
      if (error.code === 'gone') {
        tail.last = undefined;
        tail.lines = 0;
      }
    }
    if (left.aborted) return;
    say(tail.shell, `${trouble}; trying again in ${backOffMs / 1000} s`, tail.quiet);
    await sleep(backOffMs, undefined, { signal: left }).catch(() => {});
    backOffMs = Math.min(backOffMs * 2, BACK_OFF_MS.longest);
  }
}

/** What a restart or a busy hour causes; anything else would be the same the next time. */
const PASSING: ReadonlySet<CodedError['code']> = new Set([
  'unreachable',
  'gone',
  'internal',
  'overloaded',
  'store-busy',
  'store-closed',
  'timeout',
  'too-many',
]);

/** One connection, until it ends. */
async function once(tail: Tail, left: AbortSignal, onConnected: () => void): Promise<void> {
  const silent = new AbortController();
  const timer = setTimeout(() => silent.abort(), SILENCE_MS_MAX);
  const signal = AbortSignal.any([left, silent.signal]);
  try {
    const response = await ask(tail.server, {
      path: '/api/v1/tail',
      accept: 'text/event-stream',
      arguments: { query: tail.query, lines: tail.last === undefined ? String(tail.lines) : undefined },
      ...(tail.last === undefined ? {} : { headers: { 'last-event-id': tail.last } }),
      signal,
    });
    onConnected();
    const alive = watched(linesOf(tail.server, response, signal), () => timer.refresh());
    for await (const event of eventsOf(alive)) {
      take(tail, event);
      // The server says where it is when the last lines are out.
      if (!tail.follows && event.event === undefined && event.id !== undefined) return;
    }
  } catch (error) {
    throw silent.signal.aborted && !left.aborted
      ? new CodedError('unreachable', `${tail.server.url} has been silent for ${SILENCE_MS_MAX / 1000} s`)
      : error;
  } finally {
    clearTimeout(timer);
  }
}

async function* watched(lines: AsyncIterable<string>, onLine: () => void): AsyncGenerator<string> {
  for await (const line of lines) {
    onLine();
    yield line;
  }
}

/** Printed first, then remembered: what was not printed comes again. */
function take(tail: Tail, event: ServerEvent): void {
  if (event.event === 'record' || event.event === 'more') {
    tail.print(event);
    tail.printed++;
  } else if (event.event === 'lost') {
    const { count } = JSON.parse(event.data) as { count: number };
    say(tail.shell, `${count} records were dropped by retention before they could be sent`, false);
  }
  if (event.id !== undefined) tail.last = event.id;
}

function linePrinter(shell: Shell, style: LineStyle): (event: ServerEvent) => void {
  // The record whose text is the last on the screen.
  let shown = 0;
  return (event) => {
    const record = JSON.parse(event.data) as PublicRecord;
    const text = event.event === 'more' ? moreOf(record, record.of === shown) : lineOf(record, style);
    shown = event.event === 'more' ? (record.of ?? 0) : record.seq;
    shell.out.write(`${text}\n`);
  };
}
