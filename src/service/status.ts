/**
 * What the running service says of itself at `GET /api/v1/status`: its members, in the order in which people read them. Not here:
 * how they come about.
 */
import type { Counters } from '../base/counters.ts';
import type { LiveStatus } from '../base/live-settings.ts';
import { nowUs } from '../base/time.ts';
import { version } from '../base/version.ts';
import type { Follow } from '../follow.ts';
import { type HostHeard, silentStatus } from '../ingest/heard.ts';
import type { StartedIngest } from '../ingest/options.ts';
import { clocksStatus, type HostSkew } from '../ingest/skew.ts';
import type { Receiver } from '../receive/receivers.ts';
import type { QueryPool } from '../store/pool.ts';
import type { FollowedFiles } from './followed-files.ts';
import type { Ledger } from './ledger.ts';

/** The status tells of a day; `GET /api/v1/losses` of any time. */
const LOSSES_SINCE_US = 24 * 3600e6;
const LOSSES_MAX = 100;

export interface StatusParts {
  readonly startedUs: number;
  readonly ingest: StartedIngest;
  readonly follow: Follow;
  readonly reader: QueryPool;
  readonly receivers: readonly Receiver[];
  readonly files: FollowedFiles;
  readonly counters: Counters;
  readonly ledger: Ledger;
  readonly zones: ReadonlyMap<string, number>;
  readonly skew: readonly HostSkew[];
  readonly heard: readonly HostHeard[];
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
  ledger,
  zones,
  skew,
  heard,
  config,
}: StatusParts): Promise<object> {
  return {
    version: version(),
    node: process.versions.node,
    startedUs,
    lastSeq: ingest.committedSeq,
    pendingBytes: ingest.pendingBytes,
    followers: follow.followers,
    queryWorkersReplaced: reader.replaced,
    receivers: receivers.map((receiver) => receiver.status()),
    files: files.status(),
    counters: counters.read(),
    losses: (await ledger.since(nowUs() - LOSSES_SINCE_US)).slice(0, LOSSES_MAX),
    zones: Object.fromEntries(zones),
    clocks: clocksStatus(skew),
    silent: silentStatus(heard, nowUs()),
    keeping: ingest.keeping,
    config,
    store: await reader.status(),
  };
}
