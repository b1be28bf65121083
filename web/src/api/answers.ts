/** What the routes answer that the view reads, as types: the JSON of /api/docs. Types only; records and stories are those of the service itself. */
import type { PublicRecord } from '../../../src/base/public.ts';
import type { SavedSearch, SearchStats } from '../../../src/model.ts';

export type { PublicRecord, SavedSearch };

export interface SearchAnswer {
  readonly records: readonly PublicRecord[];
  readonly next: string | null;
  readonly stats: SearchStats;
}

export interface HistogramAnswer {
  readonly start: string | null;
  readonly end: string | null;
  readonly stepSeconds: number;
  readonly buckets: readonly { readonly time: string; readonly count: number; readonly values?: Readonly<Record<string, number>> }[];
  readonly total: number;
  readonly others: number;
  readonly stats: SearchStats;
}

export interface FacetValue {
  readonly value: string;
  readonly count: number;
}

export interface FacetsAnswer {
  readonly facets: Readonly<Record<string, readonly FacetValue[]>>;
  readonly others: Readonly<Record<string, number>>;
  readonly absent: Readonly<Record<string, number>>;
  readonly approximate?: readonly string[];
  readonly total: number;
}

export interface ContextAnswer {
  readonly seq: number;
  readonly scope: string;
  readonly note?: string;
  readonly records: readonly PublicRecord[];
  readonly moreBefore: boolean;
  readonly moreAfter: boolean;
}
