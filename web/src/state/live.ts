/**
 * The live tail: what comes in from now on, as long as it is wanted. It comes back by itself for ever, exactly behind the last line that it has, and says in the
 * list that it was away and whether anything was missed. Not here: one connection (api/tail.ts), what is kept (kept.ts), drawing (parts/live-list.tsx).
 *
 * Reading goes on while nothing is drawn (hidden, paused, scrolled away), in steps short enough for the page to stay quick; what is too much for
 * us waits in the network, and the service pulls later.
 */
import type { PublicRecord } from '../api/answers.ts';
import { isAbort, type Problem, troubleOf } from '../api/ask.ts';
import { tailEvents } from '../api/tail.ts';
import type { ServerEvent } from '../text/events.ts';
import { type LossNote, lossText } from '../text/losses.ts';
import { countText } from '../text/rows.ts';
import { signal } from '../ui.ts';
import { Kept } from './kept.ts';
import { Pace } from './pace.ts';

/** Doubled from try to try: there soon after a restart, gentle to a service that is down for the night. */
const BACK_OFF_MS = { first: 500, longest: 10_000 };
/** Of a wait that is chance: a hundred pages must not all come back in the same moment. */
const JITTER = 0.5;
/** To begin with: a screenful or two. */
const LINES_FIRST = 200;
/** A step of the main thread; a frame is 16. */
const STEP_MS = 8;
/** What a restart or a busy hour causes; anything else would be the same the next time. */
const PASSING: ReadonlySet<string> = new Set([
  'unreachable',
  'no-answer',
  'strange-answer',
  'gone',
  'internal',
  'overloaded',
  'store-busy',
  'store-closed',
  'timeout',
  'too-many',
]);

export type LiveState = 'off' | 'opening' | 'open' | 'waiting' | 'failed';

export class LiveTail {
  readonly kept = new Kept();
  readonly pace = new Pace();
  readonly state = signal<LiveState>('off');
  /** Why it is `waiting` or `failed`. */
  readonly trouble = signal<Problem | undefined>(undefined);
  /** It knows where to go on: what comes while it is away is not missed. */
  readonly hasPlace = signal(false);
  /** When it tries again; ms. */
  readonly againMs = signal(0);
  /** Something was added or changed; called at most once until `take`. */
  onNews: () => void = () => {};
  #last: string | undefined;
  #leave = new AbortController();
  #hurry: () => void = () => {};
  #lostMs: number | undefined;
  /** What is shown to begin with was there before: it is no part of the rate. */
  #isBeginning = true;
  #losses = new Map<string, LossNote>();

  /** Another question begins anew. */
  open(query: string): void {
    this.close();
    this.#last = undefined;
    this.hasPlace.value = false;
    this.#lostMs = undefined;
    this.#isBeginning = true;
    this.kept.clear();
    this.pace.clear();
    this.#leave = new AbortController();
    void this.#follow(query, this.#leave.signal);
    this.onNews();
  }

  close(): void {
    this.#leave.abort();
    this.state.value = 'off';
    this.trouble.value = undefined;
  }

  /** What is shown goes; what comes stays to come. */
  clear(): void {
    this.kept.clear();
    this.#losses.clear();
    this.onNews();
  }

  /** Does not wait any longer. */
  hurry(): void {
    this.#hurry();
  }

  async #follow(query: string, left: AbortSignal): Promise<void> {
    for (let tries = 0; !left.aborted; tries++) {
      if (tries === 0) this.state.value = 'opening';
      try {
        const words = { query, ...(this.#last === undefined && tries === 0 ? { lines: String(LINES_FIRST) } : {}) };
        for await (const events of tailEvents({ words, after: this.#last, signal: left })) {
          if (this.state.peek() !== 'open') this.#opened();
          tries = 0;
          await this.#takeAll(events, left);
        }
      } catch (error) {
        if (isAbort(error) || left.aborted) return;
        const trouble = troubleOf(error);
        this.trouble.value = trouble;
        if (!PASSING.has(trouble.code)) {
          this.state.value = 'failed';
          return;
        }
        if (trouble.code === 'gone') this.#beginAnew();
        else if (this.#last !== undefined) this.#lostMs ??= Date.now();
        await this.#wait(tries, left);
      }
    }
  }

  #opened(): void {
    this.state.value = 'open';
    this.trouble.value = undefined;
  }

  /** The folder is another one: there is no place in it to go on from. */
  #beginAnew(): void {
    this.#last = undefined;
    this.hasPlace.value = false;
    this.#lostMs = undefined;
    this.#say({ text: 'The service has other data than before; going on with what comes now', isLoss: true });
  }

  async #wait(tries: number, left: AbortSignal): Promise<void> {
    const longest = Math.min(BACK_OFF_MS.longest, BACK_OFF_MS.first * 2 ** Math.min(tries, 16));
    const waitMs = longest * (1 - JITTER * Math.random());
    this.againMs.value = Date.now() + waitMs;
    this.state.value = 'waiting';
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.#hurry = () => {
        clearTimeout(timer);
        resolve();
      };
      left.addEventListener('abort', this.#hurry, { once: true });
      // The network is back, or somebody looks again: now is the time.
      addEventListener('online', this.#hurry, { once: true });
      document.addEventListener('visibilitychange', this.#hurry, { once: true });
    });
    left.removeEventListener('abort', this.#hurry);
    removeEventListener('online', this.#hurry);
    document.removeEventListener('visibilitychange', this.#hurry);
  }

  /** In steps; events that come while the page does something else wait in the network. */
  async #takeAll(events: readonly ServerEvent[], left: AbortSignal): Promise<void> {
    let beganMs = performance.now();
    for (const event of events) {
      if (left.aborted) return;
      this.#take(event);
      if (performance.now() - beganMs < STEP_MS) continue;
      await breathe();
      beganMs = performance.now();
    }
    if (events.length > 0) this.onNews();
  }

  #take({ event, data, id }: ServerEvent): void {
    if (event === 'lost') this.#lost(JSON.parse(data) as { count?: number; losses?: readonly LossNote[] });
    else {
      // The first thing with a place after we were away: nothing was dropped before it.
      if (id !== undefined && this.#lostMs !== undefined) this.#back('nothing missed', false);
      if (event === 'record') this.#add(JSON.parse(data) as PublicRecord, data.length);
      else if (event === '') this.#isBeginning = false;
      else if (event === 'more') this.kept.more(JSON.parse(data) as PublicRecord, data.length);
    }
    // After it is kept: what was not comes again.
    if (id === undefined) return;
    this.#last = id;
    this.hasPlace.value = true;
  }

  #add(record: PublicRecord, chars: number): void {
    this.kept.add(record, chars);
    this.#losses.clear();
    if (!this.#isBeginning) this.pace.count(Date.parse(record.received));
  }

  #lost({ count, losses = [] }: { count?: number; losses?: readonly LossNote[] }): void {
    if (count !== undefined) {
      const text = `${countText(count)} records were dropped by retention before they could be shown`;
      if (this.#lostMs === undefined) this.#say({ text, isLoss: true });
      else this.#back(`but ${text}`, true);
    }
    for (const note of losses) this.#lose(note);
  }

  /** While nothing else comes one line grows instead of a line a second. */
  #lose(note: LossNote): void {
    this.pace.lost.value += note.amount;
    const before = this.#losses.get(note.reason);
    const text = lossText(before === undefined ? note : { ...note, amount: before.amount + note.amount });
    const isSame = before !== undefined && this.#losses.size === 1;
    if (isSame) this.kept.renote({ text, isLoss: true });
    else this.#say({ text: lossText(note), isLoss: true });
    this.#losses.set(note.reason, isSame ? { ...note, amount: before.amount + note.amount } : note);
  }

  #back(what: string, isLoss: boolean): void {
    const awayS = Math.max(1, Math.round((Date.now() - this.#lostMs!) / 1000));
    this.#lostMs = undefined;
    this.#say({ text: `Connected again after ${awayS} s, ${what}`, isLoss });
  }

  #say(note: { text: string; isLoss: boolean }): void {
    this.kept.note(note);
    this.onNews();
  }
}

/** A turn of the event loop that also a hidden page gets: timers and frames wait there. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
