/**
 * Judges every minute of error counts, and who fell silent: gathers what the error groups were given (service/errors.ts tells each tally),
 * hands whole minutes to the board (report/spike-board.ts), and keeps spikes with the minute up to which everything is judged. A
 * restart learns the history from the counts in `state.db` again, and judges what it missed. Answers `GET /spikes` and snoozes.
 *
 * Invariants: every minute is judged once, in order; ingest waits for nothing here. A minute is judged SETTLE_US after its end, or at
 * once - HURRY_US after - when an error that was never seen comes in a hurry; what comes later counts into the next. By times of
 * records: those more than LATE_MINUTES old (imports) change what is usual only after the next start.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isCoded } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { formatTime, nowUs } from '../base/time.ts';
import type {
  ErrorReader,
  ErrorRule,
  ErrorTally,
  MaintenanceWindow,
  OutageRoot,
  Snooze,
  SpikeBook,
  SpikeList,
  SpikeShelf,
  SpikeWant,
} from '../model.ts';
import { type Maintenance, maintenanceOf } from '../report/maintenance.ts';
import { SpikeBoard } from '../report/spike-board.ts';
import type { LiveSpike } from '../report/spike-live.ts';
import { type Heard, SilenceWatch } from '../report/spike-silence.ts';
import { outageRoots, spikeList } from '../report/spike-view.ts';
import { PendingMinutes } from './spike-minutes.ts';

const MINUTE_US = 60e6;
const LOOK_MS = 1000;
/** Lines settle for two seconds, a slice takes one (service/errors.ts). */
const SETTLE_US = 5e6;
/** The other services complain within seconds, and then it is one spike. */
const HURRY_US = 10e6;
/** When counting cannot keep up, minutes are judged as they are after so long. */
const BEHIND_US = 120e6;
const BEHIND_RECORDS = 5000;
/** So far back a restart judges what it missed; before that it only learns. */
const MISSED_MINUTES = 24 * 60;
/** What is usual is learned from so long: hours of the week four times. */
const HISTORY_MINUTES = 28 * 24 * 60;
const CHUNK_MINUTES = 24 * 60;
/** A minute of history takes some 0.1 ms: others get their turn. */
const YIELD_MINUTES = 60;
const AGAIN_MS = 5000;

export interface SpikeParts {
  readonly reader: Pick<ErrorReader, 'errorHistory'>;
  readonly shelf: SpikeShelf;
  readonly log: Log;
  readonly heard: () => readonly Heard[];
  /** Records that are stored and not yet counted. */
  readonly behind: () => number;
  readonly maintenance: readonly MaintenanceWindow[];
  readonly rules: readonly ErrorRule[];
  /** For tests. */
  readonly clock?: () => number;
  readonly lookMs?: number;
}

export class SpikeKeeper implements SpikeBook {
  readonly #parts: SpikeParts;
  readonly #now: () => number;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  readonly #pending: PendingMinutes;
  #board = new SpikeBoard();
  #silence: SilenceWatch;
  #maintenance: Maintenance;
  #snoozes = new Map<string, Snooze>();
  /** Minutes before this one are judged. */
  #watermark: number | undefined;
  #kept = new Map<string, string>();
  /** The watermark on disk. */
  #shelved: number | undefined;
  #hurryUs: number | undefined;
  #rules: readonly ErrorRule[];
  /** The rules changed: what is usual of which group has to be learned again. */
  #isOutdated = false;

  constructor(parts: SpikeParts) {
    this.#parts = parts;
    this.#now = parts.clock ?? nowUs;
    this.#silence = new SilenceWatch(this.#now());
    this.#maintenance = maintenanceOf(parts.maintenance);
    this.#rules = parts.rules;
    this.#pending = new PendingMinutes(parts.rules);
    this.#running = this.#run();
  }

  configure(maintenance: readonly MaintenanceWindow[], rules: readonly ErrorRule[]): void {
    this.#maintenance = maintenanceOf(maintenance);
    if (JSON.stringify(rules) === JSON.stringify(this.#rules)) return;
    this.#rules = rules;
    this.#isOutdated = true;
  }

  /** What was counted, once it is kept. */
  take(tally: ErrorTally): void {
    if (this.#pending.add(tally, this.#watermark ?? Math.floor(this.#now() / MINUTE_US))) this.#hurryUs ??= this.#now();
  }

  list(want: SpikeWant): SpikeList {
    const { finder, spikes } = this.#board;
    return {
      spikes: spikeList(spikes, want, { snoozes: [...this.#snoozes.values()], nowUs: this.#now() }),
      watermark: formatTime((this.#watermark ?? 0) * MINUTE_US),
      ...{ series: finder.size, forgotten: finder.forgotten },
    };
  }

  outages(startUs: number, endUs: number): OutageRoot[] {
    const { finder, spikes } = this.#board;
    return outageRoots(spikes, { startUs, endUs, isYoungAt: (minute) => finder.isYoungAt(minute) });
  }

  snoozes(): Snooze[] {
    return [...this.#snoozes.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  async snooze(snooze: Snooze): Promise<boolean> {
    const isNew = await this.#parts.shelf.keepSnooze(snooze);
    this.#snoozes.set(snooze.name, snooze);
    return isNew;
  }

  async unsnooze(name: string): Promise<boolean> {
    const was = await this.#parts.shelf.dropSnooze(name);
    this.#snoozes.delete(name);
    return was;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let begun = false;
    while (!this.#stop.signal.aborted) {
      let waitMs = this.#parts.lookMs ?? LOOK_MS;
      try {
        if (!begun) await this.#begin();
        begun = true;
        if (this.#isOutdated) await this.#learnAgain();
        await this.#look();
      } catch (error) {
        if (this.#stop.signal.aborted || (isCoded(error) && error.code === 'store-closed')) return;
        this.#parts.log.limited('spikes', 60_000).warn('spikes are not looked for; trying again', { error: (error as Error).message });
        waitMs = AGAIN_MS;
      }
      await sleep(waitMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  // ----------------------------------------------------------------------------------------- beginning

  async #begin(): Promise<void> {
    const { shelf } = this.#parts;
    this.#snoozes = new Map((await shelf.readSnoozes()).map((snooze) => [snooze.name, snooze]));
    const { watermark, memory, bodies } = await shelf.readSpikes();
    const spikes = bodies.map((body) => JSON.parse(body) as LiveSpike);
    this.#kept = new Map(spikes.map(({ id }, index) => [id, bodies[index]!]));
    this.#board = new SpikeBoard(spikes);
    this.#pending.recall(memory);
    const now = Math.floor(this.#now() / MINUTE_US);
    // A store that was judged before without saying since when is no younger than that.
    this.#pending.since ??= watermark ?? now;
    this.#shelved = watermark;
    const judgedFrom = Math.max(watermark ?? now, now - MISSED_MINUTES);
    this.#board = await this.#learned(spikes, now - HISTORY_MINUTES, judgedFrom);
    this.#silence = new SilenceWatch(this.#now(), this.#board.silentHosts);
    if (judgedFrom < now) {
      const judge = (minute: number): void => this.#judge(minute, Math.min(this.#now(), (minute + 1) * MINUTE_US));
      await this.#history(judgedFrom, now, judge);
    }
    await this.#keep(Math.max(now, watermark ?? 0));
  }

  /** A board that knows what was usual in [from, until), and goes on with what is open. */
  async #learned(spikes: readonly LiveSpike[], from: number, until: number): Promise<SpikeBoard> {
    const board = new SpikeBoard(spikes, this.#pending.since);
    await this.#history(from, until, (minute) => board.learn(this.#pending.minute(minute)));
    board.settle(this.#now());
    return board;
  }

  /** With other rules: spikes of groups that are no more are over, and nobody is told of what was judged before. */
  async #learnAgain(): Promise<void> {
    this.#pending.configure(this.#rules);
    this.#isOutdated = false;
    try {
      this.#board = await this.#learned(this.#board.spikes, this.#watermark! - HISTORY_MINUTES, this.#watermark!);
    } catch (error) {
      this.#isOutdated = true;
      throw error;
    }
    await this.#keep(this.#watermark!);
  }

  /** Minutes of `state.db`, oldest first. What tallies told meanwhile is in it already, up to `until`. */
  async #history(from: number, until: number, each: (minute: number) => void): Promise<void> {
    for (let chunk = from; chunk < until; chunk += CHUNK_MINUTES) {
      const end = Math.min(until, chunk + CHUNK_MINUTES);
      const history = await this.#parts.reader.errorHistory(chunk, end);
      if (this.#stop.signal.aborted) return;
      let passed = 0;
      for (const minute of this.#pending.replace(history, chunk, end)) {
        each(minute);
        if (++passed % YIELD_MINUTES === 0) await sleep(0);
      }
    }
  }

  // ----------------------------------------------------------------------------------------- judging

  async #look(): Promise<void> {
    const now = this.#now();
    this.#listen(now);
    const isBehind = this.#parts.behind() > BEHIND_RECORDS;
    const isHurry = this.#hurryUs !== undefined && now - this.#hurryUs >= HURRY_US;
    const settled = Math.floor((now - (isBehind ? BEHIND_US : SETTLE_US)) / MINUTE_US);
    const until = isHurry ? Math.floor(now / MINUTE_US) + 1 : settled;
    if (until <= this.#watermark!) {
      if (this.#hasChanged()) await this.#keep(this.#watermark!);
      return;
    }
    if (isHurry) this.#hurryUs = undefined;
    for (let minute = this.#watermark!; minute < until; minute++) this.#judge(minute, now);
    await this.#keep(until);
  }

  #judge(minute: number, us: number): void {
    const held = (service: string, host: string): string | undefined => this.#maintenance(minute * MINUTE_US, service, host);
    const given = this.#pending.minute(minute);
    try {
      this.#board.minute({ ...given, nowUs: us, maintenance: held, isHeld: (service, host) => held(service, host) !== undefined });
    } catch (error) {
      // A minute is judged once, also one that cannot be: the next ones must not wait for it for ever.
      this.#parts.log.limited('minutes', 60_000).error('BUG: a minute could not be judged', { minute, error: (error as Error).stack });
    }
  }

  #listen(now: number): void {
    const { silent, back } = this.#silence.look(this.#parts.heard(), now);
    const maintenance = (service: string, host: string): string | undefined => this.#maintenance(now, service, host);
    if (silent.hosts.length > 0 || back.length > 0) this.#board.silence({ silent, back, nowUs: now, maintenance });
  }

  #hasChanged(): boolean {
    return this.#board.spikes.some((spike) => spike.kind === 'silence' && this.#kept.get(spike.id) !== JSON.stringify(spike));
  }

  async #keep(watermark: number): Promise<void> {
    const bodies = this.#board.spikes.map((spike) => ({ id: spike.id, sinceMinute: spike.sinceMinute, body: JSON.stringify(spike) }));
    const changed = bodies.filter(({ id, body }) => this.#kept.get(id) !== body);
    // Judged is judged, kept or not: a disk that refuses must not make the same minute count twice.
    this.#watermark = watermark;
    const isTaken = await this.#parts.shelf.keepSpikes({
      from: this.#shelved,
      watermark,
      memory: this.#pending.memory(),
      spikes: changed,
    });
    if (!isTaken) throw new Error('BUG: somebody else judges minutes');
    this.#shelved = watermark;
    this.#kept = new Map(bodies.map(({ id, body }) => [id, body]));
  }
}
