/**
 * What is news in a young store, where everything is new: the first new signature of its services for SETTLE_MINUTES. A cloud that is full of errors
 * shows them one after the other within its first quarters of an hour, and is not told each; in a healthy one a new error is news at once. Pure.
 */

/** Until so much has been seen, everything is new, and nothing is; so long nothing else was new. */
export const SETTLE_MINUTES = 15;

export interface Newcomer {
  readonly signature: string;
  readonly service: string;
  readonly firstMinute: number;
}

export class Newcomers {
  #minute = -1;
  readonly #others = new Map<string, Newcomer[]>();

  /** No other signature of `services` was seen for the first time in the quarter of an hour before it, nor until `minute`. */
  isFirst(
    { signature, firstMinute, services }: Omit<Newcomer, 'service'> & { readonly services: ReadonlySet<string> },
    minute: number,
    all: () => Iterable<Newcomer>,
  ): boolean {
    this.#gather(minute, all);
    for (const service of services)
      for (const other of this.#others.get(service) ?? [])
        if (other.signature !== signature && other.firstMinute >= firstMinute - SETTLE_MINUTES) return false;
    return true;
  }

  /** Once a minute: in a flood of new ones thousands ask. */
  #gather(minute: number, all: () => Iterable<Newcomer>): void {
    if (this.#minute === minute) return;
    this.#minute = minute;
    this.#others.clear();
    for (const one of all()) {
      // Complaints of a dependency have a rule of their own while nothing is known (collapse.ts).
      if (one.firstMinute >= minute || one.signature.startsWith('@')) continue;
      const others = this.#others.get(one.service) ?? [];
      this.#others.set(one.service, others);
      others.push(one);
    }
  }
}
