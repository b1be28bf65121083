/**
 * So many errors begin at once that nobody reads them one by one: the largest are told, all others are one spike that says how many. Pure. Part of
 * spike-board.ts; an outage that names its dependency is told besides, whatever else there is (collapse.ts).
 */
import type { Opening, SpikeCount } from './spike-finder.ts';
import { foldable, rootFor } from './spike-fold.ts';
import { type LiveSpike, noteEvidence, notePlace, spikeId } from './spike-live.ts';

/** Of one minute. An outage of a broker opens some dozens; who reads more than these? */
export const AT_ONCE_MAX = 100;
/** That go on, those below an outage included: every minute looks at each of them. */
export const OPEN_MAX = 500;
/** Key of what is open; no series of the finder. */
export const STORM = '@storm';
/** So long nothing more had to be put together. */
const OVER_AFTER_MINUTES = 5;

export type Opened = readonly [signature: string, openings: readonly Opening[]];

/** CRITICAL first, then by count. */
export function byWeight(opened: ReadonlyMap<string, readonly Opening[]>, open: number): { told: Opened[]; rest: Opened[] } {
  const room = Math.max(0, Math.min(AT_ONCE_MAX, OPEN_MAX - open));
  if (opened.size <= room) return { told: [...opened], rest: [] };
  const weight = (openings: readonly Opening[]): number =>
    Math.max(...openings.map(({ kind, observed }) => (kind === 'critical' ? 1e9 : 0) + observed));
  const sorted = [...opened].sort(([, one], [, other]) => weight(other) - weight(one));
  return { told: sorted.slice(0, room), rest: sorted.slice(room) };
}

export interface StormMinute {
  readonly minute: number;
  readonly nowUs: number;
  readonly counts: readonly SpikeCount[];
  readonly facts: (
    signature: string,
  ) => { readonly samples: readonly (readonly [seq: number, service: string, host: string])[] } | undefined;
}

/** Opens, widens and closes the spike of what is not told one by one. */
export function storm(spikes: LiveSpike[], rest: readonly Opened[], { minute, nowUs, counts, facts }: StormMinute): void {
  let spike = spikes.find(({ open, untilUs }) => untilUs === undefined && open[0] === STORM);
  if (spike !== undefined && rest.length === 0 && minute - spike.lastMinute >= OVER_AFTER_MINUTES) {
    spike.open = [];
    spike.untilUs = nowUs;
  }
  if (rest.length === 0) return;
  const signatures = new Set(rest.map(([signature]) => signature));
  if (spike === undefined) {
    spike = {
      ...{
        id: spikeId('storm', STORM, minute),
        kind: 'new',
        open: [STORM],
        title: '',
        texts: [],
        level: 'ERROR',
        places: {},
        isWhole: true,
      },
      ...{ sinceMinute: minute, foundUs: nowUs, lastMinute: minute, observed: 0, baseline: 0, windowMinutes: 1, count: 0, evidence: [] },
      rule: '',
    };
    spikes.push(spike);
  }
  spike.observed += signatures.size;
  spike.lastMinute = minute;
  spike.title = `${spike.observed} more kinds of errors began together`;
  spike.rule = `More than ${AT_ONCE_MAX} kinds of errors in a minute, or ${OPEN_MAX} at a time, are not told one by one: these were ${spike.observed}`;
  for (const [signature, service, host, count] of counts) {
    if (!signatures.has(signature)) continue;
    spike.count += count;
    notePlace(spike, [service, host], count);
  }
  noteEvidence(spike, facts(rest[0]![0])?.samples.map(([seq]) => seq) ?? []);
  const root = spike.foldedInto === undefined && spike.sinceMinute === minute ? rootFor(spikes, minute, foldable(spike)) : undefined;
  if (root !== undefined) spike.foldedInto = root.id;
}
