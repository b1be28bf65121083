/**
 * Tells receivers of spikes that opened and closed. What a receiver has still to hear is worked out from the spikes and from what it was told, which
 * `state.db` keeps: so nothing queues up for one that is dead, a restart neither repeats nor forgets, and ingest is never waited for.
 *
 * Each receiver on its own: what comes within GROUP_MS is one message; at most PER_HOUR messages an hour, what comes beyond them waits and is told
 * together; a failure is tried again later and later, up to AGAIN_MS_MAX. An Alertmanager forgets what is not said again: it is told every REFRESH_MS.
 * A receiver that is new hears of what goes on, not of what is over. Not here: spikes (spikes.ts), what is sent (report/alert.ts, send.ts).
 */
import type { Counters } from '../base/counters.ts';
import { isCoded } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Spike, SpikeBook, TellReceiver, ToldBook, ToldSpike } from '../model.ts';
import { type Alert, alertmanagerBody, alertOf, alertText, evidenceLine, slackBody, subjectOf, webhookBody } from '../report/alert.ts';
import { type Outgoing, type SendWith, send } from './send.ts';

export interface AlertTimes {
  readonly lookMs: number;
  readonly groupMs: number;
  readonly againMs: number;
  readonly againMsMax: number;
  readonly refreshMs: number;
  readonly perHour: number;
}
/** Prometheus' own: a group waits some seconds, the Alertmanager resolves what it has not heard for five minutes. Nobody reads more than one a minute. */
export const ALERT_TIMES: AlertTimes = {
  lookMs: 2000,
  groupMs: 10_000,
  againMs: 2000,
  againMsMax: 300_000,
  refreshMs: 120_000,
  perHour: 60,
};
/** Spikes looked at: what began earlier and goes on is among them. */
const WINDOW_US = 7 * 86_400e6;
/** Spikes of one message; the others come with the next. */
const BATCH_MAX = 50;
/** That wait for one receiver; beyond, the oldest are not told. */
const WAITING_MAX = 1000;
const EVIDENCE_MAX = 3;
const HOUR_MS = 3600e3;
/** The row of a receiver that says since when it is one. */
const KNOWN_SINCE = '';

export interface AlertParts {
  readonly spikes: Pick<SpikeBook, 'list'>;
  readonly book: ToldBook;
  /** JSON of a record. */
  readonly record: (seq: number) => Promise<string | undefined>;
  readonly url: () => string;
  readonly sendWith: Omit<SendWith, 'signal'>;
  readonly log: Log;
  readonly counters: Counters;
  readonly times?: Partial<AlertTimes>;
  /** That by which spikes are judged, µs; for tests. */
  readonly clock?: (() => number) | undefined;
}

interface Line {
  receiver: TellReceiver;
  /** Spike -> is it over, as it was told. */
  readonly told: Map<string, boolean>;
  knownSinceUs: number;
  /** When the first of those that wait was seen; undefined: nobody waits. */
  waitingMs: number | undefined;
  notBeforeMs: number;
  failures: number;
  refreshedMs: number;
  /** When messages of the last hour went. */
  sentMs: number[];
  isBusy: boolean;
  answer: string | undefined;
}

export class Alerts {
  readonly #parts: AlertParts;
  readonly #times: AlertTimes;
  readonly #nowMs = (): number => (this.#parts.clock === undefined ? Date.now() : this.#parts.clock() / 1000);
  readonly #stop = new AbortController();
  readonly #lines = new Map<string, Line>();
  readonly #timer: NodeJS.Timeout;
  readonly #underWay = new Set<Promise<void>>();
  #receivers: readonly TellReceiver[] = [];
  #kept: Promise<ToldSpike[]> | undefined;
  #isLooking = false;

  constructor(parts: AlertParts) {
    this.#parts = parts;
    this.#times = { ...ALERT_TIMES, ...parts.times };
    this.#timer = setInterval(() => void this.#look(), this.#times.lookMs);
    this.#timer.unref();
  }

  configure(receivers: readonly TellReceiver[]): void {
    this.#receivers = receivers;
    const wanted = receivers.filter(({ alerts }) => alerts);
    for (const [name, line] of this.#lines) {
      const receiver = wanted.find((one) => one.name === name);
      if (receiver === undefined) this.#lines.delete(name);
      else line.receiver = receiver;
    }
  }

  /** What each receiver answers to a test alert. */
  test(): Promise<{ receiver: string; kind: string; isTaken: boolean; answer: string }[]> {
    const now = new Date().toISOString();
    const alert: Alert = {
      ...{
        status: 'firing',
        id: '0'.repeat(16),
        title: 'Test alert of Stacktrail',
        kind: 'test',
        severity: 'warning',
        rule: 'Somebody asked for it.',
      },
      ...{
        observed: 0,
        baseline: 0,
        count: 0,
        startsAt: now,
        endsAt: now,
        evidence: ['This line would be evidence.'],
        folded: [],
        foldedCount: 0,
      },
      url: `${this.#parts.url()}/`,
    };
    const wanted = this.#receivers.filter(({ alerts }) => alerts);
    return Promise.all(
      wanted.map(async (receiver) => {
        const { name, kind } = receiver;
        try {
          const answer = await this.#send(receiver, [alert]);
          return { receiver: name, kind, isTaken: true, answer };
        } catch (error) {
          return { receiver: name, kind, isTaken: false, answer: (error as Error).message };
        }
      }),
    );
  }

  status(): { receiver: string; kind: string; failures: number; answer: string | undefined }[] {
    return this.#receivers
      .filter(({ alerts }) => alerts)
      .map(({ name, kind }) => {
        const line = this.#lines.get(name);
        return { receiver: name, kind, failures: line?.failures ?? 0, answer: line?.answer };
      });
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await Promise.allSettled(this.#underWay);
  }

  /** Never throws. */
  async #look(): Promise<void> {
    const wanted = this.#receivers.filter(({ alerts }) => alerts);
    if (this.#isLooking || wanted.length === 0 || this.#stop.signal.aborted) return;
    this.#isLooking = true;
    try {
      for (const receiver of wanted) if (!this.#lines.has(receiver.name)) await this.#begin(receiver);
      const nowUs = this.#nowMs() * 1000;
      const spikes = this.#parts.spikes
        .list({ startUs: nowUs - WINDOW_US, endUs: nowUs + 60e6 })
        .spikes.filter(({ foldedInto }) => foldedInto === undefined);
      for (const line of this.#lines.values()) if (!line.isBusy) this.#lookAt(line, spikes);
    } catch (error) {
      this.#parts.log.limited('alerts', 60_000).warn('alerts are not sent; trying again', { error: (error as Error).message });
    } finally {
      this.#isLooking = false;
    }
  }

  /** What it was told before. */
  async #begin(receiver: TellReceiver): Promise<void> {
    this.#kept = this.#parts.book.told();
    const kept = (await this.#kept).filter((one) => one.receiver === receiver.name);
    const known = kept.find(({ spike }) => spike === KNOWN_SINCE);
    const nowUs = this.#nowMs() * 1000;
    if (known === undefined) await this.#keep([{ receiver: receiver.name, spike: KNOWN_SINCE, isOver: false, atUs: nowUs }]);
    this.#lines.set(receiver.name, {
      receiver,
      told: new Map(kept.filter(({ spike }) => spike !== KNOWN_SINCE).map(({ spike, isOver }) => [spike, isOver])),
      knownSinceUs: known?.atUs ?? nowUs,
      ...{ waitingMs: undefined, notBeforeMs: 0, failures: 0, refreshedMs: 0, sentMs: [], isBusy: false, answer: undefined },
    });
  }

  #lookAt(line: Line, spikes: readonly Spike[]): void {
    const { groupMs, refreshMs, perHour } = this.#times;
    const nowMs = this.#nowMs();
    const due = spikes.filter((spike) => isDue(line, spike));
    if (due.length === 0) line.waitingMs = undefined;
    else line.waitingMs ??= nowMs;
    const isWaiting = line.waitingMs !== undefined && nowMs - line.waitingMs >= groupMs;
    const isAlertmanager = line.receiver.kind === 'alertmanager';
    const open =
      isAlertmanager && nowMs - line.refreshedMs >= refreshMs ? spikes.filter((one) => isOpen(one) && line.told.get(one.id) === false) : [];
    line.sentMs = line.sentMs.filter((ms) => nowMs - ms < HOUR_MS);
    // An Alertmanager groups and limits by itself, and has to be told in time.
    if (nowMs < line.notBeforeMs || (!isWaiting && open.length === 0) || (!isAlertmanager && line.sentMs.length >= perHour)) return;
    line.isBusy = true;
    const running = this.#tell(line, isWaiting ? due : [], open).finally(() => {
      line.isBusy = false;
      this.#underWay.delete(running);
    });
    this.#underWay.add(running);
  }

  async #tell(line: Line, due: readonly Spike[], open: readonly Spike[]): Promise<void> {
    const { counters, log } = this.#parts;
    const { receiver } = line;
    // The newest come first; those that nobody could be told of in time are over their bound at the end.
    const late = due.slice(WAITING_MAX);
    const batch = [...due.slice(0, BATCH_MAX), ...open.slice(0, WAITING_MAX)];
    try {
      if (late.length > 0) {
        counters.add('alerts.dropped', late.length);
        await this.#note(line, late);
      }
      line.answer = await this.#send(receiver, await Promise.all(batch.map((spike) => this.#alertOf(spike))));
      counters.add('alerts.sent');
      line.sentMs.push(this.#nowMs());
      if (open.length > 0 || due.length > 0) line.refreshedMs = this.#nowMs();
      [line.failures, line.notBeforeMs] = [0, 0];
      line.waitingMs = undefined;
      await this.#note(line, due.slice(0, BATCH_MAX));
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      await this.#failed(line, due.slice(0, BATCH_MAX), error as Error).catch((worse: Error) =>
        log.warn('what was told cannot be kept', { receiver: receiver.name, error: worse.message }),
      );
    }
  }

  async #failed(line: Line, due: readonly Spike[], error: Error): Promise<void> {
    const { counters, log } = this.#parts;
    const { againMs, againMsMax } = this.#times;
    line.answer = error.message;
    line.failures++;
    line.notBeforeMs = this.#nowMs() + Math.min(againMsMax, againMs * 2 ** Math.min(20, line.failures - 1));
    counters.add('alerts.failed');
    log
      .limited(`alerts ${line.receiver.name}`, 60_000)
      .warn('an alert was not taken', { receiver: line.receiver.name, error: error.message });
    // It will not be taken the next time either.
    if (!isCoded(error) || error.code !== 'bad-argument' || due.length === 0) return;
    counters.add('alerts.dropped', due.length);
    await this.#note(line, due);
  }

  async #note(line: Line, spikes: readonly Spike[]): Promise<void> {
    const atUs = this.#nowMs() * 1000;
    for (const spike of spikes) line.told.set(spike.id, !isOpen(spike));
    await this.#keep(spikes.map((spike) => ({ receiver: line.receiver.name, spike: spike.id, isOver: !isOpen(spike), atUs })));
  }

  /** What is over and was told goes after twice the time that is looked at. */
  #keep(told: readonly ToldSpike[]): Promise<void> {
    return this.#parts.book.keepTold(told, this.#nowMs() * 1000 - 2 * WINDOW_US);
  }

  async #alertOf(spike: Spike): Promise<Alert> {
    const texts = await Promise.all(spike.evidence.slice(0, EVIDENCE_MAX).map((seq) => this.#parts.record(seq).catch(() => undefined)));
    return alertOf(spike, texts.filter((text) => text !== undefined).map(evidenceLine), this.#parts.url());
  }

  #send(receiver: TellReceiver, alerts: readonly Alert[]): Promise<string> {
    return send(receiver, outgoingOf(receiver, alerts), { ...this.#parts.sendWith, signal: this.#stop.signal });
  }
}

function isOpen({ until }: Spike): boolean {
  return until === undefined;
}

/** Has the receiver still to hear of it? */
function isDue({ receiver, told, knownSinceUs }: Line, spike: Spike): boolean {
  const before = told.get(spike.id);
  // Who was told that it began is told that it is over, also while it is snoozed.
  if (before !== undefined) return !before && !isOpen(spike) && receiver.resolved;
  if (spike.snoozedUntil !== undefined || spike.maintenance !== undefined) return false;
  return isOpen(spike) || (receiver.resolved && Date.parse(spike.found) * 1000 >= knownSinceUs);
}

function outgoingOf(receiver: TellReceiver, alerts: readonly Alert[]): Outgoing {
  const text = alertText(alerts);
  const subject = subjectOf(alerts);
  const nowMs = Date.now();
  const json =
    receiver.kind === 'alertmanager'
      ? alertmanagerBody(alerts, nowMs)
      : receiver.kind === 'slack'
        ? slackBody(alerts)
        : webhookBody(alerts, receiver.name);
  return { json, mail: { subject, text }, file: { name: `alert-${new Date(nowMs).toISOString().replaceAll(':', '')}.txt`, text } };
}
