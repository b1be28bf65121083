/** What the verbs that work on a data folder share: which one it is, and telling how far they are. */
import type { Arguments } from '../base/arguments.ts';
import { readSettings } from '../base/config.ts';
import { CodedError } from '../base/errors.ts';
import type { Shell } from './shell.ts';

/** The data folder of `serve` with the same flags, environment and file. */
export function dataOf(given: Arguments, shell: Shell): string {
  return readSettings({ flag: (name) => given.text(name), environment: shell.environment }).values.data;
}

/** The one word that must be given. */
export function wordOf(given: Arguments, what: string): string {
  const [word] = given.words;
  if (word === undefined || word === '') throw new CodedError('bad-argument', `${what} is missing`);
  return word;
}

/** On a terminal it is one line that changes; in a log there is a line now and then. */
const TERMINAL_MS = 100;
const LOG_MS = 10_000;

export class Progress {
  readonly #shell: Shell;
  readonly #isQuiet: boolean;
  #shownMs = performance.now();
  #isShown = false;

  constructor(shell: Shell, isQuiet = false) {
    this.#shell = shell;
    this.#isQuiet = isQuiet;
  }

  show(text: string): void {
    const { err } = this.#shell;
    const nowMs = performance.now();
    if (this.#isQuiet || nowMs - this.#shownMs < (err.isTerminal ? TERMINAL_MS : LOG_MS)) return;
    this.#shownMs = nowMs;
    this.#isShown = err.isTerminal;
    err.write(err.isTerminal ? `\r\x1b[K${text}` : `stacktrail: ${text}\n`);
  }

  end(): void {
    if (this.#isShown) this.#shell.err.write('\r\x1b[K');
    this.#isShown = false;
  }
}
