/**
 * Cuts the text of a query into lexemes: parentheses, operators, and terms with their field, operator
 * and value as written. Not here: what a term means (terms.ts), how they combine (parse.ts).
 * Every lexeme knows its place, so that every error can point at the exact characters.
 */
import type { FieldName } from '../model.ts';
import { fieldNamed, nearestField, TIME_WORDS } from './fields.ts';
import { idOf } from './ids.ts';
import { quoted, replaced, type Stretch, wrong, wrongWith } from './wrong.ts';

/** A word as written, cut at its `*`: `a*b` is ['a', 'b'], `*a*` is ['', 'a', '']. */
export interface Word {
  readonly literals: readonly string[];
  /** Some of it stood between quotes. */
  readonly quoted: boolean;
  /** A `*` stood between quotes: a literal one. */
  readonly quotedStar: boolean;
}
export interface Pattern {
  readonly source: string;
  readonly flags: string;
}

export interface Term {
  readonly kind: 'term';
  readonly at: number;
  readonly length: number;
  readonly field?: FieldName;
  readonly op: '=' | '>' | '>=' | '<' | '<=';
  readonly value: Word | Pattern;
  /** Where the value begins. */
  readonly valueAt: number;
}
export interface Sign {
  readonly kind: 'open' | 'close' | 'and' | 'or' | 'not';
  readonly at: number;
  readonly length: number;
}
export type Lexeme = Term | Sign;

export function isPattern(value: Word | Pattern): value is Pattern {
  return 'source' in value;
}

const SPACE = /\s/;
const RUN = /[^\s()"]+/y;
const FIELD = /([\p{L}_][\p{L}\p{N}_.-]*):(?!\/\/)/uy;
const OPERATOR = /[<>]=?/y;
const COMPARISON = /([a-z_]+)([<>]=?)/iy;
/** Stands around ids in pasted log lines. */
const AROUND_ID = /^[[{<]+|[\]}>,;.]+$/g;
const EXAMPLES: Readonly<Record<string, string>> = {
  level: 'warning',
  severity: 'warning',
  facility: 'local0',
  status: '500',
  duration: '2',
};
const OPERATORS: Readonly<Record<string, Sign['kind']>> = { AND: 'and', OR: 'or', NOT: 'not' };
/** What other languages write for our operators. */
const FOREIGN: Readonly<Record<string, string>> = { '&&': 'AND', '||': 'OR', '|': 'OR', '&': 'AND', '!': 'NOT' };

export function lex(text: string): Lexeme[] {
  const lexemes: Lexeme[] = [];
  let at = 0;
  while (at < text.length) {
    if (SPACE.test(text[at]!)) {
      at++;
      continue;
    }
    const lexeme = sign(text, at) ?? term(text, at);
    lexemes.push(lexeme);
    at += lexeme.length;
  }
  return lexemes;
}

/** What matches at exactly this place. */
function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function sign(text: string, at: number): Sign | undefined {
  if (text[at] === '(') return { kind: 'open', at, length: 1 };
  if (text[at] === ')') return { kind: 'close', at, length: 1 };
  const run = matchAt(RUN, text, at)?.[0] ?? '';
  const ends = text[at + run.length] !== '"';
  if (ends && Object.hasOwn(OPERATORS, run)) return { kind: OPERATORS[run]!, at, length: run.length };
  if (ends && Object.hasOwn(FOREIGN, run))
    throw wrong({ text, at, length: run.length }, `\`${run}\` is written ${FOREIGN[run]} here`, FOREIGN[run]);
  if (text[at] === '!') throw wrong({ text, at, length: 1 }, '`!` is written - here', '-');
  if (text[at] !== '-') return undefined;
  const next = text[at + 1];
  if (next !== undefined && next !== ')' && !SPACE.test(next)) return { kind: 'not', at, length: 1 };
  const rest = text.slice(at + 1).trimStart();
  throw wrongWith(
    { text, at, length: 1 },
    '`-` needs what it excludes directly behind it',
    rest === '' ? text.slice(0, at).trim() : `${text.slice(0, at)}-${rest}`,
  );
}

function term(text: string, at: number): Term {
  const run = matchAt(RUN, text, at)?.[0] ?? '';
  const id = idOf(run) === undefined ? run.replace(AROUND_ID, '') : run;
  if (idOf(id) !== undefined && text[at + run.length] !== '"') {
    return { kind: 'term', at, length: run.length, op: '=', value: { literals: [id], quoted: false, quotedStar: false }, valueAt: at };
  }
  const field = matchAt(FIELD, text, at)?.[1];
  if (field !== undefined) return fieldTerm(text, at, field);
  if (text[at] !== '"' && text[at] !== '/') refuseComparison(text, at);
  const read = text[at] === '/' ? readPattern(text, at) : readWord(text, at);
  return { kind: 'term', at, length: read.end - at, op: '=', value: read.value, valueAt: at };
}

/** `status>=500` would silently look for two words. */
function refuseComparison(text: string, at: number): void {
  const comparison = matchAt(COMPARISON, text, at);
  const field = comparison ? fieldNamed(comparison[1]!) : undefined;
  if (field !== undefined)
    throw wrong({ text, at, length: comparison![0].length }, 'a comparison needs a colon', `${field}:${comparison![2]}`);
}

/** What was read, and where it ends. */
interface Read<Value> {
  readonly value: Value;
  readonly end: number;
}

function fieldTerm(text: string, at: number, name: string): Term {
  const field = fieldNamed(name);
  if (field === undefined) throw unknownField(text, at, name);
  let valueAt = at + name.length + 1;
  const op = matchAt(OPERATOR, text, valueAt)?.[0] ?? '=';
  if (op !== '=') valueAt += op.length;
  const next = text[valueAt];
  if (next === undefined || next === '(' || next === ')' || SPACE.test(next)) throw missingValue({ text, at, length: valueAt - at });
  const read = next === '/' ? patternOrPath(text, valueAt, field) : readWord(text, valueAt);
  return { kind: 'term', at, length: read.end - at, field, op: op as Term['op'], value: read.value, valueAt };
}

function unknownField(text: string, at: number, name: string): Error {
  const run = matchAt(RUN, text, at)?.[0] ?? name;
  const near = nearestField(name);
  const stretch = { text, at, length: name.length };
  if (TIME_WORDS.has(name.toLowerCase())) {
    const without = replaced({ text, at, length: run.length }, '').trim();
    return wrongWith(stretch, 'times are not part of the query: give them as since and until', without);
  }
  if (near !== undefined) return wrong(stretch, `there is no field \`${name}\``, near);
  return wrongWith(
    stretch,
    `there is no field \`${name}\`; a text with a colon needs quotes`,
    replaced({ text, at, length: run.length }, quoted(run)),
  );
}

function missingValue(stretch: Stretch): Error {
  const { text, at, length } = stretch;
  const written = text.slice(at, at + length);
  const rest = text.slice(at + length);
  const group = /^\(([^()"]*)\)/.exec(rest);
  const values = group?.[1]?.split(/\s+/).filter((word) => word !== '' && !Object.hasOwn(OPERATORS, word));
  if (values?.length) {
    const each = `(${values.map((value) => written + value).join(' OR ')})`;
    return wrongWith(
      stretch,
      `\`${written}\` needs one value; several are written one by one`,
      replaced({ text, at, length: length + group![0].length }, each),
    );
  }
  const joined = /^\s+[^\s()]/.test(rest) ? `${text.slice(0, at)}${written}${rest.trimStart()}` : undefined;
  const example = written.endsWith(':') ? '*' : (EXAMPLES[fieldNamed(written.slice(0, written.indexOf(':'))) ?? ''] ?? '100');
  return wrongWith(stretch, `\`${written}\` needs a value directly behind it`, joined ?? replaced(stretch, written + example));
}

/** `path:/v2/servers` is no regular expression; `path:/^.v2/i` is one. */
function patternOrPath(text: string, at: number, field: FieldName): Read<Word | Pattern> {
  if (field !== 'path') return readPattern(text, at);
  const end = patternEnd(text, at);
  const flags = end === undefined ? '' : flagsAt(text, end);
  const whole = end !== undefined && endsAt(text, end + flags.length) && isFlags(flags) && !SPACE.test(text.slice(at, end));
  return whole ? readPattern(text, at) : readWord(text, at);
}

/** Behind the closing slash, or undefined. A slash between brackets does not close (as in JavaScript). */
function patternEnd(text: string, at: number): number | undefined {
  let inClass = false;
  for (let index = at + 1; index < text.length; index++) {
    const character = text[index];
    if (character === '\\') index++;
    else if (character === '[') inClass = true;
    else if (character === ']') inClass = false;
    else if (character === '/' && !inClass) return index + 1;
  }
  return undefined;
}

function flagsAt(text: string, at: number): string {
  return matchAt(RUN, text, at)?.[0] ?? '';
}

function readPattern(text: string, at: number): Read<Pattern> {
  const end = patternEnd(text, at);
  const run = matchAt(RUN, text, at)?.[0] ?? '/';
  if (end === undefined) {
    const suggestion = run === '/' ? undefined : replaced({ text, at, length: run.length }, quoted(run));
    throw wrongWith({ text, at, length: 1 }, 'the regular expression has no closing /; a text that begins with / needs quotes', suggestion);
  }
  const flags = flagsAt(text, end);
  const pattern = { source: text.slice(at + 1, end - 1), flags };
  const length = end + flags.length - at;
  if (pattern.source === '') throw wrong({ text, at, length }, 'the regular expression is empty', '');
  if (isFlags(flags)) {
    requireEnd(text, at, end + flags.length);
    return { value: pattern, end: end + flags.length };
  }
  if (/^[a-z]{1,8}$/.test(flags) && /[gyvd]/.test(flags)) {
    const kept = [...new Set(flags)].filter((flag) => 'imsu'.includes(flag)).join('');
    throw wrong({ text, at: end, length: flags.length }, `\`${flags}\`: a regular expression may have the flags i, m, s and u`, kept);
  }
  throw wrong(
    { text, at, length },
    `\`${flags}\` are no flags of a regular expression; a text that begins with / needs quotes`,
    quoted(text.slice(at, at + length)),
  );
}

/** `g` and `y` have a state and `v` other rules; nobody needs them to find a line. */
function isFlags(flags: string): boolean {
  return /^[imsu]*$/.test(flags) && new Set(flags).size === flags.length;
}

function endsAt(text: string, at: number): boolean {
  return at >= text.length || text[at] === '(' || text[at] === ')' || SPACE.test(text[at]!);
}

function requireEnd(text: string, at: number, end: number): void {
  if (!endsAt(text, end)) throw wrong({ text, at, length: end - at }, 'a space is missing behind this', `${text.slice(at, end)} `);
}

/** A word up to a space or parenthesis; quotes may enclose what stands between its stars. */
function readWord(text: string, at: number): Read<Word> {
  const literals = [''];
  let index = at;
  let isQuoted = false;
  let quotedStar = false;
  while (!endsAt(text, index)) {
    const character = text[index]!;
    if (character === '*') {
      if (literals.length === 1 || literals.at(-1) !== '') literals.push('');
      index++;
    } else if (character === '"') {
      if (literals.at(-1) !== '') throw quoteInside(text, at, index);
      const read = readQuoted(text, index);
      literals[literals.length - 1] = read.value;
      isQuoted = true;
      quotedStar ||= read.value.includes('*');
      index = read.end;
      if (text[index] !== '*') requireEnd(text, at, index);
    } else {
      literals[literals.length - 1] += character;
      index++;
    }
  }
  return { value: { literals, quoted: isQuoted, quotedStar }, end: index };
}

function quoteInside(text: string, at: number, quote: number): Error {
  const rest = /^[^\s()]*/.exec(text.slice(at))![0];
  return wrongWith(
    { text, at: quote, length: 1 },
    'a quote inside a word: put a space before it, or the whole word between quotes',
    replaced({ text, at, length: rest.length }, quoted(rest)),
  );
}

function readQuoted(text: string, at: number): Read<string> {
  let value = '';
  for (let index = at + 1; index < text.length; index++) {
    const character = text[index]!;
    if (character === '"') return { value, end: index + 1 };
    if (character === '\\' && (text[index + 1] === '"' || text[index + 1] === '\\')) index++;
    value += text[index];
  }
  throw wrongWith({ text, at, length: 1 }, 'the quote is not closed', `${text}"`);
}
