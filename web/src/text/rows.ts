/**
 * What a row shows of a record: the value of a column, the message cut to what a row can hold, a traceback folded away. Pure; texts
 * are made visible here, so that no component can forget it.
 */
import type { PublicRecord } from '../../../src/base/public.ts';
import { visible, visibleLines } from './visible.ts';

/** Columns that a person may choose, by the names of the JSON and of CSV; time, level and message are always there. */
export const COLUMNS = [
  'host',
  'service',
  'program',
  'pid',
  'logger',
  'request',
  'globalRequest',
  'instance',
  'project',
  'user',
  'http.method',
  'http.path',
  'http.status',
  'http.duration',
  'exception.class',
  'transport',
  'peer',
  'facility',
  'severity',
  'format',
  'flags',
  'seq',
] as const;
export type Column = (typeof COLUMNS)[number];
export const COLUMNS_DEFAULT: readonly Column[] = ['service', 'host'];

/** The address has their names, separated by commas; unknown ones are passed over, `none` is no column. */
export function columnsOf(text: string): readonly Column[] {
  if (text === '') return COLUMNS_DEFAULT;
  const names = text.split(',');
  return COLUMNS.filter((column) => names.includes(column)).toSorted((a, b) => names.indexOf(a) - names.indexOf(b));
}

export function columnsText(columns: readonly Column[]): string {
  const text = columns.join(',');
  return text === COLUMNS_DEFAULT.join(',') ? '' : text === '' ? 'none' : text;
}

/** The value at `http.status`, made visible; undefined where the record has none. */
export function cellText(record: PublicRecord, path: string): string | undefined {
  let value: unknown = record;
  for (const part of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[part];
  if (value === undefined || value === null || typeof value === 'object') return undefined;
  return visible(String(value));
}

/** A row of one line shows less on any screen; more nodes would only cost. */
const LINE_CHARS_MAX = 1000;
/** Of a full row, before somebody asks for all of it. */
const TEXT_CHARS_MAX = 2000;
const TEXT_LINES_MAX = 12;

/** The first line, as a compact row shows it. */
export function lineOf(record: PublicRecord): string {
  const end = record.message.indexOf('\n');
  const line = end < 0 ? record.message : record.message.slice(0, end);
  return visible(line.length > LINE_CHARS_MAX ? `${line.slice(0, LINE_CHARS_MAX)}…` : line);
}

/** Lines behind the first. */
export function linesMore(record: PublicRecord): number {
  let lines = 0;
  for (let at = record.message.indexOf('\n'); at >= 0; at = record.message.indexOf('\n', at + 1)) lines++;
  return lines;
}

export interface Shown {
  readonly text: string;
  /** What is not shown; 0 and 0: that is all. */
  readonly linesHidden: number;
  readonly charsHidden: number;
}

/** The whole message, or as much as helps: a traceback shows its first line, what is long shows its beginning. */
export function messageOf(record: PublicRecord, isWhole: boolean): Shown {
  const { message } = record;
  if (isWhole) return { text: visibleLines(message), linesHidden: 0, charsHidden: 0 };
  const more = linesMore(record);
  const isTraceback = record.exception !== undefined && more > 0;
  const lines = isTraceback ? 1 : TEXT_LINES_MAX;
  let end = message.length;
  if (more >= lines) {
    end = -1;
    for (let line = 0; line < lines; line++) end = message.indexOf('\n', end + 1);
  }
  const cut = Math.min(end, TEXT_CHARS_MAX);
  return { text: visibleLines(message.slice(0, cut)), linesHidden: Math.max(0, more - lines + 1), charsHidden: message.length - cut };
}

/** `NoValidHost`: the class without its modules. */
export function shortClass(name: string): string {
  return visible(name.slice(name.lastIndexOf('.') + 1));
}

const BADGES: Readonly<Record<string, string>> = { CRITICAL: 'CRIT', WARNING: 'WARN' };

/** A word that fits its column; nothing is told by colour alone. */
export function levelText(level: string | undefined): string {
  return level === undefined ? '–' : (BADGES[level] ?? level);
}

export function countText(count: number): string {
  return count.toLocaleString('en-US').replaceAll(',', '\u2009');
}
