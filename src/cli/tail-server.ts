/**
 * A tail of a server. It opens the stream first, which says where it begins; the last lines are searched up to there, so that
 * what is printed and what comes meet without a gap or a repeat. After a broken connection it comes back for ever, exactly
 * behind the last record it printed, and says so. A first connection that fails is an error: then the address is more likely
 * wrong than the server gone.
 *
 * A connection that TCP still believes in may be dead: watchdog.ts notices.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Arguments } from '../base/arguments.ts';
import { CodedError, isCoded } from '../base/errors.ts';
import { type LossNote, lossText } from '../base/loss-words.ts';
import type { Filter } from '../model.ts';
import { parse } from '../query/parse.ts';
import { damageText, found } from './find.ts';
import { regexParts } from './pattern.ts';
import { allOf, queryFilter, textOf } from './query-flags.ts';
import { ask, linesOf, type Server, serverOf } from './server.ts';
import { say } from './shell.ts';
import { eventsOf, type ServerEvent } from './sse.ts';
import type { Tail } from './tail.ts';
import { Watchdog } from './watchdog.ts';

/** Doubled from try to try: soon enough after a restart, gentle to a server that is down for the night. */
const BACK_OFF_MS = { first: 1000, longest: 30_000 };
/** Of a wait that is chance: a hundred tails must not all come back in the same moment. */
const JITTER = 0.5;
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

interface Following {
  readonly tail: Tail;
  readonly server: Server;
  readonly filter: Filter;
  /** -i and -e as a filter, for the last lines. */
  readonly picks: readonly Filter[];
  /** Where to resume; undefined until the server has said where we are. */
  last: string | undefined;
  /** The last lines are out: they come once only. */
  hasBegun: boolean;
  /** The connection was lost, and nobody has heard yet that it is back. */
  isReturning: boolean;
}

export async function tailServer(tail: Tail, given: Arguments): Promise<void> {
  const following: Following = {
    tail,
    server: serverOf(given, tail.shell),
    filter: allOf([queryFilter(given, given.words.join(' ')), parse(given.text('query') ?? '')]),
    picks: picksAsFilters(given),
    last: undefined,
    hasBegun: false,
    isReturning: false,
  };
  if (tail.follows) await follow(following);
  else await lastLines(following, undefined);
}

/** The same meaning as in picks.ts: words of a query look at these texts, too. */
function picksAsFilters(given: Arguments): Filter[] {
  const regexes = (flag: string): Filter[] => given.all(flag).map(regexFilter);
  const include = regexes('include');
  const anyOf: Filter = include.length === 1 ? include[0]! : { kind: 'or', of: include };
  return [...(include.length === 0 ? [] : [anyOf]), ...regexes('exclude').map((of): Filter => ({ kind: 'not', of }))];
}

/** Between slashes, so that slashes within need a backslash. */
function regexFilter(text: string): Filter {
  const { source, flags } = regexParts(text);
  return { kind: 'regex', source: new RegExp(source, flags).source.replace(/\\.|\//gs, (piece) => (piece === '/' ? '\\/' : piece)), flags };
}

async function follow(following: Following): Promise<void> {
  const { tail, server } = following;
  const { left } = tail;
  let tries = 0;
  let said = '';
  const lose = (why: string): void => {
    const waitMs = waitOf(tries++);
    // Once a reason: a server that is down for the night fills nobody's terminal.
    if (why !== said) say(tail.shell, `connection lost: ${why}; trying again in ${(waitMs / 1000).toFixed(1)} s`, tail.quiet);
    said = why;
    following.isReturning = following.last !== undefined;
    pauseMs = waitMs;
  };
  let pauseMs = 0;
  while (!left.aborted) {
    try {
      await once(following, () => {
        tries = 0;
        said = '';
      });
      lose(`${server.url} ended the stream`);
    } catch (error) {
      if (left.aborted) return;
      if (!isCoded(error) || !following.hasBegun || !PASSING.has(error.code)) throw error;
      if (error.code === 'gone') restart(following, error.message);
      else lose(error.message.split(';')[0]!);
    }
    await sleep(pauseMs, undefined, { signal: left }).catch(() => {});
  }
}

function waitOf(tries: number): number {
  const longest = Math.min(BACK_OFF_MS.longest, BACK_OFF_MS.first * 2 ** Math.min(tries, 16));
  return longest * (1 - JITTER * Math.random());
}

/** These are other data than before: there is no place in them to go on from. */
function restart(following: Following, why: string): void {
  say(following.tail.shell, `${why}; going on with what comes now`, false);
  following.last = undefined;
  following.isReturning = false;
}

/** One connection, until it ends. */
async function once(following: Following, onOpen: () => void): Promise<void> {
  const { tail, server, last } = following;
  const watchdog = new Watchdog();
  const signal = AbortSignal.any([tail.left, watchdog.signal]);
  try {
    const response = await ask(server, {
      path: '/api/v1/tail',
      accept: 'text/event-stream',
      arguments: { query: textOf(following.filter), raw: tail.wantsRaw ? 'true' : undefined },
      ...(last === undefined ? {} : { headers: { 'last-event-id': last } }),
      signal,
    });
    onOpen();
    for await (const event of eventsOf(watchdog.watch(linesOf(server, response, signal)))) await take(following, event, watchdog);
  } catch (error) {
    throw watchdog.signal.aborted && !tail.left.aborted ? new CodedError('unreachable', `${server.url} ${watchdog.signal.reason}`) : error;
  } finally {
    watchdog.end();
  }
}

/** Printed first, then remembered: what was not printed comes again. */
async function take(following: Following, event: ServerEvent, watchdog: Watchdog): Promise<void> {
  const { tail } = following;
  if (event.event === 'lost') {
    const { count, losses } = JSON.parse(event.data) as { count?: number; losses?: LossNote[] };
    // Also where nothing else is said: what is missing on the screen is missing in the store.
    for (const note of losses ?? []) tail.shell.err.write(`-- ${lossText(note)} --\n`);
    if (count === undefined) return;
    const lost = `${count.toLocaleString('en-US')} records were dropped by retention before they could be shown`;
    say(tail.shell, following.isReturning ? `connected again, but ${lost}` : lost, false);
    following.isReturning = false;
  } else if (following.isReturning && event.id !== undefined) {
    say(tail.shell, 'connected again, nothing missed', tail.quiet);
    following.isReturning = false;
  }
  if (event.event === 'record' || event.event === 'more') tail.show({ json: event.data, isMore: event.event === 'more' });
  else if (event.id !== undefined && !following.hasBegun) {
    await watchdog.asleep(() => lastLines(following, event.id));
    following.hasBegun = true;
  }
  if (event.id !== undefined) following.last = event.id;
}

/** The newest records that match, up to a place in the stream. */
async function lastLines({ tail, server, filter, picks }: Following, upTo: string | undefined): Promise<void> {
  if (tail.lines === 0) return;
  const place: Filter[] = upTo === undefined ? [] : [{ kind: 'field', field: 'seq', op: '<=', value: upTo }];
  const query = textOf(allOf([filter, ...picks, ...place]));
  const onEnd = ({ stats }: { stats: { damaged?: string[] } | undefined }): void => {
    if (stats?.damaged !== undefined) say(tail.shell, damageText(stats.damaged), false);
  };
  for await (const json of found({ server, query, limit: tail.lines, raw: tail.wantsRaw, signal: tail.left, onEnd })) {
    tail.show({ json, isMore: false });
  }
}
