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

/** Tells stories of instances in the midst of their life: the first ones took twice as long as those after five (bench:trace). Yields between blocks. */
export function* warmUpStories(reader: DaysReader): Generator<undefined, void> {
  const until = performance.now() + STORIES_MS;
  const isOver = (): boolean => performance.now() > until;
  try {
    for (const id of yield* instancesOf(reader, isOver)) {
      if (isOver()) return;
      yield* warmUpStory(reader, id);
    }
  } catch {
    // As above.
  }
}

function* warmUpStory(reader: DaysReader, id: string): Generator<undefined, void> {
  try {
    yield* storySteps(reader, { id, missing: false });
  } catch {
    // What has no story has been looked for, too.
  }
}

/** In turn from each of the parts. Where a part has none, as in the logs of a cloud's swift alone, no other is looked through. */
function* instancesOf(reader: DaysReader, isOver: () => boolean): Generator<undefined, Set<string>> {
  const ids: string[][] = [];
  const { blocks } = reader.days().at(-1) ?? { blocks: [] };
  for (const part of PARTS) {
    const row = blocks[Math.floor(blocks.length * part)];
    if (row === undefined) continue;
    const found = new Set<string>();
    const steps = reader.searchSteps({ ...queryOf(HAS_INSTANCE), start: row.minTime, end: row.maxTime });
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done) {
        for (const { instance } of step.value.records) if (instance !== undefined) found.add(instance);
        break;
      }
      if (isOver()) break;
      yield;
    }
    if (found.size === 0) break;
    ids.push([...found]);
  }
  const inTurn = Array.from({ length: STORIES }, (_, turn) => ids[turn % PARTS.length]?.[Math.floor(turn / PARTS.length)]);
  return new Set(inTurn.filter((id) => id !== undefined));
}

function queryOf(filter: Filter): Query {
  return { filter, limit: RECORDS, direction: 'backward' };
}
