/**
 * `POST /api/v1/import`: a part of a log file, committed together with how far the file is taken then; and
 * `GET /api/v1/positions`, where to go on. 200 means on disk. A part is taken only where the one before it ended, else it
 * is refused with `position-moved`: so a part that is sent again, or by two at once, is there once.
 *
 * Clients send some parts of a file at once, on several connections; they are put in order here, by what each comes after.
 * Not here: reading files (src/cli/import), what names them (receive/fingerprint.ts).
 */
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { nowUs } from '../base/time.ts';
import type { Hints, Ingest, MessageRun, Position } from '../model.ts';
import { linesOf } from '../receive/file-lines.ts';
import { type ApiRequest, type ArgumentSchema, headerOf, jsonAnswer, type Route } from './route.ts';
import { arrayOf, objectOf, TEXT } from './schemas.ts';

/** Longest wait for the part before: it is on its way on another connection of this machine or network. */
const TURN_MS_MAX = 2000;
/** How often it is looked whether the disk is full, while a part waits for it. */
const LOOK_MS = 250;
/** Sources whose newest part is remembered, only to put others in order behind it. */
const SOURCES_MAX = 10_000;
/** Names of one file are 13 (fingerprint.ts); some files at once. */
const NAMES_MAX = 1000;

const text = (description: string, maxLength = 1024): ArgumentSchema => ({ type: 'string', description, maxLength });
const number = (description: string): ArgumentSchema => ({ type: 'string', description, pattern: '^-?[0-9]{1,17}$' });

/** Parts of a source in the order of their positions. */
class Turns {
  readonly #newest = new Map<string, string>();
  readonly #waiting = new Map<string, () => void>();

  /** Resolves when the part that ends at `after` has been handed on, or will not come. */
  async turn({ source, after }: Required<Position>): Promise<void> {
    const newest = this.#newest.get(source);
    if (after === '' || newest === undefined || newest === after) return;
    const key = `${source} ${after}`;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, TURN_MS_MAX);
    this.#waiting.set(key, resolve);
    await promise;
    clearTimeout(timer);
    if (this.#waiting.get(key) === resolve) this.#waiting.delete(key);
  }

  handed({ source, value }: Position): void {
    if (this.#newest.size >= SOURCES_MAX) this.#newest.clear();
    this.#newest.set(source, value);
    this.#waiting.get(`${source} ${value}`)?.();
  }
}

const turnsOf = new WeakMap<Ingest, Turns>();

function turns(ingest: Ingest): Turns {
  let its = turnsOf.get(ingest);
  if (its === undefined) {
    its = new Turns();
    turnsOf.set(ingest, its);
  }
  return its;
}

export const importPart: Route = {
  method: 'POST',
  path: '/api/v1/import',
  group: 'Writing',
  say: 'A part of a log file as plain lines, and how far the file is taken with it; 200 only when durable, never twice',
  arguments: {
    source: text('Names the file by its content'),
    after: text('Where the file has to be taken to; empty: nowhere yet'),
    value: text('Where it is taken to with this part'),
    path: text('Where the file is; `peer` of its records', 4096),
    host: text('Host of lines that name none'),
    program: text('Program of lines without a syslog header'),
    service: text('Service of lines that tell none'),
    nearUs: number('µs since 1970: no line is younger; stamps without a year are of the last year that fits'),
    zone: number('Minutes east of UTC of stamps without a zone'),
    cut: { type: 'string', description: 'The last line is the beginning of one that is too long', enum: ['true', 'false'] },
  },
  bodyBytesMax: limits.importBodyBytesMax,
  bodyTypes: { 'text/plain': TEXT },
  responses: [
    {
      status: 200,
      say: 'Every line is on disk, and so is the position',
      types: { 'application/json': objectOf({ lines: { type: 'integer', minimum: 0 } }) },
    },
  ],
  errors: ['wrong-origin', 'too-large', 'overloaded', 'disk-full', 'position-moved'],
  refuse(parts) {
    if (parts.ingest.pendingBytes > limits.intakeBytesMax)
      throw new CodedError('overloaded', 'Too much is waiting for the disk; send again in a second');
  },
  async answer(parts, request) {
    if ((headerOf(request, 'content-encoding') ?? 'identity') !== 'identity')
      throw new CodedError('bad-body', 'Content-Encoding is not understood here; send the lines as they are');
    const run = runOf(request);
    const order = turns(parts.ingest);
    await order.turn(run.position);
    const durable = parts.ingest.accept(run);
    order.handed(run.position);
    const lines = run.spans.length / 2;
    parts.counters?.add('messages.received', lines, 'import');
    parts.counters?.add('bytes.received', run.bytes.length, 'import');
    await unlessFull(durable, parts.ingest);
    return jsonAnswer({ lines });
  },
};

/** Where the disk is low, what was accepted is held until there is room; whoever imports wants to hear that now. Sent again, the part is there once. */
async function unlessFull(durable: Promise<void>, ingest: Ingest): Promise<void> {
  const { promise: full, reject } = Promise.withResolvers<never>();
  const looking = setInterval(() => {
    if (ingest.isReadOnly)
      reject(new CodedError('disk-full', 'The disk of the server has no room: the part waits for it, or is gone; send it again later'));
  }, LOOK_MS);
  try {
    await Promise.race([durable, full]);
  } finally {
    clearInterval(looking);
  }
}

function runOf(request: ApiRequest): MessageRun & { position: Required<Position>; spans: number[] } {
  const given = request.arguments;
  const { source, value } = given;
  if (!source || !value)
    throw new CodedError('bad-argument', '`source` and `value` are needed: what the file is, and where this part of it ends');
  const body = request.body ?? new Uint8Array();
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const { spans, flags, end } = linesOf(bytes, { cut: given.cut === 'true', linesMax: limits.importLinesMax });
  if (end < bytes.length) throw new CodedError('too-large', `The part has more than ${limits.importLinesMax} lines; send several`);
  return {
    source: { transport: 'import', peer: given.path ?? request.peer, hints: hintsOf(given) },
    received: nowUs(),
    bytes,
    spans,
    ...(flags && { flags }),
    position: { source, value, after: given.after ?? '' },
  };
}

function hintsOf({ host, program, service, nearUs, zone }: ApiRequest['arguments']): Hints {
  return {
    ...(host && { host }),
    ...(program && { program }),
    ...(service && { service }),
    ...(nearUs && { nearUs: Number(nearUs) }),
    ...(zone && { zone: Number(zone) }),
  };
}

export const positions: Route = {
  method: 'GET',
  path: '/api/v1/positions',
  group: 'Writing',
  say: 'How far files were taken, by their names and by these with `#2`, `#3` …; unknown ones are left out',
  arguments: { sources: text('Names, separated by commas', 65_536) },
  responses: [
    {
      status: 200,
      say: 'What is on disk',
      types: { 'application/json': objectOf({ positions: arrayOf(objectOf({ source: TEXT, value: TEXT })) }) },
    },
  ],
  errors: [],
  async answer(parts, request) {
    const sources = (request.arguments.sources ?? '').split(',').filter((source) => source !== '');
    if (sources.length > NAMES_MAX) throw new CodedError('bad-argument', `sources are at most ${NAMES_MAX} at once`);
    return jsonAnswer({ positions: await parts.ingest.positions(sources) });
  },
};
