/**
 * Asking the service: JSON in, or a Trouble that says in words what is wrong and, where the question's text is wrong, at which
 * characters. Addresses are relative to the page's <base>, so it works below any path of a proxy. Not here: what is asked.
 *
 * Invariant: whatever happens - no network, a proxy's HTML, a body that breaks off, nothing at all for too long - the caller gets an answer
 * or a Trouble; an aborted question gets nothing but an AbortError, which `isAbort` tells apart.
 */

/** Longest that anything is waited for; the service itself gives up after 30 s. */
const ANSWER_MS_MAX = 45_000;

export interface Problem {
  /** Of the service's table of errors, or `unreachable`, `no-answer`, `strange-answer`, which only a client can see. */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  /** 0: there was no answer. */
  readonly status: number;
  readonly position?: number;
  readonly length?: number;
  readonly suggestion?: string;
}

export class Trouble extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

export type Words = Readonly<Record<string, string | undefined>>;

export interface Ask {
  readonly method?: 'GET' | 'PUT' | 'DELETE' | 'POST';
  readonly words?: Words;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  readonly accept?: string;
}

/** `api/v1/search` with its arguments; empty ones are left out. */
export function urlOf(path: string, words: Words = {}): string {
  const given = Object.entries(words).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '');
  const search = new URLSearchParams(given).toString();
  return new URL(search === '' ? path : `${path}?${search}`, document.baseURI).href;
}

/** The JSON of an answer; undefined where it has no body. Throws Trouble, or an AbortError where the signal ended it. */
export async function ask<T>(path: string, asked: Ask = {}): Promise<T> {
  const response = await answerOf(path, asked);
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch (error) {
    throw endOf(error, asked.signal) ?? strange(response.status);
  }
}

/** Records of NDJSON as they come, in batches of what arrived at once. */
export async function* askLines<T>(path: string, asked: Ask = {}): AsyncGenerator<T[]> {
  const response = await answerOf(path, { accept: 'application/x-ndjson', ...asked });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const lines = (rest + value).split('\n');
      rest = lines.pop()!;
      if (lines.length > 0) yield lines.map((line) => JSON.parse(line) as T);
    }
  } catch (error) {
    throw endOf(error, asked.signal) ?? brokenOff();
  } finally {
    void reader.cancel().catch(() => {});
  }
  if (rest !== '') throw brokenOff();
}

async function answerOf(path: string, { method = 'GET', words, body, signal, accept = 'application/json' }: Ask): Promise<Response> {
  const late = AbortSignal.timeout(ANSWER_MS_MAX);
  let response: Response;
  try {
    response = await fetch(urlOf(path, words), {
      method,
      headers: { accept, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
    });
  } catch (error) {
    throw endOf(error, signal) ?? unreachable();
  }
  if (response.ok) return response;
  throw new Trouble(await problemOf(response));
}

/** What ended a question, if it was not the network. */
function endOf(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return new DOMException('left', 'AbortError');
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return new Trouble({
      code: 'no-answer',
      title: 'No answer',
      detail: `The service has not answered for ${ANSWER_MS_MAX / 1000} seconds`,
      status: 0,
    });
  return undefined;
}

export function unreachable(): Trouble {
  return new Trouble({
    code: 'unreachable',
    title: 'The service cannot be reached',
    detail: 'It is not running, or the network is down',
    status: 0,
  });
}

export function brokenOff(): Trouble {
  return new Trouble({ code: 'unreachable', title: 'The answer broke off', detail: 'Not everything came; ask again', status: 0 });
}

export function strange(status: number): Trouble {
  return new Trouble({
    code: 'strange-answer',
    title: 'A strange answer',
    detail: `What came (status ${status}) is not of this service; is there a proxy between?`,
    status,
  });
}

export async function problemOf(response: Response): Promise<Problem> {
  const type = response.headers.get('content-type') ?? '';
  try {
    if (type.startsWith('application/problem+json')) return (await response.json()) as Problem;
  } catch {
    // Half a problem is one, too.
  }
  return strange(response.status).problem;
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** Our own mistakes are troubles too: shown, and never a blank page. */
export function troubleOf(error: unknown): Problem {
  if (error instanceof Trouble) return error.problem;
  return {
    code: 'internal',
    title: 'Something went wrong in this page',
    detail: error instanceof Error ? error.message : String(error),
    status: 0,
  };
}
