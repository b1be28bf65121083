/**
 * How the ingest worker reads messages: with which zones, services of facilities and rules of the site; all of it may change
 * between two batches. Not here: what is done with the records (worker.ts, join.ts).
 */
import { parse } from '../../parsers/index.ts';
import { siteReader } from '../../parsers/site.ts';
import type { Given, LogRecord, SiteReader, Source } from '../model.ts';
import type { ReadingSettings } from './protocol.ts';
import { Zones } from './zones.ts';

export type MutableGiven = { -readonly [K in keyof Given]: Given[K] };

export interface LearnedZones {
  /** What was learned before, by host. */
  known(): Iterable<readonly [host: string, minutes: number]>;
  learned(host: string, minutes: number): void;
}

export class Reading {
  readonly #learned: LearnedZones;
  #settings: ReadingSettings;
  #zones: Zones;
  #site: SiteReader | undefined;

  /** Throws `bad-setting` for rules that were not checked. */
  constructor(settings: ReadingSettings, learned: LearnedZones) {
    this.#learned = learned;
    this.#settings = settings;
    this.#zones = this.#zonesOf(settings);
    this.#site = settings.site && siteReader(settings.site);
  }

  /** From the next message on. */
  configure(settings: ReadingSettings): void {
    const site = settings.site && siteReader(settings.site);
    this.#zones = this.#zonesOf(settings);
    this.#settings = settings;
    this.#site = site;
  }

  #zonesOf({ zone, zones }: ReadingSettings): Zones {
    const answer = new Zones(zone, (host, minutes) => this.#learned.learned(host, minutes), zones);
    for (const [host, minutes] of this.#learned.known()) answer.load(host, minutes);
    return answer;
  }

  /** What is known of the messages of a run; the flag is each message's own. */
  about(source: Source, received: number): MutableGiven {
    return {
      received,
      transport: source.transport,
      peer: source.peer,
      zone: source.hints?.zone ?? this.#zones.given,
      hints: source.hints,
      facilities: this.#settings.facilities,
      site: this.#site,
    };
  }

  read(text: string, given: Given): LogRecord {
    const record = parsed(text, given);
    // Who knows the zone of his lines needs nobody to guess it.
    if (given.hints?.zone === undefined) this.#zones.apply(record);
    return record;
  }
}

function parsed(text: string, given: Given): LogRecord {
  try {
    return parse(text, given);
  } catch {
    // A bug in a parser must not cost the message: it is kept as it is, and counted.
    const record = parse('', given);
    record.message = text;
    record.raw = text;
    record.flags = 'parser-error';
    return record;
  }
}
