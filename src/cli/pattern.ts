/**
 * Regular expressions that a person types for their own terminal (-i -e -H): `REGEX`, or `/REGEX/i` with flags. They run in this
 * process, so that one must not take it away: Ctrl-C would not be heard.
 *
 * V8's own engine falls back to a linear one (launch.cjs) where there are no flags, look-arounds, back-references and counted
 * repetitions. Others with more than one repetition may take for ever on a hostile line and run under a watchdog, which costs
 * 0.2 ms a text (measured, Node 26). A text that takes too long is "not known"; after some of them every text is.
 */
import { createContext, Script } from 'node:vm';
import { CodedError } from '../base/errors.ts';
import { visible } from '../base/visible.ts';

export type Range = readonly [start: number, end: number];

export interface Pattern {
  readonly text: string;
  /** Where it matches, `max` places at most; undefined: that took too long. */
  find(text: string, max: number): Range[] | undefined;
}

/** Long enough for a machine that others use too; ordinary lines take microseconds. */
const TEXT_MS_MAX = 200;
/** After so many texts an expression is not asked any more: hostile lines must not hold up the others for longer than this takes. */
const SLOW_TEXTS_MAX = 5;
/** One repetition costs at most the square of the length: 4096 are some milliseconds. */
const SQUARE_CHARS_MAX = 4096;

/** Throws `bad-argument` with the place. */
export function patternOf(text: string, flag: string): Pattern {
  const { source, flags } = regexParts(text);
  if (source === '') throw wrong(text, `--${flag} needs a regular expression, such as timed.out`);
  // Those of the query language, which looks for the last lines.
  if (!/^[imsu]*$/.test(flags)) throw wrong(text, `the regular expression of --${flag} may have the flags i, m, s and u`);
  let regex: RegExp;
  try {
    regex = new RegExp(source, `${flags}g`);
  } catch (error) {
    throw wrong(text, `the regular expression of --${flag} cannot be read: ${visible((error as Error).message.replace(/^.*: /s, ''))}`);
  }
  const find = (subject: string, max: number): Range[] => rangesOf(regex, subject, max);
  const cost = costOf(source, flags);
  if (cost === 'linear') return { text, find };
  const guarded = guard(find);
  return {
    text,
    find: (subject, max) => (cost === 'square' && subject.length <= SQUARE_CHARS_MAX ? find(subject, max) : guarded(subject, max)),
  };
}

/** Never `g` or `y`: those have a state. */
export function regexParts(text: string): { source: string; flags: string } {
  const match = /^\/(.*)\/([a-z]*)$/s.exec(text);
  return { source: match?.[1] ?? text, flags: (match?.[2] ?? '').replace(/[gy]/g, '') };
}

function wrong(text: string, message: string): CodedError {
  return new CodedError('bad-argument', message, text === '' ? undefined : { text, position: 0, length: text.length });
}

function rangesOf(regex: RegExp, subject: string, max: number): Range[] {
  const ranges: Range[] = [];
  regex.lastIndex = 0;
  while (ranges.length < max) {
    const match = regex.exec(subject);
    if (match === null) break;
    ranges.push([match.index, match.index + match[0].length]);
    if (match[0] === '') regex.lastIndex++;
  }
  return ranges;
}

/** Where V8's engine cannot fall back, repetitions decide. Escapes and classes hold none. */
function costOf(source: string, flags: string): 'linear' | 'square' | 'unbounded' {
  const bare = source
    .replace(/\\[1-9k]/g, '(?=')
    .replace(/\\./gs, '_')
    .replace(/\[(?:[^\]\\])*\]/g, '_');
  const repetitions = bare.replace(/\(\?/g, '(').match(/[*+?{]/g)?.length ?? 0;
  if (repetitions === 0 && !bare.includes('(?')) return 'linear';
  const fallsBack = flags === '' && !/\(\?(?:[=!<]|[a-z-]+:)|\{/.test(bare);
  if (fallsBack) return 'linear';
  return repetitions <= 1 && !bare.includes('{') && !bare.includes('(?') ? 'square' : 'unbounded';
}

/** Under V8's watchdog, which also ends an expression in the middle of its work. */
function guard(find: (subject: string, max: number) => Range[]): Pattern['find'] {
  let given = { subject: '', max: 0 };
  const context = createContext({ run: () => find(given.subject, given.max) });
  const script = new Script('run()');
  // What the first run costs is not the text's fault.
  script.runInContext(context);
  let slow = 0;
  return (subject, max) => {
    if (slow >= SLOW_TEXTS_MAX) return undefined;
    given = { subject, max };
    try {
      return script.runInContext(context, { timeout: TEXT_MS_MAX }) as Range[];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      slow++;
      return undefined;
    }
  };
}
