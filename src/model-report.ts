/**
 * Reports: what happened within a time, for people who were not there. Part of model.ts, which exports it: import from there. Types only;
 * `Report` is the JSON of `/api/v1/report`: times are RFC 3339, absent members are absent, secrets in texts are masked.
 */
import type { BlastRadius, GroupState } from './model-errors.ts';
import type { Spike } from './model-spikes.ts';

export interface ReportRange {
  /** µs, [startUs, endUs). */
  readonly startUs: number;
  readonly endUs: number;
}

/** Access lines of one endpoint, as a query worker counts them. */
export interface EndpointCount {
  /** `GET /v2.1/servers/{id}`; '' for those beyond the bound. */
  readonly endpoint: string;
  readonly service: string;
  readonly count: number;
  /** Status 400 to 499, and 500 and more. */
  readonly clientErrors: number;
  readonly serverErrors: number;
  /** Seconds; absent where no line says how long it took. */
  readonly duration?: { readonly count: number; readonly p50: number; readonly p95: number; readonly p99: number; readonly max: number };
}
export interface EndpointList {
  /** Most frequent first. */
  readonly endpoints: readonly EndpointCount[];
  /** Access lines counted. */
  readonly lines: number;
  /** Of the blocks that keep no sums one of so many was read, and what it told is multiplied: there were too many lines; 1: all. */
  readonly oneOf: number;
}
/** `store/pool.ts` implements it. */
export interface EndpointReader {
  endpoints(range: ReportRange, signal?: AbortSignal): Promise<EndpointList>;
}

export interface Report {
  since: string;
  until: string;
  made: string;
  records: number;
  /** Of the equally long time before. */
  recordsBefore: number;
  /** As error groups count them. */
  errors: number;
  errorsBefore: number;
  levels: NamedCount[];
  services: ReportService[];
  groups: {
    /** Never seen before. */
    new: ReportGroups;
    /** After a day or more of silence. */
    back: ReportGroups;
    /** Twice as many as in the time before, and ten at least. */
    grown: ReportGroups;
    /** Went on. */
    steady: ReportGroups;
    /** Were there in the time before, and are not any more. */
    over: ReportGroups;
  };
  /** Absent: spikes are not looked for here. */
  spikes?: Spike[];
  /** Errors in equal steps over the time. */
  errorSteps: number[];
  talkers: { hosts: ReportTalker[]; programs: ReportTalker[] };
  endpoints: ReportEndpoint[];
  /** Counts of endpoints are estimates: of the blocks that keep no sums of requests one of so many was read. */
  endpointsFromOneOf?: number;
  capacity: ReportCapacity;
  losses: { reason: string; source: string; amount: number; lastAt: string; remedy: string }[];
  silent: { host: string; lastHeard: string; silentSeconds: number; usualPauseSeconds: number }[];
  /** What could not be read, and was left out. */
  damaged?: string[];
}
export interface NamedCount {
  name: string;
  count: number;
}
export interface ReportService {
  name: string;
  records: number;
  errors: number;
  errorsBefore: number;
  new: number;
  back: number;
  grown: number;
}
export interface ReportGroups {
  /** All of this kind; `top` has the most frequent. */
  matched: number;
  count: number;
  top: ReportGroup[];
}
export interface ReportGroup {
  signature: string;
  title: string;
  level: string;
  state: GroupState;
  count: number;
  /** In the equally long time before. */
  before: number;
  firstSeen: string;
  lastSeen: string;
  services: string[];
  hosts: string[];
  radius: BlastRadius;
  sparkline: number[];
  /** What it is known as, and what to check first. */
  known?: { title: string; meaning: string; check: string[] };
  /** Page of the server with the newest of its records. */
  path: string;
}
export interface ReportTalker {
  name: string;
  records: number;
  /** Of level ERROR and worse. */
  errors: number;
  /** Of all records, 0 to 1. */
  share: number;
}
export interface ReportEndpoint {
  endpoint: string;
  service: string;
  count: number;
  clientErrors: number;
  serverErrors: number;
  /** Server errors of all, 0 to 1. */
  errorRate: number;
  /** Milliseconds. */
  p50Ms?: number;
  p95Ms?: number;
  p99Ms?: number;
  maxMs?: number;
}
export interface ReportCapacity {
  records: number;
  bytes: number;
  bytesPerRecord: number;
  /** By the days that are whole, at most seven; absent: there is not yet an hour. */
  bytesPerDay?: number;
  freeBytes: number;
  /** Until `end`; absent: not in sight. */
  daysLeft?: number;
  /** `drop`: retention takes the oldest; `refuse`: nothing new is stored. */
  end?: 'drop' | 'refuse';
}
