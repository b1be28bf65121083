/**
 * The tree of requests and spans in a terminal, each with its beginning, how long it took, how much of that by itself, and a bar on a
 * time line; below it the requests with their whole ids. Part of story-text.ts.
 *
 *     #2 POST /v2.1/servers                +0.002   2.7 s          │ ━━━━━━━━━━━━━━━━━━━━━━━━━  │
 *       nova-api@ctl01                     +0.002  109 ms  109 ms  │ ━                          │
 *         #1 GET /v2/images/31eb08b2…      +0.000    0 ms    0 ms  │━                           │
 */
import { INK, LEVEL_COLORS } from '../base/ink.ts';
import { visible } from '../base/visible.ts';
import { columns, cut, fitted } from '../base/width.ts';
import type { Story, StoryRequest } from '../model.ts';
import { type Canvas, counted } from './story-text.ts';
import { cutRows } from './story-text-cut.ts';
import { type Axis, axisOf } from './story-view-axis.ts';
import { offsetText, spanText } from './story-view-time.ts';
import { placeOf, rankOf, shortIds, type TreeRow, treeRows } from './story-view-tree.ts';

const INDENT = '  ';
/** `3 m 05 s`. */
const SPAN_COLUMNS = 8;
/** Of the line: a quarter of the terminal, where a bar still says something; in a narrow one labels need the room more. */
const LINE_PART = 0.25;
const LINE_MIN = 14;
const LINE_MAX = 60;
/** Below this the line is short and the own time is left away. */
const COLUMNS_WIDE = 100;
/** A label is what the row is about. */
const LABEL_MAX = 70;

interface Grid {
  readonly canvas: Canvas;
  readonly axis: Axis;
  readonly label: number;
  readonly offset: number;
  readonly hasSelf: boolean;
  readonly line: number;
  readonly numbers: ReadonlyMap<StoryRequest, number>;
}

export function* treeLines(story: Story, canvas: Canvas): Generator<string> {
  const rows = treeRows(story, { folds: !canvas.full });
  const grid = gridOf(story, rows, canvas);
  yield headLine(story, grid);
  const isWhole = canvas.full || canvas.columns === undefined;
  for (const row of isWhole ? rows : cutRows(rows))
    yield 'leftOut' in row ? canvas.ink(`… ${counted(row.leftOut, 'row')} more (--full)`, INK.faint) : rowLine(row, grid);
}

function gridOf(story: Story, rows: readonly TreeRow[], canvas: Canvas): Grid {
  const axis = axisOf(story);
  const isWide = canvas.width >= COLUMNS_WIDE;
  const offset = Math.max(6, ...rows.map(({ pieces }) => offsetText(pieces[0]!.startUs - axis.startUs).length));
  const line = isWide ? Math.min(LINE_MAX, Math.floor(canvas.width * LINE_PART)) : LINE_MIN;
  const numbers = new Map(story.requests.map((request, index) => [request, index + 1]));
  const widest = Math.max(16, ...rows.map((row) => columns(plainLabel(row, numbers))));
  // Spaces between the columns, and the two ends of the line.
  const rest = canvas.width - offset - SPAN_COLUMNS * (isWide ? 2 : 1) - line - (isWide ? 8 : 6) - 2;
  return { canvas, axis, label: Math.min(widest, LABEL_MAX, Math.max(16, rest)), offset, hasSelf: isWide, line, numbers };
}

function headLine(story: Story, { canvas, label, offset, hasSelf, line }: Grid): string {
  const head = [
    canvas.ink(fitted('Requests', label), INK.bold),
    'start'.padStart(offset),
    'took'.padStart(SPAN_COLUMNS),
    ...(hasSelf ? ['itself'.padStart(SPAN_COLUMNS)] : []),
  ].join('  ');
  const total = spanText(story.durationMs ?? 0);
  return `${head}  │${`0${total.padStart(line - 1)}`}│`;
}

function rowLine(row: TreeRow, grid: Grid): string {
  const { canvas, axis, label, offset, hasSelf } = grid;
  const isBad = rankOf(row.level) >= rankOf('WARNING') || row.request?.outcome === 'failed';
  const color = isBad ? (LEVEL_COLORS[rankOf(row.level) >= rankOf('WARNING') ? row.level! : 'ERROR'] ?? INK.red) : undefined;
  const text = fitted(cutLabel(row, grid), label);
  return [
    canvas.ink(text, color ?? (row.span === undefined ? INK.bold : undefined)),
    offsetText(row.pieces[0]!.startUs - axis.startUs).padStart(offset),
    spanText(row.tookMs).padStart(SPAN_COLUMNS),
    ...(hasSelf ? [selfText(row).padStart(SPAN_COLUMNS)] : []),
    `│${barOf(row, grid, color)}│`,
  ].join('  ');
}

/** Only where it is another time. */
function selfText({ selfMs, tookMs }: TreeRow): string {
  return selfMs === undefined || selfMs >= tookMs ? '' : spanText(selfMs);
}

function plainLabel(row: TreeRow, numbers: ReadonlyMap<StoryRequest, number>): string {
  const { head, tail } = labelOf(row, numbers);
  return `${INDENT.repeat(row.depth)}${head}${tail}`;
}

/** The place is what must not be cut away: the operation gives way. */
function cutLabel(row: TreeRow, { label, numbers }: Grid): string {
  const { head, tail } = labelOf(row, numbers);
  const indent = INDENT.repeat(Math.min(row.depth, Math.floor(label / 6)));
  const room = label - indent.length - columns(tail);
  return room < 8 ? `${indent}${cut(head + tail, label - indent.length)}` : `${indent}${cut(head, room)}${tail}`;
}

/** `#3 GET /v2/images/31eb08b2…`, and ` glance-api@ctl01 ERROR x3`. */
function labelOf({ request, span, times, level }: TreeRow, numbers: ReadonlyMap<StoryRequest, number>): { head: string; tail: string } {
  const place = span === undefined ? '' : visible(placeOf(span));
  const isBad = rankOf(level) >= rankOf('WARNING');
  const word = isBad && span !== undefined ? ` ${level}` : request?.outcome === 'failed' ? ' failed' : '';
  const tail = `${word}${times > 1 ? ` x${times}` : ''}`;
  if (request === undefined) return { head: place, tail };
  const [path = '', name = ''] = namedOperation(shortIds(visible(request.operation ?? request.id)));
  const head = `#${numbers.get(request)} ${path}`;
  return { head, tail: `${name}${span === undefined ? '' : ` ${place}`}${tail}` };
}

/** `POST /v2.1/servers/{id}/action`, ` os-migrateLive`: where a path is of many operations, its name tells more than its middle. */
function namedOperation(operation: string): string[] {
  return /^([A-Z]+ \/\S+)( \S+)$/.exec(operation)?.slice(1) ?? [operation];
}

/** At least one character each, so that a moment is seen; silences that were shortened are dotted. */
function barOf({ pieces }: TreeRow, { axis, line, canvas }: Grid, color: string | undefined): string {
  const cell = (part: number): number => Math.min(line - 1, Math.floor(part * line));
  const cells = Array.from({ length: line }, () => ' ');
  for (const { from, to } of axis.breaks) cells[cell((from + to) / 2)] = '┊';
  for (const { startUs, endUs } of pieces) {
    const [from, to] = [cell(axis.at(startUs)), cell(axis.at(endUs))];
    // Ends are drawn also within a silence: it must not hide where something was.
    for (let at = from; at <= to; at++) cells[at] = /[┊┄]/.test(cells[at]!) && at !== from && at !== to ? '┄' : '━';
  }
  return cells.join('').replace(/[━┄]+/g, (bar) => canvas.ink(bar, color ?? INK.cyan));
}

// ------------------------------------------------------------------------------------------- their ids

/** More are for --full. */
const REQUESTS_MAX = 15;

export function* requestLines(story: Story, canvas: Canvas): Generator<string> {
  const { requests } = story;
  if (requests.length === 0) return;
  yield '';
  const most = canvas.full ? requests.length : REQUESTS_MAX;
  const digits = String(Math.min(most, requests.length)).length;
  for (const [index, request] of requests.slice(0, most).entries()) {
    const number = `#${index + 1}`.padEnd(digits + 1);
    const text = `${number} ${visible(request.id)}  ${visible(aboutOf(request, canvas))}`.trimEnd();
    const shown = cut(text, canvas.textWidth);
    yield request.outcome === 'failed' ? canvas.ink(shown, INK.red) : shown;
  }
  if (requests.length > most) yield canvas.ink(`… ${counted(requests.length - most, 'request')} more (--full)`, INK.faint);
}

/** Who asked for it is for --full: within one story it is mostly the same. */
function aboutOf(request: StoryRequest, { full }: Canvas): string {
  const { operation, outcome, global, user, project, isShared, records } = request;
  const who = [global && `global ${global}`, user && `user ${user}`, project && `project ${project}`];
  return [
    operation && (full ? operation : shortIds(operation)),
    outcome === 'failed' && 'failed',
    isShared && 'shared by many: only what names this story',
    ...(full ? [counted(records, 'record'), ...who] : []),
  ]
    .filter((part) => typeof part === 'string')
    .join(', ');
}
