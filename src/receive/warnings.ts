/**
 * Sentences of one listener for the operator: each is told once and stands in the status. Bounded, because sentences hold
 * what senders chose (their addresses): the oldest goes when a new one needs its place.
 */
/** More than anybody reads; each has its place in the log, too. */
const WARNINGS_MAX = 20;

export class Warnings {
  readonly #prefix: string;
  readonly #tell: ((text: string) => void) | undefined;
  readonly #texts: string[] = [];

  constructor(prefix: string, tell: ((text: string) => void) | undefined) {
    this.#prefix = prefix;
    this.#tell = tell;
  }

  add(what: string): void {
    const text = `${this.#prefix}: ${what}`;
    if (this.#texts.includes(text)) return;
    if (this.#texts.length === WARNINGS_MAX) this.#texts.shift();
    this.#texts.push(text);
    this.#tell?.(text);
  }

  get texts(): string[] {
    return [...this.#texts];
  }
}
