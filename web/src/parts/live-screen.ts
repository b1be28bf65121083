/**
 * Decides which rows of a tail are drawn in which frame: new lines at once as long as they are few; else a whole new screenful is drawn behind the old one,
 * some rows a frame, and takes its place when it is whole. So a frame never draws more than ROWS_A_FRAME rows, however fast lines come, and what is
 * seen never has a gap. Pure but for frames and the clock. Measured: test/browser/live-speed.test.ts.
 */
import type { LiveItem } from '../state/kept.ts';

/** A row costs up to a millisecond with its layout and paint. */
const ROWS_A_FRAME = 10;
/** Screenfuls a second that are worth their time: nobody reads four. */
const SCREEN_MS = 250;

export interface Screens {
  readonly shown: readonly LiveItem[];
  /** What takes its place soon; not seen yet. */
  readonly next: readonly LiveItem[];
  /** One more with each screenful that took the place of another. */
  readonly turn: number;
}

export interface ScreenParts {
  readonly newest: (count: number) => readonly LiveItem[];
  /** How many fill the screen. */
  readonly rows: () => number;
  readonly show: (screens: Screens) => void;
}

export class LiveScreen {
  readonly #parts: ScreenParts;
  #screens: Screens = { shown: [], next: [], turn: 0 };
  /** What `next` becomes. */
  #target: readonly LiveItem[] | undefined;
  #frame = 0;
  #timer = 0;
  #turnedMs = 0;
  #isStopped = false;

  constructor(parts: ScreenParts) {
    this.#parts = parts;
  }

  news(): void {
    if (!this.#isStopped && this.#timer === 0) this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  stop(): void {
    this.#isStopped = true;
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
  }

  #draw(): void {
    this.#frame = 0;
    if (this.#target !== undefined) {
      this.#build(this.#target);
      return;
    }
    const newest = this.#parts.newest(this.#parts.rows());
    const { shown } = this.#screens;
    const known = new Set(shown);
    const fresh = newest.filter((item) => !known.has(item));
    if (fresh.length === 0 && newest.length === shown.length) return;
    if (fresh.length <= ROWS_A_FRAME) {
      this.#show({ ...this.#screens, shown: newest });
      return;
    }
    const leftMs = this.#turnedMs + SCREEN_MS - performance.now();
    if (leftMs > 0) {
      this.#timer = window.setTimeout(() => {
        this.#timer = 0;
        this.news();
      }, leftMs);
      return;
    }
    this.#target = newest;
    this.#build(newest);
  }

  #build(target: readonly LiveItem[]): void {
    const { next, turn, shown } = this.#screens;
    if (next.length === target.length) {
      this.#target = undefined;
      this.#turnedMs = performance.now();
      this.#show({ shown: target, next: [], turn: turn + 1 });
    } else this.#show({ shown, next: target.slice(0, next.length + ROWS_A_FRAME), turn });
    this.news();
  }

  #show(screens: Screens): void {
    this.#screens = screens;
    this.#parts.show(screens);
  }
}
