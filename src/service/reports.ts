/**
 * Makes reports of the running service: asks the query workers for the counts of a time and of the equally long time before, the keeper for the error
 * groups, the ledger for losses, and hands all of it to report/report.ts. Nothing is kept. Not here: who gets them (service/report-times.ts).
 */
import { nowUs } from '../base/time.ts';
import { type HostHeard, silentStatus } from '../ingest/heard.ts';
import type {
  CountList,
  CountQuery,
  EndpointReader,
  ErrorList,
  ErrorWant,
  Filter,
  KeepingStatus,
  LossEntry,
  NamedCount,
  Reader,
  Report,
  ReportRange,
  SpikeBook,
} from '../model.ts';
import { makeReport } from '../report/report.ts';

/** Groups looked at: those with the most errors of each state come first. */
const GROUPS_MAX = 2000;
/** Hosts and programs counted; the most frequent are told. */
const NAMES_MAX = 200;
/** Who is silent is known of now only. */
const NOW_US = 120e6;

export interface ReportSources {
  readonly reader: Reader & EndpointReader;
  readonly errors: { list(asked: Omit<ErrorWant, 'rules'>, signal?: AbortSignal): Promise<ErrorList> };
  readonly losses: (sinceUs: number) => Promise<readonly (LossEntry & { readonly remedy: string })[]>;
  readonly heard: () => readonly HostHeard[];
  readonly keeping: () => KeepingStatus | undefined;
  /** Absent: spikes are not looked for. */
  readonly spikes?: Pick<SpikeBook, 'list'> | undefined;
}

const ALL: Filter = { kind: 'all' };
const ERRORS: Filter = { kind: 'field', field: 'level', op: '>=', value: 'ERROR' };

export async function reportOf(sources: ReportSources, range: ReportRange, signal?: AbortSignal): Promise<Report> {
  const { reader, errors, spikes } = sources;
  const { startUs, endUs } = range;
  const beforeUs = startUs - (endUs - startUs);
  const counted = (query: Pick<CountQuery, 'filter' | 'by'> & { start: number; end: number }) =>
    reader.aggregate({ ...query, rowsMax: NAMES_MAX }, signal);
  const [all, wrong, before, groups, groupsBefore, endpoints, store, losses] = await Promise.all([
    counted({ filter: ALL, start: startUs, end: endUs, by: [['level'], ['service'], ['host'], ['program']] }),
    counted({ filter: ERRORS, start: startUs, end: endUs, by: [['host'], ['program']] }),
    counted({ filter: ALL, start: beforeUs, end: startUs, by: [[]] }),
    errors.list({ startUs, endUs, limit: GROUPS_MAX }, signal),
    errors.list({ startUs: beforeUs, endUs: startUs, limit: GROUPS_MAX }, signal),
    reader.endpoints(range, signal),
    reader.status(),
    sources.losses(startUs),
  ]);
  const madeUs = nowUs();
  const [levels, services, hosts, programs] = all.lists.map(namedOf);
  const [hostErrors, programErrors] = wrong.lists.map(namedOf);
  const keeping = sources.keeping();
  return makeReport({
    ...{ range, madeUs, store, endpoints },
    records: all.count,
    recordsBefore: before.count,
    ...{ levels: levels!, services: services!, hosts: hosts!, programs: programs!, hostErrors: hostErrors!, programErrors: programErrors! },
    groups: groups.groups,
    groupsBefore: groupsBefore.groups,
    ...(spikes === undefined ? {} : { spikes: spikes.list({ startUs, endUs }).spikes }),
    losses: losses.filter(({ firstAt }) => firstAt < endUs),
    silent: madeUs - endUs < NOW_US ? silentStatus(sources.heard(), madeUs).hosts : [],
    keeping: {
      freeBytes: keeping?.freeBytes ?? 0,
      reserveBytes: keeping?.reserveBytes ?? 0,
      bytesMax: keeping?.bytesMax,
      ageMaxHours: keeping?.ageMaxHours,
    },
    damaged: all.stats.damaged ?? [],
  });
}

function namedOf({ rows }: CountList): NamedCount[] {
  return rows.flatMap(({ values: [name], count }) => (name === undefined ? [] : [{ name, count }]));
}
