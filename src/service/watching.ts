/** Starts what watches the errors: their groups, and the spikes in them. Stopped in the other order: spikes live on what the groups tell. */
import type { Counters } from '../base/counters.ts';
import type { Log } from '../base/log.ts';
import type { HostHeard } from '../ingest/heard.ts';
import type { StartedIngest } from '../ingest/options.ts';
import type { SiteRules } from '../model.ts';
import type { QueryPool } from '../store/pool.ts';
import { ErrorKeeper } from './errors.ts';
import { SpikeKeeper } from './spikes.ts';

export interface WatchParts {
  readonly reader: QueryPool;
  readonly ingest: StartedIngest;
  readonly counters: Counters;
  readonly log: Log;
  readonly site: SiteRules | undefined;
  readonly heard: () => readonly HostHeard[];
  /** For tests. */
  readonly clock?: (() => number) | undefined;
}

export interface Watching {
  readonly errors: ErrorKeeper;
  readonly spikes: SpikeKeeper;
  configure(site: SiteRules): void;
  close(): Promise<void>;
}

export function startWatching({ reader, ingest, counters, log, site, heard, clock }: WatchParts): Watching {
  const errors = new ErrorKeeper({
    ...{ reader, book: ingest.saved, ingest, counters, log },
    rules: site?.errors ?? [],
    onTally: (tally) => spikes.take(tally),
  });
  const spikes = new SpikeKeeper({
    ...{ reader, shelf: ingest.saved, log, heard },
    behind: () => errors.behind,
    maintenance: site?.maintenance ?? [],
    rules: site?.errors ?? [],
    ...(clock === undefined ? {} : { clock }),
  });
  return {
    errors,
    spikes,
    configure(next) {
      errors.configure(next.errors ?? []);
      spikes.configure(next.maintenance ?? [], next.errors ?? []);
    },
    async close() {
      await spikes.close();
      await errors.close();
    },
  };
}
