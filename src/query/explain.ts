/**
 * A wrong query explained to a person: what is wrong, the query with a caret under the exact characters,
 * what to type instead. Safe to print: controls and invisible characters are spelled out, and the caret line
 * counts the columns that a terminal gives each character. Long queries are shown around the place only.
 */
import type { CodedError } from '../base/errors.ts';
import { visible } from '../base/visible.ts';
import { columns } from '../base/width.ts';

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
