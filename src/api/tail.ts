/**
 * `GET /api/v1/tail`: records as they are stored, as Server-Sent Events (WHATWG HTML, section 9.2). `id:` is the
 * seq; whoever comes back with `Last-Event-ID` (or `after=`) goes on exactly behind it. Blocks with an id and
 * no data only move that position: one opens the stream, heartbeats carry it on, so that a quiet filter resumes
 * without reading again what did not match.
 * Events: `record`, `more` (text that joined record `of` after it was sent), `lost` (`{"count":N}` dropped by retention).
 */
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { FollowBatch } from '../follow.ts';
import { filterOf, numberOf, QUERY_ARGUMENT } from './query-arguments.ts';
import { type ApiRequest, headerOf, type Route } from './route.ts';
import { objectOf, refTo } from './schemas.ts';

/** The contract says at most 15 s; proxies commonly give up after 30 s. */
const HEARTBEAT_MS = 10_000;
/** What browsers wait before they come back. */
const RETRY_MS = 1000;

export const tail: Route = {
  method: 'GET',
  path: '/api/v1/tail',
  group: 'Records',
  say: 'New records as Server-Sent Events; `Last-Event-ID` or `after=` resumes exactly',
  arguments: {
    query: QUERY_ARGUMENT,
    after: { type: 'string', pattern: '^[0-9]{1,16}$', description: 'Begin behind this seq; default: with what comes now' },
    lines: { type: 'string', pattern: '^[0-9]{1,9}$', description: 'Begin with this many of the last records; not with after' },
    raw: { type: 'string', enum: ['true', 'false'], description: 'Also the text exactly as received, as `raw` of each record' },
  },
  responses: [
    {
      status: 200,
      say: 'Events `record`, `more` (text that joined the record `of` after it was sent) and `lost` (`{"count":N}` dropped before they were sent); `id:` is the seq',
      types: { 'text/event-stream': { anyOf: [refTo('Record'), objectOf({ count: { type: 'integer', minimum: 1 } })] } },
    },
  ],
  errors: ['bad-query', 'bad-argument', 'gone', 'too-many'],
  async answer(parts, request) {
    const filter = filterOf(request);
    const after = resumeFrom(request);
    const lines = numberOf(request, 'lines') ?? 0;
    if (lines > limits.searchLimitMax) throw new CodedError('bad-argument', `lines is at most ${limits.searchLimitMax}`);
    const batches = parts.follow
      .open({ filter, signal: request.signal, lines, raw: request.arguments.raw === 'true', ...(after === undefined ? {} : { after }) })
      [Symbol.asyncIterator]();
    // Every follow begins with its position: what is wrong with the request is known before the answer begins.
    const first = await batches.next();
    const body = first.done ? emptyBody() : eventsOf(batches, first.value);
    return { type: 'text/event-stream', headers: { 'x-accel-buffering': 'no' }, body };
  },
};

/** The header wins: a browser that reconnects repeats its old address with it. */
function resumeFrom(request: ApiRequest): number | undefined {
  const header = headerOf(request, 'last-event-id');
  if (header === undefined || header === '') return numberOf(request, 'after');
  if (!/^\d{1,16}$/.test(header)) throw new CodedError('bad-argument', 'Last-Event-ID is not an id of this stream: ids are numbers');
  return Number(header);
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

async function* eventsOf(batches: AsyncIterator<FollowBatch>, first: FollowBatch): AsyncGenerator<string | Uint8Array> {
  yield `retry: ${RETRY_MS}\n\n${textOf(first)}id: ${first.after}\n\n`;
  let { after } = first;
  let pending = nextOf(batches);
  for (;;) {
    const result = await withinHeartbeat(pending);
    if (result === undefined) {
      yield `: still here\nid: ${after}\n\n`;
      continue;
    }
    if (result.done) return;
    after = result.value.after;
    pending = nextOf(batches);
    const bytes = bytesOf(result.value);
    if (bytes.length > 0) yield bytes;
  }
}

/** Asked for ahead of its use, so its error may come while nobody waits; it is thrown when it is waited for. */
function nextOf(batches: AsyncIterator<FollowBatch>): Promise<IteratorResult<FollowBatch>> {
  const pending = batches.next();
  pending.catch(() => {});
  return pending;
}

/** The result, or nothing when a heartbeat is due first. */
async function withinHeartbeat<T>(pending: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const beat = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, HEARTBEAT_MS, undefined);
  });
  try {
    return await Promise.race([pending, beat]);
  } finally {
    clearTimeout(timer);
  }
}

function textOf(batch: FollowBatch): string {
  let text = batch.lost > 0 ? `event: lost\ndata: {"count":${batch.lost}}\n\n` : '';
  for (const event of batch.events) text += `id: ${event.seq}\nevent: ${event.kind}\ndata: ${event.json}\n\n`;
  return text;
}

/** Of batches that other followers get, too: one text for all of them. */
const written = new WeakMap<FollowBatch, Uint8Array>();

function bytesOf(batch: FollowBatch): Uint8Array {
  let bytes = written.get(batch);
  if (bytes === undefined) {
    bytes = Buffer.from(textOf(batch));
    written.set(batch, bytes);
  }
  return bytes;
}
