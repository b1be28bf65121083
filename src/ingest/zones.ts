/**
 * Zones of senders: oslo and RFC 3164 write local time without an offset. What the configuration says of a host holds, in summer and
 * winter if it is a name. If the clock of a line that has
 * just arrived differs from ours by a multiple of 15 minutes (to within a minute), that multiple is its zone.
 *
 * Learned per host, and slowly: a sender that replays a queue is late by anything, for a moment also by a multiple.
 * A fixed zone of the configuration switches learning off. Lines of files and imports teach nothing.
 */
import { hasLocalTime, hasZonedTime } from '../../parsers/places.ts';
import { fold } from '../base/tokens.ts';
import { LOCAL, momentOf, type Zone, zoneOf } from '../base/zone.ts';
import type { LogRecord, Transport } from '../model.ts';
import { globMatcher } from '../query/glob.ts';

const MINUTE_US = 60_000_000;
const STEP_US = 15 * MINUTE_US;
/** A clock may be off by this much and its zone is still certain. */
const TOLERANCE_US = MINUTE_US;
/** +14:00 Kiritimati, -12:00 Baker Island. */
const ZONE_MINUTES_MAX = 14 * 60;
const FIRST_VOTES = 3;
/** A zone that was learned changes only on evidence of this many lines over this time (daylight saving, a moved host). */
const CHANGE_VOTES = 10;
const CHANGE_AFTER_US = 60 * 1_000_000;
const HOSTS_MAX = 20_000;
const LIVE: ReadonlySet<Transport> = new Set<Transport>(['udp', 'tcp', 'tls', 'relp', 'unix']);
/** Places of forms that stand for a stamp without zone (parsers/template.ts). */
const LOCAL_BODY = '%t';
const LOCAL_HEADER = /%(?:[MN]|[AB](?:\.%\d)? )/;

interface HostZone {
  minutes: number;
  known: boolean;
  candidate: number;
  votes: number;
  since: number;
}

/** Did the message come when it was written? */
export function isLive({ transport }: LogRecord): boolean {
  return LIVE.has(transport);
}

interface Configured {
  readonly matches: (host: string) => boolean;
  readonly zone: Zone;
}

/** What a sender's stamps lack. */
export class Zones {
  readonly #hosts = new Map<string, HostZone>();
  readonly #fixed: number | undefined;
  readonly #onLearned: (host: string, minutes: number) => void;
  readonly #configured: readonly Configured[];
  /** Which of them each host has; null: none. */
  readonly #configuredOf = new Map<string, Zone | null>();

  /** `fixed`: minutes east of UTC for every sender but those of `configured`; `onLearned` is told of every change. */
  constructor(
    fixed: number | undefined,
    onLearned: (host: string, minutes: number) => void,
    configured: Readonly<Record<string, string>> = {},
  ) {
    this.#fixed = fixed;
    this.#onLearned = onLearned;
    this.#configured = Object.entries(configured).map(([pattern, zone]) => ({ matches: globMatcher(fold(pattern)), zone: zoneOf(zone) }));
  }

  get given(): number {
    return this.#fixed ?? 0;
  }

  load(host: string, minutes: number): void {
    this.#hosts.set(host, { minutes, known: true, candidate: minutes, votes: 0, since: 0 });
  }

  /** Corrects the record's time by its host's zone, and learns from it. */
  apply(record: LogRecord): void {
    const configured = this.#configured.length === 0 ? null : this.#configuredFor(record.host ?? record.peer);
    if (configured !== null) {
      if (isLocal(record)) moveTo(record, configured);
      return;
    }
    if (this.#fixed !== undefined || !isLive(record) || !isLocal(record)) return;
    const host = record.host ?? record.peer;
    let zone = this.#hosts.get(host);
    if (zone === undefined) {
      if (this.#hosts.size >= HOSTS_MAX) this.#forgetSome();
      zone = { minutes: assumed(record), known: false, candidate: 0, votes: 0, since: record.received };
      this.#hosts.set(host, zone);
    }
    this.#learn(host, zone, record);
    if (zone.minutes === record.zone) return;
    record.time -= (zone.minutes - record.zone) * MINUTE_US;
    record.zone = zone.minutes;
  }

  #configuredFor(host: string): Zone | null {
    let zone = this.#configuredOf.get(host);
    if (zone === undefined) {
      if (this.#configuredOf.size >= HOSTS_MAX) this.#configuredOf.clear();
      const folded = fold(host);
      zone = this.#configured.find(({ matches }) => matches(folded))?.zone ?? null;
      this.#configuredOf.set(host, zone);
    }
    return zone;
  }

  /**
   * Half of the hosts, oldest first, those without a zone of their own before the others: a sender of made-up hosts must not
   * keep real ones from being learned. Who comes back is learned again within FIRST_VOTES lines.
   */
  #forgetSome(): void {
    for (const isZoned of [false, true]) {
      for (const [host, { minutes }] of this.#hosts) {
        if (this.#hosts.size <= HOSTS_MAX / 2) return;
        if ((minutes !== 0) === isZoned) this.#hosts.delete(host);
      }
    }
  }

  #learn(host: string, zone: HostZone, record: LogRecord): void {
    const ahead = record.time + record.zone * MINUTE_US - record.received;
    const steps = Math.round(ahead / STEP_US);
    const minutes = steps * 15;
    if (Math.abs(ahead - steps * STEP_US) > TOLERANCE_US || Math.abs(minutes) > ZONE_MINUTES_MAX) return;
    if (minutes === zone.minutes) {
      zone.votes = 0;
      zone.known = true;
      return;
    }
    if (minutes !== zone.candidate || zone.votes === 0) {
      zone.candidate = minutes;
      zone.votes = 0;
      zone.since = record.received;
    }
    zone.votes++;
    const enough = zone.known ? zone.votes >= CHANGE_VOTES && record.received - zone.since >= CHANGE_AFTER_US : zone.votes >= FIRST_VOTES;
    if (!enough) return;
    zone.minutes = minutes;
    zone.known = true;
    zone.votes = 0;
    this.#onLearned(host, minutes);
  }
}

/** Until something is learned: UTC; of a program of this machine its own zone. */
function assumed({ transport, received }: LogRecord): number {
  return transport === 'unix' ? Math.round(LOCAL.offsetUs(received) / MINUTE_US) : 0;
}

/** The record's clock is one of this zone. Whole minutes: what was written is the time and the zone. */
function moveTo(record: LogRecord, zone: Zone): void {
  const wall = record.time + record.zone * MINUTE_US;
  const minutes = Math.round((wall - momentOf(zone, wall)) / MINUTE_US);
  record.time = wall - minutes * MINUTE_US;
  record.zone = minutes;
}

/** Did the record's time come from a stamp without a zone? */
function isLocal(record: LogRecord): boolean {
  if (record.form.includes(LOCAL_BODY) || hasLocalTime(record.form)) return true;
  // Its time may be the header's to the microsecond, and is still not the header's.
  if (hasZonedTime(record.form)) return false;
  return (
    record.headerTime !== undefined && record.time === record.headerTime - record.zone * MINUTE_US && LOCAL_HEADER.test(record.envelopeForm)
  );
}
