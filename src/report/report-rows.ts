/**
 * A report as headings and tables, before it is known how they look: what all forms for people are made of, so that none of them says something
 * else. Pure. Texts are as in the report: each form makes them harmless in its own way.
 */
import { formatTime } from '../base/time-text.ts';
import type { Report, ReportGroup, ReportGroups, Spike } from '../model.ts';

/** `href`: a page of the server. */
export type ReportCell = string | number | { readonly text: string; readonly href: string };

export interface ReportTable {
  readonly title: string;
  /** One sentence below it. */
  readonly say?: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly ReportCell[])[];
  /** Beneath a row: what it means and what to check. */
  readonly notes?: readonly (string | undefined)[];
  /** Small charts behind the rows, of equal steps over the time. */
  readonly charts?: readonly (readonly number[])[];
}

export interface ReportLook {
  /** µs -> `2026-11-22 08:24` in the zone of the readers. */
  readonly time: (us: number) => string;
  readonly zone: string;
  /** Where people reach the server, without a slash at the end; absent: no links. */
  readonly url?: string | undefined;
}

/** By whole minutes. */
export function lookIn(zone: { readonly name: string; offsetUs(us: number): number }, url?: string): ReportLook {
  return {
    time: (us) =>
      formatTime(us + zone.offsetUs(us))
        .slice(0, 16)
        .replace('T', ' '),
    zone: zone.name,
    url,
  };
}

export function microsOf(time: string): number {
  return Date.parse(time) * 1000;
}

export function titleOf(report: Report, { time, zone }: ReportLook): string {
  return `${time(microsOf(report.since))} to ${time(microsOf(report.until))} (${zone})`;
}

/** What a chat or a subject has room for. */
export function summaryOf({ errors, errorsBefore, groups, records, losses }: Report): string {
  const parts = [
    `${number(errors)} ${errors === 1 ? 'error' : 'errors'} (${changeOf(errors, errorsBefore)})`,
    `${groups.new.matched} new, ${groups.back.matched} back, ${groups.grown.matched} grown, ${groups.over.matched} over`,
    `${number(records)} records`,
  ];
  const lost = losses.reduce((sum, { amount }) => sum + amount, 0);
  return [...parts, ...(lost > 0 ? [`${number(lost)} lost`] : [])].join(' · ');
}

export function reportTables(report: Report, look: ReportLook): ReportTable[] {
  const { groups } = report;
  const tables: (ReportTable | undefined)[] = [
    spikesTable(report.spikes ?? [], look),
    groupsTable(groups.new, { title: 'New errors', say: 'Never seen before this time.' }, look),
    groupsTable(groups.back, { title: 'Back', say: 'Seen again after a day or more of silence.' }, look),
    groupsTable(groups.grown, { title: 'Grown', say: 'At least twice as many as in the equally long time before.' }, look),
    groupsTable(groups.steady, { title: 'Going on', say: '' }, look),
    groupsTable(groups.over, { title: 'Over', say: 'Seen in the time before, and not any more.' }, look),
    servicesTable(report),
    talkersTable('Hosts that write most', report.talkers.hosts),
    talkersTable('Programs that write most', report.talkers.programs),
    endpointsTable(report),
    lossesTable(report, look),
    silentTable(report, look),
    capacityTable(report),
    damageTable(report.damaged),
  ];
  return tables.filter((table) => table !== undefined && table.rows.length > 0) as ReportTable[];
}

function groupsTable({ matched, count, top }: ReportGroups, { title, say }: { title: string; say: string }, look: ReportLook): ReportTable {
  const more = matched > top.length ? ` ${matched - top.length} rarer ones are not shown.` : '';
  return {
    title: `${title}: ${matched} ${matched === 1 ? 'group' : 'groups'}, ${number(count)} ${count === 1 ? 'error' : 'errors'}`,
    ...(say + more === '' ? {} : { say: `${say}${more}`.trim() }),
    head: ['count', 'before', 'error', 'services', 'hosts', 'first seen', 'last seen', 'signature'],
    rows: top.map((group) => [
      group.count,
      group.before,
      linked(group.title, group.path, look),
      group.services.join(' '),
      hostsOf(group),
      look.time(microsOf(group.firstSeen)),
      look.time(microsOf(group.lastSeen)),
      group.signature,
    ]),
    notes: top.map(({ known }) =>
      known === undefined ? undefined : `${known.title}. ${known.meaning} Check: ${known.check.join(' ')}`.replace(/\s+/g, ' '),
    ),
    charts: top.map(({ sparkline }) => sparkline),
  };
}

function hostsOf({ hosts, radius }: ReportGroup): string {
  return radius.hosts > hosts.length ? `${hosts.slice(0, 3).join(' ')} … (${radius.hosts})` : hosts.join(' ');
}

function spikesTable(spikes: readonly Spike[], look: ReportLook): ReportTable {
  const told = spikes.filter(({ foldedInto }) => foldedInto === undefined);
  return {
    title: `Spikes: ${told.length}`,
    head: ['since', 'until', 'what', 'count', 'folded', 'rule'],
    rows: told.map(({ since, until, title, count, folded, rule, link }) => [
      look.time(microsOf(since)),
      until === undefined ? 'goes on' : look.time(microsOf(until)),
      linked(title, link.path, look),
      count,
      folded.length,
      rule,
    ]),
  };
}

function servicesTable({ services }: Report): ReportTable {
  return {
    title: 'Services',
    head: ['service', 'errors', 'before', 'change', 'new', 'back', 'grown', 'records'],
    rows: services.map(({ name, records, errors, errorsBefore, ...kinds }) => [
      ...[name, errors, errorsBefore, changeOf(errors, errorsBefore)],
      ...[kinds.new, kinds.back, kinds.grown, records],
    ]),
  };
}

function talkersTable(title: string, talkers: Report['talkers']['hosts']): ReportTable {
  return {
    title,
    head: ['name', 'records', 'share', 'errors'],
    rows: talkers.map(({ name, records, share, errors }) => [name, records, percent(share), errors]),
  };
}

function endpointsTable({ endpoints, endpointsFromOneOf: oneOf }: Report): ReportTable {
  return {
    title: 'API endpoints',
    ...(oneOf === undefined
      ? {}
      : { say: `Counts are estimates: of the blocks that had to be read one of ${oneOf} was, because there were too many requests.` }),
    head: ['endpoint', 'service', 'requests', '4xx', '5xx', 'errors', 'p50 ms', 'p95 ms', 'p99 ms', 'max ms'],
    rows: endpoints.map((one) => [
      ...[one.endpoint, one.service, one.count, one.clientErrors, one.serverErrors, percent(one.errorRate)],
      ...[one.p50Ms ?? '', one.p95Ms ?? '', one.p99Ms ?? '', one.maxMs ?? ''],
    ]),
  };
}

function lossesTable({ losses }: Report, look: ReportLook): ReportTable {
  return {
    title: 'Losses',
    head: ['amount', 'reason', 'source', 'last', 'what to do'],
    rows: losses.map(({ amount, reason, source, lastAt, remedy }) => [amount, reason, source, look.time(microsOf(lastAt)), remedy]),
  };
}

function silentTable({ silent }: Report, look: ReportLook): ReportTable {
  return {
    title: 'Silent hosts',
    say: 'They pause much longer than they usually do.',
    head: ['host', 'last heard', 'silent', 'usual pause'],
    rows: silent.map(({ host, lastHeard, silentSeconds, usualPauseSeconds }) => [
      host,
      look.time(microsOf(lastHeard)),
      `${Math.round(silentSeconds / 60)} min`,
      `${usualPauseSeconds} s`,
    ]),
  };
}

function capacityTable({ capacity }: Report): ReportTable {
  const { bytesPerDay, daysLeft } = capacity;
  const then = capacity.end === 'drop' ? 'until the oldest is dropped' : 'until nothing new is stored';
  return {
    title: 'Capacity',
    head: ['kept', 'bytes a record', 'a day', 'free', 'days left'],
    rows: [
      [
        `${number(capacity.records)} records, ${bytesText(capacity.bytes)}`,
        capacity.bytesPerRecord,
        bytesPerDay === undefined ? 'not known yet' : bytesText(bytesPerDay),
        bytesText(capacity.freeBytes),
        daysLeft === undefined ? 'no end in sight' : `${daysLeft} ${then}`,
      ],
    ],
  };
}

function damageTable(damaged: readonly string[] = []): ReportTable {
  return { title: 'What could not be read', head: ['where'], rows: damaged.map((text) => [text]) };
}

function linked(text: string, path: string, { url }: ReportLook): ReportCell {
  return url === undefined ? text : { text, href: `${url}${path}` };
}

/** `+120 %`, `as before`, `none before` */
export function changeOf(now: number, before: number): string {
  if (before === 0) return now === 0 ? 'none' : 'none before';
  const change = Math.round((100 * (now - before)) / before);
  return change === 0 ? 'as before' : `${change > 0 ? '+' : ''}${number(change)} %`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0 && share < 0.01 ? 2 : 1)} %`;
}

/** 1234567 -> `1,234,567` */
export function number(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+(?!\d))/g, ',');
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

export function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${UNITS[power]}`;
}

export function cellText(cell: ReportCell): string {
  return typeof cell === 'number' ? (Number.isInteger(cell) ? number(cell) : String(cell)) : typeof cell === 'string' ? cell : cell.text;
}
