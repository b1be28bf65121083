/**
 * The HTTP client of the reading verbs: which server, its answers, and its errors as the coded errors they
 * were. Not here: what is asked.
 */

import { SETTINGS } from '../../config/keys.ts';
import type { Arguments } from '../base/arguments.ts';
import { CodedError, ERRORS, type ErrorCode } from '../base/errors.ts';
import { visible } from '../base/visible.ts';
import type { Shell } from './shell.ts';
import { findUrl } from './url-file.ts';

export interface Server {
  readonly url: string;
  readonly token: string | undefined;
}

export interface Ask {
  readonly path: string;
  /** Absent ones are not sent. */
  readonly arguments?: Readonly<Record<string, string | undefined>>;
  readonly accept: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default GET. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal;
}

/** `--url`, else STACKTRAIL_URL, else the server that runs here for this user, else the default. */
export function serverOf(given: Arguments, shell: Shell): Server {
  const url =
    given.text('url') ??
    (shell.environment.STACKTRAIL_URL || undefined) ??
    findUrl() ??
    SETTINGS.find((setting) => setting.name === 'url')!.default;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new CodedError('bad-argument', `${visible(url)} is not a URL like http://127.0.0.1:5580`);
  }
  return { url: url.replace(/\/+$/, ''), token: given.text('token') ?? (shell.environment.STACKTRAIL_TOKEN || undefined) };
}

/** Throws `unreachable`, or what the server's problem JSON says. */
export async function ask(server: Server, what: Ask): Promise<Response> {
  const url = new URL(`${server.url}${what.path}`);
  for (const [name, value] of Object.entries(what.arguments ?? {})) if (value !== undefined) url.searchParams.set(name, value);
  const headers: Record<string, string> = { accept: what.accept, ...what.headers };
  if (server.token !== undefined) headers.authorization = `Bearer ${server.token}`;
  let response: Response;
  try {
    response = await fetch(url, {
      method: what.method ?? 'GET',
      headers,
      signal: what.signal,
      ...(what.body === undefined ? {} : { body: what.body }),
    });
  } catch (error) {
    throw what.signal.aborted ? error : new CodedError('unreachable', unreachableText(server, error));
  }
  if (response.ok) return response;
  throw await problemOf(server, response);
}

function unreachableText(server: Server, error: unknown): string {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause;
  const why = cause?.code ?? cause?.message ?? (error as Error).message;
  return `no server answers at ${server.url} (${why}); start one with "stacktrail serve" or "stacktrail demo", or say where it is with --url or STACKTRAIL_URL`;
}

async function problemOf(server: Server, response: Response): Promise<CodedError> {
  const text = await response.text().catch(() => '');
  try {
    const problem = JSON.parse(text) as { code?: string; detail?: string; title?: string };
    if (typeof problem.code === 'string' && problem.code in ERRORS) {
      return new CodedError(problem.code as ErrorCode, String(problem.detail ?? problem.title ?? problem.code));
    }
  } catch {
    // Not ours: told below.
  }
  return new CodedError(
    'unreachable',
    `what answers at ${server.url} is not Stacktrail: HTTP ${response.status} for ${new URL(response.url).pathname}`,
  );
}

/** Lines of a body as they come, without their \n. Throws `unreachable` when it breaks off. */
export async function* linesOf(server: Server, response: Response, signal: AbortSignal): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const chunk of response.body ?? []) {
      // A line in many chunks is joined once, when its end has come.
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    throw signal.aborted ? error : new CodedError('unreachable', `the answer of ${server.url} broke off: ${(error as Error).message}`);
  }
  if (rest !== '') yield rest;
}
