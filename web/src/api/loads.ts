/**
 * One question whose answer is shown: waiting, there, or in trouble, as a signal. A new question ends the one before, and
 * what was there stays to be seen (dimmed) until the new answer has come. Not here: asking (ask.ts).
 */
import { type ReadonlySignal, signal } from '../ui.ts';
import { isAbort, type Problem, troubleOf } from './ask.ts';

export interface Load<T> {
  readonly value: T | undefined;
  readonly trouble: Problem | undefined;
  readonly isBusy: boolean;
}

export interface Loader<T> {
  readonly state: ReadonlySignal<Load<T>>;
  /** Resolves when the answer is shown, or another question has taken its place. */
  run(asked: (signal: AbortSignal) => Promise<T>): Promise<void>;
  /** Shows another value, without asking. */
  put(value: T): void;
  /** Forgets the answer and ends the question. */
  clear(): void;
}

/** `keeps`: whether the answer before is still worth something where the new question is in trouble. */
export function loader<T>(keeps: (trouble: Problem) => boolean = () => true): Loader<T> {
  const state = signal<Load<T>>({ value: undefined, trouble: undefined, isBusy: false });
  let current: AbortController | undefined;
  return {
    state,
    async run(asked) {
      current?.abort();
      const own = new AbortController();
      current = own;
      state.value = { ...state.peek(), isBusy: true };
      try {
        const value = await asked(own.signal);
        if (current === own) state.value = { value, trouble: undefined, isBusy: false };
      } catch (error) {
        if (current !== own || isAbort(error)) return;
        const trouble = troubleOf(error);
        state.value = { value: keeps(trouble) ? state.peek().value : undefined, trouble, isBusy: false };
      }
    },
    put(value) {
      state.value = { value, trouble: undefined, isBusy: false };
    },
    clear() {
      current?.abort();
      current = undefined;
      state.value = { value: undefined, trouble: undefined, isBusy: false };
    },
  };
}
