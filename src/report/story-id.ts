/**
 * The ids of stories: one spelling by which two ids are told to be the same, and what a word that somebody typed may be.
 *
 * A key is 32 hex digits where the id is a UUID or has 32 of them, however it is written, else the folded text; so
 * `req-<uuid>`, `<uuid>` and the digits alone are one key. What kind of thing it names only the records tell.
 */
import type { IdKind } from '../model.ts';

const UUID = /^(?:req-)*([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/;
const UUID_INSIDE = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;
const SWIFT = /^tx(?:[0-9a-f]{21}(?:-[0-9a-f]{10}(?:-\S{1,64})?)?|[0-9a-f]{32}(?:-\S{1,64})?)$/;
const MAC = /^[0-9a-f]{2}([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}$/;
const DOMAIN = /^instance-[0-9a-f]{8}$/;
const IP4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/;
const IP6 = /^(?:(?=[^.]*::)(?![^.]*::.*::)[0-9a-f:]{2,39}|(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4})$/;
const DIGITS = /^[0-9a-f]{32}$/;

export function keyOf(id: string): string {
  const folded = id.toLowerCase();
  const uuid = UUID.exec(folded);
  if (uuid !== null) return uuid[1]! + uuid[2]! + uuid[3]! + uuid[4]! + uuid[5]!;
  return MAC.test(folded) ? folded.replaceAll('-', ':') : folded;
}

export function isHexKey(key: string): boolean {
  return DIGITS.test(key);
}

/** The one spelling of a request: `req-` and the UUID; swift's and others' as they were written. */
export function requestOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const folded = text.toLowerCase();
  if (folded.startsWith('tx')) return text;
  const uuid = UUID_INSIDE.exec(folded);
  return uuid === null ? folded : `req-${uuid[0]}`;
}

export function dashedKey(key: string): string {
  return `${key.slice(0, 8)}-${key.slice(8, 12)}-${key.slice(12, 16)}-${key.slice(16, 20)}-${key.slice(20)}`;
}

/** Kinds whose canonical spelling has 32 digits without dashes. */
const UNDASHED: ReadonlySet<IdKind> = new Set<IdKind>(['project', 'user', 'message', 'hex']);
const REQUESTS: ReadonlySet<IdKind> = new Set<IdKind>(['request', 'called']);

/** The spelling of the key as an id of this kind. */
export function canonicalOf(key: string, kind: IdKind | 'global'): string {
  if (!isHexKey(key)) return key;
  if (kind === 'global' || REQUESTS.has(kind)) return `req-${dashedKey(key)}`;
  if (kind === 'reply') return `reply_${key}`;
  return UNDASHED.has(kind) ? key : dashedKey(key);
}

export interface AskedId {
  readonly key: string;
  /** What its spelling alone tells: `uuid` and `hex` may be anything that has such ids. */
  readonly form: 'request' | 'uuid' | 'hex' | 'swift' | 'mac' | 'ip' | 'domain' | 'reply';
}

/** What somebody typed, as an id; undefined when no story can be asked for by it. */
export function askedId(text: string): AskedId | undefined {
  const word = text.trim().toLowerCase();
  const key = keyOf(word);
  if (word.startsWith('reply_') && isHexKey(word.slice(6))) return { key: word, form: 'reply' };
  if (isHexKey(key)) return { key, form: word.startsWith('req-') ? 'request' : word.includes('-') ? 'uuid' : 'hex' };
  if (SWIFT.test(word)) return { key, form: 'swift' };
  if (MAC.test(key)) return { key, form: 'mac' };
  if (DOMAIN.test(word)) return { key, form: 'domain' };
  return IP4.test(word) || IP6.test(word) ? { key, form: 'ip' } : undefined;
}
