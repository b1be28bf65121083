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

/** No other signature of `services` was seen for the first time in the quarter of an hour before it, nor until `minute`. */
export function isFirstNew(
  { signature, firstMinute, services }: Omit<Newcomer, 'service'> & { readonly services: ReadonlySet<string> },
  minute: number,
  others: Iterable<Newcomer>,
): boolean {
  for (const other of others) {
    // Complaints of a dependency have a rule of their own while nothing is known (collapse.ts).
    if (other.signature === signature || !services.has(other.service) || other.signature.startsWith('@')) continue;
    if (other.firstMinute >= firstMinute - SETTLE_MINUTES && other.firstMinute < minute) return false;
  }
  return true;
}
