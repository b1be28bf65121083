/**
 * Is a JSON text small enough in its parts to be read? A text of 32 MiB can hold ten million empty lists, which cost ten
 * times that in memory, and nest deeper than a recursive reader may go. One pass over the characters, before anything is
 * built. Not here: whether it is JSON; what is none is told by JSON.parse. Invariant: linear, allocates nothing.
 */

export interface JsonBounds {
  /** Objects and lists within each other. */
  readonly depthMax: number;
  /** Objects, lists and members of them in all. */
  readonly valuesMax: number;
}

/** What log items nest: Kubernetes' labels are five deep, OTLP's envelope and a structured body a dozen. */
export const ITEM_BOUNDS: JsonBounds = { depthMax: 64, valuesMax: 50_000 };

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** What is too much in it, or undefined. */
export function jsonExcess(text: string, { depthMax, valuesMax }: JsonBounds): string | undefined {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = stringEnd(text, at + 1);
      continue;
    }
    if (code === COMMA) values++;
    else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      values++;
      if (++depth > depthMax) return `it nests deeper than ${depthMax}`;
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) depth--;
    if (values > valuesMax) return `it holds more than ${valuesMax} values`;
  }
  return undefined;
}

/** Index of the closing quote, or of the text's end. */
function stringEnd(text: string, at: number): number {
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return text.length;
    let before = quote - 1;
    while (before >= at && text.charCodeAt(before) === BACKSLASH) before--;
    if ((quote - before) % 2 === 1) return quote;
    at = quote + 1;
  }
}
