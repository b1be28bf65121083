/**
 * How a live tail is looked at: it follows the newest line, or it stands still - paused by a person, or because he reads further up - and shows what was
 * kept when it stopped. Shared by the list, its tools and the keys. Not here: the tail itself (live.ts).
 */
import { computed, signal } from '../ui.ts';
import { go, here } from './here.ts';
import type { LiveItem } from './kept.ts';
import { LiveTail } from './live.ts';
import { touched } from './picked.ts';

export const live = new LiveTail();

export const isLive = computed(() => here.value.more.live === '1');

export function toggleLive(): void {
  const { more } = here.peek();
  go({ more: { ...more, live: more.live === '1' ? '' : '1' }, line: '' });
}

/** What is shown while it stands still. */
export interface Still {
  readonly items: readonly LiveItem[];
  /** Records that had come when the newest of them had. */
  readonly total: number;
  /** Only a person's word ends it, not reaching the end of the list. */
  readonly isPaused: boolean;
}

export const still = signal<Still | undefined>(undefined);
/** Lines that came since it stands still; told once a frame. */
export const waiting = signal(0);

/** Index behind the newest line that is drawn while it follows: what stands still is what was seen. */
export const drawn = { end: 0 };

/** `isPaused`: a person stopped it, or looks into a line; else he scrolled away. */
export function stop(isPaused: boolean): void {
  const now = still.peek();
  if (now !== undefined) {
    if (isPaused && !now.isPaused) still.value = { ...now, isPaused };
    return;
  }
  const { kept } = live;
  const items = kept.newest(Number.POSITIVE_INFINITY).slice(0, Math.max(0, drawn.end - kept.begin));
  waiting.value = 0;
  still.value = { items, total: items.at(-1)?.nth ?? kept.total, isPaused };
}

export function goOn(): void {
  still.value = undefined;
  waiting.value = 0;
  touched.opened.value = new Set();
  if (here.peek().line !== '') go({ line: '' }, 'replace');
  live.onNews();
}

export function pauseOrGoOn(): void {
  if (still.peek()?.isPaused) goOn();
  else stop(true);
}

/** To its beginning: nobody has stopped anything yet. */
export function lookAgain(): void {
  still.value = undefined;
  waiting.value = 0;
  drawn.end = 0;
}

export function clearLive(): void {
  live.clear();
  goOn();
}
