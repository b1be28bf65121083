/** The table of routes, in the order of README.md. A new route is one file and one line here. */
import { alertsStatus, alertsTest } from './alerts.ts';
import { bulkRoutes } from './bulk.ts';
import { context } from './context.ts';
import { documentRoutes } from './docs.ts';
import { elasticRoutes } from './elastic.ts';
import { entities } from './entities.ts';
import { errorGroup, errors, explain } from './errors.ts';
import { facets } from './facets.ts';
import { histogram } from './histogram.ts';
import { importPart, positions } from './import.ts';
import { ingest } from './ingest.ts';
import { lokiPush } from './loki.ts';
import { losses } from './losses.ts';
import { metrics } from './metrics.ts';
import { otlpLogs } from './otlp.ts';
import { record } from './records.ts';
import { report } from './report.ts';
import type { Route } from './route.ts';
import { savedDrop, savedKeep, savedList, savedOne } from './saved.ts';
import { search } from './search.ts';
import { sources } from './sources.ts';
import { snoozeDrop, snoozeKeep, snoozeList, spikes } from './spikes.ts';
import { stats } from './stats.ts';
import { healthy, ready, status } from './status.ts';
import { tail } from './tail.ts';
import { trace } from './trace.ts';
import { orPage, webFiles, webRoutes } from './web.ts';

const [openapi, docs] = documentRoutes(() => ROUTES);
const view = webFiles();

export const ROUTES: readonly Route[] = [
  search,
  tail,
  record,
  context,
  trace,
  entities,
  histogram,
  facets,
  stats,
  errors,
  errorGroup,
  explain,
  spikes,
  snoozeList,
  snoozeKeep,
  snoozeDrop,
  report,
  alertsStatus,
  alertsTest,
  ingest,
  importPart,
  positions,
  savedList,
  savedOne,
  savedKeep,
  savedDrop,
  status,
  losses,
  sources,
  openapi,
  docs,
  healthy,
  ready,
  metrics,
  ...bulkRoutes,
  lokiPush,
  otlpLogs,
  ...elasticRoutes.map((route) => (route.path === '/' ? orPage(view, route) : route)),
  ...webRoutes(view),
];
