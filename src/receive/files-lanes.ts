/**
 * Who of the followed files reads when: a few lanes, each with one buffer, take files in turn, a piece at a time, so that a large file
 * holds up no other and memory does not grow with the number of files. Nothing is read while too much waits for the disk, or the
 * disk is low. Not here: what a piece is (files-body.ts).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '../base/limits.ts';
import type { Ingest } from '../model.ts';
import { type LogBody, READ_BYTES, type Step } from './files-body.ts';
import { whyNot } from './files-find.ts';
import { Unfollowable } from './files-place.ts';

/** One that hangs (a network file system) must not hold up the others; more would only cost buffers. */
const LANES = 4;
/** The disk is asked again: a commit under load takes as long. */
const WAIT_MS = 50;

export interface LanesHear {
  onTruncated(body: LogBody): Promise<void>;
  onOver(body: LogBody): Promise<void>;
  onTrouble(body: LogBody): void;
}

type Room = Pick<Ingest, 'pendingBytes' | 'isReadOnly'>;

export class Lanes {
  readonly #room: Room;
  readonly #hear: LanesHear;
  /** In turn. */
  readonly #queue = new Set<LogBody>();
  readonly #busy = new Set<LogBody>();
  /** Others come first, or one of them has no name yet; whenever one is read they are looked at again. */
  readonly #blocked = new Set<LogBody>();
  /** Woken while it was busy. */
  readonly #again = new Set<LogBody>();
  /** Something of them is on its way to the disk. */
  readonly #unsettled = new Set<LogBody>();
  #idle: (() => void)[] = [];
  #onSettled: (() => void)[] = [];
  #isStopped = false;
  #waiting = 0;
  readonly #all: Promise<void>[];

  constructor(room: Room, hear: LanesHear) {
    this.#room = room;
    this.#hear = hear;
    this.#all = Array.from({ length: LANES }, () => this.#lane());
  }

  get isWaiting(): boolean {
    return this.#waiting > 0;
  }

  /** There may be something to read. */
  wake(body: LogBody): void {
    if (this.#isStopped) return;
    if (this.#busy.has(body)) this.#again.add(body);
    else this.#queue.add(body);
    this.#idle.pop()?.();
  }

  /** Something of it got to disk, or was refused. */
  settled(body: LogBody): void {
    if (!body.isSettled) return;
    this.#unsettled.delete(body);
    for (const resolve of this.#onSettled.splice(0)) resolve();
    // Refused for a reason that lasts, it waits for the next look.
    if (body.refusal === undefined) this.wake(body);
  }

  /** No more reads; resolves when what was read has settled. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const resolve of this.#idle.splice(0)) resolve();
    await Promise.all(this.#all);
    while ([...this.#unsettled].some((body) => !body.isSettled)) await new Promise<void>((resolve) => this.#onSettled.push(resolve));
  }

  async #lane(): Promise<void> {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    while (!this.#isStopped) {
      const body = this.#next();
      if (body === undefined) await new Promise<void>((resolve) => this.#idle.push(resolve));
      else if (await this.#hasRoom()) await this.#read(body, buffer);
    }
  }

  #next(): LogBody | undefined {
    for (const body of this.#queue) {
      this.#queue.delete(body);
      body.after = body.after.filter((older) => !older.isRead && older.trouble === undefined);
      if (body.after.length > 0 || !this.#mayBegin(body)) {
        this.#blocked.add(body);
        continue;
      }
      this.#busy.add(body);
      return body;
    }
    return undefined;
  }

  /** One of a set after the other gets its name. */
  #mayBegin(body: LogBody): boolean {
    if (!body.mayBegin) return false;
    if (body.source === undefined) for (const one of this.#busy) if (one.setPath === body.setPath && one.source === undefined) return false;
    return true;
  }

  /** False when we stopped meanwhile. */
  async #hasRoom(): Promise<boolean> {
    this.#waiting++;
    while (!this.#isStopped && (this.#room.isReadOnly === true || this.#room.pendingBytes > limits.intakeBytesMax)) await sleep(WAIT_MS);
    this.#waiting--;
    return !this.#isStopped;
  }

  async #read(body: LogBody, buffer: Buffer): Promise<void> {
    let isMore = false;
    try {
      isMore = await this.#after(body, await body.step(buffer));
      body.trouble = undefined;
    } catch (error) {
      body.trouble = whyNot(error);
      body.isUnwanted = error instanceof Unfollowable;
      this.#hear.onTrouble(body);
    }
    this.#busy.delete(body);
    if (!body.isSettled) this.#unsettled.add(body);
    if (this.#again.delete(body) || isMore) this.wake(body);
    if (isMore) return;
    const blocked = [...this.#blocked];
    this.#blocked.clear();
    for (const one of blocked) this.wake(one);
  }

  /** Whether it goes on at once. */
  async #after(body: LogBody, step: Step): Promise<boolean> {
    if (step === 'truncated') {
      // What is on its way is of what was in it; its end wakes it.
      if (!body.isSettled) return false;
      await this.#hear.onTruncated(body);
      return true;
    }
    if (step === 'over' && body.isSettled) await this.#hear.onOver(body);
    return step === 'more';
  }
}
