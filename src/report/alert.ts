/**
 * An alert: a spike as those who are told of it see it - with evidence and a link - and what is sent of a group of alerts: the JSON of our own webhook, of
 * the Alertmanager's API v2, of Slack, and a mail. Pure. Invariant: every text is masked here (base/secrets.ts), lists are bounded, and what a sender
 * wrote is text: it mentions nobody in a chat, and is no markup in a mail.
 */
import { masked } from '../base/secrets.ts';
import { visible } from '../base/visible.ts';
import type { Spike } from '../model.ts';

export interface Alert {
  status: 'firing' | 'resolved';
  /** The spike's. */
  id: string;
  title: string;
  kind: string;
  severity: 'critical' | 'warning';
  /** The rule that fired, as one sentence. */
  rule: string;
  service?: string;
  host?: string;
  signature?: string;
  level?: string;
  /** `broker 10.0.0.5:5672` */
  dependency?: string;
  observed: number;
  baseline: number;
  count: number;
  startsAt: string;
  endsAt?: string;
  /** Lines that show it, newest first. */
  evidence: string[];
  /** What is folded below it: the same cause. */
  folded: string[];
  foldedCount: number;
  url: string;
}

const FOLDED_MAX = 10;
const EVIDENCE_MAX = 3;
const LINE_CHARS_MAX = 400;
/** Slack's blocks take 3000 characters of text, messages some 40 blocks. */
const SLACK_ALERTS_MAX = 10;
const SLACK_CHARS_MAX = 2500;
/** A refreshed alert of an Alertmanager ends by itself when we are gone. */
const ENDS_AFTER_MS = 15 * 60_000;

function line(text: string): string {
  return visible(masked(text)).slice(0, LINE_CHARS_MAX);
}

/** `evidence`: lines of its records. */
export function alertOf(spike: Spike, evidence: readonly string[], url: string): Alert {
  const { dependency, folded } = spike;
  const only = { service: spike.service, host: spike.host, signature: spike.signature, level: spike.level };
  const isCritical = spike.kind === 'critical' || spike.level === 'CRITICAL' || dependency !== undefined;
  return {
    status: spike.until === undefined ? 'firing' : 'resolved',
    id: spike.id,
    title: line(spike.title),
    kind: spike.kind,
    severity: isCritical ? 'critical' : 'warning',
    rule: line(spike.rule),
    ...Object.fromEntries(Object.entries(only).flatMap(([name, value]) => (value === undefined ? [] : [[name, line(value)]]))),
    ...(dependency === undefined ? {} : { dependency: line(`${dependency.kind} ${dependency.address}`) }),
    ...{ observed: spike.observed, baseline: spike.baseline, count: spike.count, startsAt: spike.since },
    ...(spike.until === undefined ? {} : { endsAt: spike.until }),
    evidence: evidence.slice(0, EVIDENCE_MAX).map(line),
    folded: folded
      .slice(0, FOLDED_MAX)
      .map(({ title, service, count }) => line(`${count} ${title}${service === undefined ? '' : ` (${service})`}`)),
    foldedCount: folded.length,
    url: `${url}${spike.link.path}`,
  };
}

/** What a record's public JSON is as a line of evidence. */
export function evidenceLine(json: string): string {
  const { time = '', host = '', program = '', level = '', message = '' } = JSON.parse(json) as Record<string, string>;
  return line(`${time} ${host} ${program} ${level} ${String(message).split('\n', 1)[0]}`.replace(/\s+/g, ' '));
}

export function subjectOf(alerts: readonly Alert[]): string {
  const firing = alerts.filter(({ status }) => status === 'firing');
  const [first] = firing.length > 0 ? firing : alerts;
  const more = (firing.length > 0 ? firing.length : alerts.length) - 1;
  return `[${firing.length > 0 ? 'FIRING' : 'RESOLVED'}] ${first?.title ?? ''}${more > 0 ? ` and ${more} more` : ''}`;
}

export function webhookBody(alerts: readonly Alert[], receiver: string): object {
  const status = alerts.some((alert) => alert.status === 'firing') ? 'firing' : 'resolved';
  return { version: 1, type: 'alerts', receiver, status, subject: subjectOf(alerts), alerts };
}

/** `POST /api/v2/alerts`; `nowMs` bounds how long an alert lives that is not sent again. */
export function alertmanagerBody(alerts: readonly Alert[], nowMs: number): object[] {
  return alerts.map((alert) => ({
    labels: labelsOf(alert),
    annotations: {
      summary: alert.title,
      description: alert.rule,
      ...(alert.evidence.length > 0 ? { evidence: alert.evidence.join('\n') } : {}),
      ...(alert.folded.length > 0 ? { folded: alert.folded.join('\n') } : {}),
    },
    startsAt: alert.startsAt,
    endsAt: alert.endsAt ?? new Date(nowMs + ENDS_AFTER_MS).toISOString(),
    generatorURL: alert.url,
  }));
}

/** The same from its beginning to its end, or the Alertmanager takes it for another one: nothing that grows. */
function labelsOf({ id, kind, severity, service, host, signature, dependency }: Alert): Record<string, string> {
  const labels = { alertname: 'StacktrailSpike', spike: id, kind, severity, service, host, signature, dependency };
  return Object.fromEntries(Object.entries(labels).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== ''));
}

/** `text` is what notifications show; blocks say it all. Slack and what takes its webhooks (Mattermost, Rocket.Chat). */
export function slackBody(alerts: readonly Alert[]): object {
  const shown = alerts.slice(0, SLACK_ALERTS_MAX);
  const blocks = shown.map((alert) => ({ type: 'section', text: { type: 'mrkdwn', text: slackText(alert).slice(0, SLACK_CHARS_MAX) } }));
  const more = alerts.length - shown.length;
  const rest = more > 0 ? [{ type: 'section', text: { type: 'mrkdwn', text: `… and ${more} more` } }] : [];
  return { text: slackEscaped(subjectOf(alerts)), blocks: [...blocks, ...rest] };
}

function slackText(alert: Alert): string {
  const mark =
    alert.status === 'resolved' ? ':white_check_mark:' : alert.severity === 'critical' ? ':red_circle:' : ':large_orange_circle:';
  // Backticks would end the block of the evidence.
  const quoted = alert.evidence.map((one) => slackEscaped(one).replaceAll('`', "'"));
  return [
    `${mark} *<${alert.url.replace(/[<>|]/g, encodeURIComponent)}|${slackEscaped(alert.title).replaceAll('|', '¦')}>* (${alert.status})`,
    slackEscaped(alert.rule),
    ...(alert.foldedCount > 0 ? [`${alert.foldedCount} more with the same cause`] : []),
    ...(quoted.length > 0 ? [`\`\`\`${quoted.join('\n')}\`\`\``] : []),
  ].join('\n');
}

/** `<!channel>`, `<@U1>` and links need these three; `@here` alone does nothing. */
export function slackEscaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

export function alertText(alerts: readonly Alert[]): string {
  return `${alerts
    .map((alert) =>
      [
        `${alert.status.toUpperCase()}: ${alert.title}`,
        alert.rule,
        `since ${alert.startsAt}${alert.endsAt === undefined ? '' : ` until ${alert.endsAt}`}, ${alert.count} in all`,
        ...(alert.dependency === undefined ? [] : [`root: ${alert.dependency}`]),
        ...alert.evidence.map((one) => `  ${one}`),
        ...(alert.foldedCount > 0 ? [`${alert.foldedCount} with the same cause:`, ...alert.folded.map((one) => `  ${one}`)] : []),
        alert.url,
      ].join('\n'),
    )
    .join('\n\n')}\n`;
}
