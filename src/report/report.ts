/**
 * A report: counts and error groups of a time and of the equally long time before in, what is new, back, grown, over and who talks most out. Pure:
 * no clock, disk or network; what is counted comes from the store (service/reports.ts asks for it). Every text of a sender is masked here
 * (base/secrets.ts), once for all forms. Not here: how it looks (report-text.ts, report-markdown.ts, report-html.ts).
 */
import { maskedValue } from '../base/secrets.ts';
import { formatTime } from '../base/time-text.ts';
import type {
  EndpointList,
  ErrorGroup,
  NamedCount,
  Report,
  ReportEndpoint,
  ReportGroup,
  ReportGroups,
  ReportRange,
  ReportService,
  ReportTalker,
  Spike,
} from '../model.ts';
import { type CapacityParts, capacityOf } from './report-capacity.ts';

/** Twice as many is no accident of ten. */
const GROWN_TIMES = 2;
const GROWN_MIN = 10;
/** Of each kind; a report is read by people. */
const GROUPS_MAX = 25;
const TALKERS_MAX = 10;
const ENDPOINTS_MAX = 25;
/** Of these such as are rare, but fail. */
const FAILING_MAX = 5;
const LOSSES_MAX = 50;
const SPIKES_MAX = 50;
const NAMES_MAX = 5;

export interface ReportParts extends CapacityParts {
  readonly range: ReportRange;
  readonly madeUs: number;
  readonly records: number;
  readonly recordsBefore: number;
  readonly levels: readonly NamedCount[];
  readonly services: readonly NamedCount[];
  readonly hosts: readonly NamedCount[];
  readonly programs: readonly NamedCount[];
  /** Records of level ERROR and worse. */
  readonly hostErrors: readonly NamedCount[];
  readonly programErrors: readonly NamedCount[];
  readonly groups: readonly ErrorGroup[];
  readonly groupsBefore: readonly ErrorGroup[];
  readonly endpoints: EndpointList;
  readonly spikes?: readonly Spike[];
  readonly losses: readonly { reason: string; source: string; amount: number; lastAt: number; remedy: string }[];
  readonly silent: readonly { host: string; lastAt: number; silentSeconds: number; usualPauseSeconds: number }[];
  readonly damaged: readonly string[];
}

type Kind = keyof Report['groups'];

export function makeReport(parts: ReportParts): Report {
  const { range, groups, groupsBefore, endpoints, spikes } = parts;
  const before = new Map(groupsBefore.map(({ signature, count }) => [signature, count]));
  const now = new Set(groups.map(({ signature }) => signature));
  const kinds = new Map<ErrorGroup, Kind>();
  for (const group of groups) kinds.set(group, kindOf(group, before.get(group.signature) ?? 0));
  const over = groupsBefore.filter(({ signature }) => !now.has(signature));
  const ofKind = (kind: Kind): ReportGroups =>
    collected(
      groups.filter((group) => kinds.get(group) === kind),
      (group) => groupOf(group, { range, before: before.get(group.signature) ?? 0 }),
    );
  const report: Report = {
    since: formatTime(range.startUs),
    until: formatTime(range.endUs),
    made: formatTime(parts.madeUs),
    records: parts.records,
    recordsBefore: parts.recordsBefore,
    errors: sumOf(groups),
    errorsBefore: sumOf(groupsBefore),
    levels: [...parts.levels],
    services: servicesOf(parts, kinds),
    groups: {
      ...{ new: ofKind('new'), back: ofKind('back'), grown: ofKind('grown'), steady: ofKind('steady') },
      over: collected(over, (group) => ({ ...groupOf(group, { range, before: group.count }), count: 0 })),
    },
    ...(spikes === undefined ? {} : { spikes: spikes.slice(0, SPIKES_MAX) }),
    errorSteps: stepsOf(groups),
    talkers: {
      hosts: talkersOf(parts.hosts, parts.hostErrors, parts.records),
      programs: talkersOf(parts.programs, parts.programErrors, parts.records),
    },
    endpoints: endpointsOf(endpoints),
    ...(endpoints.oneOf > 1 ? { endpointsFromOneOf: endpoints.oneOf } : {}),
    capacity: capacityOf(parts),
    losses: parts.losses.slice(0, LOSSES_MAX).map((loss) => ({ ...loss, lastAt: formatTime(loss.lastAt) })),
    silent: parts.silent.map(({ lastAt, ...host }) => ({ ...host, lastHeard: formatTime(lastAt) })),
    ...(parts.damaged.length > 0 ? { damaged: [...parts.damaged] } : {}),
  };
  return maskedValue(report);
}

/** The first that holds. */
export function kindOf({ state, count }: Pick<ErrorGroup, 'state' | 'count'>, before: number): Exclude<Kind, 'over'> {
  if (state === 'new') return 'new';
  if (state === 'regressed') return 'back';
  return count >= GROWN_MIN && count >= GROWN_TIMES * before ? 'grown' : 'steady';
}

function sumOf(groups: readonly { readonly count: number }[]): number {
  return groups.reduce((sum, { count }) => sum + count, 0);
}

function collected(groups: readonly ErrorGroup[], shown: (group: ErrorGroup) => ReportGroup): ReportGroups {
  const sorted = groups.toSorted((one, other) => other.count - one.count || (one.signature < other.signature ? -1 : 1));
  return { matched: groups.length, count: sumOf(groups), top: sorted.slice(0, GROUPS_MAX).map(shown) };
}

function groupOf(group: ErrorGroup, { range, before }: { range: ReportRange; before: number }): ReportGroup {
  const { signature, title, level, state, count, firstSeen, lastSeen, radius, sparkline, known } = group;
  const names = (all: readonly NamedCount[]): string[] => all.slice(0, NAMES_MAX).map(({ name }) => name);
  return {
    ...{ signature, title, level, state, count, before, firstSeen, lastSeen, radius, sparkline },
    services: names(group.services),
    hosts: names(group.hosts),
    ...(known === undefined ? {} : { known: { title: known.title, meaning: known.meaning, check: known.check } }),
    path: pathOf(group, range),
  };
}

/** The page of the newest record of a group, pinned to the time of the report. */
function pathOf({ services, level, samples }: ErrorGroup, { startUs, endUs }: ReportRange): string {
  const words = [
    `level:${(level || 'error').toLowerCase()}`,
    ...(services.length === 1 ? [`service:"${services[0]!.name.replace(/["\\]/g, '')}"`] : []),
  ];
  const page = new URLSearchParams({ q: words.join(' '), from: formatTime(startUs), to: formatTime(endUs) });
  if (samples[0] !== undefined) page.set('line', String(samples[0]));
  return `/?${page}`;
}

function servicesOf({ services, groups, groupsBefore }: ReportParts, kinds: ReadonlyMap<ErrorGroup, Kind>): ReportService[] {
  const rows = new Map<string, ReportService>();
  const rowOf = (name: string): ReportService => {
    const row = rows.get(name) ?? { name, records: 0, errors: 0, errorsBefore: 0, new: 0, back: 0, grown: 0 };
    rows.set(name, row);
    return row;
  };
  for (const { name, count } of services) rowOf(name).records = count;
  for (const group of groups) {
    const kind = kinds.get(group);
    for (const { name, count } of group.services) {
      const row = rowOf(name);
      row.errors += count;
      if (kind === 'new' || kind === 'back' || kind === 'grown') row[kind]++;
    }
  }
  for (const group of groupsBefore) for (const { name, count } of group.services) rowOf(name).errorsBefore += count;
  return [...rows.values()].sort(
    (one, other) => other.errors - one.errors || other.records - one.records || (one.name < other.name ? -1 : 1),
  );
}

function stepsOf(groups: readonly ErrorGroup[]): number[] {
  const steps: number[] = [];
  for (const { sparkline } of groups) for (const [index, count] of sparkline.entries()) steps[index] = (steps[index] ?? 0) + count;
  return steps;
}

function talkersOf(all: readonly NamedCount[], errors: readonly NamedCount[], records: number): ReportTalker[] {
  const wrong = new Map(errors.map(({ name, count }) => [name, count]));
  return all.slice(0, TALKERS_MAX).map(({ name, count }) => ({
    name,
    records: count,
    errors: wrong.get(name) ?? 0,
    share: records === 0 ? 0 : rounded(count / records),
  }));
}

function endpointsOf({ endpoints }: EndpointList): ReportEndpoint[] {
  // Those that fail are told whatever their place: nobody looks for them among the many.
  const failing = endpoints.filter(({ serverErrors }) => serverErrors > 0).toSorted((one, other) => other.serverErrors - one.serverErrors);
  const chosen = new Set(failing.slice(0, FAILING_MAX));
  for (const one of endpoints) if (chosen.size < ENDPOINTS_MAX) chosen.add(one);
  return endpoints
    .filter((one) => chosen.has(one))
    .map(({ endpoint, service, count, clientErrors, serverErrors, duration }) => ({
      endpoint: endpoint === '' ? 'others' : endpoint,
      ...{ service, count, clientErrors, serverErrors, errorRate: rounded(serverErrors / count) },
      ...(duration === undefined
        ? {}
        : { p50Ms: ms(duration.p50), p95Ms: ms(duration.p95), p99Ms: ms(duration.p99), maxMs: ms(duration.max) }),
    }));
}

function ms(seconds: number): number {
  return Math.round(seconds * 10_000) / 10;
}

function rounded(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}
