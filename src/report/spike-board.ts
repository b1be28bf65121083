/**
 * Spikes for people: what the finder, the complaints and the silence of hosts tell, minute by minute, as one list - one spike for one
 * signature, one for one outage with everything else below it, one for hosts that fall silent together. Pure; service/spikes.ts brings
 * the minutes and keeps `state`. The rules of folding are collapse.ts, what is unusual is spike-finder.ts.
 *
 * Invariant: a spike that was told keeps its id and beginning; closed ones do not open again.
 */
import type { Level } from '../model.ts';
import { AT_ONCE, type Complained, Complaints, folds, keyOf, SOURCES_MIN, type Suspect, UNKNOWN } from './collapse.ts';
import type { Complaint } from './dependency.ts';
import { type Opening, type SpikeCount, SpikeFinder, type SpikeMinute } from './spike-finder.ts';
import { foldable, rootFor, rootOf, standAlone } from './spike-fold.ts';
import { type SilenceLook, silenceSpikes } from './spike-hosts.ts';
import { type LiveSpike, noteEvidence, notePlace, spikeId } from './spike-live.ts';
import { dependencyRule, openingRule } from './spike-rule.ts';
import { byWeight, STORM, storm } from './spike-storm.ts';

export interface BoardMinute extends Omit<SpikeMinute, 'critical'> {
  readonly complaints: readonly Complained[];
  readonly critical?: ReadonlySet<string>;
  readonly facts: (signature: string) => SignatureFacts | undefined;
  /** When this minute is looked at, µs. */
  readonly nowUs: number;
  /** Name of the maintenance window that holds for a place. */
  readonly maintenance?: (service: string, host: string) => string | undefined;
}
export interface SignatureFacts {
  readonly title: string;
  /** Constant texts of its records, where that is not the title: of a group that a rule made. */
  readonly texts?: readonly string[];
  readonly level: Level | undefined;
  /** Newest first. */
  readonly samples: readonly (readonly [seq: number, service: string, host: string])[];
}

const MINUTE_US = 60e6;
/** Closed ones that are remembered: at one a minute, more than a day. */
const CLOSED_MAX = 2000;

export class SpikeBoard {
  readonly finder = new SpikeFinder();
  readonly #complaints = new Complaints();
  #spikes: LiveSpike[] = [];

  /** `sinceMinute`: since when somebody looks, also where nothing was found. */
  constructor(spikes: readonly LiveSpike[] = [], sinceMinute?: number) {
    this.#spikes = [...spikes];
    if (sinceMinute !== undefined) this.finder.since(sinceMinute);
  }

  /** Oldest first; plain data. */
  get spikes(): readonly LiveSpike[] {
    return this.#spikes;
  }

  /** The same of history that was judged before: what is usual is learned, nothing is told. Open spikes are continued. */
  learn(given: BoardMinute): void {
    this.#complaints.add(given.minute, given.complaints);
    const { openings } = this.finder.minute({ ...given, counts: [...given.counts, ...complaintCounts(given.complaints)] });
    // What was open then and is still open goes on under its own name.
    for (const { key } of openings) if (key.startsWith('@') && this.#alone(key)) this.finder.drop(key);
  }

  minute(given: BoardMinute): void {
    const { minute, complaints } = given;
    this.#complaints.add(minute, complaints);
    const { openings, over } = this.finder.minute({ ...given, counts: [...given.counts, ...complaintCounts(complaints)] });
    this.#close(over, given.nowUs);
    for (const suspect of this.#complaints.suspects()) this.#outage(suspect, given, openings);
    const opened = new Map<string, Opening[]>();
    for (const opening of openings) {
      if (opening.key.startsWith('@')) continue;
      opened.set(opening.signature, [...(opened.get(opening.signature) ?? []), opening]);
    }
    const { told, rest } = byWeight(opened, this.#open_().length);
    for (const [signature, found] of told) this.#open(signature, found, given);
    for (const { key } of rest.flatMap(([, found]) => found)) this.finder.drop(key);
    storm(this.#spikes, rest, given);
    this.#count(given);
    standAlone(this.#spikes, minute, (key) => this.finder.isHigh(key));
    this.#bound();
  }

  /** History is learned: what was open when the service ended goes on, and only that. */
  settle(nowUs: number): void {
    const goesOn = new Set<string>();
    for (const spike of this.#series_()) {
      spike.open = spike.open.filter((key) => this.finder.open(key));
      for (const key of spike.open) goesOn.add(key);
      if (spike.open.length === 0) spike.untilUs = Math.min(nowUs, (spike.lastMinute + 1) * MINUTE_US);
    }
    for (const key of this.finder.openKeys) if (!goesOn.has(key)) this.finder.drop(key);
  }

  silence(given: SilenceLook): void {
    this.#spikes.push(...silenceSpikes(this.#spikes, given));
  }

  /** Hosts that are silent now. */
  get silentHosts(): string[] {
    return this.#open_().flatMap(({ silent, open }) => (silent === undefined ? [] : open));
  }

  #open_(): LiveSpike[] {
    return this.#spikes.filter(({ untilUs }) => untilUs === undefined);
  }

  /** Those that live on series of the finder. */
  #series_(): LiveSpike[] {
    return this.#open_().filter(({ kind, open }) => kind !== 'silence' && open[0] !== STORM);
  }

  #close(over: readonly string[], nowUs: number): void {
    if (over.length === 0) return;
    for (const spike of this.#series_()) {
      spike.open = spike.open.filter((key) => !over.includes(key));
      if (spike.open.length === 0) spike.untilUs = nowUs;
    }
  }

  #alone(key: string): boolean {
    const suspect = this.#complaints.suspects().find((one) => one.key === key);
    return suspect === undefined || suspect.sources < SOURCES_MIN;
  }

  // ----------------------------------------------------------------------------------------- outages

  #outage(suspect: Suspect, given: BoardMinute, openings: readonly Opening[]): void {
    const { key, kind, address, services, hosts, signatures, naming } = suspect;
    const opening = openings.find((one) => one.key === key);
    const live = this.#open_().find(({ dependency }) => dependency?.kind === kind && dependency.address === address);
    if (live !== undefined) {
      live.dependency!.naming ??= [];
      for (const [list, more] of [
        [live.dependency!.services, services],
        [live.dependency!.hosts, hosts],
        [live.dependency!.signatures, signatures],
        [live.dependency!.naming, naming],
      ] as const)
        for (const name of more) if (!list.includes(name)) list.push(name);
      return;
    }
    const isEarly = this.finder.isLearning && suspect.count >= AT_ONCE && address !== UNKNOWN;
    if (suspect.sources < SOURCES_MIN || (opening === undefined && !isEarly)) {
      // One program's own trouble is told by its own signature; the next minute is looked at anew.
      if (opening !== undefined) this.finder.drop(key);
      return;
    }
    this.finder.open(key);
    const sinceMinute = Math.min(suspect.since, opening?.sinceMinute ?? suspect.since);
    const title =
      address === UNKNOWN ? `Services complain of a ${kind} that none of them names` : `${WHAT[kind]} ${address} is away or refuses`;
    const spike: LiveSpike = {
      ...{ id: spikeId('dependency', key, sinceMinute), kind: opening?.kind ?? 'new', open: [key], title, places: {}, isWhole: true },
      ...{ sinceMinute, foundUs: given.nowUs, lastMinute: given.minute, count: 0, evidence: [], level: 'ERROR' },
      observed: suspect.count,
      baseline: opening?.baseline ?? 0,
      windowMinutes: Math.max(1, given.minute - suspect.since + 1),
      rule: dependencyRule(suspect),
      dependency: { kind, address, services: [...services], hosts: [...hosts], signatures: [...signatures], naming: [...naming] },
    };
    this.#mark(
      spike,
      [...hosts].map((host) => ['', host] as const),
      given,
    );
    const elder = rootFor(this.#spikes, given.minute, { sinceMinute, services: [...services], complaint: { kind } });
    if (elder !== undefined) spike.foldedInto = elder.id;
    this.#spikes.push(spike);
    const root = rootOf(spike)!;
    for (const one of this.#open_())
      if (
        one !== spike &&
        one.dependency === undefined &&
        one.foldedInto === undefined &&
        one.kind !== 'silence' &&
        folds(root, foldable(one))
      )
        one.foldedInto = elder?.id ?? spike.id;
  }

  // ----------------------------------------------------------------------------------------- signatures

  #open(signature: string, openings: readonly Opening[], given: BoardMinute): void {
    const facts = given.facts(signature);
    const keys = openings.map(({ key }) => key);
    const live = this.#open_().find((spike) => spike.signature === signature);
    const whole = openings.find(({ place }) => place === undefined);
    if (live !== undefined) {
      live.open.push(...keys);
      live.isWhole ||= whole !== undefined;
      for (const { place, observed } of openings) if (place !== undefined) notePlace(live, [place.service, place.host], observed);
      return;
    }
    const first = whole ?? openings.reduce((one, other) => (other.odds < one.odds ? other : one));
    const complaint = given.complaints.find((one) => one.signature === signature);
    const spike: LiveSpike = {
      ...{
        id: spikeId(first.kind, first.key, first.sinceMinute),
        kind: first.kind,
        open: keys,
        signature,
        title: facts?.title ?? signature,
      },
      ...{ places: {}, isWhole: whole !== undefined, sinceMinute: first.sinceMinute, foundUs: given.nowUs, lastMinute: given.minute },
      ...{ observed: first.observed, baseline: first.baseline, windowMinutes: first.windowMinutes, count: 0, evidence: [] },
      rule: openingRule(first),
      ...(facts?.level === undefined ? {} : { level: facts.level }),
      ...(facts?.texts === undefined ? {} : { texts: facts.texts }),
      ...(complaint === undefined
        ? {}
        : {
            complaint: {
              kind: complaint.kind,
              ...(complaint.address === undefined ? {} : { address: complaint.address }),
            } satisfies Complaint,
          }),
    };
    const places = openings.flatMap(({ place }) => (place === undefined ? [] : [place]));
    for (const [one, service, host] of given.counts) {
      const isIts = one === signature && (spike.isWhole || places.some((place) => place.service === service && place.host === host));
      if (isIts) notePlace(spike, [service, host], 0);
    }
    // Errors of the window before this minute; this minute's are counted with all others.
    const now = given.counts.reduce(
      (sum, [one, service, host, count]) => (one === signature && isOf(spike, service, host) ? sum + count : sum),
      0,
    );
    spike.count = Math.max(0, first.observed - now);
    this.#mark(
      spike,
      Object.keys(spike.places).map((place) => place.split('\n') as [string, string]),
      given,
    );
    const { shareSince } = first;
    const root = rootFor(this.#spikes, given.minute, { ...foldable(spike), ...(shareSince === undefined ? {} : { shareSince }) });
    if (root !== undefined) spike.foldedInto = root.id;
    this.#spikes.push(spike);
  }

  #mark(spike: LiveSpike, places: readonly (readonly [string, string])[], { maintenance }: BoardMinute): void {
    const windows = places.map(([service, host]) => maintenance?.(service, host));
    // Of a spike that is also elsewhere, people want to hear.
    if (windows.length > 0 && windows.every((name) => name !== undefined)) spike.maintenance = windows[0]!;
  }

  #count({ minute, counts, facts }: BoardMinute): void {
    for (const spike of this.#series_()) {
      let seen = 0;
      for (const [signature, service, host, count] of counts) {
        if (
          spike.dependency === undefined ? signature !== spike.signature || !isOf(spike, service, host) : !this.#isBelow(spike, signature)
        )
          continue;
        seen += count;
        notePlace(spike, [service, host], count);
        const samples = facts(signature)?.samples ?? [];
        noteEvidence(
          spike,
          samples.filter(([, at, on]) => at === service && on === host).map(([seq]) => seq),
        );
      }
      if (seen === 0) continue;
      spike.count += seen;
      spike.lastMinute = minute;
    }
  }

  #isBelow(root: LiveSpike, signature: string): boolean {
    return (
      root.dependency!.signatures.includes(signature) ||
      this.#spikes.some((one) => one.foldedInto === root.id && one.signature === signature)
    );
  }

  #bound(): void {
    if (this.#spikes.length <= CLOSED_MAX) return;
    const closed = this.#spikes.filter(({ untilUs }) => untilUs !== undefined).slice(0, this.#spikes.length - CLOSED_MAX);
    const gone = new Set(closed);
    this.#spikes = this.#spikes.filter((spike) => !gone.has(spike));
  }
}

const WHAT = { broker: 'Message broker', database: 'Database', keystone: 'Keystone' } as const;

function complaintCounts(complaints: readonly Complained[]): SpikeCount[] {
  const sums = new Map<string, number>();
  for (const { kind, address, count } of complaints) {
    const key = keyOf(kind, address ?? UNKNOWN);
    sums.set(key, (sums.get(key) ?? 0) + count);
  }
  return [...sums].map(([key, count]) => [key, '', '', count]);
}

function isOf(spike: LiveSpike, service: string, host: string): boolean {
  return spike.isWhole || spike.places[`${service}\n${host}`] !== undefined;
}
