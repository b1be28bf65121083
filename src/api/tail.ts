/**
 * `GET /api/v1/tail`: records as they are stored, as Server-Sent Events (WHATWG HTML, section 9.2). `id:` is the
 * seq; whoever comes back with `Last-Event-ID` (or `after=`) goes on exactly behind it. Blocks with an id and
 * no data only move that position: one opens the stream, heartbeats carry it on, so that a quiet filter resumes
 * without reading again what did not match.
 * Events: `record`, `more` (text that joined record `of` after it was sent), `lost`: `{"count":N}` dropped by retention before they were sent, or
 * `{"losses":[…]}` of what is being lost on the way in, at most once a second and without an id, so that it moves no place.
 */
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { FollowBatch } from '../follow.ts';
import { type LossListener, lossNewsOf } from './loss-news.ts';
import { filterOf, numberOf, QUERY_ARGUMENT } from './query-arguments.ts';
import { type ApiRequest, headerOf, type Route } from './route.ts';
import { arrayOf, objectOf, refTo, TEXT } from './schemas.ts';

/** The contract says at most 15 s; proxies commonly give up after 30 s. */
const HEARTBEAT_MS = 10_000;
/** What browsers wait before they come back. */
const RETRY_MS = 1000;

const AMOUNT = { type: 'integer', minimum: 1 } as const;
const LOSS = objectOf({
  reason: TEXT,
  amount: AMOUNT,
  source: { ...TEXT, description: 'The one that lost most' },
  sources: { ...AMOUNT, description: 'How many there are, at least' },
});

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
      say: 'Events `record`, `more` (text that joined the record `of` after it was sent) and `lost` (`{"count":N}` dropped by retention before they were sent, or `{"losses":[…]}`: what is being lost on the way in, by reason, at most once a second); `id:` is the seq',
      types: {
        'text/event-stream': {
          anyOf: [
            refTo('Record'),
            objectOf({ count: AMOUNT }),
            objectOf({ losses: arrayOf(LOSS, 'By reason, since the last of these events') }),
          ],
        },
      },
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
    const losses = parts.counters === undefined ? undefined : lossNewsOf(parts.counters).listen(request.signal);
    const body = first.done ? emptyBody() : eventsOf({ batches, first: first.value, losses });
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

interface Opened {
  readonly batches: AsyncIterator<FollowBatch>;
  readonly first: FollowBatch;
  readonly losses: LossListener | undefined;
}

async function* eventsOf({ batches, first, losses }: Opened): AsyncGenerator<string | Uint8Array> {
  yield `retry: ${RETRY_MS}\n\n${textOf(first)}id: ${first.after}\n\n`;
  const bell = new Bell();
  losses?.onNews(() => bell.ring());
  let { after } = first;
  let spokenMs = performance.now();
  let next = Ahead.of(batches, bell);
  for (;;) {
    // Also while there is much that does not match: the place moves, and the client knows that we live.
    const leftMs = spokenMs + HEARTBEAT_MS - performance.now();
    const isRung = await bell.heard(Math.max(0, leftMs));
    const lost = losses?.take() ?? [];
    if (lost.length > 0) yield `event: lost\ndata: ${JSON.stringify({ losses: lost })}\n\n`;
    else if (!isRung || leftMs <= 0) yield `: still here\nid: ${after}\n\n`;
    if (lost.length > 0 || !isRung || leftMs <= 0) spokenMs = performance.now();
    const result = next.taken();
    if (result === undefined) continue;
    if (result.done) return;
    after = result.value.after;
    next = Ahead.of(batches, bell);
    const bytes = bytesOf(result.value);
    if (bytes.length === 0) continue;
    yield bytes;
    spokenMs = performance.now();
  }
}

/** Something has come. Rather than a race of promises: one that waits for days would keep all that ever raced it. */
class Bell {
  #isRung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#isRung = true;
    this.#wake?.();
  }

  /** Waits for a ring, or so long; answers whether there was one. */
  async heard(atMostMs: number): Promise<boolean> {
    if (!this.#isRung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, atMostMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const wasRung = this.#isRung;
    this.#isRung = false;
    return wasRung;
  }
}

/** The next batch, asked for ahead of its use: its error may come while nobody waits, and is thrown when it is taken. */
class Ahead {
  #result: IteratorResult<FollowBatch> | undefined;
  #failure: { readonly error: unknown } | undefined;

  static of(batches: AsyncIterator<FollowBatch>, bell: Bell): Ahead {
    const ahead = new Ahead();
    batches
      .next()
      .then(
        (result) => {
          ahead.#result = result;
        },
        (error: unknown) => {
          ahead.#failure = { error };
        },
      )
      .finally(() => bell.ring());
    return ahead;
  }

  /** Undefined while it has not come. */
  taken(): IteratorResult<FollowBatch> | undefined {
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#result;
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
