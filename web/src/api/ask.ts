/**
 * Asking the service: JSON in, or a Trouble that says in words what is wrong and, where the question's text is wrong, at which
 * characters. Addresses are relative to the page's <base>, so it works below any path of a proxy. Not here: what is asked.
 *
 * Invariant: whatever happens - no network, a proxy's HTML, a body that breaks off, nothing at all for too long - the caller gets an answer
 * or a Trouble; an aborted question gets nothing but an AbortError, which `isAbort` tells apart.
 */

/** Longest that nothing comes: neither the answer nor more of it. The service itself gives up a question after 30 s. */
const SILENT_MS_MAX = 45_000;

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
  const silence = new Silence();
  try {
    const response = await answerOf(path, asked, silence);
    return response.status === 204 ? (undefined as T) : await jsonOf<T>(response, silence, asked.signal);
  } finally {
    silence.end();
  }
}

/** A large answer over a slow line may take its time, as long as it goes on coming. */
async function jsonOf<T>(response: Response, silence: Silence, signal: AbortSignal | undefined): Promise<T> {
  let text = '';
  try {
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      silence.heard();
      text += value;
    }
    return JSON.parse(text) as T;
  } catch (error) {
    throw endOf(error, signal) ?? strange(response.status);
  }
}

/** Lines of NDJSON as they come, in batches of what arrived at once. */
export async function* askLines<T>(path: string, asked: Ask = {}): AsyncGenerator<T[]> {
  const silence = new Silence();
  let rest = '';
  try {
    const response = await answerOf(path, { accept: LINES_TYPE, ...asked }, silence);
    if (!response.headers.get('content-type')?.startsWith(LINES_TYPE)) throw new Trouble(strange(response.status).problem);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    try {
      for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
        silence.heard();
        const lines = (rest + value).split('\n');
        rest = lines.pop()!;
        if (lines.length > 0) yield lines.map((line) => JSON.parse(line) as T);
      }
    } finally {
      void reader.cancel().catch(() => {});
    }
  } catch (error) {
    throw error instanceof Trouble ? error : (endOf(error, asked.signal) ?? brokenOff());
  } finally {
    silence.end();
  }
  if (rest !== '') throw brokenOff();
}

const LINES_TYPE = 'application/x-ndjson';

async function answerOf(path: string, asked: Ask, silence: Silence): Promise<Response> {
  const { method = 'GET', words, body, signal, accept = 'application/json' } = asked;
  let response: Response;
  try {
    response = await fetch(urlOf(path, words), {
      method,
      headers: { accept, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]),
    });
  } catch (error) {
    throw endOf(error, signal) ?? unreachable();
  }
  silence.heard();
  if (response.ok) return response;
  throw new Trouble(await problemOf(response));
}

/** Ends a question when nothing has come for too long. */
class Silence {
  readonly #late = new AbortController();
  #timer = this.#wait();

  get signal(): AbortSignal {
    return this.#late.signal;
  }

  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#wait();
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #wait(): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.#late.abort(new DOMException('nothing came', 'TimeoutError')), SILENT_MS_MAX);
  }
}

/** What ended a question, if it was not the network. */
function endOf(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return new DOMException('left', 'AbortError');
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return new Trouble({
      code: 'no-answer',
      title: 'No answer',
      detail: `Nothing has come from the service for ${SILENT_MS_MAX / 1000} seconds`,
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
