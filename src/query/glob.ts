/**
 * Wildcards: `*` stands for any run of characters, the rest for itself. Linear in the text, unlike the
 * regular expression one could build: each literal is taken at its first place. Texts come folded.
 */
import { isTokenUnit, tokensOf } from '../base/tokens.ts';

/** Does the whole text match the pattern? */
export function globMatcher(pattern: string): (text: string) => boolean {
  const literals = pattern.split('*');
  const first = literals[0]!;
  const last = literals.at(-1)!;
  if (literals.length === 1) return (text) => text === pattern;
  const middle = literals.slice(1, -1);
  const fixed = first.length + last.length;
  return (text) => {
    if (text.length < fixed || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const literal of middle) {
      const found = text.indexOf(literal, at);
      if (found < 0) return false;
      at = found + literal.length;
    }
    return at <= text.length - last.length;
  };
}

/** A pattern over tokens, cut where delimiters stand: `nova.comp*` is ['nova', 'comp*']. */
export function tokenPatterns(pattern: string): string[] {
  const parts: string[] = [];
  let part = '';
  for (const character of pattern) {
    if (character === '*' || isTokenUnit(character.charCodeAt(0))) part += character;
    else {
      if (part !== '') parts.push(part);
      part = '';
    }
  }
  if (part !== '') parts.push(part);
  return parts;
}

/** Is there anything but stars and delimiters? */
export function hasTokenPart(pattern: string): boolean {
  return tokenPatterns(pattern).some((part) => /[^*]/.test(part));
}

/** Does the text hold tokens in a row that match the parts of the pattern one by one? */
export function tokenGlobFinder(pattern: string): (folded: string) => boolean {
  const parts = tokenPatterns(pattern);
  const matchers = parts.map(globMatcher);
  // The longest literal has to be there in any case; looking for it first saves cutting the text into tokens.
  const literal = parts.flatMap((part) => part.split('*')).reduce((longest, one) => (one.length > longest.length ? one : longest), '');
  return (folded) => {
    if (!folded.includes(literal)) return false;
    const tokens = tokensOf(folded);
    for (let start = 0; start + matchers.length <= tokens.length; start++) {
      if (matchers.every((matches, index) => matches(tokens[start + index]!))) return true;
    }
    return false;
  };
}

/** `*text*` asks for a part of the text, not for a token: what is between the stars. */
export function substringOf(pattern: string): string | undefined {
  const inner = pattern.length > 2 && pattern.startsWith('*') && pattern.endsWith('*') ? pattern.slice(1, -1) : '*';
  return inner.includes('*') ? undefined : inner;
}
