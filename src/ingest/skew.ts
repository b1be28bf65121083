/**
 * The clocks of senders: for each host the median of how much later its lines arrive than they say, over about the last minute in
 * which it spoke. Positive: its lines are delayed, or its clock is behind; negative: it is ahead. Headers without fractions add
 * half a second.
 *
 * Live transports only: the lines of files and imports are old by nature. Invariant: one look a second and host, SAMPLES_MAX of them,
 * HOSTS_MAX hosts; made-up ones push out the oldest. Not here: zones (zones.ts), which are taken off before.
 */
import type { LogRecord } from '../model.ts';
import { isLive } from './zones.ts';

/** A minute of lines at one a second: a median that a burst of late lines does not move. */
const SAMPLES_MAX = 61;
/** Below this a single late line is the median. */
const SAMPLES_MIN = 3;
/** 2000 hosts cost 1 MiB; a larger cloud has the clocks of those that spoke last. */
const HOSTS_MAX = 2000;
const SECOND_US = 1_000_000;
/** Often enough for whoever looks, and cheap: 2000 medians cost 10 ms. */
const TELL_AFTER_US = 5 * SECOND_US;

interface Clock {
  readonly samples: Float64Array;
  count: number;
  /** Where the next sample goes. */
  next: number;
  /** Second of the newest sample. */
  second: number;
  /** Of the samples; undefined when it has to be computed anew. */
  median: number | undefined;
  zone: number;
}

export type HostSkew = readonly [host: string, us: number];

export class Skew {
  readonly #clocks = new Map<string, Clock>();
  #host = '';
  #clock: Clock | undefined;
  #toldUs = 0;
  #changed = false;

  /** Looks at a record whose zone has been applied. */
  note(record: LogRecord): void {
    const { received, time } = record;
    if (!isLive(record) || !hasStamp(record)) return;
    const host = record.host ?? record.peer;
    const clock = host === this.#host && this.#clock !== undefined ? this.#clock : this.#clockOf(host);
    const second = Math.floor(received / SECOND_US);
    if (clock.second === second) return;
    // What was measured before a zone was known was the zone.
    if (clock.zone !== record.zone) clock.count = clock.next = 0;
    clock.zone = record.zone;
    clock.second = second;
    clock.samples[clock.next] = received - time;
    clock.next = (clock.next + 1) % SAMPLES_MAX;
    clock.count = Math.min(clock.count + 1, SAMPLES_MAX);
    clock.median = undefined;
    this.#changed = true;
  }

  #clockOf(host: string): Clock {
    let clock = this.#clocks.get(host);
    if (clock === undefined) {
      if (this.#clocks.size >= HOSTS_MAX) this.#clocks.delete(this.#clocks.keys().next().value!);
      clock = { samples: new Float64Array(SAMPLES_MAX), count: 0, next: 0, second: 0, median: undefined, zone: 0 };
      this.#clocks.set(host, clock);
    }
    this.#host = host;
    this.#clock = clock;
    return clock;
  }

  /** All medians, µs, when it is time to tell them and there is something new. */
  due(nowUs: number): HostSkew[] | undefined {
    if (!this.#changed || nowUs - this.#toldUs < TELL_AFTER_US) return undefined;
    this.#toldUs = nowUs;
    this.#changed = false;
    const hosts: HostSkew[] = [];
    for (const [host, clock] of this.#clocks) {
      if (clock.count < SAMPLES_MIN) continue;
      clock.median ??= medianOf(clock.samples.slice(0, clock.count));
      hosts.push([host, clock.median]);
    }
    return hosts;
  }
}

/** Does the text say when it was written? */
function hasStamp(record: LogRecord): boolean {
  return record.time !== record.received || record.headerTime !== undefined;
}

/** Hosts that the status names: the worst ones. */
const SHOWN_MAX = 100;

/** For the status: how many clocks are watched, and how far off those are that are most. */
export function clocksStatus(hosts: readonly HostSkew[]): { watched: number; skewSeconds: Record<string, number> } {
  const worst = hosts.toSorted(([, one], [, other]) => Math.abs(other) - Math.abs(one)).slice(0, SHOWN_MAX);
  return { watched: hosts.length, skewSeconds: Object.fromEntries(worst.map(([host, us]) => [host, Math.round(us / 1000) / 1000])) };
}

/** Of an odd number the middle one, else the lower of the two: it has to be one that was measured. */
function medianOf(samples: Float64Array): number {
  return samples.sort()[(samples.length - 1) >> 1]!;
}
