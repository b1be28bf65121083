/**
 * Simulated weeks for the bench of detection: minute counts of 1,000 series of errors - signatures at services and hosts - with what is
 * usual in a cloud and known incidents in it. The rhythm is that of the demo cloud. Same seed, same weeks. Not here: judging them.
 *
 * What is usual, and no incident: a rhythm of the day and the week (half of the signatures; the rest flat, some at night only), levels that
 * wander from day to day, hours that differ, errors that come in clumps, two deployments a week with a bump and another level after
 * it, blinks of single connections, errors that are new and rare.
 */
import { Dice } from '../../src/demo/dice.ts';
import { rhythmAt } from '../../src/demo/rhythm.ts';
import type { Complained } from '../../src/report/collapse.ts';

export const SERIES = 1000;
export const MINUTES_A_WEEK = 7 * 24 * 60;
export const BROKER = 'ctl01:5672';
export const DATABASE = 'db01:3306';
const SERVICES = ['nova', 'neutron', 'cinder', 'glance', 'keystone', 'swift', 'heat', 'octavia'];
const HOSTS = 60;
const SIGNATURES = 120;
/** Sunday, 00:00 UTC. */
export const START = Math.floor(Date.UTC(2026, 7, 2) / 60_000);

export const KINDS = ['burst', 'ramp', 'host', 'smoulder', 'new', 'critical', 'broker', 'database', 'silence'] as const;
export type Kind = (typeof KINDS)[number];
const A_WEEK: Readonly<Record<Kind, number>> = {
  burst: 3,
  ramp: 2,
  host: 3,
  smoulder: 1,
  new: 2,
  critical: 1,
  broker: 1,
  database: 1,
  silence: 2,
};

export interface Incident {
  readonly kind: Kind;
  /** [from, until) */
  readonly from: number;
  readonly until: number;
  readonly signatures: ReadonlySet<string>;
  readonly host?: string;
  readonly address?: string;
}
export interface Weeks {
  readonly from: number;
  readonly until: number;
  readonly incidents: readonly Incident[];
  /** By minute; absent: nothing. */
  readonly counts: ReadonlyMap<number, ReadonlyMap<string, number>>;
  readonly complaints: ReadonlyMap<number, readonly Complained[]>;
  readonly critical: ReadonlyMap<number, string>;
  readonly hosts: readonly string[];
  readonly isSilent: (host: string, minute: number) => boolean;
}

interface Series {
  readonly signature: string;
  readonly service: string;
  readonly host: string;
  readonly key: string;
  rate: number;
  readonly rhythm: 'people' | 'flat' | 'night';
  readonly clump: number;
}

const hostName = (index: number): string => `cmp${String(index + 1).padStart(2, '0')}`;

export class Simulation {
  readonly #dice: Dice;
  readonly #series: Series[] = [];
  readonly #counts = new Map<number, Map<string, number>>();
  readonly #complaints = new Map<number, Complained[]>();
  readonly #critical = new Map<number, string>();
  readonly #incidents: Incident[] = [];
  readonly #from: number;
  readonly #until: number;
  #novel = 0;

  constructor(seed: number, weeks: number) {
    this.#dice = new Dice(seed);
    this.#from = START;
    this.#until = START + weeks * MINUTES_A_WEEK;
  }

  /** Incidents begin after `quietWeeks`. */
  run(quietWeeks: number): Weeks {
    this.#makeSeries();
    for (let hour = this.#from; hour < this.#until; hour += 60) this.#hour(hour);
    for (let week = this.#from; week < this.#until; week += MINUTES_A_WEEK) {
      this.#strangers(week);
      if (week >= this.#from + quietWeeks * MINUTES_A_WEEK) this.#incidentsOf(week);
    }
    const silences = this.#incidents.filter(({ kind }) => kind === 'silence');
    return {
      ...{ from: this.#from, until: this.#until, incidents: this.#incidents },
      ...{ counts: this.#counts, complaints: this.#complaints, critical: this.#critical },
      hosts: Array.from({ length: HOSTS }, (_, index) => hostName(index)),
      isSilent: (host, minute) => silences.some((one) => one.host === host && minute >= one.from && minute < one.until),
    };
  }

  #normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#dice.fraction())) * Math.cos(2 * Math.PI * this.#dice.fraction());
  }

  #poisson(mean: number): number {
    if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.#normal()));
    let left = Math.exp(-mean);
    let count = -1;
    for (let at = this.#dice.fraction(); ; count++) {
      at -= left;
      // The sum of the odds ends a hair below one.
      if (at < 0 || count > 500) return count + 1;
      left *= mean / (count + 2);
    }
  }

  #makeSeries(): void {
    for (let index = 0; this.#series.length < SERIES; index = (index + 1) % SIGNATURES) {
      const signature = `s${index}`;
      const service = SERVICES[index % SERVICES.length]!;
      const host = hostName(this.#dice.between(0, HOSTS - 1));
      const key = `${signature}\n${service}\n${host}`;
      if (this.#series.some((other) => other.key === key)) continue;
      const first = this.#series.find((other) => other.signature === signature);
      const draw = this.#dice.fraction();
      // Half of the series say less than an error in two hours; one in fifty several a minute.
      const rate = Math.min(4, 0.008 * Math.exp(1.8 * this.#normal()));
      const rhythm = first?.rhythm ?? (draw < 0.5 ? 'people' : draw < 0.93 ? 'flat' : 'night');
      this.#series.push({
        signature,
        service,
        host,
        key,
        rate,
        rhythm,
        clump: first?.clump ?? (this.#dice.oneIn(3) ? 1 + 2 * this.#dice.fraction() : 1),
      });
    }
  }

  /** What is usual, hour by hour. */
  #hour(hour: number): void {
    const load = rhythmAt((hour + 30) * 60e6);
    const ofDay = Math.floor(hour / 60) % 24;
    const ofWeek = Math.floor((hour - this.#from) / 60) % 168;
    if (ofDay === 0) for (const one of this.#series) one.rate = Math.min(5, one.rate * Math.exp(0.08 * this.#normal()));
    // Tuesday and Thursday at ten a service is deployed.
    const deployed = ofWeek === 2 * 24 + 10 || ofWeek === 4 * 24 + 10 ? this.#dice.pick(SERVICES) : undefined;
    const noise = new Map<string, number>();
    for (const one of this.#series) {
      if (!noise.has(one.signature)) noise.set(one.signature, Math.exp(0.15 * this.#normal()));
      const rhythm = one.rhythm === 'people' ? load : one.rhythm === 'flat' ? 1 : ofDay === 2 ? 12 : 0.5;
      this.#scatter(one, { from: hour, minutes: 60, errors: (one.rate * 60 * rhythm * noise.get(one.signature)!) / one.clump });
      if (one.service !== deployed) continue;
      this.#scatter(one, { from: hour + 10, minutes: 15, errors: one.rate * 15 + 0.3 });
      if (this.#dice.oneIn(10)) one.rate *= 0.6 + this.#dice.fraction();
    }
  }

  #scatter({ key, clump }: Series, { from, minutes, errors }: { from: number; minutes: number; errors: number }): void {
    for (let left = this.#poisson(errors); left > 0; left--) {
      const minute = from + this.#dice.between(0, minutes - 1);
      let size = 1;
      while (clump > 1 && this.#dice.fraction() < 1 - 1 / clump) size++;
      this.#add(minute, key, size);
    }
  }

  #add(minute: number, key: string, count: number): void {
    if (minute >= this.#until || count <= 0) return;
    const counts = this.#counts.get(minute) ?? new Map<string, number>();
    this.#counts.set(minute, counts);
    counts.set(key, (counts.get(key) ?? 0) + count);
  }

  /** Blinks of the broker, and errors that are new and rare. */
  #strangers(week: number): void {
    for (let blink = this.#poisson(70); blink > 0; blink--) {
      const minute = week + this.#dice.between(0, MINUTES_A_WEEK - 1);
      const [service, host] = [this.#dice.pick(SERVICES), hostName(this.#dice.between(0, HOSTS - 1))];
      this.#complain(minute, { kind: 'broker', address: BROKER, signature: 'unreachable', service, host, count: 1 });
    }
    for (let stranger = 0; stranger < 20; stranger++) {
      const key = `n${this.#novel++}\n${this.#dice.pick(SERVICES)}\n${hostName(this.#dice.between(0, HOSTS - 1))}`;
      const from = week + this.#dice.between(0, MINUTES_A_WEEK - 1);
      for (let times = this.#dice.between(1, 6); times > 0; times--)
        this.#add(from + this.#dice.between(0, 2000), key, this.#dice.between(1, 2));
    }
  }

  #complain(minute: number, one: Complained): void {
    if (minute >= this.#until) return;
    const complaints = this.#complaints.get(minute) ?? [];
    this.#complaints.set(minute, complaints);
    complaints.push(one);
    this.#add(minute, `${one.signature}\n${one.service}\n${one.host}`, one.count);
  }

  // ----------------------------------------------------------------------------------------- incidents

  /** At least two hours apart, so that each alarm belongs to one. */
  #incidentsOf(week: number): void {
    const kinds = KINDS.flatMap((kind) => Array.from({ length: A_WEEK[kind] }, () => kind));
    const slot = Math.floor(MINUTES_A_WEEK / kinds.length);
    const order = kinds.map((kind) => ({ kind, at: this.#dice.fraction() })).sort((one, other) => one.at - other.at);
    for (const [index, { kind }] of order.entries()) {
      const from = week + index * slot + this.#dice.between(0, slot - 300);
      this.#incidents.push({ kind, from, ...this.#happen(kind, from) });
    }
  }

  #happen(kind: Kind, from: number): Omit<Incident, 'kind' | 'from'> {
    const { until, signatures, host, address } = this.#play(kind, from);
    return {
      ...{ until, signatures: new Set(signatures) },
      ...(host === undefined ? {} : { host }),
      ...(address === undefined ? {} : { address }),
    };
  }

  #play(kind: Kind, from: number): { until: number; signatures: readonly string[]; host?: string; address?: string } {
    const dice = this.#dice;
    if (kind === 'broker' || kind === 'database') return this.#outage(kind, from);
    const until = from + { burst: 25, ramp: 150, host: 40, smoulder: 90, new: 15, critical: 30, silence: 35 }[kind];
    const host = hostName(dice.between(0, HOSTS - 1));
    if (kind === 'silence') return { until, signatures: [], host };
    if (kind === 'new' || kind === 'critical') {
      const signature = `n${this.#novel++}`;
      const key = `${signature}\n${dice.pick(SERVICES)}\n${host}`;
      if (kind === 'critical') this.#critical.set(from, signature);
      if (kind === 'critical') this.#add(from, key, 1);
      else for (let minute = from; minute < until; minute++) this.#add(minute, key, this.#poisson(12));
      return { until, signatures: [signature] };
    }
    if (kind === 'host' || kind === 'smoulder') return this.#onHost(kind, { from, until });
    const signature = dice.pick(this.#series).signature;
    const all = this.#series.filter((one) => one.signature === signature);
    const usual = all.reduce((sum, { rate }) => sum + rate, 0);
    // Six to sixteen times the usual, and no less than four a minute.
    const most = Math.max(4, usual * dice.between(6, 16));
    for (let minute = from; minute < until; minute++) {
      const part = kind === 'burst' ? 1 : Math.min(1, (minute - from) / 120);
      for (const { key } of all) this.#add(minute, key, this.#poisson((most * part) / all.length));
    }
    return { until, signatures: [signature] };
  }

  /** Several signatures of one host; or one that smoulders: an error in two minutes, where there was one in hours. */
  #onHost(kind: 'host' | 'smoulder', { from, until }: { from: number; until: number }): { until: number; signatures: string[] } {
    const dice = this.#dice;
    const rare = this.#series.filter(({ rate, rhythm }) => rate < 0.01 && rhythm !== 'night');
    const { host } = dice.pick(kind === 'smoulder' ? rare : this.#series);
    const some = (kind === 'smoulder' ? rare : this.#series).filter((one) => one.host === host).slice(0, kind === 'smoulder' ? 1 : 4);
    for (const { key, rate } of some) {
      const errors = kind === 'smoulder' ? 0.5 : Math.max(dice.between(1, 5), 6 * rate);
      for (let minute = from; minute < until; minute++) this.#add(minute, key, this.#poisson(errors));
    }
    return { until, signatures: some.map(({ signature }) => signature) };
  }

  /** Everybody loses the dependency, waits for answers that do not come, and fails in what it does. */
  #outage(kind: 'broker' | 'database', from: number): { until: number; signatures: string[]; address: string } {
    const dice = this.#dice;
    const until = from + dice.between(4, 12);
    const address = kind === 'broker' ? BROKER : DATABASE;
    const lost = kind === 'broker' ? 'unreachable' : 'gone away';
    const signatures = new Set([lost, `${lost} timeout`]);
    const clients = this.#series.filter((_, index) => index % 4 === 0);
    for (let minute = from; minute < until; minute++) {
      for (const { signature, service, host, key } of clients) {
        const count = this.#poisson(3);
        if (count > 0) this.#complain(minute, { kind, address, signature: lost, service, host, count });
        if (dice.oneIn(2)) this.#complain(minute, { kind, signature: `${lost} timeout`, service, host, count: 1 });
        if (Number(signature.slice(1)) % 3 === 0) {
          signatures.add(signature);
          this.#add(minute, key, this.#poisson(4));
        }
      }
    }
    return { until, signatures: [...signatures], address };
  }
}
