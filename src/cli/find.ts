/**
 * Found records as a stream of public JSON from a server, and what the search cost. Of too many the newest are taken, and given
 * oldest first unless a direction was asked for. Not here: what is done with them.
 */
import type { Direction, SearchStats } from '../model.ts';
import { ask, linesOf, type Server } from './server.ts';

export interface Find {
  readonly server: Server;
  readonly query: string;
  readonly start?: string | undefined;
  readonly end?: string | undefined;
  /** As the person said it; absent: the newest, oldest first. */
  readonly direction?: Direction | undefined;
  /** 0: all, as they come. */
  readonly limit: number;
  readonly raw: boolean;
  readonly signal: AbortSignal;
  /** At the end. */
  readonly onEnd: (end: { hasMore: boolean; stats: SearchStats | undefined }) => void;
}

/** A line that is no record: the last one, where stats were asked for. Records begin with their seq. */
const STATS = '{"stats":';

export async function* found(find: Find): AsyncGenerator<string> {
  const { server, signal, limit, direction } = find;
  // One more than wanted tells whether there is more.
  const response = await ask(server, {
    path: '/api/v1/search',
    accept: 'application/x-ndjson',
    arguments: {
      query: find.query,
      start: find.start,
      end: find.end,
      direction: direction ?? (limit === 0 ? 'forward' : 'backward'),
      raw: find.raw ? 'true' : undefined,
      limit: limit === 0 ? undefined : String(limit + 1),
      stats: 'true',
    },
    signal,
  });
  const kept: string[] = [];
  let count = 0;
  let stats: SearchStats | undefined;
  for await (const line of linesOf(server, response, signal)) {
    if (line.startsWith(STATS)) stats = (JSON.parse(line) as { stats: SearchStats }).stats;
    else if (limit !== 0 && ++count > limit) continue;
    else if (direction === undefined && limit !== 0) kept.push(line);
    else yield line;
  }
  yield* kept.reverse();
  find.onEnd({ hasMore: limit !== 0 && count > limit, stats });
}

/** More of them are in the API's answer and in `verify`. */
const DAMAGED_SHOWN = 3;

/** What could not be read, for people; the names of places are ours. */
export function damageText(damaged: readonly string[]): string {
  const shown = damaged.slice(0, DAMAGED_SHOWN).join('; ');
  const more = damaged.length > DAMAGED_SHOWN ? ` and ${damaged.length - DAMAGED_SHOWN} more` : '';
  return `some stored data are damaged, records may be missing from this answer: ${shown}${more}`;
}
