/**
 * Starts and stops everything in order; the only file that builds the whole. Order: folder and ingest thread, query
 * workers, receivers, API; stopping goes the other way round, so that what was received is committed before the
 * store closes. Whatever fails on the way up is taken down again, and says one coded sentence.
 */
import { siteReader } from '../parsers/site.ts';
import { createApi } from './api/api.ts';
import type { Address } from './base/address.ts';
import type { EffectiveSettings, Settings } from './base/config.ts';
import { NO_RULES } from './base/config-site.ts';
import { Counters } from './base/counters.ts';
import { CodedError } from './base/errors.ts';
import { LiveSettings } from './base/live-settings.ts';
import { createLog, type Log } from './base/log.ts';
import { createFollow } from './follow.ts';
import { facilityServices } from './ingest/facilities.ts';
import type { HostHeard } from './ingest/heard.ts';
import type { StartedIngest } from './ingest/options.ts';
import type { ReadingSettings } from './ingest/protocol.ts';
import type { HostSkew } from './ingest/skew.ts';
import { startIngest } from './ingest.ts';
import type { Ingest, KeepSettings, SiteRules } from './model.ts';
import { RECEIVERS, type Receiver, type ReceiverOptions, type StartReceiver, udpReceiver } from './receive/receivers.ts';
import { ErrorKeeper, knownErrors } from './service/errors.ts';
import { type FollowedFiles, followFiles } from './service/followed-files.ts';
import { Gates } from './service/gates.ts';
import { Ledger } from './service/ledger.ts';
import { metricsOf } from './service/metrics.ts';
import { type StatusParts, statusOf } from './service/status.ts';
import { QueryPool } from './store/pool.ts';

/** Two: a scan in one must not hold up a needle; more would only take the cores of ingest. */
const QUERY_WORKERS = 2;
/** Longest a stop waits for what a receiver has read to be on disk. */
const STOP_MS_MAX = 5000;
const WARN_EVERY_MS = 60_000;

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
  const told = { skew: [] as readonly HostSkew[], heard: [] as readonly HostHeard[], zones: new Map<string, number>() };
  const { promise: failed, resolve: fail } = Promise.withResolvers<Error>();
  // Before there are query workers nobody has a file open.
  let letGo = (): void => {};
  const ingest = await startIngest({
    folder: settings.data,
    ...readingSettings(settings, options.effective?.site),
    counters,
    keep: keepSettings(settings),
    onNote: ({ level, text, facts }) => log[level](text, facts),
    onDropped: () => letGo(),
    onZone: (host, minutes) => told.zones.set(host, minutes),
    onSkew: (hosts) => void Object.assign(told, { skew: hosts }),
    onHeard: (hosts) => void Object.assign(told, { heard: hosts }),
    onBug: (error) => log.error('BUG: an answer of the ingest thread was not handled', { error: error.message }),
    onDeath(error) {
      log.error('the ingest thread ended', { error: error.message });
      fail(error);
    },
  });
  rising.up('ingest', () => ingest.stop());
  const ledger = new Ledger(counters, ingest.saved);
  rising.up('the loss ledger', () => ledger.close());
  const reader = new QueryPool(settings.data, QUERY_WORKERS, { known: knownErrors() });
  rising.up('the query workers', () => reader.close());
  await reader.ready();
  const errors = new ErrorKeeper({ reader, book: ingest.saved, ingest, counters, log, rules: options.effective?.site.errors ?? [] });
  rising.up('the error groups', () => errors.close());
  letGo = () => errors.dropped(reader);
  const receivers = await startReceivers(settings, { ingest, counters, gates, log, rising });
  const files = followFiles(settings, { ingest, counters, log });
  rising.up('the followed files', () =>
    inTime(files.stop(), () => log.warn('stopping takes too long; going on without the rest of the files')),
  );
  const follow = createFollow(reader, ingest);
  rising.up('the followers', () => follow.close());
  const live = followSettings({ settings, log, rising, options }, { ingest, gates, files, errors });
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
    admits: (peer) => gates.admitsReader(peer),
    follow,
    status: () => statusOf(now()),
    metrics: () => metricsOf(now()),
    log,
    counters,
    isReady: () => isReady,
  });
  const addresses: Record<string, Address> = Object.fromEntries(receivers.map(({ name, address }) => [name, address]));
  rising.up('the API', () => api.close());
  if (settings.http !== undefined) addresses.http = await api.listen(settings.http.host, settings.http.port);
  isReady = true;
  log.info('ready', { data: settings.data, ...addresses });
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

/** What of the settings concerns the reading of messages. */
function readingSettings(settings: Settings, site: SiteRules | undefined): ReadingSettings {
  const { zone, zones, facilities } = settings;
  return { zone: zone === 'auto' ? undefined : zone, zones, facilities: facilityServices(facilities), site };
}

interface Followed {
  readonly ingest: StartedIngest;
  readonly gates: Gates;
  readonly files: FollowedFiles;
  readonly errors: ErrorKeeper;
}

/** Follows the configuration file; undefined without one. */
function followSettings({ settings, log, rising, options }: Plan, { ingest, gates, files, errors }: Followed): LiveSettings | undefined {
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
      errors.configure(site.errors ?? []);
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

interface Around {
  readonly ingest: Ingest;
  readonly counters: Counters;
  readonly gates: Gates;
  readonly log: Log;
  readonly rising: Rising;
}

async function startReceivers(settings: Settings, around: Around): Promise<Receiver[]> {
  const tls = tlsOf(settings);
  const wanted: [
    name: 'udp' | 'tcp' | 'tls' | 'relp' | 'unix',
    address: Address | undefined,
    start: StartReceiver,
    more?: Partial<ReceiverOptions>,
  ][] = [
    ['udp', settings.udp, udpReceiver(settings['udp.receiver'])],
    ['tcp', settings.tcp, RECEIVERS.tcp],
    ['tls', settings.tls, RECEIVERS.tls, tls],
    ['relp', settings.relp, RECEIVERS.relp, settings['relp.tls'] === 'on' ? tls : {}],
    ['unix', settings.unix, RECEIVERS.unix],
  ];
  const receivers: Receiver[] = [];
  for (const [name, address, start, more] of wanted) {
    if (address === undefined) continue;
    const warn = (text: string): void => around.log.limited(`${name} ${text.slice(0, 40)}`, WARN_EVERY_MS).warn(text, { receiver: name });
    const gate = name === 'unix' ? undefined : around.gates.of(name);
    const options = { address, warn, gate, recvBufferBytes: settings['udp.receiveBufferBytes'], ...more };
    const onLate = (): void =>
      around.log.warn('stopping takes too long; going on without the rest', { receiver: name, pendingBytes: around.ingest.pendingBytes });
    const receiver = { ...wrap(await start(options, around.ingest, around.counters), onLate), name };
    around.rising.up(`the ${name} receiver`, () => receiver.stop());
    receivers.push(receiver);
  }
  return receivers;
}

/** Certificates are asked for only where TLS is: a listener without them says what is missing. */
function tlsOf(settings: Settings): Partial<ReceiverOptions> {
  const { 'tls.certificate': certificate, 'tls.key': key, 'tls.ca': ca, 'tls.clients': clients, 'tls.names': names } = settings;
  if (certificate !== undefined && key !== undefined) return { tls: { certificate, key, ca, clients, names } };
  if (settings.tls === undefined && settings['relp.tls'] === 'off') return {};
  throw new CodedError('bad-setting', 'TLS needs a certificate and its key: give tls.certificate and tls.key, two PEM files');
}

/** The receiver under the listener's name; stopped once only, however often it is asked, and in bounded time. */
function wrap(receiver: Receiver, onLate: () => void): Receiver {
  let stopped: Promise<void> | undefined;
  return {
    name: receiver.name,
    address: receiver.address,
    status: () => receiver.status(),
    stop() {
      stopped ??= inTime(receiver.stop(), onLate);
      return stopped;
    },
  };
}

/** What a receiver read may wait for a disk that hangs: the stop goes on without it. */
async function inTime(stopped: Promise<void>, onLate: () => void): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    onLate();
    late.resolve();
  }, STOP_MS_MAX);
  try {
    await Promise.race([stopped, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
