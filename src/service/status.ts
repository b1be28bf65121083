/**
 * What the running service says of itself at `GET /api/v1/status`: its members, in the order in which people read them. Not here:
 * how they come about.
 */
import type { Counters } from '../base/counters.ts';
import type { LiveStatus } from '../base/live-settings.ts';
import type { Follow } from '../follow.ts';
import type { StartedIngest } from '../ingest/options.ts';
import { clocksStatus, type HostSkew } from '../ingest/skew.ts';
import type { Receiver } from '../receive/receivers.ts';
import type { QueryPool } from '../store/pool.ts';
import type { FollowedFiles } from './followed-files.ts';

export interface StatusParts {
  readonly startedUs: number;
  readonly ingest: StartedIngest;
  readonly follow: Follow;
  readonly reader: QueryPool;
  readonly receivers: readonly Receiver[];
  readonly files: FollowedFiles;
  readonly counters: Counters;
  readonly zones: ReadonlyMap<string, number>;
  readonly skew: readonly HostSkew[];
  readonly config: LiveStatus | undefined;
}

export async function statusOf({
  startedUs,
  ingest,
  follow,
  reader,
  receivers,
  files,
  counters,
  zones,
  skew,
  config,
}: StatusParts): Promise<object> {
  return {
    startedUs,
    lastSeq: ingest.committedSeq,
    pendingBytes: ingest.pendingBytes,
    followers: follow.followers,
    queryWorkersReplaced: reader.replaced,
    receivers: receivers.map((receiver) => receiver.status()),
    files: files.status(),
    counters: counters.read(),
    losses: counters.losses(),
    zones: Object.fromEntries(zones),
    clocks: clocksStatus(skew),
    keeping: ingest.keeping,
    config,
    store: await reader.status(),
  };
}
