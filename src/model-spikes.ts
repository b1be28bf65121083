/**
 * Spikes: what an operator should look at now, and why. Part of model.ts, which exports it all: import from there. Types only; `Spike` and
 * `Snooze` go out as JSON (`/api/v1/spikes`, `/snoozes`): times are RFC 3339, absent members are absent.
 */
import type { GroupParts } from './model-errors.ts';

/**
 * `growth`: more than usual; `new`: an error that was never seen; `critical`: a CRITICAL that was never seen, or not for long; `silence`: a
 * host that always speaks does not.
 */
export type SpikeKind = 'growth' | 'new' | 'critical' | 'silence';

/** What services depend on, by the kind of trouble they have with it. */
export type DependencyKind = 'broker' | 'database' | 'keystone';

/** Something that goes on or went on. One that `until` closes does not open again: what comes later is another spike. */
export interface Spike {
  /** 16 hex digits; stays the same as long as the spike lives, over restarts, too. */
  id: string;
  kind: SpikeKind;
  /** Of the error group; absent: of silence, of a dependency with several groups. */
  signature?: string;
  /** One line for people. */
  title: string;
  /** Strongest level of its records; absent: silence. */
  level?: string;
  /** Where the text is the same in all of them, or nearly all: absent means several. */
  service?: string;
  host?: string;
  /** Beginning of the first minute that is part of it. */
  since: string;
  /** When it was found; alerts count from here. */
  found: string;
  /** When it was over; absent: it still goes on. */
  until?: string;
  /** Newest minute with something of it. */
  lastSeen: string;
  /** Errors of the window in which it was found; seconds of silence. */
  observed: number;
  /** Usual in such a window; the usual longest pause in seconds. */
  baseline: number;
  /** Minutes of that window; absent: silence. */
  windowMinutes?: number;
  /** Errors in all since `since`, those folded in included. */
  count: number;
  /** The rule that fired, as one sentence with its numbers. */
  rule: string;
  /** Seqs of records that show it, newest first. */
  evidence: number[];
  /** Where it can be looked at: a query, its absolute range, and the record to go to. `path` is a page of the server. */
  link: SpikeLink;
  /** The broker, database or keystone that is the root, and who complains. */
  dependency?: SpikeDependency;
  /** Folded below this one: the same cause. Of `hosts` those that fell silent together. */
  folded: SpikeFolded[];
  /** `id` of the spike below which this one is folded: tell that one, not this. */
  foldedInto?: string;
  /** A snooze holds: do not tell. */
  snoozedUntil?: string;
  /** The maintenance window in which it began: do not tell. */
  maintenance?: string;
}
export interface SpikeLink {
  query: string;
  from: string;
  to: string;
  /** Seq of a record; absent: there is none to show. */
  line?: number;
  /** `/?q=…&from=…&to=…&line=…`; put the server's address before it. */
  path: string;
}
export interface SpikeDependency {
  kind: DependencyKind;
  /** `host:port`, as the services write it; `unknown` where none of them says it. */
  address: string;
  services: string[];
  hosts: string[];
}
export interface SpikeFolded {
  signature?: string;
  title: string;
  service?: string;
  host?: string;
  count: number;
}

/** `GET /api/v1/spikes`; newest first, those that go on before all others. */
export interface SpikeList {
  spikes: Spike[];
  /** Every minute before this one has been looked at. */
  watermark: string;
  /** Series that are watched; beyond the bound those of a single minute or a silent day are forgotten, or new ones not taken up. */
  series: number;
  forgotten: number;
}

/** Spikes that fit all members that are given are not told until then. */
export interface Snooze {
  /** Letters, digits and `. _ -`, as of saved searches. */
  name: string;
  /** Of a spike: `id`, or a signature, which holds for later spikes, too. */
  spike?: string;
  signature?: string;
  service?: string;
  host?: string;
  /** `host:port` */
  dependency?: string;
  /** RFC 3339. */
  until: string;
  reason?: string;
  /** RFC 3339; when it was made or changed. */
  changed: string;
}

/** One entry of `maintenance:` of the configuration: spikes that begin within are marked, and nothing is learned of them. */
export interface MaintenanceWindow {
  readonly name: string;
  /** Once. */
  readonly fromUs?: number;
  readonly untilUs?: number;
  /** Every week: days 0 (Sunday) to 6, minute of the day, UTC offset of then by `zone`. */
  readonly days?: readonly number[];
  readonly atMinute?: number;
  readonly forMinutes?: number;
  readonly zone?: string;
  /** Absent: all. `*` stands for anything. */
  readonly services?: readonly string[];
  readonly hosts?: readonly string[];
  readonly place: string;
}

/** What is asked of the spikes; times in µs. */
export interface SpikeWant {
  /** Those that went on at some time within it. */
  readonly startUs: number;
  readonly endUs: number;
  readonly service?: string;
  /** Also those that are folded below another. */
  readonly withFolded?: boolean;
  /** Only those that go on. */
  readonly open?: boolean;
}

/** An outage as far as error groups stand below it. */
export interface OutageRoot {
  /** Of its spike. */
  readonly id: string;
  readonly kind: DependencyKind;
  /** `host:port`; `unknown` where nobody says it. */
  readonly address: string;
  /** Signatures that say the address, all that complain, and those of spikes that stand below it. */
  readonly naming: readonly string[];
  readonly complaining: readonly string[];
  readonly caused: readonly string[];
  /** Services that complain of it. */
  readonly services: readonly string[];
  /** It came while the store was so young that everything is new. */
  readonly isEarly: boolean;
  /** µs; `untilUs` absent: it goes on. */
  readonly sinceUs: number;
  readonly untilUs?: number;
}

/** As `service/spikes.ts` keeps them; what reports, alerts and checks read. */
export interface SpikeBook {
  list(want: SpikeWant): SpikeList;
  /** Outages that went on at some time within [startUs, endUs). */
  outages(startUs: number, endUs: number): OutageRoot[];
  snoozes(): Snooze[];
  /** True: there was none of this name. On disk when it resolves. */
  snooze(snooze: Snooze): Promise<boolean>;
  unsnooze(name: string): Promise<boolean>;
}

// ------------------------------------------------------------------------------------------- how they are kept

/** Asked of the ingest thread, which owns `state.db`. */
export type SpikeAsk =
  | { readonly do: 'spikes' }
  | {
      readonly do: 'spikes-keep';
      /** Watermark before; undefined: there is none yet. */
      readonly from: number | undefined;
      /** Minutes since 1970: every one before is judged. */
      readonly watermark: number;
      /** JSON of what the judge remembers besides. */
      readonly memory: string;
      readonly spikes: readonly { readonly id: string; readonly sinceMinute: number; readonly body: string }[];
    }
  | { readonly do: 'snoozes' }
  | { readonly do: 'snooze'; readonly snooze: Snooze }
  | { readonly do: 'unsnooze'; readonly name: string };
export interface SpikesKept {
  readonly watermark: number | undefined;
  readonly memory: string;
  readonly bodies: readonly string[];
}
export interface SpikeShelf {
  readSpikes(): Promise<SpikesKept>;
  /** False: they do not begin where the last ones ended, and were not taken. */
  keepSpikes(spikes: Omit<Extract<SpikeAsk, { do: 'spikes-keep' }>, 'do'>): Promise<boolean>;
  readSnoozes(): Promise<Snooze[]>;
  /** True: there was none of this name. */
  keepSnooze(snooze: Snooze): Promise<boolean>;
  dropSnooze(name: string): Promise<boolean>;
}

/** Counts by minute as they are kept, for who judges them. */
export interface ErrorHistory {
  /** minute, index of the group, index of the place, count; by minute. */
  readonly counts: Uint32Array;
  readonly groups: readonly HistoryGroup[];
  readonly places: readonly (readonly [service: string, host: string])[];
}
export interface HistoryGroup {
  readonly signature: string;
  readonly title: string;
  readonly level: string;
  readonly parts: GroupParts;
  readonly samples: readonly (readonly [seq: number, service: string, host: string])[];
}
