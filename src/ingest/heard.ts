/**
 * Who stopped sending: for each host when it was last heard, and how long its pauses usually are. The usual pause is the longest one,
 * forgotten slowly: hosts that write in bursts are silent between them. Live transports only.
 * Invariant: one look a second and host, HOSTS_MAX hosts; made-up ones push out the one that was first seen. Not kept across
 * restarts: a service that starts does not know who should be there.
 */
import type { LogRecord } from '../model.ts';
import { isLive } from './zones.ts';

const SECOND_US = 1_000_000;
/** 200 bytes each. */
const HOSTS_MAX = 2000;
/** Of the usual pause that is forgotten with each second in which the host spoke. */
const FORGOTTEN = 1 / 256;
const TELL_AFTER_US = 5 * SECOND_US;

interface Host {
  lastUs: number;
  pauseUs: number;
}

/** Name, when it was last heard, its usual pause; µs. */
export type HostHeard = readonly [host: string, lastUs: number, pauseUs: number];

export class Heard {
  readonly #hosts = new Map<string, Host>();
  #name = '';
  #newest: Host | undefined;
  #toldUs = 0;
  #isNews = false;

  note(record: LogRecord): void {
    if (!isLive(record)) return;
    const name = record.host ?? record.peer;
    const host = name === this.#name && this.#newest !== undefined ? this.#newest : this.#hostOf(name, record.received);
    const sinceUs = record.received - host.lastUs;
    // Clocks may jump; a pause that is none says nothing.
    if (sinceUs < SECOND_US) return;
    this.#isNews = true;
    host.pauseUs = Math.max(sinceUs, host.pauseUs * (1 - FORGOTTEN));
    host.lastUs = record.received;
  }

  #hostOf(name: string, received: number): Host {
    let host = this.#hosts.get(name);
    if (host === undefined) {
      if (this.#hosts.size >= HOSTS_MAX) this.#hosts.delete(this.#hosts.keys().next().value!);
      host = { lastUs: received, pauseUs: 0 };
      this.#hosts.set(name, host);
      this.#isNews = true;
    }
    this.#name = name;
    this.#newest = host;
    return host;
  }

  /** All hosts, when there is news of one and it is time to tell them. */
  due(nowUs: number): HostHeard[] | undefined {
    if (!this.#isNews || nowUs - this.#toldUs < TELL_AFTER_US) return undefined;
    this.#toldUs = nowUs;
    this.#isNews = false;
    return [...this.#hosts].map(([name, { lastUs, pauseUs }]) => [name, lastUs, pauseUs]);
  }
}

/** Silent is who pauses so many times longer than usual, and at least so long. */
const TIMES = 10;
const SILENT_US_MIN = 5 * 60 * SECOND_US;
const SHOWN_MAX = 100;

export interface SilentStatus {
  readonly watched: number;
  readonly hosts: readonly { host: string; lastAt: number; silentSeconds: number; usualPauseSeconds: number }[];
}

export function isSilent({ lastUs, pauseUs }: { lastUs: number; pauseUs: number }, nowUs: number): boolean {
  return nowUs - lastUs > Math.max(SILENT_US_MIN, TIMES * pauseUs);
}

/** For the status: who is silent now, the newest first: what broke last is looked for first. */
export function silentStatus(heard: readonly HostHeard[], nowUs: number): SilentStatus {
  const silent = heard.filter(([, lastUs, pauseUs]) => isSilent({ lastUs, pauseUs }, nowUs));
  const shown = silent.toSorted(([, one], [, other]) => other - one).slice(0, SHOWN_MAX);
  const seconds = (us: number): number => Math.round(us / SECOND_US);
  return {
    watched: heard.length,
    hosts: shown.map(([host, lastUs, pauseUs]) => ({
      host,
      lastAt: lastUs,
      silentSeconds: seconds(nowUs - lastUs),
      usualPauseSeconds: seconds(pauseUs),
    })),
  };
}
