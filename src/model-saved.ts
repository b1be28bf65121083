/**
 * Saved searches: what is kept of one, and what those who keep and those who ask say to each other. Part of model.ts,
 * which exports it: import from there. Types only.
 */

/** A question worth keeping. Absent members are absent, never ''. */
export interface SavedSearch {
  /** What it is asked for by: letters, digits and `. _ -`. */
  readonly name: string;
  readonly query: string;
  /** As it was given: `15m` stays the last 15 minutes, whenever it is asked. */
  readonly since?: string;
  readonly until?: string;
  readonly title?: string;
  /** Columns to show. */
  readonly fields?: readonly string[];
  /** RFC 3339; when it was made or changed. */
  readonly changed: string;
}

export type SavedAsk =
  | { readonly do: 'list' }
  | { readonly do: 'one'; readonly name: string }
  | { readonly do: 'keep'; readonly search: SavedSearch }
  | { readonly do: 'drop'; readonly name: string };

/** Where saved searches are kept; what `keep` and `drop` did is on disk when they answer. */
export interface SavedSearches {
  /** By name. */
  list(): Promise<SavedSearch[]>;
  one(name: string): Promise<SavedSearch | undefined>;
  /** True: there was none of this name before. Throws `too-many`, and what the disk says. */
  keep(search: SavedSearch): Promise<boolean>;
  /** False: there was none. */
  drop(name: string): Promise<boolean>;
}
