/**
 * Those who are told without asking: reports and alerts of the running service. Holds what both need - where people reach us, how mail is handed
 * in, who gets what - and follows the configuration. Not here: what a report is (reports.ts).
 */

import type { Reports } from '../api/route.ts';
import { type Address, formatAddress } from '../base/address.ts';
import type { Settings } from '../base/config.ts';
import type { Counters } from '../base/counters.ts';
import { CodedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { mailServerOf } from '../base/mail.ts';
import type { HostHeard } from '../ingest/heard.ts';
import type { StartedIngest } from '../ingest/options.ts';
import type { EndpointReader, Reader, SiteRules, SpikeBook } from '../model.ts';
import { Alerts } from './alerts.ts';
import type { ErrorKeeper } from './errors.ts';
import type { Ledger } from './ledger.ts';
import { ReportTimes } from './report-times.ts';
import { reportOf } from './reports.ts';

const SETTLE_MS_MAX = 15_000;

export interface TellingParts {
  readonly settings: Settings;
  readonly site: SiteRules | undefined;
  readonly log: Log;
  readonly counters: Counters;
  readonly reader: Reader & EndpointReader;
  readonly errors: ErrorKeeper;
  readonly ledger: Ledger;
  readonly ingest: StartedIngest;
  readonly told: { readonly heard: readonly HostHeard[] };
  /** Absent: nobody looks for spikes. */
  readonly spikes?: Pick<SpikeBook, 'list'> | undefined;
  /** Of spikes; for tests. */
  readonly clock?: (() => number) | undefined;
}

export class Telling {
  readonly reports: Reports;
  readonly #alerts: Alerts | undefined;
  readonly #times: ReportTimes;
  #settings: Settings;
  #isTesting = false;
  #address: Address | undefined;

  constructor({ settings, site, log, counters, reader, errors, ledger, ingest, told, spikes, clock }: TellingParts) {
    this.#settings = settings;
    const sources = {
      reader,
      errors,
      losses: (sinceUs: number) => ledger.since(sinceUs),
      heard: () => told.heard,
      keeping: () => ingest.keeping,
      spikes,
    };
    const url = (): string => this.#url();
    this.reports = { make: (range, signal) => reportOf(sources, range, signal), url };
    const sendWith = { mailServer: () => mailServerOf(this.#settings) };
    this.#times = new ReportTimes({
      // What arrived in the last seconds is counted first, where that does not take long.
      make: async (range, signal) => {
        await errors.settled(signal ?? AbortSignal.timeout(SETTLE_MS_MAX)).catch(() => undefined);
        return reportOf(sources, range, signal);
      },
      ...{ url, sendWith, log, counters },
    });
    this.#alerts =
      spikes === undefined
        ? undefined
        : new Alerts({ spikes, book: ingest.saved, record: (seq) => reader.record(seq), url, sendWith, log, counters, clock });
    if (site !== undefined) this.configure(settings, site);
  }

  /** The address that the API has got. */
  reachedAt(address: Address | undefined): void {
    this.#address = address;
  }

  configure(settings: Settings, { receivers = [], reports = [] }: SiteRules): void {
    this.#settings = settings;
    this.#times.configure(reports, receivers);
    this.#alerts?.configure(receivers);
  }

  /** A test alert to every receiver; one at a time, or a client could make us knock at others without end. */
  async test(): Promise<readonly object[]> {
    if (this.#isTesting) throw new CodedError('too-many', 'A test alert is under way');
    this.#isTesting = true;
    try {
      return (await this.#alerts?.test()) ?? [];
    } finally {
      this.#isTesting = false;
    }
  }

  status(): object {
    return { reports: this.#times.status(), alerts: this.#alerts?.status() ?? [] };
  }

  async close(): Promise<void> {
    await Promise.all([this.#times.close(), this.#alerts?.close()]);
  }

  #url(): string {
    if (this.#settings['http.url'] !== undefined) return this.#settings['http.url'].replace(/\/+$/, '');
    const { host, port } = this.#address ?? { host: '127.0.0.1', port: 5580 };
    // Of all interfaces one that there is.
    return `http://${formatAddress({ host: host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host, port })}`;
  }
}
