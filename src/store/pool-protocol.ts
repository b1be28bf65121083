/** What the pool asks of a query worker, and what that answers. Types only. */
import type { ErrorMessage } from '../base/errors.ts';
import type { CountQuery, ErrorQuestion, Filter, FollowWant, Query, ReportRange, StoryWant } from '../model.ts';

export type PoolRequest =
  | { readonly id: number; readonly kind: 'search'; readonly query: Query }
  | { readonly id: number; readonly kind: 'follow'; readonly after: number; readonly filter: Filter; readonly want: FollowWant }
  | { readonly id: number; readonly kind: 'count'; readonly query: CountQuery }
  | { readonly id: number; readonly kind: 'story'; readonly want: StoryWant }
  | { readonly id: number; readonly kind: 'errors'; readonly question: ErrorQuestion }
  | { readonly id: number; readonly kind: 'entity'; readonly of: string }
  | { readonly id: number; readonly kind: 'endpoints'; readonly range: ReportRange }
  | { readonly id: number; readonly kind: 'record'; readonly seq: number }
  | { readonly id: number; readonly kind: 'status' }
  /** Files were dropped: let go of them. Not answered. */
  | { readonly id: number; readonly kind: 'let-go' }
  /** `id` is that of the request which nobody wants any more. */
  | { readonly id: number; readonly kind: 'cancel' };

/** Id 0: the worker is ready. */
export type PoolAnswer = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: ErrorMessage };
