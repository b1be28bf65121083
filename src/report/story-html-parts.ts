/**
 * Pieces of the page of a story: texts that a browser can only show, never obey, and the links between its parts. Not here: which
 * parts there are (story-html.ts).
 *
 * Invariant: every text of a record goes through `shown` or `shownLines`; no attribute holds any text of a record.
 */
import { visible, visibleLines } from '../base/visible.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** On one line. */
export function shown(text: string): string {
  return escaped(visible(text));
}

export function shownLines(text: string): string {
  return escaped(visibleLines(text));
}

/** Where a record stands on the page. */
export function recordAnchor(seq: number): string {
  return `s${Number(seq)}`;
}

export function requestAnchor(number: number): string {
  return `r${Number(number)}`;
}

/** `Warning` and the like; of a word that is none of ours nothing. */
export function levelClass(level: string | undefined): string {
  return level !== undefined && /^[A-Z]{4,8}$/.test(level) ? `l-${level.toLowerCase()}` : 'l-none';
}
