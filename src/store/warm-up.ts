/**
 * What a query worker does before anybody asks: it runs each path until the engine has compiled it, on the store's own records. Bounded in time; what
 * cannot be read is left to whoever asks for it. Not here: when it is done (query-worker.ts).
 */
import type { Filter, Query, SearchPage } from '../model.ts';
import type { DaysReader } from './read.ts';
import { storySteps } from './story.ts';

const SEARCHES_MS = 200;
const RECORDS = 100;
/** Told to nobody after the start, while nothing else is to be done. */
const STORIES_MS = 3000;
const STORIES = 20;
/** Where in the newest file their instances are taken from: at its end they have just begun, and their stories are short. */
const PARTS = [0.3, 0.5, 0.7] as const;

/** Queries of each kind that find next to nothing; the id is nobody's. */
const FILTERS: readonly Filter[] = [
  { kind: 'id', id: '00000000000040008000000000000001', text: '' },
  { kind: 'phrase', tokens: ['stacktrail', 'warm', 'up'], text: '' },
  { kind: 'all' },
];
const HAS_INSTANCE: Filter = { kind: 'field', field: 'instance', op: '~', value: '*' };

/**
 * Opens the files, runs each path, and searches the ids of newest records until the engine has compiled what a needle
 * needs: the first real queries took 20-50 ms, later ones 5 (bench:search). The service is not ready before.
 */
export function warmUp(reader: DaysReader, render: (page: SearchPage, query: Query) => unknown): void {
  const until = performance.now() + SEARCHES_MS;
  const ids = new Set<string>();
  try {
    for (const filter of FILTERS) {
      const query = queryOf(filter);
      const page = reader.search(query);
      render(page, query);
      for (const { request, instance } of page.records) for (const id of [instance, request]) if (id !== undefined) ids.add(id);
    }
    for (const id of ids) {
      if (performance.now() > until) break;
      const query = queryOf({ kind: 'id', id: id.replace('req-', '').replaceAll('-', ''), text: id });
      render(reader.search(query), query);
    }
  } catch {
    // Whoever asks hears of it; starting must not fail because of damaged data.
  }
}

/** Tells stories of instances in the midst of their life: the first ones took twice as long as those after five (bench:trace). */
export function* warmUpStories(reader: DaysReader): Generator<undefined, void> {
  const until = performance.now() + STORIES_MS;
  for (const id of instancesOf(reader)) {
    if (performance.now() > until) return;
    try {
      yield* storySteps(reader, { id, missing: false });
    } catch {
      // What has no story has been looked for, too.
    }
  }
}

/** In turn from each of the parts. */
function instancesOf(reader: DaysReader): Set<string> {
  const ids: string[][] = [];
  try {
    const { blocks } = reader.days().at(-1) ?? { blocks: [] };
    for (const part of PARTS) {
      const row = blocks[Math.floor(blocks.length * part)];
      if (row === undefined) continue;
      const { records } = reader.search({ ...queryOf(HAS_INSTANCE), end: row.maxTime });
      ids.push([...new Set(records.flatMap(({ instance }) => instance ?? []))]);
    }
  } catch {
    // As above.
  }
  const inTurn = Array.from({ length: STORIES }, (_, turn) => ids[turn % PARTS.length]?.[Math.floor(turn / PARTS.length)]);
  return new Set(inTurn.filter((id) => id !== undefined));
}

function queryOf(filter: Filter): Query {
  return { filter, limit: RECORDS, direction: 'backward' };
}
