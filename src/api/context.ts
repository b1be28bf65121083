/**
 * `GET /api/v1/records/{seq}/context`: what stood before and after a record, in the order (time, seq) of search, among
 * the records of one scope. Two searches from the record's own place, one in each direction: whatever holds for search
 * (pages, stops, time limit, damage) holds here. A record that lacks what the scope goes by is answered in the next wider
 * one, and the answer says which.
 */
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { PublicRecord } from '../base/public.ts';
import { parseStamp } from '../base/time.ts';
import { visibleJson } from '../base/visible.ts';
import type { Direction, FieldName, Filter, Query, Reader, SearchStats } from '../model.ts';
import { writeCursor } from '../store/cursor.ts';
import { shown } from '../store/show.ts';
import { CONTENT_TYPES, formOf } from './accept.ts';
import { addStats, damageHeader, gather } from './pages.ts';
import { numberOf } from './query-arguments.ts';
import { keptRecord, SEQ_PARAM, seqParam } from './records.ts';
import { type ApiAnswer, type ApiRequest, type ArgumentSchema, JSON_TYPE, type Route } from './route.ts';
import { arrayOf, objectOf, refTo, TEXT } from './schemas.ts';

/** Fields that have to be equal, and the scope that is tried where one is missing. */
const SCOPES = {
  process: { fields: ['host', 'program', 'pid'], wider: 'host' },
  host: { fields: ['host'], wider: 'service' },
  service: { fields: ['service'], wider: 'all' },
  request: { fields: ['request'], wider: 'process' },
  instance: { fields: ['instance'], wider: 'process' },
  all: { fields: [], wider: 'all' },
} as const satisfies Record<string, { fields: readonly (FieldName & keyof PublicRecord)[]; wider: string }>;
type Scope = keyof typeof SCOPES;

const FORMS = ['json', 'ndjson', 'text'] as const;
/** What a person wants to see who asks for nothing in particular. */
const RECORDS_DEFAULT = 5;

const COUNT: ArgumentSchema = { type: 'string', pattern: '^[0-9]{1,9}$', description: '' };

export const context: Route = {
  method: 'GET',
  path: '/api/v1/records/:seq/context',
  group: 'Records',
  say: 'The records before and after one; also as `application/x-ndjson` and `text/plain`',
  arguments: {
    before: { ...COUNT, description: `Records before it, at most ${limits.contextRecordsMax}; default ${RECORDS_DEFAULT}` },
    after: { ...COUNT, description: `Records after it, at most ${limits.contextRecordsMax}; default ${RECORDS_DEFAULT}` },
    scope: {
      type: 'string',
      enum: Object.keys(SCOPES),
      description: 'Among which records: of the same process (host, program, pid; the default), host, service, request, instance, or all',
    },
    raw: { type: 'string', enum: ['true', 'false'], description: 'Also the text exactly as received, as `raw` of each record' },
  },
  params: { seq: SEQ_PARAM },
  responses: [
    {
      status: 200,
      say: 'Oldest first, the record itself among them',
      types: {
        'application/json': objectOf(
          {
            seq: { type: 'integer', description: 'Of the record itself; another than asked for where that was a line which joined it' },
            scope: { enum: Object.keys(SCOPES), description: 'The one that was used' },
            note: { type: 'string', description: 'Why it is another scope, or what is special about it' },
            records: arrayOf(refTo('Record')),
            moreBefore: { type: 'boolean', description: 'There are more; also true when the time was over before all was looked at' },
            moreAfter: { type: 'boolean' },
            stats: refTo('SearchStats'),
          },
          ['note'],
        ),
        'application/x-ndjson': refTo('Record'),
        'text/plain': TEXT,
      },
      headers: {
        'x-scope': 'Of NDJSON and lines: `scope`',
        'x-more': 'Of NDJSON and lines: `before`, `after`, or both, where there are more',
        'x-damaged': 'Of NDJSON and lines: how many places could not be read',
      },
    },
  ],
  errors: ['bad-argument', 'not-found', 'gone', 'timeout'],
  async answer(parts, request) {
    const wanted = { before: countOf(request, 'before'), after: countOf(request, 'after') };
    const form = formOf(request, FORMS);
    const json = await keptRecord(parts.reader, seqParam(request));
    const record = JSON.parse(json) as PublicRecord;
    const among = amongOf(record, (request.arguments.scope as Scope | undefined) ?? 'process');
    const around = await recordsAround(parts.reader, { json, record, wanted, request, filter: among.filter });
    return form === 'json' ? jsonOf(record.seq, among, around) : linesOf(form, among, around);
  },
};

function jsonOf(seq: number, { scope, note }: Among, { lines, moreBefore, moreAfter, stats }: Around): ApiAnswer {
  const said = note === undefined ? '' : `,"note":${visibleJson(JSON.stringify(note))}`;
  const rest = `"moreBefore":${moreBefore},"moreAfter":${moreAfter},"stats":${JSON.stringify(stats)}`;
  return { type: JSON_TYPE, body: `{"seq":${seq},"scope":"${scope}"${said},"records":[${lines.join(',\n')}],${rest}}\n` };
}

function linesOf(form: 'ndjson' | 'text', { scope }: Among, { lines, moreBefore, moreAfter, stats }: Around): ApiAnswer {
  const more = [...(moreBefore ? ['before'] : []), ...(moreAfter ? ['after'] : [])].join(', ');
  const headers = { 'x-scope': scope, ...(more === '' ? {} : { 'x-more': more }), ...damageHeader(stats) };
  const body = lines.map((json) => (form === 'text' ? shown(json, { form }) : `${json}\n`)).join('');
  return { type: CONTENT_TYPES[form], headers, body };
}

function countOf(request: ApiRequest, name: string): number {
  const count = numberOf(request, name) ?? RECORDS_DEFAULT;
  if (count > limits.contextRecordsMax) throw new CodedError('bad-argument', `${name} is at most ${limits.contextRecordsMax}`);
  return count;
}

interface Among {
  readonly scope: Scope;
  readonly filter: Filter;
  readonly note?: string;
}

/** The narrowest scope from the wanted one on that the record has the fields for. */
function amongOf(record: PublicRecord, wanted: Scope): Among {
  for (let scope = wanted; ; scope = SCOPES[scope].wider) {
    const fields: readonly (FieldName & keyof PublicRecord)[] = SCOPES[scope].fields;
    const absent = fields.filter((field) => record[field] === undefined);
    // Many programs log without a pid: on one host their name tells them from the others.
    const nearly = scope === 'process' && absent.join() === 'pid';
    if (absent.length > 0 && !nearly) continue;
    const filter = allOf(fields.filter((field) => !absent.includes(field)).map((field) => equals(field, String(record[field]))));
    if (nearly) return { scope, filter, note: 'The record has no pid: these are all records of this program on this host' };
    if (scope === wanted) return { scope, filter };
    const lacking = SCOPES[wanted].fields.filter((field) => record[field as keyof PublicRecord] === undefined).join(' and no ');
    return { scope, filter, note: `The record has no ${lacking}: scope ${wanted} is not possible, this is ${scope}` };
  }
}

function equals(field: FieldName, value: string): Filter {
  return { kind: 'field', field, op: '=', value };
}

function allOf(filters: readonly Filter[]): Filter {
  const [only] = filters;
  if (only === undefined) return { kind: 'all' };
  return filters.length === 1 ? only : { kind: 'and', of: filters };
}

interface Wanted {
  /** Public JSON of the record. */
  readonly json: string;
  readonly record: PublicRecord;
  readonly wanted: { readonly before: number; readonly after: number };
  readonly request: ApiRequest;
  readonly filter: Filter;
}

interface Around {
  /** Public JSON, oldest first. */
  readonly lines: readonly string[];
  readonly moreBefore: boolean;
  readonly moreAfter: boolean;
  readonly stats: SearchStats;
}

async function recordsAround(reader: Reader, of: Wanted): Promise<Around> {
  const [before, itself, after] = await Promise.all([side(reader, of, 'backward'), itselfOf(reader, of), side(reader, of, 'forward')]);
  addStats(before.stats, after.stats);
  return {
    lines: [...before.lines.toReversed(), itself, ...after.lines],
    moreBefore: before.more,
    moreAfter: after.more,
    stats: before.stats,
  };
}

interface Side {
  /** In the order of the search. */
  readonly lines: readonly string[];
  readonly more: boolean;
  readonly stats: SearchStats;
}

/** One more than wanted is asked for, which tells whether there is more. */
async function side(reader: Reader, { record, wanted, request, filter }: Wanted, direction: Direction): Promise<Side> {
  const count = direction === 'backward' ? wanted.before : wanted.after;
  const cursor = writeCursor({ time: parseStamp(record.time), seq: record.seq });
  const { raw } = request.arguments;
  const query: Query = { filter, limit: count + 1, direction, cursor, ...(raw === 'true' ? { raw: true } : {}) };
  const { text, next, stats } = await gather(reader, query, request.signal);
  const lines = text.split('\n').slice(0, -1);
  return { lines: lines.slice(0, count), more: lines.length > count || next !== undefined, stats };
}

/** Known already, unless its text as received is wanted, too. */
async function itselfOf(reader: Reader, { record, json, request }: Wanted): Promise<string> {
  if (request.arguments.raw !== 'true') return json;
  const start = parseStamp(record.time);
  const filter = equals('seq', String(record.seq));
  const page = await reader.search({ filter, start, end: start + 1, limit: 1, direction: 'forward', raw: true }, request.signal);
  return page.count === 0 ? json : page.ndjson.trimEnd();
}
