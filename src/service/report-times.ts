/**
 * Makes and sends the reports of `reports:` when they are due. One that fails is sent again later and later for an hour, then given up and counted. A time
 * that passed while the service was down is not made up for: `stacktrail report --until` tells of any time. Not here: sending (send.ts), cron (base/cron.ts).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Counters } from '../base/counters.ts';
import { nextTime } from '../base/cron.ts';
import { isCoded } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { zoneOf } from '../base/zone.ts';
import type { Report, ReportPlan, ReportRange, TellReceiver } from '../model.ts';
import { slackEscaped } from '../report/alert.ts';
import { REPORT_FORMS } from '../report/report-forms.ts';
import { lookIn, summaryOf, titleOf } from '../report/report-rows.ts';
import { type Outgoing, type SendWith, send } from './send.ts';

/** Clocks are put forward and back: how late that is noticed. */
const LOOK_MS_MAX = 30_000;
const AGAIN_MS = [10_000, 60_000, 300_000, 900_000, 1_800_000];
/** Nobody has more at once; they wait for a receiver that is away. */
const UNDER_WAY_MAX = 100;

export interface ReportTimesParts {
  readonly make: (range: ReportRange, signal?: AbortSignal) => Promise<Report>;
  readonly url: () => string;
  readonly sendWith: Omit<SendWith, 'signal'>;
  readonly log: Log;
  readonly counters: Counters;
  /** For tests. */
  readonly nowMs?: () => number;
  readonly againMs?: readonly number[];
}

export class ReportTimes {
  readonly #parts: ReportTimesParts;
  readonly #stop = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  readonly #nowMs: () => number;
  #due: { plan: ReportPlan; atMs: number }[] = [];
  #receivers: readonly TellReceiver[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: ReportTimesParts) {
    this.#parts = parts;
    this.#nowMs = parts.nowMs ?? Date.now;
  }

  configure(plans: readonly ReportPlan[], receivers: readonly TellReceiver[]): void {
    this.#receivers = receivers;
    const kept = this.#due;
    const now = this.#nowMs();
    this.#due = plans.flatMap((plan) => {
      // One that has not changed keeps its time: it may be due this moment.
      const before = kept.find((one) => one.plan.name === plan.name && one.plan.cron === plan.cron && one.plan.zone === plan.zone);
      const atMs = before?.atMs ?? nextTime(plan.cron, plan.zone, now);
      return atMs === undefined ? [] : [{ plan, atMs }];
    });
    this.#wait();
  }

  /** When each comes next. */
  status(): { name: string; next: string }[] {
    return this.#due.map(({ plan, atMs }) => ({ name: plan.name, next: new Date(atMs).toISOString() }));
  }

  async close(): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#timer);
    await Promise.all(this.#underWay);
  }

  #wait(): void {
    clearTimeout(this.#timer);
    if (this.#stop.signal.aborted || this.#due.length === 0) return;
    const first = Math.min(...this.#due.map(({ atMs }) => atMs));
    this.#timer = setTimeout(() => this.look(), Math.min(LOOK_MS_MAX, Math.max(0, first - this.#nowMs())));
    this.#timer.unref();
  }

  look(): void {
    const now = this.#nowMs();
    for (const due of this.#due) {
      if (due.atMs > now) continue;
      this.#begin(due.plan, due.atMs);
      due.atMs = nextTime(due.plan.cron, due.plan.zone, now) ?? Number.POSITIVE_INFINITY;
    }
    this.#due = this.#due.filter(({ atMs }) => atMs !== Number.POSITIVE_INFINITY);
    this.#wait();
  }

  #begin(plan: ReportPlan, atMs: number): void {
    if (this.#underWay.size >= UNDER_WAY_MAX) {
      this.#parts.counters.add('reports.failed', plan.to.length);
      return;
    }
    const running = this.#run(plan, atMs).finally(() => this.#underWay.delete(running));
    this.#underWay.add(running);
  }

  async #run(plan: ReportPlan, atMs: number): Promise<void> {
    const { make, log, counters } = this.#parts;
    const range = { startUs: atMs * 1000 - plan.spanUs, endUs: atMs * 1000 };
    const report = await this.#tried(`the report ${plan.name}`, () => make(range, this.#stop.signal));
    const outgoing = report === undefined ? undefined : outgoingOf(plan, report, { url: this.#parts.url(), atMs });
    await Promise.all(
      plan.to.map(async (name) => {
        const receiver = this.#receivers.find((one) => one.name === name);
        const what = `the report ${plan.name} to ${name}`;
        const answer =
          receiver === undefined || outgoing === undefined
            ? undefined
            : await this.#tried(what, () =>
                send(receiver, outgoingFor(receiver, outgoing), { ...this.#parts.sendWith, signal: this.#stop.signal }),
              );
        if (this.#stop.signal.aborted && answer === undefined) return;
        counters.add(answer === undefined ? 'reports.failed' : 'reports.sent');
        if (answer !== undefined) log.info('a report was sent', { report: plan.name, receiver: name });
      }),
    );
  }

  async #tried<T>(what: string, attempt: () => Promise<T>): Promise<T | undefined> {
    const pauses = this.#parts.againMs ?? AGAIN_MS;
    for (let tries = 0; ; tries++) {
      try {
        return await attempt();
      } catch (error) {
        if (this.#stop.signal.aborted) return undefined;
        const isLast = tries >= pauses.length || (isCoded(error) && error.code === 'bad-argument');
        this.#parts.log.warn(`${what} failed${isLast ? '' : '; trying again'}`, { error: (error as Error).message });
        if (isLast) return undefined;
        await sleep(pauses[tries], undefined, { signal: this.#stop.signal }).catch(() => undefined);
        if (this.#stop.signal.aborted) return undefined;
      }
    }
  }
}

interface Rendered extends Outgoing {
  readonly slack: object;
}

function outgoingOf({ name, zone, form }: ReportPlan, report: Report, { url, atMs }: { url: string; atMs: number }): Rendered {
  const look = lookIn(zoneOf(zone), url);
  const { ending, type, render } = REPORT_FORMS[form];
  const body = render(report, look);
  const text = form === 'text' ? body : REPORT_FORMS.text.render(report, look);
  const subject = `Stacktrail ${name}: ${summaryOf(report).replaceAll(' · ', ', ')}`;
  // 2026-11-22T0700Z: sorts, and is a name everywhere.
  const stamp = `${new Date(atMs).toISOString().slice(0, 16).replace(':', '')}Z`;
  const attachment = { filename: `${name}-${stamp}.${ending}`, content: body, contentType: type };
  return {
    json: { version: 1, type: 'report', name, subject, text, report },
    mail: { subject, text, ...(form === 'html' ? { html: body } : {}), ...(form === 'text' ? {} : { attachments: [attachment] }) },
    file: { name: attachment.filename, text: body },
    slack: {
      text: `${slackEscaped(`*Stacktrail ${name}*, ${titleOf(report, look)}\n${summaryOf(report)}\n`)}<${url}|${slackEscaped(url)}>`,
    },
  };
}

function outgoingFor({ kind }: TellReceiver, { slack, ...outgoing }: Rendered): Outgoing {
  return kind === 'slack' ? { ...outgoing, json: slack } : outgoing;
}
