/**
 * What an index must hold for a filter to match anything: a tree of tokens. An engine skips every block whose
 * words do not satisfy it. Invariant: a miss never lies - whatever `compile(filter)` (match.ts) accepts
 * satisfies `need(filter)` with the words of its TEXT_FIELDS; test/query/need.test.ts holds it to that.
 *
 * What an index may leave out, and no need asks for:
 * - of a dashed UUID (anywhere, even glued to words: `volume_<uuid>`, `<uuid>_disk`) it need hold only the first 8
 *   digits, and the glued words on their own; of a token of 32 hex digits only the first 8;
 * - of a token longer than TOKEN_CHARS only its beginning.
 */
import { fold, isTokenUnit, tokensOf } from '../base/tokens.ts';
import { addressOf, ipWord, WHOLE_IPS } from '../base/whole-ids.ts';
import type { FieldName, Filter, LogRecord } from '../model.ts';
import { FIELDS } from './fields.ts';
import { substringOf, tokenPatterns } from './glob.ts';
import { ACCOUNT_PREFIXES } from './ids.ts';
import { TEXT_FIELDS } from './match.ts';
import { canonicalId, withoutPrefix } from './match-field.ts';

/**
 * `true`: anything may match. `prefix`: some token begins with it. `whole`: where the index has the mark, it has the word of the whole id
 * (base/whole-ids.ts); else its parts. Tokens are folded.
 */
export type Need =
  | true
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'whole'; readonly word: string; readonly mark: string; readonly parts: Need }
  | { readonly kind: 'and'; readonly of: readonly Need[] }
  | { readonly kind: 'or'; readonly of: readonly Need[] };

/** Longer tokens (keys, dumps) are asked for by their beginning, so that an index may cut them. */
export const TOKEN_CHARS = 64;
const UUID_HEAD = 8;
const UUID_TAIL = 12;
const UUID_DIGITS = 32;
const HEX = /^[0-9a-f]+$/;

export function need(filter: Filter): Need {
  switch (filter.kind) {
    case 'and':
      return all(filter.of.map(need));
    case 'or':
      return any(filter.of.map(need));
    case 'phrase':
      return all(filter.tokens.map(tokenNeed));
    case 'wildcard':
      return wildcardNeed(filter.pattern);
    case 'id':
      return idNeed(filter.id);
    case 'field':
      return fieldNeed(filter);
    default:
      return true;
  }
}

/** Does a set of words satisfy the need? For indexes in memory and for tests. */
export function satisfies(wanted: Need, words: ReadonlySet<string>): boolean {
  if (wanted === true) return true;
  if (wanted.kind === 'token') return words.has(wanted.token);
  if (wanted.kind === 'whole') return words.has(wanted.mark) ? words.has(wanted.word) : satisfies(wanted.parts, words);
  if (wanted.kind === 'prefix') return words.values().some((word) => word.startsWith(wanted.prefix));
  return wanted.kind === 'and' ? wanted.of.every((one) => satisfies(one, words)) : wanted.of.some((one) => satisfies(one, words));
}

function all(of: readonly Need[]): Need {
  const distinct = new Map<string, Need>();
  for (const one of of.flatMap((part) => (part !== true && part.kind === 'and' ? part.of : [part])))
    if (one !== true) distinct.set(JSON.stringify(one), one);
  if (distinct.size === 0) return true;
  return distinct.size === 1 ? distinct.values().next().value! : { kind: 'and', of: [...distinct.values()] };
}

function any(of: readonly Need[]): Need {
  const parts = of.flatMap((part) => (part !== true && part.kind === 'or' ? part.of : [part]));
  if (parts.includes(true)) return true;
  return parts.length === 1 ? parts[0]! : { kind: 'or', of: parts };
}

function token(text: string): Need {
  return text.length > TOKEN_CHARS ? prefix(text) : { kind: 'token', token: text };
}

function prefix(text: string): Need {
  return { kind: 'prefix', prefix: text.slice(0, TOKEN_CHARS) };
}

/** A whole token of a text, which may be a part of a UUID or glued to one. */
function tokenNeed(text: string): Need {
  const hex = HEX.test(text);
  if (hex && (text.length === 4 || text.length === UUID_TAIL)) return true;
  const ways = [token(hex && text.length === UUID_DIGITS ? text.slice(0, UUID_HEAD) : text)];
  if (text.length > UUID_HEAD && HEX.test(text.slice(-UUID_HEAD))) ways.push(token(text.slice(-UUID_HEAD)));
  if (text.length > UUID_TAIL && HEX.test(text.slice(0, UUID_TAIL))) ways.push(token(text.slice(UUID_TAIL)));
  return any(ways);
}

/**
 * The beginning of a token, which may reach into a UUID that is glued to it. `first`: of the first token of
 * a value, which cannot be the middle of a UUID, so that its first 8 digits are in every index.
 */
function prefixNeed(text: string, first = false): Need {
  if (text === '' || (HEX.test(text) && !(first && text.length <= UUID_HEAD))) return true;
  const ways: Need[] = [prefix(text)];
  if (text.length > UUID_TAIL && HEX.test(text.slice(0, UUID_TAIL))) ways.push(prefixNeed(text.slice(UUID_TAIL)));
  const digits = /[0-9a-f]*$/.exec(text)![0].length;
  for (let cut = 1; cut <= Math.min(UUID_HEAD, digits, text.length - 1); cut++) ways.push(token(text.slice(0, -cut)));
  return any(ways);
}

function wildcardNeed(pattern: string): Need {
  return all(
    tokenPatterns(pattern).map((part) => {
      const star = part.indexOf('*');
      if (star < 0) return tokenNeed(part);
      // `fa*led` cannot be the part of a UUID, but it may be glued to one.
      return prefixNeed(part.slice(0, star));
    }),
  );
}

function isUuid(id: string): boolean {
  return id.length === UUID_DIGITS && HEX.test(id);
}

function idNeed(id: string): Need {
  if (isUuid(id)) return any([token(id.slice(0, UUID_HEAD)), ...ACCOUNT_PREFIXES.map((account) => token(account + id))]);
  // The parts of an IPv6 address never are parts of a UUID: those have dashes around them.
  const parts = all(tokensOf(id).map(id.includes(':') ? token : tokenNeed));
  const address = addressOf(id);
  return address === undefined ? parts : { kind: 'whole', word: ipWord(address), mark: WHOLE_IPS, parts };
}

/** Fields of the language whose column is not called the same. */
const COLUMNS: Partial<Record<FieldName, keyof LogRecord>> = { global: 'globalRequest' };

/** Marks whose value stands in the text (or the logger) as it is. */
const IN_TEXT: ReadonlySet<FieldName> = new Set<FieldName>(['exception', 'broker', 'event']);

/** The class of a remote exception has `_Remote` behind its parts; one in the repr of a string comes behind `\n`. */
function markNeed(value: string): Need {
  const ways = (part: string): Need => any([part, `${part}_remote`, `n${part}`, `n${part}_remote`].map(tokenNeed));
  return all(tokensOf(value).map(ways));
}

function fieldNeed({ field, op, value }: Extract<Filter, { kind: 'field' }>): Need {
  if (op === '=' && IN_TEXT.has(field)) return markNeed(value);
  const column = COLUMNS[field] ?? field;
  if (op === '/' || !(TEXT_FIELDS as readonly string[]).includes(column)) return true;
  if (field === 'message') {
    if (op === '~') return substringOf(value) === undefined ? wildcardNeed(fold(value)) : true;
    return all(tokensOf(value).map(tokenNeed));
  }
  const isId = FIELDS[field].kind === 'id';
  if (op === '~') return globNeed(isId ? withoutPrefix(fold(value)) : fold(value));
  const id = isId ? canonicalId(value) : value;
  return isUuid(id) ? token(id.slice(0, UUID_HEAD)) : all(tokensOf(id).map(tokenNeed));
}

/** A pattern for a whole value: the tokens before its first star are there, the last of them perhaps in part. */
function globNeed(pattern: string): Need {
  const literal = pattern.slice(0, pattern.indexOf('*'));
  const tokens = tokensOf(literal);
  if (literal === '' || !isTokenUnit(literal.charCodeAt(literal.length - 1))) return all(tokens.map(tokenNeed));
  const last = tokens.pop()!;
  return all([...tokens.map(tokenNeed), prefixNeed(last, last.length === literal.length)]);
}
