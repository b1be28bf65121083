/**
 * A story for a terminal: what it is about, what went wrong first, the tree of requests with a time line, the records. Lines come one
 * by one, so that a pager pulls them. Pure: how wide, which colours and which zone is said by whoever shows it.
 *
 * Invariant: no line holds anything that a terminal would obey but our colours; without those nothing is left unsaid. Lines fit the
 * columns where columns are given; into a file or pipe and with `full` texts are whole, so that what is copied or found is so, too.
 */
import { INK, inked, LEVEL_COLORS } from '../base/ink.ts';
import { visible } from '../base/visible.ts';
import { rowsOf } from '../base/width.ts';
import type { Story } from '../model.ts';
import { headLines } from './story-text-head.ts';
import { recordLines } from './story-text-records.ts';
import { requestLines, treeLines } from './story-text-tree.ts';

export interface TextStyle {
  /** Of the terminal; undefined: texts are not cut or broken. */
  readonly columns?: number | undefined;
  readonly color: boolean;
  /** Everything: DEBUG, repetitions one by one, whole tracebacks. */
  readonly full: boolean;
  /** `2026-11-22 08:24:11.548` in the zone of the reader, from µs. */
  readonly time: (timeUs: number) => string;
  /** What that zone is called. */
  readonly zone: string;
}

/** Of a file or pipe: what a tree and its time line need. */
const COLUMNS_DEFAULT = 120;
/** Narrower than this no table stays one; wider than this the eye loses the row. */
const COLUMNS_MIN = 60;
const COLUMNS_MAX = 200;

const HANG = '  ';

/** What the parts of the text draw with. */
export interface Canvas extends TextStyle {
  /** For tables. */
  readonly width: number;
  /** For running texts; infinite where they are whole. */
  readonly textWidth: number;
  ink(text: string, sgr: string | undefined): string;
}

export function canvasOf(style: TextStyle): Canvas {
  const width = Math.max(COLUMNS_MIN, Math.min(COLUMNS_MAX, style.columns ?? COLUMNS_DEFAULT));
  return {
    ...style,
    width,
    textWidth: style.columns === undefined || style.full ? Number.POSITIVE_INFINITY : width,
    ink: (text, sgr) => (style.color ? inked(text, sgr) : text),
  };
}

export function* storyText(story: Story, style: TextStyle): Generator<string> {
  const canvas = canvasOf(style);
  yield* headLines(story, canvas);
  if (story.records.length === 0) return;
  if (story.spans.length > 0) {
    yield '';
    yield* treeLines(story, canvas);
    yield* requestLines(story, canvas);
  }
  yield '';
  yield* recordLines(story, canvas);
}

// ------------------------------------------------------------------------------------------- for all parts

/** Five letters, so that they are a column. */
const LEVEL_WORDS: Readonly<Record<string, string>> = { WARNING: 'WARN', CRITICAL: 'CRIT' };

/** Coloured, and as wide as all of them. */
export function levelWord(level: string | undefined, canvas: Canvas): string {
  const word = level === undefined ? '-' : (LEVEL_WORDS[level] ?? level);
  return canvas.ink(visible(word).padEnd(5), LEVEL_COLORS[level ?? '']);
}

/** A title and what is said behind it, in rows. */
export function headed(title: string, rest: string, { canvas, sgr = INK.bold }: { canvas: Canvas; sgr?: string }): string[] {
  const [first = '', ...more] = rowsOf(rest === '' ? title : `${title}  ${rest}`, canvas.textWidth - 2);
  const inked = first.startsWith(title) ? canvas.ink(title, sgr) + first.slice(title.length) : canvas.ink(first, sgr);
  return [inked, ...more.map((row) => `  ${row}`)];
}

/** A text in rows behind an indent; what goes on in another row is told from what begins there. */
export function indented(text: string, indent: string, { textWidth }: Canvas): string[] {
  return rowsOf(text, textWidth - indent.length - HANG.length).map((row, index) => `${indent}${index === 0 ? '' : HANG}${row}`);
}

/** `1 record`, `1,234 records`. */
export function counted(count: number, word: string): string {
  const number = String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
  return `${number} ${word}${count === 1 ? '' : 's'}`;
}
