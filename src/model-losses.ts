/** What was lost, and the book that keeps it: types that cross folders. The reasons are tabled in base/counters.ts. */

/** Losses of one reason and source within a stretch of time; times in µs. */
export interface LossEntry {
  readonly reason: string;
  readonly source: string;
  /** Messages, datagrams, connections or bytes: the reason says which. */
  readonly amount: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

export interface LossBook {
  /** Written when it resolves. */
  lose(losses: readonly LossEntry[]): Promise<void>;
  /** What was lost at or after a time, newest first, one entry per reason and source. */
  losses(sinceUs: number): Promise<LossEntry[]>;
}

export type LossAsk = { readonly do: 'lose'; readonly losses: readonly LossEntry[] } | { readonly do: 'losses'; readonly sinceUs: number };
