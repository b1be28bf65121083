/**
 * Which endpoint of an API a request asked for: method and path with ids, names and numbers of things taken out, `GET /v2.1/servers/{id}`,
 * so that requests for different things count together. Pure. Not here: which lines are requests (parsers/marks-http.ts).
 *
 * Invariant: linear time; what stands behind `?` is no part of it. Names that operators choose look like words of the API; where they stand is
 * known for Swift (account, container, object) and for some collections of Nova and Heat. Blocks keep sums by these names: raise ENDPOINT_RULES
 * (src/store/endpoint-sums.ts) when a path gets another one.
 */
const ID = /^(?:[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|\d+|[0-9a-f]{24,}|(?:req-|tx)[0-9a-f-]{16,}.*|(?:\d{1,3}\.){3}\d{1,3})$/i;
/** A word of an API has few digits; longer mixtures are tokens, hashes, numbered names. */
const MIXED = /^(?=.*\d.*\d.*\d)[\w.:%~-]{12,}$/;
/** What stands behind these is a name. */
const NAMED = /^(?:os-keypairs|os-hosts|os-aggregates|stacks|resource_types|os-services|bindings)$/;
const SWIFT = /^\/v1(?:\.0)?\/[A-Za-z]+_[^/]*/;
/** Of its account, container and object servers: device, partition, then the same. */
const SWIFT_BACKEND = /^\/[\w.-]+\/\d+(?:\/(?:[A-Za-z]+_|\.)|$)/;
const CHARS_MAX = 200;
const SEGMENTS_MAX = 12;

export function endpointOf(method: string, path: string): string {
  return `${method} ${maskedPath(path)}`;
}

function maskedPath(text: string): string {
  const path = text.replace(/^[a-z]{2,5}:\/\/[^/]*/i, '').replace(/[?#].*$/s, '') || '/';
  if (SWIFT.test(path)) return `/${path.split('/', 2)[1]}${swiftPath(path.split('/').slice(2))}`;
  if (SWIFT_BACKEND.test(path)) return `/{device}/{partition}${swiftPath(path.split('/').slice(3))}`;
  const segments = path.split('/');
  const out: string[] = [];
  for (const [index, segment] of segments.slice(0, SEGMENTS_MAX).entries()) {
    if (ID.test(segment) || MIXED.test(segment)) out.push('{id}');
    else if (segment !== '' && NAMED.test(segments[index - 1] ?? '') && !/^(?:detail|enable|disable|force-down)$/.test(segment))
      out.push('{name}');
    else out.push(segment);
  }
  if (segments.length > SEGMENTS_MAX) out.push('…');
  const joined = out.join('/');
  return joined.length > CHARS_MAX ? `${joined.slice(0, CHARS_MAX)}…` : joined;
}

/** An object's name may hold slashes. */
function swiftPath([account = '', container = '', ...object]: readonly string[]): string {
  const rest = object.join('/') === '' ? '' : '/{object}';
  return `${account === '' ? '' : '/{account}'}${container === '' ? '' : '/{container}'}${rest}`;
}
