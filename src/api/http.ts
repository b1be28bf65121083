/**
 * The door of fastify: routes in, an HTTP server out. It checks arguments by their schemas, gives every
 * answer its security headers, turns errors into problem JSON, and ties each request to a signal that aborts
 * when the client leaves. Not here: what any route means.
 *
 * The headers say that nothing we answer is a page (the one that is says otherwise itself): no sniffing, no frames, no
 * scripts, no caching. There is no CORS, so pages of other origins cannot read; guard.ts refuses what they could send.
 */
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { formatAddress, plainPeer } from '../base/address.ts';
import { CodedError, isCoded } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { nearest } from '../base/nearest.ts';
import { checkHost, checkOrigin, type Door } from './guard.ts';
import { problemAnswer } from './problem.ts';
import type { ApiAnswer, ApiParts, ApiRequest, Route } from './route.ts';
import { Answering, answerSocket, socketProblem } from './socket-problem.ts';
import { UploadRoom } from './upload-room.ts';

const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

/** A query of `limits.queryCharsMax` characters, each three bytes of percent-encoding in UTF-8's longest, and the other headers. */
const HEADER_BYTES_MAX = limits.queryCharsMax * 9 + 8192;
/** Node's own default for a whole request; fastify would wait for ever. */
const REQUEST_MS_MAX = 300_000;
/** Longer parts of a path are refused by their route, with a reason. */
const PARAM_CHARS_MAX = 4096;

export interface Http {
  /** Resolves with the bound address; rejects with `port-busy` or `bad-setting`. */
  listen(host: string, port: number): Promise<{ host: string; port: number }>;
  /** Ends streams and connections, then resolves. */
  close(): Promise<void>;
  /** A request without a socket, for tests. */
  inject(request: Injected): Promise<{ statusCode: number; headers: Record<string, unknown>; body: string }>;
}

export interface Injected {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD' | 'OPTIONS';
  url: string;
  headers?: Record<string, string>;
  payload?: string | Buffer;
}

export function createHttp(routes: readonly Route[], parts: ApiParts): Http {
  const stopping = new AbortController();
  const door: { bound: string | undefined; names: readonly string[] } = { bound: undefined, names: parts.hosts ?? [] };
  const answering = new Answering();
  const server = fastify({
    logger: false,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    requestTimeout: REQUEST_MS_MAX,
    bodyLimit: limits.ingestBodyBytesMax,
    // Whoever comes while we stop is told so by `refuse` below, in our words.
    return503OnClosing: false,
    // Fluent Bit writes `/_bulk/?pipeline=…`.
    rewriteUrl: (request) => (request.url ?? '').replace(/^\/_bulk\/(?=\?|$)/, '/_bulk'),
    routerOptions: { maxParamLength: PARAM_CHARS_MAX },
    http: { maxHeaderSize: HEADER_BYTES_MAX, requireHostHeader: false },
    // Arguments stay the text they were, and none is dropped without a word.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: false } },
    frameworkErrors: (_error, _request, reply) => {
      reply.headers(SECURITY_HEADERS);
      return send(reply, problemAnswer(new CodedError('bad-request', 'The address is not percent-encoded as it should be')));
    },
    clientErrorHandler: (error, socket) => {
      if (!socket.writable || error.code === 'ECONNRESET' || answering.isHalfway(socket as Socket)) socket.destroy();
      else answerSocket(socket as Socket, socketProblem(error.code), SECURITY_HEADERS);
    },
  });
  // Before anything is read, and before Node answers anything by itself.
  server.server.prependListener('connection', (socket) => {
    if (parts.admits?.(plainPeer(socket.remoteAddress)) === false) socket.destroy();
  });
  server.server.on('checkExpectation', (request, response) => {
    const problem = new CodedError('bad-request', 'Nothing but 100-continue can be expected of us');
    answerSocket(request.socket, problem, SECURITY_HEADERS);
    response.destroy();
  });
  const uploads = new UploadRoom();
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.addHook('onRequest', async (request, reply) => {
    answering.begin(request.socket, reply.raw);
    reply.headers(SECURITY_HEADERS);
    refuse(request, door, stopping.signal);
    const { bodyLimit = limits.ingestBodyBytesMax } = request.routeOptions;
    reply.raw.once('close', uploads.take({ method: request.method, headers: request.headers, bodyBytesMax: bodyLimit }));
  });
  server.addHook('onResponse', async (request, reply) => {
    const { url } = request.routeOptions;
    // A follower stays as long as it likes.
    if (url !== undefined && url !== '/api/v1/tail') parts.counters?.timeRequest(url, reply.elapsedTime / 1000);
  });
  server.setNotFoundHandler((request, reply) => send(reply, nowhere(routes, request)));
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const coded = codedOf(error, request.routeOptions);
    if (!isCoded(coded) || coded.code === 'internal')
      parts.log.error('a request failed', { method: request.method, url: request.url, error: coded });
    return send(reply, problemAnswer(coded));
  });
  for (const route of routes) addRoute(server, route, { parts, stopping: stopping.signal });
  return {
    async listen(host, port) {
      const address = await listen(server, host, port);
      door.bound = address.host;
      return address;
    },
    close: async () => {
      stopping.abort();
      await server.close();
    },
    inject: async (request) => {
      const { statusCode, headers, body } = await server.inject(request);
      return { statusCode, headers, body };
    },
  };
}

/** What holds for every request, whatever it asks for. */
function refuse(request: FastifyRequest, door: Door, stopping: AbortSignal): void {
  if (stopping.aborted) throw new CodedError('store-closed', 'The server is stopping');
  const { host } = request.headers;
  if (host !== undefined) checkHost(host, door);
  // Before HTTP/1.1 there was none; no browser leaves it out (RFC 9112 section 3.2).
  else if (request.raw.httpVersion === '1.1') throw new CodedError('bad-request', 'The Host header is missing');
  if (request.method !== 'GET' && request.method !== 'HEAD') checkOrigin(request.headers, door.names);
}

/** No route, or one that does not take the method: then the answer says which it takes (RFC 9110 section 15.5.6). */
function nowhere(routes: readonly Route[], request: FastifyRequest): ApiAnswer {
  const path = request.url.split('?', 1)[0]!.split('/');
  const here = routes.filter((route) => {
    const own = route.path.split('/');
    return own.length === path.length && own.every((part, index) => part === path[index] || part.startsWith(':'));
  });
  if (here.length === 0) return problemAnswer(new CodedError('not-found', 'There is no such route; /api/docs lists them'));
  const allow = [...new Set(here.flatMap(methodsOf))].join(', ');
  const answer = problemAnswer(new CodedError('bad-method', `This route takes ${allow}`));
  return { ...answer, headers: { ...answer.headers, allow } };
}

/** Whoever can GET can ask for the headers alone. */
function methodsOf({ method }: Route): string[] {
  return method === 'GET' ? ['GET', 'HEAD'] : [method];
}

function addRoute(server: FastifyInstance, route: Route, around: { parts: ApiParts; stopping: AbortSignal }): void {
  const { parts, stopping } = around;
  server.route({
    method: methodsOf(route),
    url: route.path,
    ...(route.bodyBytesMax === undefined ? {} : { bodyLimit: route.bodyBytesMax }),
    schema: { querystring: { type: 'object', additionalProperties: route.anyArguments === true, properties: { ...route.arguments } } },
    onRequest: async () => route.refuse?.(parts),
    handler: async (request, reply) => {
      const left = new AbortController();
      reply.raw.once('close', () => left.abort());
      const answer = await route.answer(parts, toApiRequest(request, AbortSignal.any([left.signal, stopping])));
      return send(reply, answer);
    },
  });
}

function toApiRequest(request: FastifyRequest, signal: AbortSignal): ApiRequest {
  return {
    arguments: request.query as ApiRequest['arguments'],
    params: request.params as ApiRequest['params'],
    headers: request.headers,
    body: request.body as Uint8Array | undefined,
    peer: plainPeer(request.socket.remoteAddress),
    signal,
  };
}

function send(reply: FastifyReply, answer: ApiAnswer): FastifyReply {
  reply.code(answer.status ?? 200);
  if (answer.headers) reply.headers(answer.headers);
  // What has no body has no type of one, and for 304 no length either (RFC 9110 section 15.4.5).
  if (answer.status === 204 || answer.status === 304) return reply.send();
  reply.type(answer.type);
  // Node leaves the body of an answer to HEAD away.
  if (typeof answer.body === 'string' || answer.body instanceof Uint8Array) return reply.send(answer.body);
  // One chunk ahead: what a slow client does not take stays in the store, and what nobody reads is never made.
  return reply.send(Readable.from(reply.request.method === 'HEAD' ? [] : answer.body, { highWaterMark: 1 }));
}

/** fastify's own errors in the words of our table. */
function codedOf(error: FastifyError, { schema, bodyLimit }: FastifyRequest['routeOptions']): unknown {
  if (isCoded(error)) return error;
  if (error.validation) return new CodedError('bad-argument', argumentTrouble(error.validation[0], schema?.querystring));
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new CodedError('too-large', `The body has more than ${bodyLimit} bytes`);
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) return new CodedError('bad-body', error.message);
  return error;
}

type Violation = NonNullable<FastifyError['validation']>[number];

function argumentTrouble(violation: Violation | undefined, schema: unknown): string {
  const known = (schema as { properties?: Record<string, { enum?: string[]; maxLength?: number }> } | undefined)?.properties ?? {};
  if (violation?.keyword === 'additionalProperties') {
    const name = String(violation.params.additionalProperty);
    const meant = nearest(name, Object.keys(known));
    return meant === undefined
      ? `There is no such argument; there are ${Object.keys(known).join(', ') || 'none'}`
      : `There is no such argument; did you mean ${meant}?`;
  }
  const name = violation?.instancePath.slice(1) ?? '';
  switch (violation?.keyword) {
    case 'type':
      return `${name} is given more than once`;
    case 'enum':
      return `${name} is one of ${known[name]?.enum?.join(', ')}`;
    case 'pattern':
      return `${name} is a whole number`;
    case 'maxLength':
      return `${name} has more than ${known[name]?.maxLength} characters`;
    default:
      return `${name} is wrong`;
  }
}

/** What the system says when an address cannot be had, in our words. */
const LISTEN_TROUBLES: Record<string, (where: string) => CodedError> = {
  EADDRINUSE: (where) =>
    new CodedError(
      'port-busy',
      `http ${where} is in use; stop what listens there, or give another with --http HOST:PORT (port 0 takes a free one)`,
    ),
  EACCES: (where) => new CodedError('bad-setting', `http ${where}: not allowed; ports below 1024 need privileges`),
  EADDRNOTAVAIL: (where) => new CodedError('bad-setting', `http ${where}: this machine has no such address`),
  ENOTFOUND: (where) => new CodedError('bad-setting', `http ${where}: there is no such host`),
};

async function listen(server: FastifyInstance, host: string, port: number): Promise<{ host: string; port: number }> {
  try {
    await server.listen({ host, port });
  } catch (error) {
    throw LISTEN_TROUBLES[(error as NodeJS.ErrnoException).code ?? '']?.(formatAddress({ host, port })) ?? error;
  }
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('BUG: listening without an address');
  return { host: address.address, port: address.port };
}
