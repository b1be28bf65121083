/**
 * `GET /api/v1/trace/{id}`: the story of an instance, a request, a volume … as JSON, or - by `Accept` - as NDJSON (a line with the head, then
 * the records), as a page to keep or as text. Query workers find, put together and render; this route only passes on. No time range: the index
 * knows where an id lives. Not here: the forms for people (trace-forms.ts), and what waits for slow clients (story-room.ts).
 *
 * JSON and NDJSON are what was logged, as search answers it: programs of the operator compare and look on. What is for people, or kept as a file, leaves
 * the house, and its secrets are masked. `mask` says otherwise, for each.
 */
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { maskedJson } from '../base/secrets.ts';
import { visibleJson } from '../base/visible.ts';
import type { RenderedStory, StoryWant } from '../model.ts';
import { partsOf } from '../store/story-render.ts';
import { CONTENT_TYPES, formOf } from './accept.ts';
import { numberOf } from './query-arguments.ts';
import { type ApiAnswer, type ApiRequest, type ArgumentSchema, JSON_TYPE, type Route } from './route.ts';
import { refTo, TEXT } from './schemas.ts';
import { bytesOf, handedOut, isShort, roomOf, type StoryRoom } from './story-room.ts';
import { askedZone, type Kept, keepHeader, peopleAnswer, treeOf } from './trace-forms.ts';

const FORMS = ['json', 'ndjson', 'html', 'text'] as const;
const LINES_CHARS = 64 * 1024;
const KEPT: readonly Kept[] = ['html', 'text', 'ndjson'];
const ID_CHARS_MAX = 200;

export const ID_PARAM: ArgumentSchema = {
  type: 'string',
  maxLength: ID_CHARS_MAX,
  description:
    'A request (with or without `req-`), swift transaction, instance, volume, port, image, network, MAC, IP, libvirt name or message id, in any spelling',
};

export const trace: Route = {
  method: 'GET',
  path: '/api/v1/trace/:id',
  group: 'Stories',
  say: 'The merged story of an id across services; by `Accept` also as `application/x-ndjson` (the head, then its records), as `text/html` (a page to keep, without scripts) or `text/plain`',
  arguments: {
    limit: {
      type: 'string',
      pattern: '^[0-9]{1,9}$',
      description: `Records, at most ${limits.storyRecordsMax}; default ${limits.storyRecordsDefault}. Of more, the first, the last and the errors`,
    },
    deskew: {
      type: 'string',
      enum: ['true', 'false'],
      description: 'Order by times that are corrected by the estimated skew of clocks; default false',
    },
    missing: {
      type: 'string',
      enum: ['true', 'false'],
      description:
        'Compare what was changed with the usual course of the same operation, learned from its newest successful runs; default true',
    },
    tree: {
      type: 'string',
      enum: ['true', 'false'],
      description: 'Of JSON and NDJSON: with requests and spans as rows of a waterfall; default false',
    },
    mask: {
      type: 'string',
      enum: ['true', 'false'],
      description:
        'Recognised secrets as `***`; default true for the page, the text and files to keep, and false for JSON and NDJSON, which are what was logged',
    },
    zone: {
      type: 'string',
      maxLength: 64,
      description: 'Of the page and the text: zone of times, `+02:00` or `Europe/Berlin`; default UTC',
    },
    download: {
      type: 'string',
      enum: KEPT,
      description: 'In this form, whatever `Accept` says, as a file to keep (`Content-Disposition`); the page always is one',
    },
  },
  params: { id: ID_PARAM },
  responses: [
    {
      status: 200,
      say: 'The story; records in one order, each once, with why it belongs. In page, text and files to keep recognised secrets are masked',
      types: {
        'application/json': refTo('Story'),
        'application/x-ndjson': { anyOf: [refTo('StoryHead'), refTo('StoryRecord')] },
        'text/html': TEXT,
        'text/plain': TEXT,
      },
      headers: { 'content-disposition': 'Of the page, and with `download`: name of the file' },
    },
  ],
  errors: ['bad-argument', 'not-found', 'timeout', 'overloaded'],
  async answer({ reader }, request) {
    const kept = KEPT.find((one) => one === request.arguments.download);
    const form = kept ?? formOf(request, FORMS);
    const zone = askedZone(request);
    const story = await reader.trace(wantOf(request), request.signal);
    const { mask = String(kept !== undefined || form === 'html' || form === 'text') } = request.arguments;
    const masks = mask === 'true';
    const room = roomOf(reader);
    const { signal } = request;
    if (form === 'html' || form === 'text') return peopleAnswer(story, { form, zone, masks, arguments: request.arguments, room, signal });
    const withTree = request.arguments.tree === 'true' ? { ...story.head, tree: treeOf(story) } : story.head;
    const told = { ...story, head: visibleJson(JSON.stringify(withTree)) };
    const pieces = (form === 'json' ? jsonPieces : linePieces)(masks ? maskedParts(told) : partsAsTheyAre(told));
    const headers = form === 'json' ? {} : { 'x-accel-buffering': 'no', ...(kept === undefined ? {} : keepHeader(story.head, kept)) };
    return { type: form === 'json' ? JSON_TYPE : CONTENT_TYPES[form], headers, body: bodyOf(pieces, story, { room, signal }) };
  },
};

/** Short ones at once, long ones as they are pulled. */
function bodyOf(pieces: Iterable<string>, story: RenderedStory, { room, signal }: Waiting): ApiAnswer['body'] {
  return isShort(story) ? [...pieces].join('') : handedOut(pieces, room.take(bytesOf(story), signal));
}

interface Waiting {
  readonly room: StoryRoom;
  /** Aborts when the answer has ended. */
  readonly signal: AbortSignal;
}

/** The head as JSON, then parts of whole lines. */
type Parts = Iterable<string>;

interface ToldHead extends Pick<RenderedStory, 'ndjson' | 'more'> {
  readonly head: string;
}

function* partsAsTheyAre(story: ToldHead): Parts & Generator<string> {
  yield story.head;
  yield* partsOf(story);
}

function* maskedParts(story: ToldHead): Parts & Generator<string> {
  yield maskedJson(story.head);
  for (const part of partsOf(story)) for (const lines of linesIn(part)) yield lines.replace(/[^\n]+/g, maskedJson);
}

/** Whole lines, some milliseconds of masking: others have a turn in between. */
function* linesIn(part: string): Generator<string> {
  for (let from = 0; from < part.length; ) {
    const end = part.indexOf('\n', from + LINES_CHARS);
    const until = end < 0 ? part.length : end + 1;
    yield part.slice(from, until);
    from = until;
  }
}

function* linePieces(parts: Parts): Generator<string> {
  let isHead = true;
  for (const part of parts) {
    yield isHead ? `${part}\n` : part;
    isHead = false;
  }
}

/** The records as the last member of the head. */
function* jsonPieces(parts: Parts): Generator<string> {
  let before = '';
  for (const part of parts) {
    if (before === '') yield `${part.slice(0, -1)},"records":[`;
    else yield `${before === '[' ? '' : ',\n'}${part.slice(0, -1).replaceAll('\n', ',\n')}`;
    before = before === '' ? '[' : ',';
  }
  yield ']}\n';
}

function wantOf(request: ApiRequest): StoryWant {
  const recordsMax = numberOf(request, 'limit');
  if (recordsMax !== undefined && (recordsMax < 1 || recordsMax > limits.storyRecordsMax))
    throw new CodedError('bad-argument', `limit is from 1 to ${limits.storyRecordsMax}`);
  const { deskew, missing } = request.arguments;
  const limit = recordsMax === undefined ? {} : { recordsMax };
  return { id: idOf(request), ...limit, deskew: deskew === 'true', missing: missing !== 'false' };
}

export function idOf({ params }: ApiRequest): string {
  const id = (params.id ?? '').trim();
  if (id.length > ID_CHARS_MAX) throw new CodedError('bad-argument', `An id has at most ${ID_CHARS_MAX} characters`);
  return id;
}
