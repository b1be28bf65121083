/**
 * Who may talk to us from a browser. A page of another site cannot read our answers (no CORS), but it can send blindly,
 * and by DNS rebinding - its own name pointed at our address - it can make itself our origin. Against that a server on
 * loopback answers only to the names of loopback and those of the setting `http.hosts`; a server that others reach cannot
 * know its names, and checks them where the setting gives some. Programs that are no browsers say what is right by themselves.
 * Pure: headers in, verdict out. Source: RFC 9110 section 7.2 (Host), Fetch standard (Origin, Sec-Fetch-Site).
 */
import { CodedError } from '../base/errors.ts';

export interface Door {
  /** Address that the server is bound to; undefined: none yet, which is as strict as loopback. */
  readonly bound: string | undefined;
  /** Further names, in lower case. */
  readonly names: readonly string[];
}

const HOST = /^(\[[0-9a-f:.]+\]|[^:[\]\s/@]+?)\.?(?::\d{1,5})?$/;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/;
const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|\[.+\])$/;

/** Throws `wrong-host`. */
export function checkHost(header: string, { bound, names }: Door): void {
  const name = HOST.exec(header.toLowerCase())?.[1];
  if (name !== undefined && (LOOPBACK.test(name) || names.includes(name))) return;
  const isPublic = bound !== undefined && !LOOPBACK.test(bound);
  // A page cannot take an address as its name, so addresses need no list.
  if (name !== undefined && isPublic && (names.length === 0 || ADDRESS.test(name))) return;
  throw new CodedError('wrong-host', 'This server does not go by that name; the setting http.hosts adds names, such as that of a proxy');
}

/** For requests that change something: refuses those of other sites' pages. Throws `wrong-origin`. */
export function checkOrigin(headers: Readonly<Record<string, string | string[] | undefined>>, names: readonly string[]): void {
  const site = headers['sec-fetch-site'];
  const { origin, host } = headers;
  const isSame = site === undefined || site === 'same-origin' || site === 'none';
  if (isSame && (origin === undefined || isOurs(String(origin), String(host), names))) return;
  throw new CodedError('wrong-origin', 'A page of another site may not send here; programs send no Origin');
}

/** A proxy may have changed the Host: then the name is one of ours by the setting. */
function isOurs(origin: string, host: string, names: readonly string[]): boolean {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  return url !== undefined && (url.host === host.toLowerCase() || names.includes(url.hostname));
}
