/**
 * One connection to the tail of the service, until it ends: events as they come. Not here: coming back (state/live.ts).
 *
 * Not EventSource: that says neither why a connection failed (a wrong query looks like a dead server), nor how long it waits, nor lets us say where to go on
 * after the page itself was asleep. A connection that the network still believes in may be dead: the service speaks every ten seconds, and one
 * that is silent for longer than two of these is given up.
 */
import { EventReader, type ServerEvent } from '../text/events.ts';
import { brokenOff, isAbort, problemOf, strange, Trouble, unreachable, urlOf, type Words } from './ask.ts';

/** Two heartbeats and a while. */
const SILENT_MS_MAX = 25_000;
const LOOK_MS = 2000;

export interface TailAsk {
  readonly words: Words;
  /** The seq behind which to go on; undefined: with what comes now. */
  readonly after: string | undefined;
  readonly signal: AbortSignal;
}

/** Ends with a Trouble, which says why, or with an AbortError of the caller's own signal. */
export async function* tailEvents({ words, after, signal }: TailAsk): AsyncGenerator<ServerEvent[]> {
  const dead = new AbortController();
  let heardMs = Date.now();
  // Wall clock: while the machine sleeps no other goes on.
  const timer = setInterval(() => {
    if (Date.now() - heardMs > SILENT_MS_MAX) dead.abort();
  }, LOOK_MS);
  const failed = (error: unknown, otherwise: () => Trouble): unknown => {
    if (signal.aborted) return new DOMException('left', 'AbortError');
    return error instanceof Trouble && !isAbort(error) ? error : otherwise();
  };
  try {
    const response = await fetch(urlOf('api/v1/tail', words), {
      headers: { accept: 'text/event-stream', ...(after === undefined ? {} : { 'last-event-id': after }) },
      cache: 'no-store',
      signal: AbortSignal.any([signal, dead.signal]),
    }).catch((error: unknown) => {
      throw failed(error, unreachable);
    });
    if (!response.ok) throw new Trouble(await problemOf(response));
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) throw strange(response.status);
    yield [];
    const events = new EventReader();
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read().catch((error: unknown) => {
          throw failed(error, dead.signal.aborted ? silent : brokenOff);
        });
        if (done) throw ended();
        heardMs = Date.now();
        yield events.push(value);
        // Whoever took them may have been busy for long; that is not the service's silence.
        heardMs = Date.now();
      }
    } finally {
      void reader.cancel().catch(() => {});
    }
  } finally {
    clearInterval(timer);
    dead.abort();
  }
}

function silent(): Trouble {
  return new Trouble({ code: 'no-answer', title: 'The connection is dead', detail: 'The service has said nothing for a while', status: 0 });
}

function ended(): Trouble {
  return new Trouble({ code: 'unreachable', title: 'The service ended the stream', detail: 'It is stopping or starting anew', status: 0 });
}
