/**
 * What the joiner remembers: the newest records of each program on each host, of each process, and of each peer. Not here:
 * which of them a line belongs to (join-fit.ts).
 *
 * Invariant: bounded in hosts and programs, processes, peers and records of each; whoever was silent for longer than a
 * line may be late is let go of. Made-up hosts push out the oldest, never the newest.
 */
import { limits } from '../base/limits.ts';
import type { LogRecord } from '../model.ts';

/** A record that lines may join. */
export interface Family {
  record: LogRecord;
  /** Arrival of the first record, µs: however slowly its lines come, they have limits.joinAfterMs in all. */
  readonly startedUs: number;
  /** Number of the commit that the record is part of: lines of the same commit are joined in memory … */
  commit: number;
  /** … at this place of it. */
  pending: number;
  /** Lines for that commit. */
  children: LogRecord[];
  lines: number;
  bytes: number;
  /** A bare traceback began: how bare lines go on with it. */
  open: boolean;
  /** It began with a line that has a header or a stamp of its own: in a file, lines without one belong to it. */
  readonly headed: boolean;
  /** It began with a line of a known format, not with bare text. */
  readonly formatted: boolean;
}

/** What one program on one host said last. */
export interface Source {
  /** Of all its processes: lines without a pid belong to one of them. */
  readonly shared: Family[];
  /** Of each process that names its pid: forty API workers must not push each other's records out. */
  readonly byPid: Map<number, Family[]>;
  /** Arrival of the newest record, µs. */
  heardAt: number;
  /** What its message before this one belongs to. */
  last: Family | undefined;
}

/** Records between a parent and its traceback: without pids, other workers of the same program speak in between. */
const SHARED_MAX = 8;
/** Within one process: another thread's record. */
const OF_PID_MAX = 4;
/** Processes of one program on one host; a sender of made-up pids pushes out the oldest. */
const PIDS_MAX = 256;

export class JoinSources {
  readonly #hosts = new Map<string, Map<string, Source>>();
  #count = 0;
  /** The family that each peer spoke of last. */
  readonly #peers = new Map<string, { family: Family }>();
  /** Of the newest message: its neighbours have the same peer. */
  #peer = '';
  #ofPeer: { family: Family } | undefined;
  #sweptAt = 0;

  of(record: LogRecord): Source {
    const host = record.host ?? record.peer;
    const program = record.program ?? '';
    let programs = this.#hosts.get(host);
    if (programs === undefined) {
      programs = new Map();
      this.#hosts.set(host, programs);
    }
    let source = programs.get(program);
    if (source !== undefined) return source;
    if (this.#count >= limits.joinSourcesMax) {
      this.#forgetOldest();
      // This host may have been forgotten just now, with all that its programs said.
      programs = this.#hosts.get(host) ?? new Map();
      this.#hosts.set(host, programs);
    }
    source = { shared: [], byPid: new Map(), heardAt: 0, last: undefined };
    programs.set(program, source);
    this.#count++;
    return source;
  }

  push(source: Source, family: Family): void {
    const { pid, received } = family.record;
    source.heardAt = Math.max(source.heardAt, received);
    keepNewest(source.shared, family, SHARED_MAX);
    if (pid === undefined) return;
    let ofPid = source.byPid.get(pid);
    if (ofPid === undefined) {
      if (source.byPid.size >= PIDS_MAX) source.byPid.delete(source.byPid.keys().next().value!);
      ofPid = [];
      source.byPid.set(pid, ofPid);
    }
    keepNewest(ofPid, family, OF_PID_MAX);
  }

  /** What the peer's message before this one belongs to. */
  lastOf(peer: string): Family | undefined {
    return this.#slot(peer)?.family;
  }

  /** A message of this program and peer now belongs to this family. */
  touch(source: Source, peer: string, family: Family): void {
    source.last = family;
    const slot = this.#slot(peer);
    if (slot !== undefined) {
      slot.family = family;
      return;
    }
    if (this.#peers.size >= limits.joinSourcesMax) this.#peers.clear();
    this.#ofPeer = { family };
    this.#peers.set(peer, this.#ofPeer);
  }

  #slot(peer: string): { family: Family } | undefined {
    if (peer !== this.#peer) {
      this.#peer = peer;
      this.#ofPeer = this.#peers.get(peer);
    }
    return this.#ofPeer;
  }

  /** Lets go of who has been silent for longer than a line may be late: memory holds some seconds of records, no more. */
  sweep(nowUs: number): void {
    const lateUs = limits.joinAfterMs * 1000;
    if (nowUs - this.#sweptAt <= lateUs) return;
    this.#sweptAt = nowUs;
    for (const [host, programs] of this.#hosts) {
      for (const [program, { heardAt }] of programs) {
        if (nowUs - heardAt <= lateUs) continue;
        programs.delete(program);
        this.#count--;
      }
      if (programs.size === 0) this.#hosts.delete(host);
    }
    for (const [peer, { family }] of this.#peers) if (nowUs - family.startedUs > lateUs) this.#peers.delete(peer);
    this.#ofPeer = this.#peers.get(this.#peer);
  }

  clear(): void {
    this.#hosts.clear();
    this.#count = 0;
    this.#peers.clear();
    this.#ofPeer = undefined;
  }

  /** Hosts in the order in which they first spoke: a hostile sender of made-up hosts pushes out the oldest, the living come back at once. */
  #forgetOldest(): void {
    for (const [host, programs] of this.#hosts) {
      this.#hosts.delete(host);
      this.#count -= programs.size;
      if (this.#count < limits.joinSourcesMax / 2) return;
    }
  }
}

function keepNewest(families: Family[], family: Family, max: number): void {
  if (families.length >= max) families.shift();
  families.push(family);
}
