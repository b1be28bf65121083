/**
 * The browser's view of this service: the page and what it loads, as `npm run build` left them in dist/web, served from
 * memory. Scripts and styles carry a hash of their content in their name and are kept for ever; the page is asked for
 * again each time and answered with 304 while it is the same. Not here: what the view does (web/).
 *
 * Addresses inside the page are relative, and its `<base>` says how deep the path is, so that it works below any path of a reverse proxy
 * that takes this path away. The policy allows our own scripts, styles and connections, and no markup made from text: what a log line
 * holds can only ever be shown. Sources: RFC 9110 sections 8.8.3, 12.5.3, 13.1.2 (entity tags, encodings), RFC 8246 (immutable), CSP 3.
 */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CodedError } from '../base/errors.ts';
import { prefers } from './accept.ts';
import { type ApiAnswer, type ApiRequest, headerOf, type Route } from './route.ts';
import { TEXT } from './schemas.ts';

const GROUP = 'The browser';

/** Addresses of the page, one for each of its views (web/src/views/views.ts has the same). */
export const PAGES: readonly { readonly path: string; readonly say: string }[] = [
  { path: '/search', say: 'The page, searching, also live' },
  { path: '/status', say: 'The page with the state of the service' },
  { path: '/story', say: 'The page, asking for an id' },
  { path: '/story/:id', say: 'The page with the story of an id' },
  { path: '/errors', say: 'The page with error groups' },
  { path: '/errors/:signature', say: 'The page with one of them' },
];

export const WEB_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
};

/** Smaller bodies do not get smaller. */
const PACK_BYTES_MIN = 1024;

/** A file of the view as it goes out. */
interface Asset {
  readonly type: string;
  readonly tag: string;
  readonly bytes: Buffer;
  readonly packed: Buffer | undefined;
}

/** The checkout has dist/web beside src, an installed package has web beside dist/src. */
const FOLDERS = ['../../dist/web', '../../web'].map((path) => join(import.meta.dirname, path));

export interface WebFiles {
  /** The page whose own path is this many folders deep; undefined: the view is not built. */
  page(depth: number): Asset | undefined;
  asset(name: string): Asset | undefined;
}

/** Reads the folder when it is first asked for, and again when the view was built anew. */
export function webFiles(folders: readonly string[] = FOLDERS): WebFiles {
  let read: { stamp: number; html: string; assets: Map<string, Asset>; pages: Map<number, Asset> } | undefined;
  const now = () => {
    const folder = folders.find((one) => existsSync(join(one, 'index.html')));
    if (folder === undefined) return read;
    const stamp = statSync(join(folder, 'index.html')).mtimeMs;
    if (read?.stamp !== stamp)
      read = { stamp, html: readFileSync(join(folder, 'index.html'), 'utf8'), assets: assetsOf(folder), pages: new Map() };
    return read;
  };
  return {
    page(depth) {
      const files = now();
      if (files === undefined) return undefined;
      const page = files.pages.get(depth) ?? pageAsset(files.html, depth);
      files.pages.set(depth, page);
      return page;
    },
    asset: (name) => (read ?? now())?.assets.get(name),
  };
}

function assetsOf(folder: string): Map<string, Asset> {
  const inside = join(folder, 'assets');
  const names = existsSync(inside) ? readdirSync(inside) : [];
  return new Map(names.map((name) => [name, assetOf(extname(name), readFileSync(join(inside, name)))]));
}

function pageAsset(html: string, depth: number): Asset {
  return assetOf('.html', Buffer.from(html.replace('<base href="./"', `<base href="${'../'.repeat(depth) || './'}"`)));
}

function assetOf(ending: string, bytes: Buffer): Asset {
  const packed = bytes.length < PACK_BYTES_MIN ? undefined : gzipSync(bytes, { level: 9 });
  const tag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { type: TYPES[ending] ?? 'application/octet-stream', tag, bytes, packed };
}

/** The page for a person who has not built the view yet. */
const NOT_BUILT = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Stacktrail</title>
<h1>Stacktrail runs</h1>
<p>Its view for the browser is not built yet. In the folder of Stacktrail: <code>npm ci &amp;&amp; npm run build</code>, then load this page again.
<p>Everything else is there: <a href="api/docs">the API</a>, the command line, the listeners.
</html>
`;

/** Where the page itself is kept or made anew by the browser. */
const ASK_AGAIN = 'no-cache';
const FOR_EVER = 'public, max-age=31536000, immutable';

function pageAnswer(files: WebFiles, request: ApiRequest, depth: number): ApiAnswer {
  const headers = {
    'content-security-policy': WEB_POLICY,
    'cross-origin-opener-policy': 'same-origin',
    vary: 'accept, accept-encoding',
  };
  const page = files.page(depth);
  if (page !== undefined) return assetAnswer(page, request, { ...headers, 'cache-control': ASK_AGAIN });
  return { type: TYPES['.html']!, headers, body: NOT_BUILT.replace('<title>', `<base href="${'../'.repeat(depth) || './'}"><title>`) };
}

function assetAnswer(asset: Asset, request: ApiRequest, headers: Readonly<Record<string, string>>): ApiAnswer {
  const isPacked = asset.packed !== undefined && takesGzip(headerOf(request, 'accept-encoding') ?? '');
  const tag = isPacked ? `${asset.tag.slice(0, -1)}-gzip"` : asset.tag;
  const all = { ...headers, etag: tag, ...(isPacked ? { 'content-encoding': 'gzip' } : {}) };
  if (isKnown(headerOf(request, 'if-none-match') ?? '', tag))
    return { status: 304, type: asset.type, headers: { ...headers, etag: tag }, body: '' };
  return { type: asset.type, headers: all, body: isPacked ? asset.packed! : asset.bytes };
}

/** `gzip`, `x-gzip` or `*` with a weight above nothing. */
function takesGzip(header: string): boolean {
  return header.split(',').some((part) => /^\s*(x-)?gzip\s*(;\s*q=(0?\.0*[1-9]\d*|1(\.0*)?))?\s*$|^\s*\*\s*$/i.test(part));
}

function isKnown(header: string, tag: string): boolean {
  return header === '*' || header.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}

const PAGE_TYPES = { 'text/html': TEXT };

/** The page at each address of a view, and what it loads. */
export function webRoutes(files: WebFiles): readonly Route[] {
  const pages = PAGES.map(
    ({ path, say }): Route => ({
      method: 'GET',
      path,
      group: GROUP,
      say,
      arguments: {},
      anyArguments: true,
      ...paramsOf(path),
      responses: [{ status: 200, say: 'The page, or how to build it', types: PAGE_TYPES }],
      errors: [],
      answer: async (_parts, request) => pageAnswer(files, request, path.split('/').length - 2),
    }),
  );
  return [...pages, assetRoute(files)];
}

function paramsOf(path: string): Pick<Route, 'params'> {
  const names = [...path.matchAll(/:(\w+)/g)].map((match) => match[1]!);
  if (names.length === 0) return {};
  return { params: Object.fromEntries(names.map((name) => [name, { type: 'string', description: 'What the page shows' }])) };
}

function assetRoute(files: WebFiles): Route {
  return {
    method: 'GET',
    path: '/assets/:file',
    group: GROUP,
    say: 'Scripts, styles and pictures of the page, kept for ever by their name',
    arguments: {},
    anyArguments: true,
    params: { file: { type: 'string', description: 'Name with a hash of its content' } },
    responses: [
      { status: 200, say: 'The file', types: { 'text/javascript': TEXT, 'text/css': TEXT, 'image/svg+xml': TEXT } },
      { status: 304, say: 'It is the same as before', types: {} },
    ],
    errors: ['not-found'],
    async answer(_parts, request) {
      const asset = files.asset(request.params.file ?? '');
      if (asset === undefined) throw new CodedError('not-found', 'There is no such file; the page was built anew: load it again');
      return assetAnswer(asset, request, { 'cache-control': FOR_EVER, vary: 'accept-encoding' });
    },
  };
}

/** `GET /` is what clients of Elasticsearch ask first; whoever would rather have a page gets the first of ours. */
export function orPage(files: WebFiles, root: Route): Route {
  return {
    ...root,
    say: `${root.say}; the page of the browser for \`Accept: text/html\``,
    responses: root.responses.map((response) => ({ ...response, types: { ...response.types, ...PAGE_TYPES } })),
    answer: async (parts, request) =>
      prefers(headerOf(request, 'accept'), 'text/html') ? pageAnswer(files, request, 0) : root.answer(parts, request),
  };
}
