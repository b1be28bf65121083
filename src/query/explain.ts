/**
 * A wrong query explained to a person: what is wrong, the query with a caret under the exact characters,
 * what to type instead. Safe to print: controls and invisible characters are spelled out, and the caret line
 * counts the columns that a terminal gives each character. Long queries are shown around the place only.
 */
import type { CodedError } from '../base/errors.ts';
import { visible } from '../base/visible.ts';

/** Columns of the query shown at most on each side of the place: a terminal's line. */
const SIDE_COLUMNS_MAX = 60;
const INDENT = '  ';

export function explain(error: CodedError): string {
  const lines = [oneLine(error.message)];
  const place = error.place;
  if (place) {
    const cut = around(place.text, place.position, place.position + place.length);
    lines.push(INDENT + cut.before + cut.wrong + cut.after);
    lines.push(INDENT + ' '.repeat(columns(cut.before)) + '^'.repeat(Math.max(1, columns(cut.wrong))));
    if (place.suggestion !== undefined) lines.push(`type: ${oneLine(place.suggestion)}`);
  }
  return lines.join('\n');
}

function oneLine(text: string): string {
  return visible(text).replace(/[\n\t]/g, (character) => (character === '\n' ? '\\n' : '\\t'));
}

interface Cut {
  before: string;
  wrong: string;
  after: string;
}

function around(text: string, start: number, end: number): Cut {
  const before = oneLine(text.slice(0, start));
  const after = oneLine(text.slice(end));
  const inside = oneLine(text.slice(start, end));
  return {
    before: before.length > SIDE_COLUMNS_MAX ? `…${wholeEnd(before.slice(-SIDE_COLUMNS_MAX))}` : before,
    wrong: inside.length > SIDE_COLUMNS_MAX ? `${wholeStart(inside.slice(0, SIDE_COLUMNS_MAX))}…` : inside,
    after: after.length > SIDE_COLUMNS_MAX ? `${wholeStart(after.slice(0, SIDE_COLUMNS_MAX))}…` : after,
  };
}

/** Without the half of a surrogate pair that a cut has left. */
function wholeStart(text: string): string {
  return text.replace(/[\ud800-\udbff]$/, '');
}

function wholeEnd(text: string): string {
  return text.replace(/^[\udc00-\udfff]/, '');
}

const NO_WIDTH = /^(?:\p{Mn}|\p{Me})$/u;
/** East Asian wide and fullwidth (Unicode UAX #11) and emoji, in ranges that no terminal disputes. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]$/u;

/** Columns a terminal gives a visible text. */
export function columns(text: string): number {
  let count = 0;
  for (const character of text) count += NO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return count;
}
