/**
 * Records as search and tail print them: lines for people, a template, the text as it was received, JSON, CSV. Reads the flags
 * -o --template --fields --timestamps -z, and refuses those that contradict each other.
 *
 * Invariant: except for `raw` into a file or pipe, nothing is written that a terminal would obey. JSON and CSV are for programs:
 * their times are always RFC 3339 UTC, whatever the zone of the reader.
 */
import type { Arguments } from '../base/arguments.ts';
import { CSV_FIELDS_DEFAULT, type CsvField, csvFields, csvHeader, csvRow } from '../base/csv.ts';
import { CodedError } from '../base/errors.ts';
import { type LineStyle, lineOf, moreOf } from '../base/line.ts';
import type { PublicRecord } from '../base/public.ts';
import { STAMPS, stampOf } from '../base/stamp.ts';
import { formatTime, nowUs, parseStamp, parseTime } from '../base/time.ts';
import { visibleLines } from '../base/visible.ts';
import { LOCAL, type Zone, zoneOf } from '../base/zone.ts';
import { choiceOf } from './flags.ts';
import type { Output, Shell } from './shell.ts';
import { type Template, templateOf } from './template.ts';

export const FORMS = ['default', 'raw', 'json', 'jsonl', 'csv'] as const;
type Form = (typeof FORMS)[number];

/** What the flags say, checked. */
export interface Look {
  readonly form: Form;
  readonly template: Template | undefined;
  readonly fields: readonly CsvField[];
  readonly zone: Zone;
  readonly time: (timeUs: number) => string;
  /** Lines have the time of day alone: a line of its own says the day where it changes. */
  readonly daysApart: boolean;
  /** The server is asked for the texts as they were received. */
  readonly wantsRaw: boolean;
}

export interface Shown {
  /** Public JSON of the record. */
  readonly json: string;
  /** Only text that joined a record which was shown before. */
  readonly isMore?: boolean;
  /** Found, not only near to what was found; absent where there is no such difference. */
  readonly isHit?: boolean;
  /** Stands before the line: where several files are one output. */
  readonly lead?: string;
}

export interface Printer {
  print(shown: Shown): void;
  /** Between groups that do not touch each other. */
  gap(): void;
  end(): void;
}

export interface PrinterOptions {
  readonly out: Output;
  readonly color: boolean;
  readonly mark?: ((text: string) => string) | undefined;
  /** Records come with neighbours: those that were found are told apart. */
  readonly tellsHits?: boolean;
  /** Never ends: JSON is an object a line instead of an array. */
  readonly isEndless?: boolean;
}

/** `-z`, else STACKTRAIL_TIMEZONE, else local: what the clock on the wall says at three in the morning. */
export function zoneFlag(given: Arguments, shell: Shell): Zone {
  const text = given.text('timezone') ?? shell.environment.STACKTRAIL_TIMEZONE;
  return text === undefined || text === '' ? LOCAL : zoneOf(text);
}

/** A time that was typed, read here where the person's clock and zone are: the server may be in another. */
export function timeFlag(given: Arguments, name: string, zone: Zone): string | undefined {
  const text = given.text(name);
  return text === undefined ? undefined : formatTime(parseTime(text, nowUs(), zone.name === 'local' ? undefined : zone));
}

/** Throws `bad-argument`. */
export function lookOf(given: Arguments, shell: Shell): Look {
  const form = choiceOf(given, 'output', FORMS) ?? 'default';
  const written = given.text('template');
  const columns = given.text('fields');
  if (written !== undefined && form !== 'default')
    throw new CodedError('bad-argument', `--template makes lines, -o ${form} is something else`);
  if (columns !== undefined && form !== 'csv') throw new CodedError('bad-argument', '--fields names the columns of -o csv');
  const template = written === undefined ? undefined : templateOf(written);
  const fields = columns === undefined ? CSV_FIELDS_DEFAULT : csvFields(columns);
  const zone = zoneFlag(given, shell);
  const asked = choiceOf(given, 'timestamps', STAMPS);
  const daysApart = asked === undefined && template === undefined && form === 'default' && isNarrow(shell);
  const time = stampOf(asked ?? (daysApart ? 'short' : 'full'), zone);
  const wantsRaw = form === 'raw' || template?.wantsRaw === true || fields.includes('raw');
  return { form, template, fields, zone, time, daysApart, wantsRaw };
}

/** 60 columns stand before a message; a terminal of 80 has no room for a date in each line. */
const COLUMNS_MIN = 100;

function isNarrow({ out, terminal }: Shell): boolean {
  return out.isTerminal && terminal !== undefined && terminal.columns < COLUMNS_MIN;
}

export function printerOf(look: Look, options: PrinterOptions): Printer {
  switch (look.form) {
    case 'default':
      return linePrinter(look, options);
    case 'raw':
      return { print: ({ json }) => printRaw(JSON.parse(json) as PublicRecord, options.out), gap: none, end: none };
    case 'jsonl':
      return { print: (shown) => options.out.write(`${jsonOf(shown)}\n`), gap: none, end: none };
    case 'json':
      return jsonPrinter(options);
    case 'csv':
      return csvPrinter(look.fields, options);
  }
}

function none(): void {}

/** `2026-11-22`. */
const DAY_CHARS = 10;
/** Lines of a neighbour are faint and lead by spaces, those that were found by `>`: seen also without colours. */
const HIT_LEAD = '> ';
const NEAR_LEAD = '  ';

function linePrinter({ template, time, zone, daysApart }: Look, { out, color, mark, tellsHits }: PrinterOptions): Printer {
  const style: LineStyle = { color, time, mark };
  const faint: LineStyle = { ...style, color: false };
  // The record whose text is the last on the screen.
  let newest = 0;
  let day = '';
  const dayOf = stampOf('full', zone);
  const tellDay = (record: PublicRecord): void => {
    const now = dayOf(parseStamp(record.time)).slice(0, DAY_CHARS);
    if (now !== day) out.write(`--- ${now} ---\n`);
    day = now;
  };
  const textOf = (record: PublicRecord, { isMore, isHit }: Shown): string | undefined => {
    if (template !== undefined && !isMore) return (mark ?? asItIs)(template.render(record, time));
    if (template !== undefined && !template.showsMessage) return undefined;
    if (isMore) return moreOf(record, record.of === newest, style);
    return lineOf(record, isHit === false ? faint : style);
  };
  return {
    print(shown) {
      const record = JSON.parse(shown.json) as PublicRecord;
      const text = textOf(record, shown);
      newest = shown.isMore ? (record.of ?? 0) : record.seq;
      if (text === undefined) return;
      if (daysApart && !shown.isMore) tellDay(record);
      const lines = tellsHits ? led(text, shown.isHit ? HIT_LEAD : NEAR_LEAD) : text;
      const isFaint = color && shown.isHit === false;
      out.write(`${shown.lead ?? ''}${isFaint ? `\x1b[2m${lines}\x1b[22m` : lines}\n`);
    },
    gap: () => out.write('--\n'),
    end: none,
  };
}

function asItIs(text: string): string {
  return text;
}

/** Only the first line says which kind it is. */
function led(text: string, lead: string): string {
  return lead + text.replaceAll('\n', `\n${NEAR_LEAD}`);
}

function jsonOf({ json, isHit }: Shown): string {
  return isHit === undefined ? json : `${json.slice(0, -1)},"hit":${isHit}}`;
}

function jsonPrinter({ out, isEndless }: PrinterOptions): Printer {
  if (isEndless) return { print: (shown) => out.write(`${jsonOf(shown)}\n`), gap: none, end: none };
  let before = '[\n';
  return {
    print(shown) {
      out.write(`${before}${jsonOf(shown)}`);
      before = ',\n';
    },
    gap: none,
    end: () => out.write(before === '[\n' ? '[]\n' : '\n]\n'),
  };
}

/** The header is there also when nothing was found: an empty table is an answer, too. */
function csvPrinter(fields: readonly CsvField[], { out, tellsHits, isEndless }: PrinterOptions): Printer {
  let hasHeader = false;
  const header = (): void => {
    if (!hasHeader) out.write((tellsHits ? 'hit,' : '') + csvHeader(fields));
    hasHeader = true;
  };
  if (isEndless) header();
  return {
    print({ json, isHit }) {
      header();
      out.write((tellsHits ? `${isHit === true},` : '') + csvRow(JSON.parse(json) as PublicRecord, fields));
    },
    gap: none,
    end: header,
  };
}

/**
 * Exactly as received; only a terminal gets it made visible. Bytes that were no UTF-8 were read as Latin-1 (flag
 * `latin1`) and are written as such; lines of others that joined such a record may not allow it.
 */
function printRaw({ raw, flags }: PublicRecord, out: Output): void {
  if (raw === undefined || raw === null) throw new CodedError('internal', 'this server does not give texts as they were received');
  const isLatin1 = flags?.split(' ').includes('latin1') === true && !/[^\x00-\xff]/.test(raw);
  if (out.isTerminal) out.write(`${visibleLines(raw)}\n`);
  else out.write(`${raw}\n`, isLatin1 ? 'latin1' : undefined);
}
