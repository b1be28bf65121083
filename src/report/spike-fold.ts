/** Which spikes stand below which outage. The rule is collapse.ts; here it meets spikes as they are kept. */
import { ALONE_AFTER_MINUTES, type Foldable, folds, type Root } from './collapse.ts';
import { type LiveSpike, placesBy } from './spike-live.ts';

const MINUTE_US = 60e6;
/** Windows of the finder reach so far back: what began within an outage may be found after it. */
const WINDOW_MINUTES_MAX = 60;

export function rootOf({ dependency, sinceMinute, untilUs }: LiveSpike): Root | undefined {
  if (dependency === undefined) return undefined;
  const { kind, address, services } = dependency;
  return { kind, address, sinceMinute, services, ...(untilUs === undefined ? {} : { untilMinute: Math.floor(untilUs / MINUTE_US) }) };
}

export function foldable(spike: LiveSpike): Foldable {
  return {
    sinceMinute: spike.sinceMinute,
    services: placesBy(spike, 'service'),
    ...(spike.complaint === undefined ? {} : { complaint: spike.complaint }),
  };
}

/** The outage below which it belongs, the newest of several. */
export function rootFor(spikes: readonly LiveSpike[], minute: number, one: Foldable): LiveSpike | undefined {
  return spikes.findLast((spike) => {
    const root = spike.foldedInto === undefined ? rootOf(spike) : undefined;
    return root !== undefined && (root.untilMinute === undefined || minute <= root.untilMinute + WINDOW_MINUTES_MAX) && folds(root, one);
  });
}

/**
 * What outlives its outage stands alone again: half an hour later it is still more than usual. Being open is not enough: what is rare waits
 * long for the calm that ends it.
 */
export function standAlone(spikes: readonly LiveSpike[], minute: number, isHigh: (key: string) => boolean): void {
  for (const spike of spikes) {
    if (spike.foldedInto === undefined || spike.untilUs !== undefined) continue;
    const root = spikes.find(({ id }) => id === spike.foldedInto);
    const isLong = root?.untilUs !== undefined && minute > root.untilUs / MINUTE_US + ALONE_AFTER_MINUTES;
    if (root === undefined || (isLong && spike.open.some(isHigh))) delete spike.foldedInto;
  }
}
