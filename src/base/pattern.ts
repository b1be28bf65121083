/**
 * Regular expressions of the configuration, matched in linear time on whatever a sender writes. The only door of `re2js`. Its
 * syntax is RE2's: named groups `(?P<name>…)` or `(?<name>…)`, no look-around, no back references.
 * Not here: patterns that users type into queries (they run under the query's time limit). Costs 1 µs where it does not
 * match and 10 µs where it does: for some thousand lines a second, not for every line.
 */
import { RE2JS, RE2JSException, RE2JSSyntaxException } from 're2js';

/** What is wrong with a pattern, and where in it, in UTF-16 units. */
export class WrongPattern extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

export interface Pattern {
  /** Names of its groups. */
  readonly groups: readonly string[];
  matches(text: string): boolean;
  /** Of the first match: start and end of each named group that took part. */
  find(text: string): ReadonlyMap<string, readonly [start: number, end: number]> | undefined;
}

/** Compiled programs grow with repetitions; nobody writes such a pattern by hand. */
const PATTERN_CHARS_MAX = 4096;

/** Throws `WrongPattern`. */
export function compilePattern(source: string): Pattern {
  if (source.length > PATTERN_CHARS_MAX) throw new WrongPattern(`it has more than ${PATTERN_CHARS_MAX} characters`, PATTERN_CHARS_MAX);
  const compiled = compile(source);
  const groups = Object.keys(compiled.namedGroups());
  return {
    groups,
    matches: (text) => compiled.test(text),
    find(text) {
      // Most lines fit no pattern, and this question is the cheap one.
      if (!compiled.test(text)) return undefined;
      const matcher = compiled.matcher(text);
      matcher.find();
      const found = new Map<string, readonly [number, number]>();
      for (const name of groups) {
        const start = matcher.start(name);
        if (start >= 0) found.set(name, [start, matcher.end(name)]);
      }
      return found;
    },
  };
}

/** A text in which `*` stands for anything and nothing else has a meaning. */
export function compileWildcard(source: string): Pattern {
  return compilePattern(`^${source.split('*').map(RE2JS.quote).join('.*')}$`);
}

function compile(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) {
      const part = error.getPattern() ?? '';
      const what = part === '' || part === source ? error.getDescription() : `${error.getDescription()} ${part}`;
      throw new WrongPattern(what, offsetOf(source, part));
    }
    if (error instanceof RE2JSException) throw new WrongPattern(error.message, 0);
    throw error;
  }
}

/** re2js names the wrong part, and the whole pattern where a parenthesis is missing or too many. */
function offsetOf(source: string, part: string): number {
  if (part !== source) return Math.max(0, source.indexOf(part));
  const open: number[] = [];
  let inClass = false;
  for (let at = 0; at < source.length; at++) {
    const character = source[at];
    if (character === '\\') at++;
    else if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else if (character === '(') open.push(at);
    else if (character === ')' && open.pop() === undefined) return at;
  }
  return open.at(-1) ?? 0;
}
