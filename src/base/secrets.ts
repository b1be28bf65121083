/**
 * Secrets in log texts, masked for whoever reads along: `password=***`, `://nova:***@`, `X-Auth-Token: ***`, `gAAAAA***`. What is
 * around them stays as it was; a masked text is masked no further. Not here: what is stored (that stays exact), and who asks.
 *
 * A hash that keystoneauth wrote instead of a token (`{SHA256}…`) stays: it is no secret and tells tokens apart. So does a word that
 * is merely called like a secret (`token expired`): only what stands behind `=`, `:` or in quotes is a value.
 *
 * Linear time on any text: patterns begin with a fixed word, and values are run through once, to their end or that of the line.
 * Source: oslo.config's options that are declared secret, headers of the APIs, swift's tempurl and formpost, S3's signed queries,
 * URLs of oslo.messaging and SQLAlchemy, Ceph's keyrings, RFC 7617, 6750, 7519 and 7468.
 */
import { visibleJson } from './visible.ts';

const MASK = '***';

/** Fast path - most lines hold none of these; test/base/secrets.test.ts names a line for each. */
const HINT =
  /pass|pswd|secret|token|cookie|authorization|signature|_sig=|:\/\/[^\s/]*@|gAAAA|eyJ|(?:private|access|auth|fernet|api|encryption|signing)[ _-]?key|AQ[\w+/]{36}==/i;

/** Names whose value is a secret however it is written; anything may stand before them (`nova_admin_password`). */
const SECRETS = [
  ...['password', 'passwd', 'passphrase', 'pswd', 'admin_?pass', 'new_?pass', 'user_?pass', 'storage-pass', 'secret', 'secret_?key'],
  ...['private_?key', 'access_?key', 'auth[_-]?key', 'fernet_?key', 'api_?key', 'encryption_?key', 'signing_?key'],
  ...['(?:auth|access|refresh|id|session|admin|subject|service|storage|security)[_-]?token'],
];
/** Names that are words of prose, too: a value stands behind `=`, or in quotes behind a name in quotes. */
const WORDS = ['token', 'signature', 'temp_url_sig', 'credential'];
/** Headers whose value goes on to the end of the line. */
const LINES = ['authorization', 'set-cookie', 'cookie'];
/** `name=`, `name: `, `'name': `, `\"name\": ` in JSON within a text, `'name', ` of header lists, `<name>`, `--name value`. */
const NAMED = new RegExp(
  String.raw`(?:(${SECRETS.join('|')})|(${WORDS.join('|')})|(${LINES.join('|')}))(\\{0,3}["'])?(\s{0,40}(?:=>|[=:])\s{0,4}|>|,? )`,
  'gi',
);

/** Behind `Authorization:`; which of them it is, is no secret. */
const SCHEME = /(?:basic|bearer|digest|negotiate|token|aws4?[\w-]{0,20})[ :]/iy;
/** No secrets: absent values, and hashes that stand for one. */
const HARMLESS = /(?:none|null|true|false|\{sha\d{1,3}\}\w{8,128})(?![\w-])/iy;
const QUOTE = /[bu]?(\\{0,3})(["'])/iy;
const BARE = /[^\s"'`,;&<>(){}[\]\\]*/y;

const WHOLE: readonly [RegExp, string][] = [
  [/gAAAA[\w-]{20,}(?:=|%3D){0,2}/g, `gAAAA${MASK}`],
  // Of a JWT: header, claims, signature.
  [/(?<![\w-])eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*/g, `eyJ${MASK}`],
  [/\/tokens\/[\w%=-]{24,}/g, `/tokens/${MASK}`],
  [/AQ[\w+/]{36}==/g, `AQ${MASK}`],
];
const AUTHORITY = /:\/\/([^\s/"'<>\\]*)@/g;
const KEY_BEGIN = /-----BEGIN [A-Z0-9 ]{0,20}PRIVATE KEY-----/g;

/** The text with its secrets masked; the same string where it holds none. */
export function masked(text: string): string {
  if (!HINT.test(text)) return text;
  let result = withoutKeys(withoutNamed(text)).replace(AUTHORITY, (_, users: string) => `://${withoutPasswords(users)}@`);
  for (const [pattern, mask] of WHOLE) result = result.replace(pattern, mask);
  return result;
}

/** The same of all texts of a JSON value; `masked` objects are new ones where something was masked. */
export function maskedValue<T>(value: T): T {
  if (typeof value === 'string') return masked(value) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(maskedValue) as T;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, maskedValue(one)])) as T;
}

/** The same of a JSON text on one line, which stays one that a terminal may be given. */
export function maskedJson(json: string): string {
  return HINT.test(json) ? visibleJson(JSON.stringify(maskedValue(JSON.parse(json)))) : json;
}

// ------------------------------------------------------------------------------------------- by name

function withoutNamed(text: string): string {
  let result = '';
  let done = 0;
  NAMED.lastIndex = 0;
  for (let match = NAMED.exec(text); match !== null; match = NAMED.exec(text)) {
    const start = NAMED.lastIndex;
    const { from, to } = valueBehind(text, match, start);
    NAMED.lastIndex = Math.max(start, to);
    if (to <= from) continue;
    result += `${text.slice(done, from)}${MASK}`;
    done = to;
  }
  return result + text.slice(done);
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** What is behind a name that is worth masking; empty where it is none. */
function valueBehind(text: string, match: RegExpExecArray, start: number): Range {
  const [, secret, word, line, keyQuote, mark = ''] = match;
  const none = { from: start, to: start };
  const quote = matchAt(QUOTE, text, start);
  if (mark === ' ' && (keyQuote !== undefined || !isFlag(text, match.index))) return none;
  // Lists of headers: ('X-Auth-Token', '…'); else a comma ends what the name was the value of.
  if (mark === ', ' && (keyQuote === undefined || quote === undefined || !isHeader(text, match.index, line))) return none;
  if (mark === '>' && text[match.index - 1] !== '<' && secret === undefined) return none;
  if (word !== undefined && mark.trim() === ':' && (keyQuote === undefined || quote === undefined)) return none;
  if (quote !== undefined) return quoted(text, { start: start + quote[0].length, slashes: quote[1]!.length, quote: quote[2]! });
  if (matchAt(HARMLESS, text, start)) return none;
  if (line === undefined) return { from: start, to: start + matchAt(BARE, text, start)![0].length };
  const from = start + (matchAt(SCHEME, text, start)?.[0].length ?? 0);
  return { from, to: lineEnd(text, from, text[match.index - 1]) };
}

/** Inside quotes, to the same quote with as many backslashes before it, or to the end of the line. */
function quoted(text: string, { start, slashes, quote }: { start: number; slashes: number; quote: string }): Range {
  if (matchAt(HARMLESS, text, start)) return { from: start, to: start };
  const from = start + (matchAt(SCHEME, text, start)?.[0].length ?? 0);
  let backslashes = 0;
  let at = start;
  for (; at < text.length && text[at] !== '\n'; at++) {
    // In "a\"b" the quote with a backslash more is of the value.
    if (text[at] === quote && (backslashes === slashes || (slashes === 0 && backslashes % 2 === 0)))
      return { from: Math.min(from, at), to: at - slashes };
    backslashes = text[at] === '\\' ? backslashes + 1 : 0;
  }
  return { from, to: at };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

/** A header that stands in quotes as a whole ends with them. */
function lineEnd(text: string, from: number, before: string | undefined): number {
  const close = before === '"' || before === "'" ? before : undefined;
  let at = from;
  while (at < text.length && text[at] !== '\n' && text[at] !== close) at++;
  return text[at] === close && text[at - 1] === '\\' ? at - 1 : at;
}

/** Longest name of an option that is looked back over. */
const FLAG_CHARS_MAX = 40;

/** `--os-password value`: the name is part of a word that begins with two dashes. */
function isFlag(text: string, at: number): boolean {
  return /(?:^|\s)--[\w-]*$/.test(text.slice(Math.max(0, at - FLAG_CHARS_MAX), at));
}

function isHeader(text: string, at: number, line: string | undefined): boolean {
  return line !== undefined || /["']x-[\w-]*$/i.test(text.slice(Math.max(0, at - FLAG_CHARS_MAX), at));
}

// ------------------------------------------------------------------------------------------- by form

/** Of `user:password@host,user:password@host` without what is behind the last `@`. */
function withoutPasswords(users: string): string {
  const parts: string[] = [];
  let isWhole = true;
  for (const piece of users.split(',')) {
    // A comma within a password: what is before it names neither a host nor its port.
    if (isWhole) parts.push(piece);
    else parts[parts.length - 1] += `,${piece}`;
    isWhole = piece.includes('@') || /:\d{1,5}$/.test(piece);
  }
  return parts.map((part, index) => withoutPassword(part, index === parts.length - 1)).join(',');
}

function withoutPassword(part: string, isLast: boolean): string {
  const end = isLast ? part.length : part.lastIndexOf('@');
  const colon = part.indexOf(':');
  return colon < 0 || end <= colon + 1 ? part : `${part.slice(0, colon + 1)}${MASK}${part.slice(end)}`;
}

/** PEM: all between the two lines; without the second, all that is left. */
function withoutKeys(text: string): string {
  let result = '';
  let done = 0;
  for (const match of text.matchAll(KEY_BEGIN)) {
    const from = match.index + match[0].length;
    if (from <= done) continue;
    const end = text.indexOf('-----END', from);
    result += `${text.slice(done, from)}${MASK}`;
    done = end < 0 ? text.length : end;
  }
  return result + text.slice(done);
}
