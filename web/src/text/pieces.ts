/**
 * A text cut into pieces to show: plain, an id, what the query matched. Pure. What matched is told from the query's text, for the eye only:
 * words and phrases, substrings between stars, simple regular expressions. One that could run long is not run: the service keeps its
 * patterns linear, a browser cannot.
 */
import { idsIn } from './ids.ts';
import { termsOf } from './query.ts';

export interface Piece {
  readonly text: string;
  /** Canonical; absent: no id. */
  readonly id?: string;
  readonly isMatch: boolean;
}

/** What to mark; undefined: nothing. */
export type Marker = { readonly pattern: RegExp; readonly charsMax: number } | undefined;

/** More words than that mark everything and say nothing. */
const WORDS_MAX = 40;
/** A repetition without an end costs the square of the text: there it marks only as much as costs a millisecond. */
const SQUARE_CHARS_MAX = 1000;

export function markerOf(query: string): Marker {
  const sources = wantedTexts(query).slice(0, WORDS_MAX);
  if (sources.length === 0) return undefined;
  try {
    const pattern = new RegExp(sources.join('|'), 'giu');
    return { pattern, charsMax: sources.some(isEndless) ? SQUARE_CHARS_MAX : Number.POSITIVE_INFINITY };
  } catch {
    return undefined;
  }
}

function wantedTexts(query: string): string[] {
  const terms = termsOf(query);
  return terms.flatMap(({ text }, index) => {
    if (text.startsWith('-') || terms[index - 1]?.text === 'NOT') return [];
    const group = /^\((.*)\)$/s.exec(text);
    if (group) return wantedTexts(group[1]!);
    if (/^(AND|OR|NOT)$/.test(text)) return [];
    const named = /^(\w+):(.*)$/s.exec(text);
    if (named && !/^(message|msg|text)$/i.test(named[1]!)) return [];
    return sourceOf(named ? named[2]! : text);
  });
}

/** Its end is a character that it does not take, so it never looks twice. */
const BETWEEN_TOKENS = '[^\\p{L}\\p{M}\\p{N}_]+';

function sourceOf(word: string): string[] {
  const pattern = /^\/(.+)\/[a-z]*$/s.exec(word);
  if (pattern) return isQuick(pattern[1]!) ? [pattern[1]!] : [];
  const isOpenLeft = word.startsWith('*');
  const isOpenRight = word.endsWith('*');
  const bare = word
    .replace(/^\*|\*$/g, '')
    .replace(/^"(.*)"$/s, '$1')
    .replace(/\\(["\\])/g, '$1');
  // Tokens of a phrase may stand apart by anything that is no letter or digit.
  const tokens = bare.match(/[\p{L}\p{M}\p{N}_]+/gu);
  if (!tokens) return [];
  const body = isOpenLeft && isOpenRight ? escaped(bare) : tokens.map(escaped).join(BETWEEN_TOKENS);
  return [`${isOpenLeft ? '' : '(?<![\\p{L}\\p{M}\\p{N}_])'}${body}${isOpenRight ? '' : '(?![\\p{L}\\p{M}\\p{N}_])'}`];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

/** At most one repetition without an end, none inside of a group, nothing that looks around or back: at worst the square of a row. */
function isQuick(source: string): boolean {
  const plain = source.replace(/\\[^1-9k]/g, 'x').replace(/\[[^\]]*\]/g, 'x');
  return !/[\\()]/.test(plain) && (plain.match(/[*+]|\{\d+,\}/g) ?? []).length <= 1;
}

function isEndless(source: string): boolean {
  return /(?<!\\)[*+]|\{\d+,\}/.test(source.replaceAll(BETWEEN_TOKENS, ''));
}

/** In order, whole: their texts put together are the text. An id is one piece, also where a match begins inside of it. */
export function piecesOf(text: string, marker: Marker): Piece[] {
  const matches = marker === undefined ? [] : matchesIn(text, marker);
  const pieces: Piece[] = [];
  let at = 0;
  let passed = 0;
  const plainUntil = (end: number): void => {
    while (at < end) {
      while (passed < matches.length && matches[passed]!.end <= at) passed++;
      const match = matches[passed];
      const isMatch = match !== undefined && match.at <= at;
      const next = Math.min(end, match === undefined ? end : isMatch ? match.end : match.at);
      pieces.push({ text: text.slice(at, next), isMatch });
      at = next;
    }
  };
  for (const { at: from, end, id } of idsIn(text)) {
    plainUntil(from);
    while (passed < matches.length && matches[passed]!.end <= from) passed++;
    pieces.push({ text: text.slice(from, end), id, isMatch: passed < matches.length && matches[passed]!.at < end });
    at = end;
  }
  plainUntil(text.length);
  return pieces;
}

function matchesIn(text: string, { pattern, charsMax }: NonNullable<Marker>): { at: number; end: number }[] {
  return [...text.slice(0, charsMax).matchAll(pattern)]
    .filter(([found]) => found !== '')
    .map((match) => ({ at: match.index, end: match.index + match[0].length }));
}
