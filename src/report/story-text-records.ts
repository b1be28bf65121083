/**
 * The records of a story in a terminal: when, from the beginning on, where, in which request, how bad, what. Silences stand between
 * them, repetitions are counted, tracebacks are shortened. Part of story-text.ts.
 */
import { INK, LEVEL_COLORS } from '../base/ink.ts';
import { visible } from '../base/visible.ts';
import { columns, fitted, rowsOf } from '../base/width.ts';
import type { Story } from '../model.ts';
import { type Canvas, counted, headed, indented, levelWord } from './story-text.ts';
import { traceLines } from './story-text-head.ts';
import { linesOf, type StoryItem, type ToldRecord, toldRecords, whyText } from './story-view-records.ts';
import { microsOf, offsetText, spanText } from './story-view-time.ts';
import { placeOf, rankOf, shortIds } from './story-view-tree.ts';

/** Below this there is no room for the time of day beside the offset. */
const CLOCK_COLUMNS_MIN = 110;
/** Of the terminal, for `program@host`. */
const PLACE_PART = 0.25;
/** Columns for a message beside what is said of its record. */
const MESSAGE_MIN = 24;
/** Rows of one record's text that are shown; of errors more, of what only developers read one. */
const ROWS_MAX = 2;
const ERROR_ROWS_MAX = 6;

interface Grid {
  readonly canvas: Canvas;
  readonly story: Story;
  readonly startUs: number;
  readonly hasClock: boolean;
  readonly offset: number;
  readonly place: number;
  readonly number: number;
  readonly numbers: ReadonlyMap<string, number>;
  /** What a record led to: `-> #4`. */
  readonly calls: ReadonlyMap<number, string>;
  /** Columns before the message. */
  readonly lead: number;
}

type RecordItem = Extract<StoryItem, { kind: 'record' }>;

export function* recordLines(story: Story, canvas: Canvas): Generator<string> {
  const { items, hidden } = toldRecords(story, { debug: canvas.full, folds: !canvas.full });
  const grid = gridOf(story, items, canvas);
  const left = hidden === 0 ? '' : `(without ${counted(hidden, 'record')} of DEBUG; --full shows them)`;
  yield* headed('Records', left, { canvas });
  let day = '';
  for (const item of items) {
    if (item.kind === 'gap') {
      yield canvas.ink(`-- ${spanText(item.durationMs)} nothing --`, INK.faint);
      continue;
    }
    const now = canvas.time(item.timeUs).slice(0, 10);
    // The first one stands in the head.
    if (now !== day && day !== '') yield canvas.ink(`--- ${now} ---`, INK.faint);
    day = now;
    yield* recordText(item, grid);
  }
}

function gridOf(story: Story, items: readonly StoryItem[], canvas: Canvas): Grid {
  const records = items.filter((item): item is RecordItem => item.kind === 'record');
  const startUs = microsOf(story.start ?? records[0]?.record.time ?? '');
  const hasClock = canvas.width >= CLOCK_COLUMNS_MIN;
  const numbers = new Map(story.requests.map(({ id }, index) => [id, index + 1]));
  const offset = Math.max(6, ...records.map(({ timeUs }) => offsetText(timeUs - startUs).length));
  const most = Math.floor(canvas.width * PLACE_PART);
  const place = Math.min(most, Math.max(8, ...records.map(({ record }) => columns(visible(placeOf(record))))));
  const number = String(story.requests.length).length + 1;
  const lead = (hasClock ? 13 : 0) + offset + 2 + place + 1 + number + 1 + 5 + 1;
  return { canvas, story, startUs, hasClock, offset, place, number, numbers, calls: callsOf(story, numbers), lead };
}

function callsOf({ edges }: Story, numbers: ReadonlyMap<string, number>): Map<number, string> {
  const calls = new Map<number, string>();
  for (const { seq, to, by } of edges) {
    const number = numbers.get(to);
    if (number !== undefined && by === 'called') calls.set(seq, `${calls.get(seq) ?? '  ->'} #${number}`);
  }
  return calls;
}

function* recordText(item: RecordItem, grid: Grid): Generator<string> {
  const { canvas, story, lead } = grid;
  const { record } = item;
  const { first, more } = linesOf(record.message);
  const times = item.times === 1 ? '' : `  x${item.times} until ${offsetText(item.untilUs - grid.startUs)}`;
  const suffix = `${grid.calls.get(record.seq) ?? ''}${times}`;
  // Where there is no room beside it, it has a row of its own.
  const isBeside = canvas.textWidth - lead - suffix.length >= MESSAGE_MIN;
  const room = canvas.textWidth - lead - (isBeside ? suffix.length : 0);
  const rows = messageRows(first, { canvas, room, most: rowsMax(record, canvas) });
  const color = LEVEL_COLORS[record.level ?? ''];
  for (const [index, row] of rows.entries()) {
    const end = isBeside && index === rows.length - 1 ? canvas.ink(suffix, INK.bold) : '';
    yield `${index === 0 ? leadOf(item, grid) : ' '.repeat(lead)}${canvas.ink(row, color)}${end}`;
  }
  if (!isBeside) yield `${' '.repeat(lead)}${canvas.ink(suffix.trimStart(), INK.bold)}`;
  const indent = ' '.repeat(canvas.full ? 4 : Math.min(lead, 4));
  if (more.length > 0) yield* moreLines(record, more, { canvas, story, indent });
  const why = canvas.full ? whyText(record, story) : undefined;
  if (why !== undefined) yield* indented(`(here by ${visible(why)})`, ' '.repeat(lead), canvas).map((line) => canvas.ink(line, INK.faint));
}

function rowsMax({ level }: ToldRecord, { full }: Canvas): number | undefined {
  if (full) return undefined;
  return rankOf(level) >= rankOf('ERROR') ? ERROR_ROWS_MAX : level === 'DEBUG' ? 1 : ROWS_MAX;
}

/** On a terminal ids are as short as in the tree: they take half of most lines, and stand above. */
function messageRows(text: string, { canvas, room, most }: { canvas: Canvas; room: number; most: number | undefined }): string[] {
  const shown = canvas.full || canvas.columns === undefined ? visible(text) : shortIds(visible(text));
  return rowsOf(shown, room, most);
}

function leadOf({ record, timeUs }: RecordItem, grid: Grid): string {
  const { canvas, startUs, hasClock, offset, place, number, numbers } = grid;
  const request = numbers.get(record.request ?? '');
  return [
    ...(hasClock ? [canvas.time(timeUs).slice(11)] : []),
    `${offsetText(timeUs - startUs).padStart(offset)} `,
    fitted(visible(placeOf(record)), place),
    (request === undefined ? '' : `#${request}`).padEnd(number),
    levelWord(record.level, canvas),
    '',
  ].join(' ');
}

interface MoreStyle {
  readonly canvas: Canvas;
  readonly story: Story;
  readonly indent: string;
}

/** A traceback: whole on demand, else what it says at its end; not again where it stands above everything. */
function* moreLines(record: ToldRecord, more: readonly string[], { canvas, story, indent }: MoreStyle): Generator<string> {
  if (canvas.full) yield* traceLines(more, indent, canvas);
  else if (record.seq === story.firstError?.seq) yield canvas.ink(`${indent}… ${counted(more.length, 'line')}, above`, INK.faint);
  else {
    yield canvas.ink(`${indent}… ${counted(more.length, 'line')} (--full), the last:`, INK.faint);
    yield* indented(visible(more.at(-1)!.trim()), indent, canvas).slice(0, ROWS_MAX);
  }
}
