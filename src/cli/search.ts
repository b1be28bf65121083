/**
 * `stacktrail search QUERY`. Of too many records the newest are taken, and printed oldest first, because in a
 * terminal the newest is read at the bottom. Exit 1 when nothing was found. What could not be read is said, always.
 */
import type { Arguments } from '../base/arguments.ts';
import { limits } from '../base/limits.ts';
import { formatTime, nowUs, parseTime } from '../base/time.ts';
import type { Zone } from '../base/zone.ts';
import type { Direction, SearchStats } from '../model.ts';
import { type Around, aroundOf, Groups, neighboursOf } from './around.ts';
import { damageText, found as foundBy } from './find.ts';
import { choiceOf, countOf } from './flags.ts';
import { type Screen, screenOf } from './pager.ts';
import { type Look, lookOf, type Printer, printerOf } from './printer.ts';
import { queryText } from './query-flags.ts';
import { type Server, serverOf } from './server.ts';
import { EXIT, exitOfLeaving, hasColor, leaving, type Shell, say } from './shell.ts';
import type { VerbRun } from './verbs.ts';

/** What is asked, and what for. */
interface Search {
  readonly server: Server;
  readonly query: string;
  readonly range: Range;
  readonly look: Look;
  readonly around: Around | undefined;
  /** As the person said it. */
  readonly direction: Direction | undefined;
  /** 0: all. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

interface Range {
  readonly start: string | undefined;
  readonly end: string | undefined;
}

/** What is known at the end. */
interface Found {
  count: number;
  hasMore: boolean;
  stats: SearchStats | undefined;
  /** Records whose neighbours are of a wider scope, by that scope. */
  readonly otherScopes: Map<string, number>;
  isContextDamaged: boolean;
}

export async function run({ arguments: given, shell }: VerbRun): Promise<number> {
  const look = lookOf(given, shell);
  const around = aroundOf(given);
  const direction = choiceOf(given, 'direction', ['backward', 'forward'] as const);
  const limit = countOf(given, 'limit') ?? limits.searchLimitDefault;
  const color = hasColor(shell, choiceOf(given, 'color', ['auto', 'always', 'never'] as const));
  const asked = { query: queryText(given), range: rangeOf(given, look.zone), server: serverOf(given, shell) };
  const screen = screenOf(shell, given.is('pager') ?? true);
  const search: Search = { ...asked, look, around, direction, limit, signal: AbortSignal.any([leaving(shell), screen.left]) };
  const printer = printerOf(look, { out: screen, color, tellsHits: around !== undefined });
  const found: Found = { count: 0, hasMore: false, stats: undefined, otherScopes: new Map(), isContextDamaged: false };
  try {
    await show(search, { screen, printer }, found);
  } catch (error) {
    if (!screen.left.aborted) throw error;
  } finally {
    await screen.end();
  }
  if (leaving(shell).aborted) return exitOfLeaving(shell);
  if (screen.left.aborted) return EXIT.found;
  tell(search, found, { shell, quiet: given.is('quiet') ?? false, wantsStats: given.is('stats') ?? false });
  return found.count === 0 ? EXIT.nothing : EXIT.found;
}

/** Times are read here, where the person's clock and zone are. */
function rangeOf(given: Arguments, zone: Zone): Range {
  const now = nowUs();
  const time = (name: string): string | undefined => {
    const text = given.text(name);
    return text === undefined ? undefined : formatTime(parseTime(text, now, zone.name === 'local' ? undefined : zone));
  };
  return { start: time('since'), end: time('until') };
}

async function show(search: Search, { screen, printer }: { screen: Screen; printer: Printer }, found: Found): Promise<void> {
  const hits = counted(search, found);
  if (search.around === undefined) {
    for await (const json of hits) {
      await screen.ready();
      printer.print({ json });
    }
  } else {
    const groups = new Groups(search.around, printer, search.direction === 'backward');
    const { server, look, around, signal } = search;
    for await (const neighbours of neighboursOf(hits, { server, around, raw: look.wantsRaw, signal })) {
      await screen.ready();
      groups.add(neighbours);
      found.isContextDamaged ||= neighbours.isDamaged;
      const { otherScope } = neighbours;
      if (otherScope !== undefined) found.otherScopes.set(otherScope, (found.otherScopes.get(otherScope) ?? 0) + 1);
    }
    groups.end();
  }
  if (!search.signal.aborted) printer.end();
}

/** Found records in the order in which they are printed. */
async function* counted({ range, look, ...search }: Search, found: Found): AsyncGenerator<string> {
  const onEnd = (end: Pick<Found, 'hasMore' | 'stats'>): void => void Object.assign(found, end);
  for await (const json of foundBy({ ...search, ...range, raw: look.wantsRaw, onEnd })) {
    found.count++;
    yield json;
  }
}

interface Telling {
  readonly shell: Shell;
  readonly quiet: boolean;
  readonly wantsStats: boolean;
}

/** What a record lacks whose neighbours are of a wider scope than was asked for. */
const LACKS: Partial<Record<Around['scope'], string>> = {
  process: 'do not say which process wrote them',
  request: 'belong to no request',
  instance: 'name no instance',
};

function tell({ limit, direction, around }: Search, found: Found, { shell, quiet, wantsStats }: Telling): void {
  const { count, stats } = found;
  if (found.hasMore) {
    const which = direction === 'forward' ? 'oldest' : 'newest';
    say(shell, `there are more; these are the ${which} ${limit} (-n 1000 for more, -n 0 for all)`, quiet);
  }
  if (count === 0) say(shell, 'nothing found', quiet);
  for (const [scope, records] of found.otherScopes)
    say(
      shell,
      `${records} of them ${LACKS[around?.scope ?? 'process'] ?? 'do not say where they are from'}: their neighbours are of scope ${scope}`,
      quiet,
    );
  // Neither is what people who want to hear nothing mean.
  if (stats?.damaged !== undefined) say(shell, damageText(stats.damaged), false);
  else if (found.isContextDamaged) say(shell, 'some stored data near these records are damaged: neighbours may be missing', false);
  if (wantsStats && stats !== undefined) say(shell, statsText(stats), false);
}

function statsText({ recordsScanned, blocksRead, blocksSkipped, tookMs }: SearchStats): string {
  const number = (value: number): string => Math.round(value).toLocaleString('en-US');
  return `records looked at: ${number(recordsScanned)}; blocks read: ${number(blocksRead)}, skipped: ${number(blocksSkipped)}; took ${number(tookMs)} ms`;
}
