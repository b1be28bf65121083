/**
 * Starts and stops everything in order; the only file that builds the whole. Order: folder and ingest thread, query
 * workers, receivers, API; stopping goes the other way round, so that what was received is committed before the
 * store closes. Whatever fails on the way up is taken down again, and says one coded sentence.
 */
import { siteReader } from '../parsers/site.ts';
import { createApi } from './api/api.ts';
import { type Address, formatAddresses } from './base/address.ts';
import type { EffectiveSettings, Settings } from './base/config.ts';
import { NO_RULES } from './base/config-site.ts';
import { Counters } from './base/counters.ts';
import { LiveSettings } from './base/live-settings.ts';
import { createLog, type Log } from './base/log.ts';
import { createFollow } from './follow.ts';
import { facilityServices } from './ingest/facilities.ts';
import type { HostHeard } from './ingest/heard.ts';
import type { StartedIngest } from './ingest/options.ts';
import type { ReadingSettings } from './ingest/protocol.ts';
import type { HostSkew } from './ingest/skew.ts';
import { startIngest } from './ingest.ts';
import type { KeepSettings, SiteRules } from './model.ts';
import { knownErrors } from './service/errors.ts';
import { type FollowedFiles, followFiles } from './service/followed-files.ts';
import { Gates } from './service/gates.ts';
import { Ledger } from './service/ledger.ts';
import { metricsOf } from './service/metrics.ts';
import { inTime, startReceivers } from './service/receivers.ts';
import { sourcesOf } from './service/sources.ts';
import { type StatusParts, statusOf } from './service/status.ts';
import { Telling } from './service/telling.ts';
import { startWatching, type Watching } from './service/watching.ts';
import { QueryPool } from './store/pool.ts';

/** Two: a scan in one must not hold up a needle; more would only take the cores of ingest. */
const QUERY_WORKERS = 2;

export interface Service {
  /** Bound addresses by listener; those that are off are absent. */
  readonly addresses: Readonly<Record<string, Address>>;
  /** Resolves when the service cannot go on by itself (its ingest thread died). */
  readonly failed: Promise<Error>;
  /** Resolves when the ingest thread has answered: without it nothing is stored. */
  readonly alive: () => Promise<unknown>;
  /** Reads the configuration file again; absent where there is none. */
  readonly reload: (() => void) | undefined;
  stop(): Promise<void>;
}

/** What is up so far, last first when it goes down. */
class Rising {
  readonly #steps: { name: string; down: () => Promise<void> | void }[] = [];
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  up(name: string, down: () => Promise<void> | void): void {
    this.#steps.push({ name, down });
  }

  async down(): Promise<void> {
    for (const { name, down } of this.#steps.splice(0).toReversed()) {
      try {
        await down();
      } catch (error) {
        this.#log.error(`stopping ${name} failed`, { error: (error as Error).message });
      }
    }
  }
}

/** What a service may have besides its settings. */
export interface ServiceOptions {
  /** Rules of the site, with the settings as they were read, and how to read them again; absent: nothing changes while it runs. */
  readonly effective?: EffectiveSettings;
  readonly readAgain?: () => EffectiveSettings;
  /** Time by which spikes are judged, µs; for tests. */
  readonly clock?: () => number;
}

export async function startService(settings: Settings, options: ServiceOptions = {}): Promise<Service> {
  const log = createLog({ level: settings['log.level'] });
  const rising = new Rising(log);
  // Wrong rules are refused before anything is up.
  siteReader(options.effective?.site ?? NO_RULES);
  try {
    return await build({ settings, log, rising, options });
  } catch (error) {
    await rising.down();
    throw error;
  }
}

interface Plan {
  readonly settings: Settings;
  readonly log: Log;
  readonly rising: Rising;
  readonly options: ServiceOptions;
}

async function build({ settings, log, rising, options }: Plan): Promise<Service> {
  const counters = new Counters();
  const gates = new Gates(settings, counters);
  const told: Told = { skew: [], heard: [], zones: new Map() };
  const { promise: failed, resolve: fail } = Promise.withResolvers<Error>();
  // Before there are query workers nobody has a file open.
  let letGo = (): void => {};
  const ingest = await startThread({ settings, log, rising, options }, { counters, told, fail, onDropped: () => letGo() });
  rising.up('ingest', () => ingest.stop());
  const ledger = new Ledger(counters, ingest.saved);
  rising.up('the loss ledger', () => ledger.close());
  const reader = new QueryPool(settings.data, QUERY_WORKERS, { known: knownErrors() });
  rising.up('the query workers', () => reader.close());
  await reader.ready();
  const { site } = options.effective ?? {};
  const watching = startWatching({ reader, ingest, counters, log, site, heard: () => told.heard, clock: options.clock });
  rising.up('the error groups', () => watching.close());
  const { errors, spikes } = watching;
  letGo = () => errors.dropped(reader);
  const telling = new Telling({ settings, site, log, counters, reader, errors, spikes, ledger, ingest, told, clock: options.clock });
  rising.up('reports and alerts', () => telling.close());
  const receivers = await startReceivers(settings, { ingest, counters, gates, log, rising });
  const files = followFiles(settings, { ingest, counters, log });
  rising.up('the followed files', () =>
    inTime(files.stop(), () => log.warn('stopping takes too long; going on without the rest of the files')),
  );
  const follow = createFollow(reader, ingest);
  rising.up('the followers', () => follow.close());
  const live = followSettings({ settings, log, rising, options }, { ingest, gates, files, watching, telling });
  let isReady = false;
  const parts = { startedUs: Date.now() * 1000, ingest, follow, reader, receivers, files, counters, ledger };
  const now = (): StatusParts => ({ ...parts, ...told, config: live?.status() });
  const api = await createApi({
    reader,
    ingest,
    saved: ingest.saved,
    losses: (sinceUs) => ledger.since(sinceUs),
    hosts: settings['http.hosts'] ?? [],
    errors,
    spikes,
    reports: telling.reports,
    alerts: telling,
    admits: (peer) => gates.admitsReader(peer),
    follow,
    status: () => statusOf(now()),
    sources: () => sourcesOf(told, Date.now() * 1000),
    metrics: () => metricsOf(now()),
    log,
    counters,
    isReady: () => isReady,
  });
  const addresses: Record<string, Address> = Object.fromEntries(receivers.map(({ name, address }) => [name, address]));
  rising.up('the API', () => api.close());
  if (settings.http !== undefined) addresses.http = await api.listen(settings.http.host, settings.http.port);
  telling.reachedAt(addresses.http);
  isReady = true;
  log.info('ready', { data: settings.data, ...formatAddresses(addresses) });
  return {
    addresses,
    failed,
    alive: () => ingest.saved.losses(Number.MAX_SAFE_INTEGER),
    reload: live === undefined ? undefined : () => live.reload(),
    async stop() {
      isReady = false;
      ingest.endHold();
      // Together, and first: what was read is committed while everything else is still there.
      await Promise.allSettled([...receivers, files].map((one) => one.stop()));
      follow.close();
      await rising.down();
    },
  };
}

/** What the ingest thread has told of hosts. */
interface Told {
  skew: readonly HostSkew[];
  heard: readonly HostHeard[];
  readonly zones: Map<string, number>;
}

interface Telltale {
  readonly counters: Counters;
  readonly told: Told;
  readonly fail: (error: Error) => void;
  readonly onDropped: () => void;
}

function startThread({ settings, log, options }: Plan, { counters, told, fail, onDropped }: Telltale): Promise<StartedIngest> {
  return startIngest({
    folder: settings.data,
    ...readingSettings(settings, options.effective?.site),
    counters,
    keep: keepSettings(settings),
    onNote: ({ level, text, facts }) => log[level](text, facts),
    onDropped,
    onZone: (host, minutes) => told.zones.set(host, minutes),
    onSkew: (hosts) => void Object.assign(told, { skew: hosts }),
    onHeard: (hosts) => void Object.assign(told, { heard: hosts }),
    onBug: (error) => log.error('BUG: an answer of the ingest thread was not handled', { error: error.message }),
    onDeath(error) {
      log.error('the ingest thread ended', { error: error.message });
      fail(error);
    },
  });
}

/** What of the settings concerns the reading of messages. */
function readingSettings(settings: Settings, site: SiteRules | undefined): ReadingSettings {
  const { zone, zones, facilities } = settings;
  return { zone: zone === 'auto' ? undefined : zone, zones, facilities: facilityServices(facilities), site };
}

interface Followed {
  readonly ingest: StartedIngest;
  readonly gates: Gates;
  readonly files: FollowedFiles;
  readonly watching: Watching;
  readonly telling: Telling;
}

/** Follows the configuration file; undefined without one. */
function followSettings(
  { settings, log, rising, options }: Plan,
  { ingest, gates, files, watching, telling }: Followed,
): LiveSettings | undefined {
  const { effective, readAgain } = options;
  if (settings.config === undefined || effective === undefined || readAgain === undefined) return undefined;
  const live = new LiveSettings(settings.config, {
    started: effective,
    read: readAgain,
    check: ({ site }) => void siteReader(site),
    apply({ values, site }) {
      log.setLevel(values['log.level']);
      gates.configure(values);
      files.configure(values);
      ingest.configure(keepSettings(values));
      ingest.configureReading(readingSettings(values, site));
      watching.configure(site);
      telling.configure(values, site);
    },
    log,
  });
  rising.up('the configuration', () => live.close());
  return live;
}

/** What of the settings concerns retention and the disk. */
export function keepSettings(settings: Settings): KeepSettings {
  return { ageUs: settings['retention.age'], size: settings['retention.size'], reserve: settings['disk.reserve'] };
}
