/**
 * Error groups below the outage that caused them: of the groups of one outage the largest that names the
 * dependency (else that complains of it) stands for all, with its address, and the others are folded below it; and until when a snooze holds for a group. Pure. Which outages there were and who
 * belongs to them is the spikes' business (collapse.ts); here only what is told of groups.
 *
 * A group belongs to an outage only if most of what was counted of it came while that lasted, by the steps of its chart: one that fails all the
 * time does not vanish below an outage of five minutes.
 */
import type { ErrorGroup, OutageRoot, Snooze } from '../model.ts';
import { AFTER_MINUTES, BEFORE_MINUTES, OWN_SERVICE } from './collapse.ts';

const MINUTE_US = 60e6;
const SHARE_MIN = 0.5;
/** Below one group; the count of the rest is in the spike. */
const FOLDED_MAX = 500;

export interface RootsOf {
  readonly outages: readonly OutageRoot[];
  readonly snoozes: readonly Snooze[];
  /** Signatures by spike, of those that a snooze names. */
  readonly spikeSignatures?: ReadonlyMap<string, string>;
  /** The time that was asked about, µs; charts of groups have equal steps over it. */
  readonly startUs: number;
  readonly endUs: number;
  readonly nowUs: number;
}

export interface Rooted {
  /** In their order, with what is folded below each. */
  readonly groups: ErrorGroup[];
  /** Signatures that stand below another group. */
  readonly below: ReadonlySet<string>;
}

export function rooted(groups: readonly ErrorGroup[], of: RootsOf): Rooted {
  const changed = new Map<string, Partial<ErrorGroup>>();
  const below = new Set<string>();
  // The newest outage first: what it caused is what people look for.
  for (const outage of [...of.outages].sort((one, other) => other.sinceUs - one.sinceUs)) {
    const its = groups.filter((group) => !changed.has(group.signature) && belongs(group, outage, of));
    const [head] = [outage.naming, outage.complaining, its.map(({ signature }) => signature)].flatMap((among) =>
      its.filter(({ signature }) => among.includes(signature)).toSorted((one, other) => other.count - one.count),
    );
    if (head === undefined) continue;
    const dependency = outage.address;
    const others = its.filter((group) => group !== head);
    for (const { signature } of others) {
      changed.set(signature, { dependency });
      below.add(signature);
    }
    const folded = others
      .toSorted((one, other) => other.count - one.count)
      .slice(0, FOLDED_MAX)
      .map(({ signature, title, count }) => ({ signature, title, count }));
    changed.set(head.signature, { dependency, ...(folded.length === 0 ? {} : { folded }) });
  }
  const known = groups.map((group): ErrorGroup => {
    const rootedOne = { ...group, ...changed.get(group.signature) };
    const snoozedUntil = snoozedUntilOf(rootedOne, of);
    return snoozedUntil === undefined ? rootedOne : { ...rootedOne, snoozedUntil };
  });
  return { groups: known, below };
}

function belongs(group: ErrorGroup, outage: OutageRoot, { startUs, endUs }: RootsOf): boolean {
  const { signature, sparkline } = group;
  if (!outage.complaining.includes(signature) && !outage.caused.includes(signature) && !isBornOf(group, outage)) return false;
  const stepUs = (endUs - startUs) / sparkline.length;
  const [fromUs, untilUs] = [outage.sinceUs - BEFORE_MINUTES * MINUTE_US, (outage.untilUs ?? endUs) + AFTER_MINUTES * MINUTE_US];
  let [during, all] = [0, 0];
  sparkline.forEach((count, step) => {
    const atUs = startUs + step * stepUs;
    all += count;
    if (atUs + stepUs > fromUs && atUs < untilUs) during += count;
  });
  return all > 0 && during >= SHARE_MIN * all;
}

/**
 * Never seen before the outage, and over with it, in services that complain, or the dependency's own. Where the store is so young that everything
 * is new, that says something of the dependency's own only.
 */
function isBornOf({ firstSeen, lastSeen, services }: ErrorGroup, { kind, sinceUs, untilUs, isEarly, ...outage }: OutageRoot): boolean {
  const [bornUs, lastUs] = [Date.parse(firstSeen) * 1000, Date.parse(lastSeen) * 1000];
  if (bornUs < sinceUs - BEFORE_MINUTES * MINUTE_US) return false;
  if (untilUs !== undefined && (bornUs > untilUs || lastUs > untilUs + AFTER_MINUTES * MINUTE_US)) return false;
  return services.length > 0 && services.every(({ name }) => name === OWN_SERVICE[kind] || (!isEarly && outage.services.includes(name)));
}

/** The last of the snoozes that hold for all of the group. */
function snoozedUntilOf(group: ErrorGroup, of: RootsOf): string | undefined {
  return of.snoozes
    .filter((snooze) => Date.parse(snooze.until) * 1000 > of.nowUs && isSnoozed(group, snooze, of))
    .map(({ until }) => until)
    .sort()
    .at(-1);
}

/** As of spikes (spike-view.ts): every member that is given has to fit, and places mean all places. */
function isSnoozed({ signature, services, hosts, dependency }: ErrorGroup, snooze: Snooze, of: RootsOf): boolean {
  const isAll = (named: ErrorGroup['hosts'], name: string): boolean => named.length > 0 && named.every((one) => one.name === name);
  const fits = [
    snooze.spike === undefined ? undefined : isOfSpike(signature, snooze.spike, of),
    snooze.signature === undefined ? undefined : snooze.signature === signature,
    snooze.service === undefined ? undefined : isAll(services, snooze.service),
    snooze.host === undefined ? undefined : isAll(hosts, snooze.host),
    snooze.dependency === undefined ? undefined : snooze.dependency === dependency,
  ].filter((fit) => fit !== undefined);
  return fits.length > 0 && fits.every(Boolean);
}

function isOfSpike(signature: string, id: string, { outages, spikeSignatures }: RootsOf): boolean {
  if (spikeSignatures?.get(id) === signature) return true;
  return outages.some((outage) => outage.id === id && (outage.complaining.includes(signature) || outage.caused.includes(signature)));
}
