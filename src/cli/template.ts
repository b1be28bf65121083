/**
 * Templates of output lines: `{time} {host} {program}[{pid|-}] {level} {message}`. A name in braces is a field of the record as
 * JSON gives it (`http.status`, `exception.class`, `ids.volume`) or of the query language (`status`); what stands behind `|` is
 * printed where the record has no such field, else nothing. `\t \n \\ \{ \}` are what they say; the rest stands for itself.
 * A wrong template is refused with the place before anything is asked. Values are made visible like everywhere.
 */
import { CodedError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { JSON_PATHS, type PublicRecord } from '../base/public.ts';
import { parseStamp } from '../base/time.ts';
import { visible, visibleLines } from '../base/visible.ts';
import { FIELD_NAMES, type FieldName, type IdKind, type Marks } from '../model.ts';

export interface Template {
  /** It names `raw`, which a server gives only to those who ask. */
  readonly wantsRaw: boolean;
  readonly showsMessage: boolean;
  /** Further lines of a value are indented, so that they are seen to belong to the line before. */
  render(record: PublicRecord, time: (timeUs: number) => string): string;
}

type Read = (record: PublicRecord) => string | number | undefined;
type Part = string | { readonly name: string; readonly read: Read; readonly fallback: string };

const TEXTS = [
  ...['seq', 'transport', 'peer', 'host', 'facility', 'severity', 'level', 'service', 'program', 'pid', 'logger', 'request'],
  ...['globalRequest', 'user', 'project', 'domain', 'systemScope', 'userDomain', 'projectDomain', 'instance', 'msgid'],
  ...['structuredData', 'flags', 'zone', 'format', 'of', 'message', 'raw'],
] as const;
/** Objects of the JSON, and what they hold. */
const MARKS = {
  http: ['method', 'path', 'status', 'bytes', 'duration'],
  exception: ['class', 'message', 'culprit'],
  amqp: ['kind', 'broker'],
  database: ['kind', 'server'],
  event: ['type', 'publisher', 'state'],
} as const satisfies Partial<Record<keyof Marks, readonly string[]>>;
/** A table, so that a new kind cannot be forgotten here. */
const ID_KINDS: Record<IdKind, true> = {
  ...{ request: true, instance: true, volume: true, image: true, port: true, network: true, message: true, domain: true, mac: true },
  ...{ ip: true, swift: true, project: true, user: true, router: true, subnet: true, snapshot: true, called: true, reply: true },
  ...{ connection: true, uuid: true, hex: true },
};
/** Times are written by the stamp that was chosen. */
const TIMES = ['time', 'received'] as const;

type Values = Readonly<Record<string, string | number | undefined>>;

const READS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ...TEXTS.map((name): [string, Read] => [name, (record) => (record as unknown as Values)[name]]),
  ...Object.entries(MARKS).flatMap(([mark, names]) =>
    names.map((name): [string, Read] => [`${mark}.${name}`, (record) => (record[mark as keyof typeof MARKS] as unknown as Values)?.[name]]),
  ),
  ['ids', (record) => record.ids?.map(({ kind, id }) => `${kind}:${id}`).join(' ') || undefined],
  ...(Object.keys(ID_KINDS) as IdKind[]).map((kind): [string, Read] => [`ids.${kind}`, (record) => idsOf(record, kind)]),
]);

function idsOf(record: PublicRecord, kind: IdKind): string | undefined {
  return (
    record.ids
      ?.filter((one) => one.kind === kind)
      .map(({ id }) => id)
      .join(',') || undefined
  );
}

/** What a template may name. */
export const TEMPLATE_FIELDS: readonly string[] = [...TIMES, ...READS.keys(), ...FIELD_NAMES.filter((name) => JSON_PATHS.has(name))];

const ESCAPES: Record<string, string> = { t: '\t', n: '\n', '\\': '\\', '{': '{', '}': '}' };

/** Throws `bad-argument` with the place. */
export function templateOf(text: string): Template {
  const parts: Part[] = [];
  let literal = '';
  let at = 0;
  while (at < text.length) {
    const character = text[at]!;
    if (character === '\\') {
      literal += escapeAt(text, at);
      at += 2;
    } else if (character === '{') {
      const { part, end } = fieldAt(text, at);
      parts.push(literal, part);
      literal = '';
      at = end;
    } else if (character === '}') {
      throw wrong('a } without its {', { text, position: at, length: 1, suggestion: insteadOf(text, { at, length: 1, by: '\\}' }) });
    } else {
      literal += character;
      at++;
    }
  }
  parts.push(literal);
  if (text === '') throw wrong('a template is not empty', { text, position: 0, length: 1, suggestion: '{time} {message}' });
  const names = (name: string): boolean => parts.some((part) => typeof part !== 'string' && part.name === name);
  return {
    wantsRaw: names('raw'),
    showsMessage: names('message'),
    render: (record, time) => parts.map((part) => (typeof part === 'string' ? part : textOf(part, record, time))).join(''),
  };
}

function escapeAt(text: string, at: number): string {
  const meant = ESCAPES[text[at + 1] ?? ''];
  if (meant !== undefined) return meant;
  const length = at + 1 < text.length ? 2 : 1;
  throw wrong('there are \\t, \\n, \\\\, \\{ and \\}', {
    text,
    position: at,
    length,
    suggestion: insteadOf(text, { at, length: 1, by: '\\\\' }),
  });
}

function fieldAt(text: string, at: number): { part: Part; end: number } {
  const close = text.indexOf('}', at);
  if (close < 0)
    throw wrong('a { without its }', {
      text,
      position: at,
      length: text.length - at,
      suggestion: insteadOf(text, { at, length: 1, by: '\\{' }),
    });
  const inside = text.slice(at + 1, close);
  const bar = inside.indexOf('|');
  const written = (bar < 0 ? inside : inside.slice(0, bar)).trim();
  const name = JSON_PATHS.get(written as FieldName) ?? written;
  const read = READS.get(name) ?? (isTime(name) ? (record: PublicRecord) => record[name] : undefined);
  if (read === undefined) {
    const meant = nearest(written, TEMPLATE_FIELDS);
    const length = Math.max(1, (bar < 0 ? inside : inside.slice(0, bar)).length);
    const suggestion = meant && insteadOf(text, { at: at + 1, length: written === '' ? 0 : length, by: meant });
    const why = written === '' ? 'a field is missing between the braces' : `there is no field ${visible(written)}`;
    throw wrong(meant === undefined ? `${why}; there are ${TEMPLATE_FIELDS.join(', ')}` : why, {
      text,
      position: written === '' ? at : at + 1,
      length: written === '' ? close - at + 1 : length,
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  }
  return { part: { name, read, fallback: bar < 0 ? '' : inside.slice(bar + 1) }, end: close + 1 };
}

function isTime(name: string): name is (typeof TIMES)[number] {
  return name === 'time' || name === 'received';
}

function insteadOf(text: string, { at, length, by }: { at: number; length: number; by: string }): string {
  return `${text.slice(0, at)}${by}${text.slice(at + length)}`;
}

function wrong(why: string, place: { text: string; position: number; length: number; suggestion?: string }): CodedError {
  return new CodedError('bad-argument', why, place);
}

function textOf({ name, read, fallback }: Exclude<Part, string>, record: PublicRecord, time: (timeUs: number) => string): string {
  const value = read(record);
  if (value === undefined || value === '') return fallback;
  if (typeof value === 'number') return String(value);
  if (isTime(name)) return time(parseStamp(value));
  return visibleLines(value).replaceAll('\n', '\n    ');
}
