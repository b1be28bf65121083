/**
 * The live fan-out: records to everybody who follows, exactly once each, in the order of seq. Tail is a query that does not
 * end: a follower pages through the store until the ring of the newest records covers the record it needs next,
 * then takes from the ring; one that falls behind the ring pages again. Its only state is the seq up to which
 * it has looked, so that where a record comes from cannot make it come twice or not at all.
 *
 * Regular expressions never run here: what they may cost has no bound, and this thread reads the sockets. Who
 * follows by one takes everything from the store, whose workers can be ended.
 * While nobody follows, nothing is delivered and the ring is empty. Slow readers pull later; nothing is kept for them.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { marks } from '../parsers/index.ts';
import { type FollowBatch, Hub } from './api/hub.ts';
import { CodedError } from './base/errors.ts';
import { seqOf } from './base/public.ts';
import type { Filter, Ingest, Reader, RenderedEvent } from './model.ts';
import { compile } from './query/match.ts';
import { print } from './query/print.ts';

export type { FollowBatch } from './api/hub.ts';

export interface FollowRequest {
  readonly filter: Filter;
  /** Begin behind this seq; default: behind the newest. */
  readonly after?: number;
  /** Without `after`: this many of the last matching records first. */
  readonly lines?: number;
  /** Also the texts exactly as received. */
  readonly raw?: boolean;
  readonly signal: AbortSignal;
}

export interface Follow {
  /**
   * The first batch comes at once, perhaps empty, and says where the follow begins; it ends with the signal.
   * Throws `gone` for a seq that is still to come, `too-many`, and what the store throws.
   */
  open(request: FollowRequest): AsyncGenerator<FollowBatch>;
  readonly followers: number;
  /** Ends all follows. */
  close(): void;
}

export interface FollowOptions {
  /** For tests. */
  readonly ringBytesMax?: number;
  readonly eventsMax?: number;
}

/** About 20,000 records: some seconds of a busy cloud, which is what a slow terminal falls behind. */
const RING_BYTES_MAX = 16 * 1024 * 1024;
/** Records looked at in one turn: a millisecond of the main thread, and the most that waits for a slow client. */
const EVENTS_MAX = 500;
/** The last lines are collected before the first goes out; of longer ones there are fewer. */
const LAST_LINES_CHARS_MAX = 32 * 1024 * 1024;
export function createFollow(reader: Reader, ingest: Ingest, options: FollowOptions = {}): Follow {
  const hub = new Hub({ ingest, reader, ringBytesMax: options.ringBytesMax ?? RING_BYTES_MAX });
  const follower = { reader, hub, eventsMax: options.eventsMax ?? EVENTS_MAX };
  return {
    open: (request) => follow(follower, request),
    get followers() {
      return hub.followers;
    },
    close: () => hub.close(),
  };
}

interface Follower {
  readonly reader: Reader;
  readonly hub: Hub;
  readonly eventsMax: number;
}

async function* follow(follower: Follower, request: FollowRequest): AsyncGenerator<FollowBatch> {
  const { hub, eventsMax } = follower;
  const signal = AbortSignal.any([request.signal, hub.closed]);
  const leave = hub.enter();
  // A client may leave while a batch waits for it: then nobody asks for the next one, and `finally` never comes.
  signal.addEventListener('abort', leave, { once: true });
  try {
    const matches = compile(request.filter, marks);
    const isBounded = !hasRegex(request.filter);
    const { raw = false } = request;
    const key = keyOf(request);
    const first = await begin(follower, { ...request, signal });
    yield first;
    let { after } = first;
    while (!signal.aborted) {
      if (isBounded && hub.ring.covers(after + 1)) {
        const taken = hub.take(after, { key, raw, matches, eventsMax });
        after = taken.after;
        yield taken;
        await breathe();
      } else if (after >= hub.lastSeq) {
        await hub.nextCommit(signal);
      } else {
        const page = await hub.page(after, { key, raw, filter: request.filter, eventsMax });
        // A view of the store may lag behind the news of a commit; asking again at once would not hurry it.
        if (page === undefined) await hub.nextTick(signal);
        else {
          after = page.after;
          yield page;
        }
      }
    }
  } finally {
    signal.removeEventListener('abort', leave);
    leave();
  }
}

/** Followers of the same share what is made for them. */
function keyOf({ filter, raw }: FollowRequest): string {
  return `${raw === true ? 'raw ' : ''}${print(filter)}`;
}

function hasRegex(filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.of.some(hasRegex);
    case 'not':
      return hasRegex(filter.of);
    case 'field':
      return filter.op === '/';
    default:
      return filter.kind === 'regex';
  }
}

/** Where a follow begins, with the last lines if they are asked for. */
async function begin(follower: Follower, request: FollowRequest): Promise<FollowBatch> {
  const { hub, reader } = follower;
  const { after, lines = 0 } = request;
  if (after !== undefined) {
    const newest = after <= hub.lastSeq ? hub.lastSeq : (await reader.status()).lastSeq;
    if (after > newest)
      throw new CodedError('gone', `There is no record ${after} yet, the newest is ${newest}: these are other data than before`);
    // What was dropped meanwhile is said at once, before anything else.
    if (after >= hub.lastSeq || hub.ring.covers(after + 1)) return { events: [], lost: 0, after };
    const { filter, raw = false } = request;
    return (await hub.page(after, { key: keyOf(request), raw, filter, eventsMax: follower.eventsMax })) ?? { events: [], lost: 0, after };
  }
  const from = hub.lastSeq;
  const events = lines > 0 ? await lastLines(reader, { ...request, lines, from }) : [];
  return { events, lost: 0, after: from };
}

/** The newest matching records, in the order of seq, so that each one's seq is a place to resume from. */
async function lastLines(reader: Reader, request: FollowRequest & { lines: number; from: number }): Promise<RenderedEvent[]> {
  const events: RenderedEvent[] = [];
  let cursor: string | undefined;
  let chars = 0;
  do {
    const query = {
      filter: request.filter,
      limit: request.lines - events.length,
      direction: 'backward',
      ...(request.raw === true ? { raw: true } : {}),
      ...(cursor === undefined ? {} : { cursor }),
    } as const;
    const page = await reader.search(query, request.signal);
    for (const json of page.ndjson.split('\n')) {
      if (json === '') continue;
      const seq = seqOf(json);
      // What came after the beginning comes by itself.
      if (seq <= request.from) events.push({ seq, kind: 'record', json });
    }
    cursor = page.next;
    chars += page.ndjson.length;
  } while (cursor !== undefined && chars < LAST_LINES_CHARS_MAX && events.length < request.lines && !request.signal.aborted);
  return events.sort((left, right) => left.seq - right.seq);
}
