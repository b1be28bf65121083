/**
 * RFC 5424 STRUCTURED-DATA: where it ends, and what it says. Not an envelope: rfc5424.ts asks where it
 * ends, readers of records ask for the values.
 *
 * Invariant: only `\"`, `\\` and `\]` are escapes, every other backslash pair stays as written (section
 * 6.3.3); names may repeat, so parameters are a list. Lenient where the wild is: a space before `]`
 * (swift's account-server), a `]` inside quotes that nobody escaped.
 */

export interface StructuredElement {
  readonly id: string;
  readonly params: readonly (readonly [name: string, value: string])[];
}

const QUOTE = 34;
const EQUALS = 61;
const OPEN = 91;
const BACKSLASH = 92;
const CLOSE = 93;

/** Index behind the last `]` of the elements that begin at `at`, or -1 where that is no structured data. */
export function structuredDataEnd(text: string, at: number): number {
  if (text.charCodeAt(at) !== OPEN) return -1;
  while (text.charCodeAt(at) === OPEN) {
    at = elementEnd(text, at + 1);
    if (at < 0) return -1;
  }
  return at;
}

/** One element after its `[`: id, then ` name="value"` until `]`. */
function elementEnd(text: string, at: number): number {
  let end = nameEnd(text, at);
  if (end === at) return -1;
  for (;;) {
    const spaces = end;
    while (text.charCodeAt(end) === 32) end++;
    if (text.charCodeAt(end) === CLOSE) return end + 1;
    const name = nameEnd(text, end);
    if (end === spaces || name === end || text.charCodeAt(name) !== EQUALS || text.charCodeAt(name + 1) !== QUOTE) return -1;
    end = valueEnd(text, name + 2);
    if (end < 0) return -1;
  }
}

/** SD-NAME: printable, without space, `=`, `]`, `"`. */
function nameEnd(text: string, at: number): number {
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 33 || code === EQUALS || code === CLOSE || code === QUOTE) break;
  }
  return at;
}

/** Index behind the closing quote, or -1. */
function valueEnd(text: string, at: number): number {
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) at++;
  }
  return -1;
}

/** Accepted, but not by the letter: an id that stands twice, a `]` inside quotes without its backslash. */
export function isOddStructuredData(text: string): boolean {
  const elements = readStructuredData(text);
  if (new Set(elements.map(({ id }) => id)).size < elements.length) return true;
  return /[^\\]\](?!(?:$|\[))/.test(text);
}

/** The elements of what `structuredDataEnd` accepted; an empty list for anything else. */
export function readStructuredData(text: string): StructuredElement[] {
  if (structuredDataEnd(text, 0) !== text.length) return [];
  const elements: StructuredElement[] = [];
  let at = 0;
  while (at < text.length) {
    const idEnd = nameEnd(text, at + 1);
    const params: [string, string][] = [];
    const element = { id: text.slice(at + 1, idEnd), params };
    at = idEnd;
    for (;;) {
      while (text.charCodeAt(at) === 32) at++;
      if (text.charCodeAt(at) === CLOSE) break;
      const name = nameEnd(text, at);
      const value = valueEnd(text, name + 2);
      params.push([text.slice(at, name), text.slice(name + 2, value - 1).replace(/\\(["\\\]])/g, '$1')]);
      at = value;
    }
    elements.push(element);
    at++;
  }
  return elements;
}
