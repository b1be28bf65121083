/**
 * Spikes and snoozes: `GET /api/v1/spikes`, `GET /api/v1/snoozes`, `PUT DELETE /api/v1/snoozes/{name}`. Not here: finding spikes
 * (report/spike-board.ts), keeping them (service/spikes.ts).
 */
import { CodedError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import { formatTime, nowUs, parseTime } from '../base/time.ts';
import type { Snooze, SpikeBook } from '../model.ts';
import { type ApiParts, type ApiRequest, type ArgumentSchema, jsonAnswer, type Route } from './route.ts';
import { SAVED_NAME } from './saved-arguments.ts';
import { arrayOf, objectOf, refTo, TEXT } from './schemas.ts';

const GROUP = 'Errors';
const SINCE_DEFAULT = '24h';
const BODY_BYTES_MAX = 8192;
const TEXT_CHARS_MAX = 300;
/** A year: what is never to be told is a rule of the configuration. */
const SNOOZE_US_MAX = 366 * 24 * 3600e6;
const FITS = ['spike', 'signature', 'service', 'host', 'dependency'] as const;
const MEMBERS = [...FITS, 'until', 'reason', 'name', 'changed'] as const;
const NAME: ArgumentSchema = { type: 'string', description: 'Letters, digits, `.`, `_` and `-`; at most 64', maxLength: 64 };
const FLAG = { type: 'string', enum: ['true', 'false'] } as const;

export const spikes: Route = {
  method: 'GET',
  path: '/api/v1/spikes',
  group: GROUP,
  say: 'What an operator should look at: more errors than usual, new ones, outages with what is folded below them, silent hosts',
  arguments: {
    since: { type: 'string', maxLength: 64, description: `Spikes that went on at or after this time; default \`${SINCE_DEFAULT}\`` },
    until: { type: 'string', maxLength: 64, description: 'That began before this time; default now' },
    service: { type: 'string', maxLength: 64, description: 'Only those of this service' },
    open: { ...FLAG, description: 'Only those that go on' },
    folded: { ...FLAG, description: 'Also those that are folded below another' },
  },
  responses: [{ status: 200, say: 'Those that go on first, then the newest', types: { 'application/json': refTo('SpikeList') } }],
  errors: ['bad-argument'],
  async answer(parts, request) {
    const { since, until, service, open, folded } = request.arguments;
    const now = nowUs();
    const want = {
      startUs: parseTime(since || SINCE_DEFAULT, now),
      endUs: until ? parseTime(until, now) : Number.MAX_SAFE_INTEGER,
      ...(service ? { service } : {}),
      ...{ open: open === 'true', withFolded: folded === 'true' },
    };
    if (want.endUs <= want.startUs) throw new CodedError('bad-argument', 'until is not later than since');
    return jsonAnswer(bookOf(parts).list(want));
  },
};

export const snoozeList: Route = {
  method: 'GET',
  path: '/api/v1/snoozes',
  group: GROUP,
  say: 'What is snoozed, by name, also what is over',
  arguments: {},
  responses: [{ status: 200, say: 'By name', types: { 'application/json': objectOf({ snoozes: arrayOf(refTo('Snooze')) }) } }],
  errors: [],
  async answer(parts) {
    return jsonAnswer({ snoozes: bookOf(parts).snoozes() });
  },
};

export const snoozeKeep: Route = {
  method: 'PUT',
  path: '/api/v1/snoozes/:name',
  group: GROUP,
  say: 'Spikes that fit all of `{"spike":…, "signature":…, "service":…, "host":…, "dependency":…}` that are given are not told until `"until"`',
  arguments: {},
  params: { name: NAME },
  bodyBytesMax: BODY_BYTES_MAX,
  bodyTypes: {
    'application/json': {
      type: 'object',
      additionalProperties: false,
      required: ['until'],
      properties: {
        ...Object.fromEntries(FITS.map((name) => [name, TEXT])),
        until: { type: 'string', description: 'A duration from now such as `2h`, or a time' },
        reason: TEXT,
        name: { type: 'string', description: 'That of the address, or absent' },
        changed: { type: 'string', description: 'Ignored: the server says it' },
      },
    },
  },
  responses: [
    { status: 200, say: 'It was changed', types: { 'application/json': refTo('Snooze') } },
    { status: 201, say: 'It was made', types: { 'application/json': refTo('Snooze') }, headers: { location: 'Where it is' } },
  ],
  errors: ['bad-argument', 'bad-body', 'wrong-origin', 'too-large', 'too-many', 'disk-full'],
  async answer(parts, request) {
    const snooze = snoozeOf(nameOf(request), request);
    const isNew = await bookOf(parts).snooze(snooze);
    const answer = jsonAnswer(snooze, isNew ? 201 : 200);
    return isNew ? { ...answer, headers: { location: `/api/v1/snoozes/${snooze.name}` } } : answer;
  },
};

export const snoozeDrop: Route = {
  method: 'DELETE',
  path: '/api/v1/snoozes/:name',
  group: GROUP,
  say: 'Ends a snooze',
  arguments: {},
  params: { name: NAME },
  responses: [{ status: 204, say: 'It is gone', types: {} }],
  errors: ['bad-argument', 'not-found', 'wrong-origin', 'disk-full'],
  async answer(parts, request) {
    if (!(await bookOf(parts).unsnooze(nameOf(request))))
      throw new CodedError('not-found', 'There is no snooze of that name; GET /api/v1/snoozes lists them');
    return { status: 204, type: 'text/plain', body: '' };
  },
};

function bookOf({ spikes: book }: ApiParts): SpikeBook {
  if (book === undefined) throw new CodedError('not-found', 'Nobody looks for spikes here');
  return book;
}

function nameOf(request: ApiRequest): string {
  const name = request.params.name ?? '';
  if (!SAVED_NAME.test(name))
    throw new CodedError('bad-argument', 'A name has letters, digits, ".", "_" and "-", begins with a letter or digit, at most 64 in all');
  return name;
}

function snoozeOf(name: string, { body }: ApiRequest): Snooze {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body ?? new Uint8Array()));
  } catch (error) {
    throw new CodedError('bad-body', `The body is not JSON: ${(error as Error).message.slice(0, 100)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CodedError('bad-body', 'The body is no JSON object like {"signature":"28c63adef692839d","until":"2h"}');
  const given = new Map(Object.entries(value));
  for (const [member, text] of given) {
    if (!(MEMBERS as readonly string[]).includes(member))
      throw new CodedError('bad-body', `"${member.slice(0, 64)}" is no member of a snooze${didYouMean(member, MEMBERS)}`);
    if (typeof text !== 'string' || text === '' || text.length > TEXT_CHARS_MAX)
      throw new CodedError('bad-body', `"${member}" is not a text of 1 to ${TEXT_CHARS_MAX} characters`);
  }
  if (given.has('name') && given.get('name') !== name) throw new CodedError('bad-body', '"name" is another than that of the address');
  const fits = Object.fromEntries(FITS.filter((member) => given.has(member)).map((member) => [member, String(given.get(member))]));
  if (Object.keys(fits).length === 0) throw new CodedError('bad-body', `What is to be snoozed? Give one of ${FITS.join(', ')}`);
  const reason = given.get('reason') as string | undefined;
  const now = nowUs();
  return {
    ...{ name, ...fits },
    until: formatTime(untilOf(given.get('until') as string | undefined, now)),
    ...(reason === undefined ? {} : { reason }),
    changed: formatTime(now),
  };
}

/** `2h` is from now on; times of searches are back from now. */
function untilOf(text: string | undefined, now: number): number {
  if (text === undefined) throw new CodedError('bad-body', '"until" is missing: a duration like 2h, or a time');
  let until: number;
  try {
    until = /^\d+(?:\.\d+)?[a-z]+$/i.test(text) ? 2 * now - parseTime(text, now) : parseTime(text, now);
  } catch (error) {
    throw error instanceof CodedError ? new CodedError('bad-body', `"until": ${error.message}`) : error;
  }
  if (until <= now) throw new CodedError('bad-body', '"until" is over already');
  if (until - now > SNOOZE_US_MAX)
    throw new CodedError('bad-body', '"until" is more than a year away; ignore it by a rule of the configuration');
  return until;
}
