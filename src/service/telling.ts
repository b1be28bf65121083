/**
 * Those who are told without asking: reports and alerts of the running service. Holds what both need - where people reach us, how mail is handed
 * in, who gets what - and follows the configuration. Not here: what a report is (reports.ts).
 */

import type { Reports } from '../api/route.ts';
import { type Address, formatAddress } from '../base/address.ts';
import type { Settings } from '../base/config.ts';
import type { Counters } from '../base/counters.ts';
import type { Log } from '../base/log.ts';
import type { HostHeard } from '../ingest/heard.ts';
import type { StartedIngest } from '../ingest/options.ts';
import type { EndpointReader, Reader, SiteRules } from '../model.ts';
import type { ErrorKeeper } from './errors.ts';
import type { Ledger } from './ledger.ts';
import { reportOf } from './reports.ts';

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
}

export class Telling {
  readonly reports: Reports;
  #settings: Settings;
  #address: Address | undefined;

  constructor({ settings, reader, errors, ledger, ingest, told }: TellingParts) {
    this.#settings = settings;
    const sources = {
      reader,
      errors,
      losses: (sinceUs: number) => ledger.since(sinceUs),
      heard: () => told.heard,
      keeping: () => ingest.keeping,
    };
    this.reports = { make: (range, signal) => reportOf(sources, range, signal), url: () => this.#url() };
  }

  /** The address that the API has got. */
  reachedAt(address: Address | undefined): void {
    this.#address = address;
  }

  configure(settings: Settings, _site: SiteRules): void {
    this.#settings = settings;
  }

  async close(): Promise<void> {}

  #url(): string {
    if (this.#settings['http.url'] !== undefined) return this.#settings['http.url'].replace(/\/+$/, '');
    const { host, port } = this.#address ?? { host: '127.0.0.1', port: 5580 };
    // Of all interfaces one that there is.
    return `http://${formatAddress({ host: host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host, port })}`;
  }
}
