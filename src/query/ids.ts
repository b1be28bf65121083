/**
 * Ids in any spelling: recognised in a query, found in a text. UUIDs (with or without `req-`, dashed
 * or as 32 hex digits), swift transaction ids, MAC and IP addresses. Not here: ids as marks of a record
 * (parsers). Texts come folded (base/tokens.ts) unless said otherwise.
 *
 * Invariant: whatever `hasId` finds, `needOfId` (need.ts) names a token that every index holds.
 */
import { hasPhrase, isTokenUnit, tokensOf } from '../base/tokens.ts';

const UUID = /^(?:req-)?([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/;
const HEX32 = /^(?:req-)?([0-9a-f]{32})$/;
/** `tx` + 21 hex + `-` + 10 hex time + what the client added (swift since 1.9); 32 hex before; the time part may be left out. */
const SWIFT = /^tx[0-9a-f]{21}(?:-[0-9a-f]{10}(?:-[\w.-]+)?)?$|^tx[0-9a-f]{32}(?:-[\w.-]+)?$/;
const MAC = /^[0-9a-f]{2}([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}$/;
const IP4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const IP6_GROUPS = 8;

/** Canonical spelling of a bare id, or undefined when the word is none: 32 hex digits of a UUID, else lower-case text. */
export function idOf(word: string): string | undefined {
  const folded = word.toLowerCase();
  const uuid = uuidOf(folded);
  if (uuid !== undefined) return uuid;
  if (MAC.test(folded)) return folded.replaceAll('-', ':');
  return SWIFT.test(folded) || IP4.test(folded) || isIp6(folded) ? folded : undefined;
}

/** The 32 hex digits of a folded UUID in any spelling. */
export function uuidOf(folded: string): string | undefined {
  const hex = HEX32.exec(folded);
  if (hex) return hex[1];
  const dashed = UUID.exec(folded);
  return dashed ? dashed.slice(1).join('') : undefined;
}

function isIp6(folded: string): boolean {
  if (!/^[0-9a-f:]{2,39}$/.test(folded) || !/[0-9a-f]/.test(folded)) return false;
  const halves = folded.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return false;
  return halves.length === 2 ? groups.length < IP6_GROUPS : groups.length === IP6_GROUPS;
}

/** Is a canonical id an IP address, of either kind? It is looked for as it stands, not by its tokens. */
export function isAddress(id: string): boolean {
  return (id.includes('.') && !id.startsWith('tx')) || (id.includes(':') && !MAC.test(id));
}

/** A text (as it is) holds the id? `id` is canonical. */
export function idFinder(id: string): (text: string) => boolean {
  const digits = /^[0-9a-f]{32}$/.test(id) ? id : undefined;
  if (digits !== undefined) return (text) => hasUuid(text, digits);
  if (isAddress(id)) {
    const joint = id.includes('.') ? '.' : ':';
    return (text) => hasAddress(text.toLowerCase(), id, joint);
  }
  const tokens = tokensOf(id);
  return (text) => hasPhrase(text, tokens);
}

export function dashed(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function hasUuid(text: string, hex: string): boolean {
  const uuid = dashed(hex);
  if (hasDashed(text, uuid)) return true;
  const folded = text.toLowerCase();
  if (folded.length < hex.length) return false;
  for (let at = folded.indexOf(hex); at >= 0; at = folded.indexOf(hex, at + 1)) {
    if (standsAloneOrAsAccount(folded, at, hex.length) && !UUID_HEAD.test(folded.slice(Math.max(0, at - UUID_HEAD_CHARS), at))) return true;
  }
  for (let at = folded.indexOf(uuid); at >= 0; at = folded.indexOf(uuid, at + 1)) {
    if (!isTokenAt(folded, at - 1) && !isLetterOrDigit(folded, at + uuid.length)) return true;
  }
  return false;
}

/** What swift puts before a project's id to name its account (`reseller_prefix`: the default, keystone's, service tokens). */
export const ACCOUNT_PREFIXES = ['auth_', 'key_', 'service_'] as const;

function standsAloneOrAsAccount(folded: string, at: number, length: number): boolean {
  if (standsAlone(folded, at, length)) return true;
  if (isTokenAt(folded, at + length)) return false;
  return ACCOUNT_PREFIXES.some((prefix) => folded.startsWith(prefix, at - prefix.length) && !isTokenAt(folded, at - prefix.length - 1));
}

/** 32 digits directly behind this would begin with the last part of another UUID, and an index may have cut them there. */
const UUID_HEAD = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-$/;
const UUID_HEAD_CHARS = 24;

/** In its usual spelling a UUID may be glued to words: `volume_<uuid>`, `<uuid>_disk`. An index knows it in lower case only. */
function hasDashed(text: string, uuid: string): boolean {
  for (let at = text.indexOf(uuid); at >= 0; at = text.indexOf(uuid, at + 1)) {
    if (!isLetterOrDigit(text, at + uuid.length) && !isHexDigit(text, at - 1)) return true;
  }
  return false;
}

/** Not inside a longer address or version number: what joins its parts must not go on. */
function hasAddress(folded: string, id: string, joint: string): boolean {
  for (let at = folded.indexOf(id); at >= 0; at = folded.indexOf(id, at + 1)) {
    if (!standsAlone(folded, at, id.length)) continue;
    const end = at + id.length;
    if (folded[end] === joint && isTokenAt(folded, end + 1)) continue;
    if (joint === '.' && folded[at - 1] === '.' && isTokenAt(folded, at - 2)) continue;
    return true;
  }
  return false;
}

function standsAlone(folded: string, at: number, length: number): boolean {
  return !isTokenAt(folded, at - 1) && !isTokenAt(folded, at + length);
}

function isTokenAt(text: string, at: number): boolean {
  return at >= 0 && at < text.length && isTokenUnit(text.charCodeAt(at));
}

function isLetterOrDigit(text: string, at: number): boolean {
  return isTokenAt(text, at) && text[at] !== '_';
}

function isHexDigit(text: string, at: number): boolean {
  return at >= 0 && /[0-9a-f]/.test(text[at]!);
}
