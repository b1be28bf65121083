/**
 * One cause, hundreds of groups: who complains of which broker, database or keystone, when that is an outage of it, and what else is folded
 * below the outage. Pure; spike-board.ts makes spikes of it.
 *
 * An outage: at least SOURCES_MIN programs on hosts complain of one address within WINDOW_MINUTES, and that is more than usual (or, while
 * nothing is known yet, AT_ONCE times). One program alone has lost its own way there, and its spike stays what it is.
 * Folded below it: groups that complain of the same kind of dependency and name no other address (a MessagingTimeout says only that
 * nobody answered), and groups of any kind that begin while it lasts - from BEFORE_MINUTES before to AFTER_MINUTES after it, or most of them since - in services
 * that complain of it and in the dependency itself, unless their text complains of something else. So an unrelated fault of such a
 * service is folded as well while the outage lasts; it stands below it by name, and alone again when it is still high ALONE_AFTER_MINUTES later.
 */
import type { DependencyKind } from '../model.ts';
import type { Complaint } from './dependency.ts';

export interface Complained extends Complaint {
  readonly signature: string;
  readonly service: string;
  readonly host: string;
  readonly count: number;
}

/** Complaints of one dependency within the window. */
export interface Suspect {
  /** Its series in the finder. */
  readonly key: string;
  readonly kind: DependencyKind;
  readonly address: string;
  readonly count: number;
  readonly since: number;
  readonly services: ReadonlySet<string>;
  readonly hosts: ReadonlySet<string>;
  readonly signatures: ReadonlySet<string>;
  /** Those of them that say the address. */
  readonly naming: ReadonlySet<string>;
  readonly sources: number;
}

export const WINDOW_MINUTES = 5;
export const SOURCES_MIN = 3;
/** Without a history; blinks of single connections are one or two lines. */
export const AT_ONCE = 10;
export const BEFORE_MINUTES = 2;
export const AFTER_MINUTES = 5;
const SHARE_MIN = 0.75;
export const ALONE_AFTER_MINUTES = 30;
/** Nobody says which. */
export const UNKNOWN = 'unknown';
/** Different addresses in one window; a hostile text names thousands. */
const SUSPECTS_MAX = 200;

export const keyOf = (kind: DependencyKind, address: string): string => `@${kind} ${address}`;

export class Complaints {
  #recent: { readonly minute: number; readonly one: Complained }[] = [];

  add(minute: number, complaints: readonly Complained[]): void {
    this.#recent = this.#recent.filter((old) => old.minute > minute - WINDOW_MINUTES);
    for (const one of complaints) this.#recent.push({ minute, one });
  }

  /** Dependencies with complaints in the window. Who names no address complains of the one that others name. */
  suspects(): Suspect[] {
    const found = new Map<string, Mutable>();
    const nameless: { readonly minute: number; readonly one: Complained }[] = [];
    for (const { minute, one } of this.#recent) {
      if (one.address === undefined) nameless.push({ minute, one });
      else note(found, { minute, one, address: one.address });
    }
    for (const { minute, one } of nameless) {
      const named = [...found.values()].filter(({ kind, address }) => kind === one.kind && address !== UNKNOWN);
      const most = named.reduce<Mutable | undefined>(
        (best, other) => (best === undefined || other.count > best.count ? other : best),
        undefined,
      );
      // Only what is an outage without them draws them: one host that lost its way says nothing of all timeouts.
      note(found, { minute, one, address: most !== undefined && most.places.size >= SOURCES_MIN ? most.address : UNKNOWN });
    }
    return [...found.values()].map(({ places, ...one }) => ({ ...one, key: keyOf(one.kind, one.address), sources: places.size }));
  }
}

interface Mutable {
  readonly kind: DependencyKind;
  readonly address: string;
  count: number;
  since: number;
  readonly services: Set<string>;
  readonly hosts: Set<string>;
  readonly signatures: Set<string>;
  readonly naming: Set<string>;
  readonly places: Set<string>;
}

function note(found: Map<string, Mutable>, { minute, one, address }: { minute: number; one: Complained; address: string }): void {
  const key = keyOf(one.kind, address);
  let mutable = found.get(key);
  if (mutable === undefined) {
    if (found.size >= SUSPECTS_MAX) return;
    const sets = { services: new Set<string>(), hosts: new Set<string>(), signatures: new Set<string>(), naming: new Set<string>() };
    mutable = { kind: one.kind, address, count: 0, since: minute, ...sets, places: new Set<string>() };
    found.set(key, mutable);
  }
  mutable.count += one.count;
  mutable.since = Math.min(mutable.since, minute);
  if (one.service !== '') mutable.services.add(one.service);
  if (one.host !== '') mutable.hosts.add(one.host);
  mutable.signatures.add(one.signature);
  if (one.address !== undefined) mutable.naming.add(one.signature);
  mutable.places.add(`${one.service}\n${one.host}`);
}

/** An outage, as far as folding goes. */
export interface Root {
  readonly kind: DependencyKind;
  readonly address: string;
  readonly sinceMinute: number;
  /** Absent: it goes on. */
  readonly untilMinute?: number;
  readonly services: readonly string[];
}
export interface Foldable {
  readonly sinceMinute: number;
  readonly services: readonly string[];
  readonly complaint?: Complaint;
  /** How much of what opened it came in a minute or later; absent: all since `sinceMinute`. */
  readonly shareSince?: (minute: number) => number;
}

/** The dependency's own service: what it says of itself while it is away. */
export const OWN_SERVICE: Readonly<Record<DependencyKind, string>> = { broker: 'rabbitmq', database: 'mysql', keystone: 'keystone' };

/** Whether the cause of `one` is the outage. */
export function folds(root: Root, one: Foldable): boolean {
  const from = root.sinceMinute - BEFORE_MINUTES;
  // Some of its usual errors shortly before are no beginning before the outage.
  if (one.sinceMinute < from && (one.shareSince === undefined || one.shareSince(from) < SHARE_MIN)) return false;
  if (root.untilMinute !== undefined && one.sinceMinute > root.untilMinute + AFTER_MINUTES) return false;
  const { complaint } = one;
  if (complaint !== undefined)
    return (
      complaint.kind === root.kind && (complaint.address === undefined || complaint.address === root.address || root.address === UNKNOWN)
    );
  return one.services.some((service) => root.services.includes(service) || service === OWN_SERVICE[root.kind]);
}
