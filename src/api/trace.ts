/**
 * `GET /api/v1/trace/{id}`: the story of an instance, a request, a volume … as JSON, or - by `Accept` - as NDJSON (a line with the head, then
 * the records), as a page to keep or as text. Query workers find, put together and render; this route only passes on. No time range: the index
 * knows where an id lives. Not here: the forms for people (trace-forms.ts).
 */
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { visibleJson } from '../base/visible.ts';
import type { RenderedStory, StoryWant } from '../model.ts';
import { CONTENT_TYPES, formOf } from './accept.ts';
import { membersOf } from './pages.ts';
import { numberOf } from './query-arguments.ts';
import { type ApiRequest, type ArgumentSchema, JSON_TYPE, type Route } from './route.ts';
import { refTo, TEXT } from './schemas.ts';
import { askedZone, type Kept, keepHeader, peopleAnswer, treeOf } from './trace-forms.ts';

const FORMS = ['json', 'ndjson', 'html', 'text'] as const;
const KEPT: readonly Kept[] = ['html', 'text', 'ndjson'];
const ID_CHARS_MAX = 200;
/** Pieces of a streamed answer: small enough that a slow client does not hold megabytes. */
const CHUNK_CHARS = 64 * 1024;

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
      say: 'The story; records in one order, each once, with why it belongs. In page and text recognised secrets are masked',
      types: {
        'application/json': refTo('Story'),
        'application/x-ndjson': { anyOf: [refTo('StoryHead'), refTo('StoryRecord')] },
        'text/html': TEXT,
        'text/plain': TEXT,
      },
      headers: { 'content-disposition': 'Of the page, and with `download`: name of the file' },
    },
  ],
  errors: ['bad-argument', 'not-found', 'timeout'],
  async answer({ reader }, request) {
    const kept = KEPT.find((one) => one === request.arguments.download);
    const form = kept ?? formOf(request, FORMS);
    const zone = askedZone(request);
    const story = await reader.trace(wantOf(request), request.signal);
    if (form === 'html' || form === 'text') return peopleAnswer(story, { form, zone, arguments: request.arguments });
    const withTree = request.arguments.tree === 'true' ? { ...story.head, tree: treeOf(story) } : story.head;
    const head = visibleJson(JSON.stringify(withTree));
    if (form === 'json') return { type: JSON_TYPE, body: `${head.slice(0, -1)},"records":[${membersOf(story.ndjson)}]}\n` };
    return {
      type: CONTENT_TYPES[form],
      headers: { 'x-accel-buffering': 'no', ...(kept === undefined ? {} : keepHeader(story.head, kept)) },
      body: chunksOf(head, story),
    };
  },
};

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

async function* chunksOf(head: string, { ndjson }: RenderedStory): AsyncGenerator<string> {
  yield `${head}\n`;
  for (let from = 0; from < ndjson.length; ) {
    const end = ndjson.indexOf('\n', Math.min(from + CHUNK_CHARS, ndjson.length - 1)) + 1;
    yield ndjson.slice(from, end === 0 ? ndjson.length : end);
    from = end === 0 ? ndjson.length : end;
  }
}
