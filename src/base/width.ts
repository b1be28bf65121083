/**
 * How wide a text is in a terminal, and texts made to fit: cut with an ellipsis, broken into rows, filled with spaces. Texts are
 * visible already (visible.ts) and hold no colours. Not here: which terminal it is.
 * Source: East Asian wide and fullwidth of Unicode UAX #11, and emoji, in ranges that no terminal disputes.
 */

const NO_WIDTH = /^(?:\p{Mn}|\p{Me})$/u;
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]$/u;
/** Fast path - most texts are plain ASCII, a column each. */
const PLAIN = /^[\x20-\x7e]*$/;

/** Columns a terminal gives a visible text. */
export function columns(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let count = 0;
  for (const character of text) count += widthOf(character);
  return count;
}

function widthOf(character: string): number {
  return NO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
}

/** At most so many columns; what is cut away leaves an ellipsis. */
export function cut(text: string, max: number): string {
  if (indexAt(text, max) >= text.length) return text;
  return max < 1 ? '' : `${text.slice(0, indexAt(text, max - 1))}…`;
}

/** Exactly so many columns. */
export function fitted(text: string, width: number): string {
  const shown = cut(text, width);
  return shown + ' '.repeat(Math.max(0, width - columns(shown)));
}

/** Rows of at most `width` columns, broken at a space where one is near; of more than `max` rows the last one is cut. */
export function rowsOf(text: string, width: number, max = Number.POSITIVE_INFINITY): string[] {
  const rows: string[] = [];
  let rest = text;
  for (let most = indexAt(rest, width); most < rest.length; most = indexAt(rest, width)) {
    if (rows.length + 1 >= max) return [...rows, cut(rest, width)];
    const space = rest.lastIndexOf(' ', most);
    // A break may leave half of the row empty: beyond that a long word is better broken.
    const at = space > most / 2 ? space : Math.max(most, firstLength(rest));
    rows.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).replace(/^ +/, '');
  }
  return rest === '' && rows.length > 0 ? rows : [...rows, rest];
}

/** Where the text stops that has room in so many columns. Looks no farther, whatever the length of the text. */
function indexAt(text: string, max: number): number {
  const start = text.slice(0, Math.max(0, max));
  if (start.length === text.length ? PLAIN.test(text) : PLAIN.test(start) && PLAIN.test(text[max] ?? '')) return start.length;
  let used = 0;
  let index = 0;
  for (const character of text) {
    used += widthOf(character);
    if (used > max) break;
    index += character.length;
  }
  return index;
}

/** Of the first character: a row is never empty, however narrow. */
function firstLength(text: string): number {
  return (text.codePointAt(0) ?? 0) > 0xffff ? 2 : 1;
}
