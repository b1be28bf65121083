/**
 * Notices a connection that is dead although TCP still believes in it: a server that says something every 15 s was silent for too
 * long, or the machine was asleep meanwhile, which it knows by a jump of its clock. Not here: what to do then.
 */

/** Two heartbeats of the server. */
export const SILENCE_MS_MAX = 30_000;
/** How often the clock is looked at, and the jump of it that only a sleep makes. */
export const CLOCK = { everyMs: 5000, jumpMs: 20_000 };

/** Aborts when nothing was heard for too long, or when the machine was asleep meanwhile. */
export class Watchdog {
  readonly #ending = new AbortController();
  readonly #clock: NodeJS.Timeout;
  #silence: NodeJS.Timeout | undefined;
  #lookedMs = Date.now();

  constructor() {
    this.#listen();
    this.#clock = setInterval(() => this.#look(), CLOCK.everyMs);
  }

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  async *watch(lines: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const line of lines) {
      this.#silence?.refresh();
      yield line;
    }
  }

  /** While we do something else, silence says nothing. */
  async asleep(work: () => Promise<void>): Promise<void> {
    clearTimeout(this.#silence);
    await work();
    this.#listen();
  }

  end(): void {
    clearTimeout(this.#silence);
    clearInterval(this.#clock);
  }

  #listen(): void {
    this.#silence = setTimeout(() => this.#ending.abort(`has been silent for ${SILENCE_MS_MAX / 1000} s`), SILENCE_MS_MAX);
  }

  #look(): void {
    const now = Date.now();
    if (now - this.#lookedMs > CLOCK.everyMs + CLOCK.jumpMs) this.#ending.abort('may be gone: this machine was asleep');
    this.#lookedMs = now;
  }
}
