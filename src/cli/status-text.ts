/**
 * The status JSON as text for people, whatever it holds: members become lines, groups become indented blocks, lists of
 * objects become tables. Names say the unit (`bytes`, `…Us`, `…Ms`), as everywhere in this project.
 * Everything is made visible: sources are names that senders have chosen.
 */
import { displayTime } from '../base/time.ts';
import { visible } from '../base/visible.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Group = { [name: string]: Json };

export function statusText(url: string, status: unknown): string {
  return [url, ...groupLines(status as Group, '  '), ''].join('\n');
}

function groupLines(group: Group, indent: string): string[] {
  const width = Math.max(0, ...Object.keys(group).map((name) => name.length));
  return Object.entries(group).flatMap(([name, value]): string[] => {
    const title = `${indent}${visible(name)}`;
    if (Array.isArray(value)) {
      if (value.length === 0) return [`${title.padEnd(width + indent.length)}  none`];
      return value.every(isGroup)
        ? [title, ...tableLines(value, `${indent}  `)]
        : [`${title.padEnd(width + indent.length)}  ${value.map((one) => valueText(name, one)).join(', ')}`];
    }
    if (isGroup(value))
      return Object.keys(value).length === 0
        ? [`${title.padEnd(width + indent.length)}  none`]
        : [title, ...groupLines(value, `${indent}  `)];
    return [`${title.padEnd(width + indent.length)}  ${valueText(name, value)}`];
  });
}

/** One row per object; columns are all names that occur. What is a list itself stands below its row. */
function tableLines(rows: readonly Group[], indent: string): string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => !rows.some((row) => Array.isArray(row[name])));
  const textOf = (row: Group, name: string): string => (row[name] === undefined ? '' : valueText(name, row[name]));
  const cells = [names.map((name) => visible(name)), ...rows.map((row) => names.map((name) => textOf(row, name)))];
  const widths = names.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const isNumber = names.map((name) => rows.every((row) => row[name] === undefined || typeof row[name] === 'number'));
  const pad = (cell: string, column: number): string => (isNumber[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!));
  return cells.flatMap((row, index) => [`${indent}${row.map(pad).join('  ').trimEnd()}`, ...notesOf(rows[index - 1], indent)]);
}

function notesOf(row: Group | undefined, indent: string): string[] {
  const lists = Object.entries(row ?? {}).filter((entry): entry is [string, Json[]] => Array.isArray(entry[1]));
  return lists.flatMap(([name, values]) => values.map((value) => `${indent}  ${visible(name)}: ${valueText(name, value)}`));
}

function isGroup(value: Json): value is Group {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names of times in µs: `lastAt`, `oldest`, `newest`, `startedUs`. */
const TIME_NAME = /(At|Us)$|^(oldest|newest|time|started)$/;
const BYTES_NAME = /bytes/i;
/** Names of numbers that count nothing. */
const NUMBER_NAME = /port$|pid$|seq$/i;
/** Smaller numbers are no times of our era (2001), whatever they are called. */
const TIME_US_MIN = 1e15;

function valueText(name: string, value: Json): string {
  if (value === null) return '-';
  if (typeof value === 'number') {
    if (TIME_NAME.test(name) && value >= TIME_US_MIN) return displayTime(value);
    if (BYTES_NAME.test(name) && value >= 1024) return bytesText(value);
    if (NUMBER_NAME.test(name)) return String(value);
    return Number.isInteger(value) ? value.toLocaleString('en-US') : value.toFixed(2);
  }
  return visible(typeof value === 'string' ? value : JSON.stringify(value));
}

function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
