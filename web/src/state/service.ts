/**
 * What the service says of itself, asked again and again while somebody looks: its state, its sources, its losses, and rates made of
 * successive answers. An answer that does not come leaves what was there, which says how old it is. Not here: how it is shown (views/status.tsx).
 */
import type { LossesAnswer, SourcesAnswer, StatusAnswer } from '../api/answers-status.ts';
import { ask, isAbort, type Problem, troubleOf } from '../api/ask.ts';
import { batch, effect, signal, untracked } from '../ui.ts';
import { here } from './here.ts';
import { type Sample, sampleOf } from './rates.ts';

/** As often as a person looks up; the service answers in some milliseconds. */
const EVERY_MS = 2000;
/** Hosts and losses change slowly, and may be many. */
const SLOW_EVERY = 3;
/** Two minutes of rates. */
const SAMPLES_MAX = 61;
export const LOSSES_SINCE_DEFAULT = '24h';

export const status = signal<StatusAnswer | undefined>(undefined);
export const sources = signal<SourcesAnswer['sources'] | undefined>(undefined);
export const losses = signal<LossesAnswer['losses'] | undefined>(undefined);
export const samples = signal<readonly Sample[]>([]);
/** Of the newest question. */
export const trouble = signal<Problem | undefined>(undefined);
export const answeredMs = signal(0);

export const lossesSince = (): string => here.value.more.since ?? LOSSES_SINCE_DEFAULT;

/** Asks at once, then every few seconds, until the answer is called. A page that nobody sees does not ask. */
export function watchService(): () => void {
  const left = new AbortController();
  let timer = 0;
  let turn = 0;
  const look = async (): Promise<void> => {
    clearTimeout(timer);
    if (!document.hidden) await once(turn++ % SLOW_EVERY === 0, left.signal);
    if (!left.signal.aborted) timer = window.setTimeout(look, EVERY_MS);
  };
  const seen = (): void => void (document.hidden || look());
  document.addEventListener('visibilitychange', seen);
  const end = effect(() => {
    const since = lossesSince();
    untracked(() => void askLosses(since, left.signal).catch(() => {}));
  });
  void look();
  return () => {
    left.abort();
    clearTimeout(timer);
    end();
    document.removeEventListener('visibilitychange', seen);
  };
}

async function once(isSlow: boolean, left: AbortSignal): Promise<void> {
  // Longer than that is no answer for a page that asks every two seconds.
  const own = AbortSignal.any([left, AbortSignal.timeout(10_000)]);
  try {
    const answer = await ask<StatusAnswer>('api/v1/status', { signal: own });
    const [told] = isSlow ? await Promise.all([ask<SourcesAnswer>('api/v1/sources', { signal: own }), askLosses(lossesSince(), own)]) : [];
    batch(() => {
      const sample = sampleOf(answer, Date.now());
      // Another process counts from nothing.
      const isSame = status.peek()?.startedUs === answer.startedUs;
      samples.value = [...(isSame ? samples.peek() : []), sample].slice(-SAMPLES_MAX);
      status.value = answer;
      if (told !== undefined) sources.value = told.sources;
      trouble.value = undefined;
      answeredMs.value = Date.now();
    });
  } catch (error) {
    if (left.aborted) return;
    trouble.value = isAbort(error)
      ? { code: 'no-answer', title: 'No answer', detail: 'The service has not answered for ten seconds', status: 0 }
      : troubleOf(error);
  }
}

async function askLosses(since: string, left: AbortSignal): Promise<void> {
  losses.value = (await ask<LossesAnswer>('api/v1/losses', { words: { since }, signal: left })).losses;
}
