/**
 * Tokens: the words of the index and of the query language, the same for writer, reader and query.
 *
 * A token is a maximal run of letters, digits and `_`, case-folded. ASCII decides by table; any other
 * character counts as Unicode says (\p{L} \p{M} \p{N}). An index miss must never lie: whatever is
 * a match on the record must have put the token into the index. That is why this is one file.
 */

/** 1 = digit, 2 = letter or `_`, 0 = delimiter; index is an ASCII code. */
export const ASCII_CLASS = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  if (/[0-9]/.test(character)) ASCII_CLASS[code] = 1;
  else if (/[A-Za-z_]/.test(character)) ASCII_CLASS[code] = 2;
}

const WIDE_WORD_CHARACTER = /[\p{L}\p{M}\p{N}]/u;
const NOT_ASCII = /[^\x00-\x7f]/;

/**
 * Case folding, the same everywhere. ASCII text takes V8's fast path in toLowerCase. The Greek sigma at a word's end is the
 * one letter whose lower case depends on its neighbours: without that, a part of a text folds as it does within the whole.
 */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  return lower.includes(FINAL_SIGMA) ? lower.replaceAll(FINAL_SIGMA, 'σ') : lower;
}

const FINAL_SIGMA = 'ς';

/** Is the UTF-16 unit part of a token? Halves of surrogate pairs are: emoji glue to words rather than vanish. */
export function isTokenUnit(unit: number): boolean {
  if (unit < 128) return ASCII_CLASS[unit] !== 0;
  if (unit >= 0xd800 && unit <= 0xdfff) return true;
  return WIDE_WORD_CHARACTER.test(String.fromCharCode(unit));
}

/** Tokens of a text in order, folded. */
export function tokensOf(text: string): string[] {
  const folded = fold(text);
  return NOT_ASCII.test(folded) ? wideTokens(folded) : (folded.match(ASCII_WORD) ?? []);
}

const ASCII_WORD = /[a-z0-9_]+/g;

function wideTokens(folded: string): string[] {
  const tokens: string[] = [];
  let start = -1;
  for (let index = 0; index <= folded.length; index++) {
    const inside = index < folded.length && isTokenUnit(folded.charCodeAt(index));
    if (inside && start < 0) start = index;
    else if (!inside && start >= 0) {
      tokens.push(folded.slice(start, index));
      start = -1;
    }
  }
  return tokens;
}

/** Does `text` hold the tokens one after another, with only delimiters between them? `tokens` are folded. */
export function hasPhrase(text: string, tokens: readonly string[]): boolean {
  const folded = fold(text);
  const first = tokens[0];
  if (first === undefined) return true;
  for (let from = folded.indexOf(first); from >= 0; from = folded.indexOf(first, from + 1)) {
    if (phraseAt(folded, from, tokens)) return true;
  }
  return false;
}

function phraseAt(folded: string, from: number, tokens: readonly string[]): boolean {
  if (from > 0 && isTokenUnit(folded.charCodeAt(from - 1))) return false;
  let at = from;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    if (index > 0) {
      const gap = at;
      while (at < folded.length && !isTokenUnit(folded.charCodeAt(at))) at++;
      if (at === gap) return false;
    }
    if (!folded.startsWith(token, at)) return false;
    at += token.length;
    if (at < folded.length && isTokenUnit(folded.charCodeAt(at))) return false;
  }
  return true;
}
