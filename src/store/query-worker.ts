/**
 * A query worker: answers the pool's requests from the day files. Reads only.
 *
 * Searches and counts run in slices, in turn, so that a needle does not wait behind a scan and a cancelled query stops
 * at its next block. One that takes longer than limits.queryMsMax ends with `timeout`.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { marks } from '../../parsers/index.ts';
import { CodedError, toMessage } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { publicJson } from '../base/public.ts';
import type { LogRecord, Query, RenderedFollow, RenderedPage, SearchPage, SignatureEntry } from '../model.ts';
import { endpointSteps } from './endpoints.ts';
import { entitySteps } from './entity.ts';
import { ErrorQuestions } from './error-questions.ts';
import { exactText } from './merge.ts';
import type { PoolAnswer, PoolRequest } from './pool-protocol.ts';
import { DaysReader } from './read.ts';
import { shown } from './show.ts';
import { storySteps } from './story.ts';
import { learnNext } from './usual-later.ts';
import { warmUp, warmUpStories } from './warm-up.ts';

/** Longest a search holds the thread while others wait. */
const SLICE_MS = 10;

/** How long nobody asks before what nobody waits for goes on. */
const REST_MS = 1000;

interface Running {
  readonly id: number;
  readonly steps: Generator<undefined, unknown>;
  readonly startedAt: number;
}

const { folder, known } = workerData as { folder: string; known: readonly SignatureEntry[] };
const reader = new DaysReader(folder);
const errors = new ErrorQuestions(folder, reader, known);
const running = new Map<number, Running>();
/** What nobody waits for, and when a question came last. */
let idle: Generator<undefined, unknown> | undefined;
let askedMs = performance.now();
let resting: NodeJS.Timeout | undefined;
let scheduled = false;

function tell(answer: PoolAnswer): void {
  parentPort!.postMessage(answer);
}

function render(record: LogRecord, raw = false): string {
  return publicJson(record, marks(record), raw ? exactText(record) : undefined);
}

function renderPage({ records, next, stats }: SearchPage, { raw, show }: Query): RenderedPage {
  let text = '';
  for (const record of records) text += show === undefined ? `${render(record, raw)}\n` : shown(render(record, raw), show);
  const page: RenderedPage = { ndjson: show === undefined ? text : '', count: records.length, stats };
  if (show !== undefined) page.shown = text;
  if (next !== undefined) page.next = next;
  return page;
}

function answer(
  request: Exclude<PoolRequest, { kind: 'search' | 'count' | 'endpoints' | 'errors' | 'story' | 'entity' | 'cancel' | 'let-go' }>,
): unknown {
  if (request.kind === 'follow') {
    const page = reader.follow(request.after, request.filter, request.want.limit);
    const events = page.events.map(({ seq, kind, record }) => ({ seq, kind, json: render(record, request.want.raw) }));
    return { ...page, events } satisfies RenderedFollow;
  }
  if (request.kind === 'record') {
    const record = reader.record(request.seq);
    return record === undefined ? undefined : render(record);
  }
  return reader.status();
}

function* searchSteps(query: Query): Generator<undefined, RenderedPage> {
  return renderPage(yield* reader.searchSteps(query), query);
}

/** Gives each running query a slice, oldest first; where there is none, what nobody waits for goes on a step. */
function work(): void {
  scheduled = false;
  if (running.size === 0) rest();
  const deadline = performance.now() + SLICE_MS;
  for (const query of [...running.values()]) {
    running.delete(query.id);
    try {
      const answered = advance(query, deadline);
      if (answered === undefined) running.set(query.id, query);
      else tell({ id: query.id, value: answered });
    } catch (error) {
      tell({ id: query.id, error: toMessage(error) });
    }
    if (performance.now() > deadline) break;
  }
  schedule();
}

function advance(query: Running, deadline: number): unknown {
  do {
    const step = query.steps.next();
    if (step.done) return step.value;
  } while (performance.now() < deadline);
  const seconds = limits.queryMsMax / 1000;
  if (performance.now() - query.startedAt > limits.queryMsMax)
    throw new CodedError('timeout', `the query took more than ${seconds} s; give a time range or a rarer word`);
  return undefined;
}

function start(id: number, steps: Running['steps']): void {
  running.set(id, { id, steps, startedAt: performance.now() });
}

function rest(): void {
  try {
    if (idle?.next().done) idle = undefined;
  } catch {
    // Whoever asks for it hears of it.
    idle = undefined;
  }
}

function schedule(): void {
  if (scheduled) return;
  if (running.size === 0) {
    idle ??= learnNext(reader);
    if (idle === undefined) return;
    // Who asks one question after the other gets the machine for them: the other workers' too.
    const restedMs = performance.now() - askedMs;
    if (restedMs < REST_MS) {
      clearTimeout(resting);
      resting = setTimeout(schedule, REST_MS - restedMs + 1);
      return;
    }
  }
  scheduled = true;
  setImmediate(work);
}

parentPort!.on('message', (request: PoolRequest) => {
  askedMs = performance.now();
  try {
    if (request.kind === 'cancel') running.delete(request.id);
    else if (request.kind === 'let-go') reader.days();
    else if (request.kind === 'search') start(request.id, searchSteps(request.query));
    else if (request.kind === 'errors') start(request.id, errors.steps(request.question));
    else if (request.kind === 'count') start(request.id, reader.countSteps(request.query));
    else if (request.kind === 'endpoints') start(request.id, endpointSteps(reader, request.range));
    else if (request.kind === 'entity') start(request.id, entitySteps(reader, request.of));
    else if (request.kind === 'story') start(request.id, storySteps(reader, request.want));
    else tell({ id: request.id, value: answer(request) });
  } catch (error) {
    tell({ id: request.id, error: toMessage(error) });
  }
  schedule();
});
warmUp(reader, renderPage);
idle = warmUpStories(reader);
tell({ id: 0, value: 'ready' });
schedule();
