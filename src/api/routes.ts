/** The table of routes, in the order of README.md. A new route is one file and one line here. */
import { ingest } from './ingest.ts';
import { record } from './records.ts';
import type { Route } from './route.ts';
import { search } from './search.ts';
import { healthy, ready, status } from './status.ts';
import { tail } from './tail.ts';

export const ROUTES: readonly Route[] = [search, tail, record, ingest, status, healthy, ready];
