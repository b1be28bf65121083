/**
 * Editing a query as text: which terms stand at its top, putting one in, taking one out, what is being typed at the caret. Pure. It
 * understands just enough of the language to find where terms begin and end - quotes, regular expressions, parentheses; what
 * a query means, and whether it is right, only the service says.
 *
 * Invariant: what is put in or taken out changes nothing else of the text but the space around it, and a query that is an OR at its top
 * is put into parentheses before a term is added, so that the new term holds for all of it.
 */

/** A term or a group in parentheses at the top of a query. */
export interface Term {
  readonly at: number;
  readonly end: number;
  readonly text: string;
}

/** Cuts the text at the spaces that stand outside of quotes, regular expressions and parentheses. */
export function termsOf(query: string): Term[] {
  const terms: Term[] = [];
  let at = 0;
  while (at < query.length) {
    if (/\s/.test(query[at]!)) {
      at++;
      continue;
    }
    const end = endOfTerm(query, at);
    terms.push({ at, end, text: query.slice(at, end) });
    at = end;
  }
  return terms;
}

function endOfTerm(query: string, from: number): number {
  let depth = 0;
  let at = from;
  while (at < query.length) {
    const character = query[at]!;
    if (character === '"') at = behind(query, at, '"');
    else if (character === '/' && isPatternAt(query, at)) at = behind(query, at, '/');
    else {
      if (character === '(') depth++;
      if (character === ')') depth = Math.max(0, depth - 1);
      if (/\s/.test(character) && depth === 0) return at;
      at++;
    }
  }
  return query.length;
}

/** A slash begins a regular expression where a term or its value begins. */
function isPatternAt(query: string, at: number): boolean {
  return at === 0 || /[\s(:-]/.test(query[at - 1]!);
}

/** Index behind the closing character, or the end: a query that is being typed may lack it. */
function behind(query: string, at: number, close: string): number {
  for (let next = at + 1; next < query.length; next++) {
    if (query[next] === '\\') next++;
    else if (query[next] === close) return next + 1;
  }
  return query.length;
}

const PLAIN = /^[\p{L}\p{M}\p{N}_+.-][\p{L}\p{M}\p{N}_.:@%+,=#~-]*$/u;

/** `service:nova`, `program:"a b"`; levels in lower case, as they are typed. */
export function written(field: string, value: string): string {
  const text = field === 'level' ? value.toLowerCase() : value;
  return `${field}:${PLAIN.test(text) ? text : `"${text.replace(/[\\"]/g, '\\$&')}"`}`;
}

/** What the query says about one value of a field. */
export type Stance = 'included' | 'excluded' | undefined;

/** Values of a field that stand together: one term, or a group of nothing else in parentheses with OR. */
function alternatives(term: Term, field: string): string[] | undefined {
  const inside = /^\((.*)\)$/s.exec(term.text)?.[1] ?? term.text;
  const parts = termsOf(inside).map(({ text }) => text);
  const values = parts.filter((_, index) => index % 2 === 0);
  const ors = parts.filter((_, index) => index % 2 === 1);
  const isOurs = values.length > 0 && values.every((text) => text.startsWith(`${field}:`)) && ors.every((text) => text === 'OR');
  return isOurs && parts.length % 2 === 1 ? values : undefined;
}

export function stanceOf(query: string, field: string, value: string): Stance {
  const own = written(field, value);
  for (const term of termsOf(query)) {
    if (term.text === `-${own}`) return 'excluded';
    if (alternatives(term, field)?.includes(own)) return 'included';
  }
  return undefined;
}

/** The query without what it says of a field, for counting the values that could be taken instead. */
export function without(query: string, field: string): string {
  return termsOf(query)
    .filter((term) => alternatives(term, field) === undefined && !term.text.startsWith(`-${field}:`))
    .map(({ text }) => text)
    .join(' ');
}

/** Includes a value, beside others of its field (OR); a second time takes it out again. */
export function toggled(query: string, field: string, value: string): string {
  const own = written(field, value);
  const cleared = dropped(query, `-${own}`);
  const group = termsOf(cleared).find((term) => alternatives(term, field) !== undefined);
  if (group === undefined) return added(cleared, own);
  const values = alternatives(group, field)!;
  const wanted = values.includes(own) ? values.filter((one) => one !== own) : [...values, own];
  if (wanted.length === 0) return dropped(cleared, group.text);
  return cleared.slice(0, group.at) + (wanted.length === 1 ? wanted[0]! : `(${wanted.join(' OR ')})`) + cleared.slice(group.end);
}

/** Excludes a value, which is included no more; a second time lets it in again. */
export function excluded(query: string, field: string, value: string): string {
  const own = written(field, value);
  if (stanceOf(query, field, value) === 'excluded') return dropped(query, `-${own}`);
  return added(stanceOf(query, field, value) === 'included' ? toggled(query, field, value) : query, `-${own}`);
}

/** One more condition that has to hold. */
export function added(query: string, term: string): string {
  const terms = termsOf(query);
  if (terms.length === 0) return term;
  if (terms.some(({ text }) => text === term)) return query;
  const whole = terms.some(({ text }) => text === 'OR') ? `(${query.trim()})` : query.trim();
  return `${whole} ${term}`;
}

function dropped(query: string, text: string): string {
  const term = termsOf(query).find((one) => one.text === text);
  if (term === undefined) return query;
  return `${query.slice(0, term.at).trimEnd()} ${query.slice(term.end).trimStart()}`.trim();
}

/** What is being typed: the beginning of a field's name, or of a field's value. */
export interface Typing {
  /** The stretch that a completion replaces. */
  readonly at: number;
  readonly end: number;
  /** Absent: a field's name, or a bare word. */
  readonly field?: string;
  readonly text: string;
}

/** Undefined where nothing can be offered: inside quotes or a regular expression. */
export function typingAt(query: string, caret: number): Typing | undefined {
  const before = query.slice(0, caret);
  const term = termsOf(before).find(({ end }) => end === caret)?.text ?? '';
  // In parentheses the last of their words is it.
  const word = /(?:^|[\s(])-?([^\s()]*)$/.exec(term)?.[1] ?? '';
  const at = caret - word.length;
  const after = /^[\w.:@%+,=#~-]*/.exec(query.slice(caret))![0].length;
  if (/^\/|["]/.test(word) || (term.split('"').length - 1) % 2 === 1) return undefined;
  const match = /^(\w+):([^/]*)$/.exec(word);
  if (match) return { at: at + match[1]!.length + 1, end: caret + after, field: match[1]!, text: match[2]! };
  return word.includes('/') ? undefined : { at, end: caret + after, text: word };
}

/** The text with a completion put in, and where the caret stands then. */
export function completed(query: string, typing: Typing, text: string): { query: string; caret: number } {
  const rest = query.slice(typing.end);
  const isName = text.endsWith(':');
  const space = isName || /^\s/.test(rest) ? '' : ' ';
  return { query: query.slice(0, typing.at) + text + space + rest, caret: typing.at + text.length + (isName ? 0 : 1) };
}
