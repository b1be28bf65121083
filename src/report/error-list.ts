/**
 * Error groups as they are answered: what was counted within a time, with the rules of the configuration applied, the state of each, what
 * it hit, and what is known of it. Pure; the rows come from store/errors-read.ts.
 *
 * States, at the end of the time asked about: `new`: first seen within it; `regressed`: came back within it after BACK_AFTER_US (24 h) of
 * silence; `quiet`: nothing for QUIET_AFTER_US (1 h); else `ongoing`. The first that holds.
 */
import type {
  BlastRadius,
  ErrorGroup,
  ErrorList,
  ErrorRule,
  ErrorSample,
  ErrorWant,
  GroupParts,
  GroupState,
  KnownSignature,
} from '../model.ts';
import { compileRules, mergedSignature, splitSignature } from './error-rules.ts';
import { rank, SAMPLES_MAX } from './error-tally.ts';
import { DistinctSet, RADIUS_SETS } from './radius.ts';

export const QUIET_AFTER_US = 3600e6;
/** Columns of a small chart. */
export const SPARKLINE_STEPS = 30;
/** Services and hosts that are named; the radius says how many there are. */
const NAMED_MAX = 20;

/** One group on disk, with what was counted within the time asked about. */
export interface GroupRow {
  readonly signature: string;
  readonly title: string;
  readonly parts: GroupParts;
  readonly level: string;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly backUs: number;
  readonly total: number;
  readonly samples: readonly ErrorSample[];
  readonly text: string;
  readonly radius: readonly Uint8Array[];
  readonly places: readonly PlaceCount[];
}
export interface PlaceCount {
  readonly service: string;
  readonly host: string;
  readonly count: number;
  /** SPARKLINE_STEPS equal steps. */
  readonly steps: readonly number[];
}

export interface ListWith {
  /** RFC 3339. */
  readonly time: (us: number) => string;
  readonly known: (row: GroupRow) => KnownSignature | undefined;
}

const STATE_ORDER: readonly GroupState[] = ['new', 'regressed', 'ongoing', 'quiet'];

export function listErrors(rows: readonly GroupRow[], want: ErrorWant, by: ListWith): Omit<ErrorList, 'overflow'> {
  const groups = ruled(rows, want.rules)
    .map((row) => (want.service === undefined ? row : ofService(row, want.service)))
    .filter(({ places, signature }) => places.length > 0 && (want.signature === undefined || signature.startsWith(want.signature)))
    .map((row) => ({ row, state: stateOf(row, want), count: row.places.reduce((sum, { count }) => sum + count, 0) }))
    .filter(({ state }) => want.state === undefined || state === want.state)
    .sort(
      (one, other) =>
        STATE_ORDER.indexOf(one.state) - STATE_ORDER.indexOf(other.state) ||
        other.count - one.count ||
        other.row.lastUs - one.row.lastUs ||
        (one.row.signature < other.row.signature ? -1 : 1),
    );
  return { groups: groups.slice(0, want.limit).map(({ row, state, count }) => groupOf(row, { state, count, by })), matched: groups.length };
}

export function stateOf({ firstUs, lastUs, backUs }: GroupRow, { startUs, endUs }: ErrorWant): GroupState {
  if (firstUs >= startUs) return 'new';
  if (backUs >= startUs) return 'regressed';
  return endUs - lastUs > QUIET_AFTER_US ? 'quiet' : 'ongoing';
}

function groupOf(row: GroupRow, { state, count, by }: { state: GroupState; count: number; by: ListWith }): ErrorGroup {
  const { signature, title, parts, level, firstUs, lastUs, total, samples, places } = row;
  const known = by.known(row);
  return {
    ...{ signature, title, parts, state, level, count, total },
    firstSeen: by.time(firstUs),
    lastSeen: by.time(lastUs),
    services: summed(places, 'service'),
    hosts: summed(places, 'host'),
    radius: radiusOf(row),
    sparkline: Array.from({ length: SPARKLINE_STEPS }, (_, step) => places.reduce((sum, { steps }) => sum + steps[step]!, 0)),
    ...(known === undefined ? {} : { known }),
    samples: samples.map(([seq]) => seq),
  };
}

function summed(places: readonly PlaceCount[], by: 'service' | 'host'): { name: string; count: number }[] {
  const sums = new Map<string, number>();
  for (const place of places) if (place[by] !== '') sums.set(place[by], (sums.get(place[by]) ?? 0) + place.count);
  return [...sums]
    .map(([name, count]) => ({ name, count }))
    .sort((one, other) => other.count - one.count || (one.name < other.name ? -1 : 1))
    .slice(0, NAMED_MAX);
}

/** Since the group is known, not only within the time asked about. */
function radiusOf(row: GroupRow): BlastRadius {
  const sets = RADIUS_SETS.map((_, index) => DistinctSet.from(row.radius[index]));
  const [hosts, services, requests, instances, projects] = sets.map(({ size }) => size) as [number, number, number, number, number];
  const radius = { hosts, services, requests, instances, projects };
  return sets.every(({ isExact }) => isExact) ? radius : { ...radius, approximate: true };
}

function ofService(row: GroupRow, service: string): GroupRow {
  return { ...row, places: row.places.filter((place) => place.service === service) };
}

// ------------------------------------------------------------------------------------------- rules

function ruled(rows: readonly GroupRow[], rules: readonly ErrorRule[]): GroupRow[] {
  if (rules.length === 0) return [...rows];
  const ruleOf = compileRules(rules);
  const merged = new Map<string, GroupRow[]>();
  const out: GroupRow[] = [];
  for (const row of rows) {
    const rule = ruleOf(row);
    if (rule === undefined) out.push(row);
    else if (rule.does === 'split') out.push(...split(row, rule));
    else if (rule.does === 'merge') merged.set(rule.name, [...(merged.get(rule.name) ?? []), row]);
  }
  for (const [name, group] of merged) out.push(merge(name, group));
  return out;
}

function merge(name: string, rows: readonly GroupRow[]): GroupRow {
  const largest = rows.reduce((one, other) => (other.total > one.total ? other : one));
  const samples = rows.flatMap((row) => row.samples).sort(([one], [other]) => other - one);
  return {
    ...largest,
    signature: mergedSignature(name),
    title: rows.length === 1 ? largest.title : `${name}: ${largest.title} (and ${rows.length - 1} more)`,
    parts: { ...largest.parts, rule: name },
    level: rows.reduce((level, row) => (rank(row.level) > rank(level) ? row.level : level), largest.level),
    firstUs: Math.min(...rows.map((row) => row.firstUs)),
    lastUs: Math.max(...rows.map((row) => row.lastUs)),
    // It was away only if all of it was.
    backUs: rows.length === 1 ? largest.backUs : 0,
    total: rows.reduce((sum, row) => sum + row.total, 0),
    samples: samples.slice(0, SAMPLES_MAX),
    radius: RADIUS_SETS.map((_, index) => {
      const set = new DistinctSet();
      for (const { radius } of rows) if (radius[index] !== undefined) set.merge(radius[index]);
      return set.bytes();
    }),
    places: rows.flatMap((row) => row.places),
  };
}

/** By what the counts know. What it hit is only known of the whole, so the parts say that. */
function split(row: GroupRow, { name, by = 'service' }: ErrorRule): GroupRow[] {
  const parts = new Map<string, PlaceCount[]>();
  for (const place of row.places) parts.set(place[by], [...(parts.get(place[by]) ?? []), place]);
  return [...parts].map(([value, places]) => ({
    ...row,
    signature: splitSignature(row.signature, value),
    title: `${row.title} (${value === '' ? `no ${by}` : value})`,
    parts: { ...row.parts, rule: name },
    samples: row.samples.filter((sample) => sample[by === 'service' ? 1 : 2] === value),
    places,
  }));
}
