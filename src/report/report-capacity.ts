/**
 * How long the disk lasts: what is kept, how much a day adds, and what happens when. Pure. Days are those of arrival, as the store has its files; the
 * first and the last are not whole and count only where there are no others.
 */
import type { ReportCapacity } from '../model.ts';

const DAY_US = 86_400e6;
/** A week has all of its days once. */
const DAYS_MAX = 7;
/** Less says nothing about a day. */
const GROWTH_US_MIN = 3600e6;
/** Beyond this nobody plans. */
const DAYS_LEFT_MAX = 3650;

export interface CapacityParts {
  readonly madeUs: number;
  readonly store: {
    readonly records: number;
    readonly bytes: number;
    readonly days: readonly { readonly name: string; readonly bytes: number }[];
  };
  readonly keeping: {
    readonly freeBytes: number;
    readonly reserveBytes: number;
    readonly bytesMax: number | undefined;
    readonly ageMaxHours: number | undefined;
  };
}

export function capacityOf(parts: CapacityParts): ReportCapacity {
  const { store, keeping } = parts;
  const perDay = growthOf(parts);
  const toRefuse = Math.max(0, keeping.freeBytes - keeping.reserveBytes);
  const toDrop = keeping.bytesMax === undefined ? Number.POSITIVE_INFINITY : Math.max(0, keeping.bytesMax - store.bytes);
  const days = perDay === undefined || perDay <= 0 ? Number.POSITIVE_INFINITY : Math.min(toRefuse, toDrop) / perDay;
  // What retention by age drops by then never fills the disk.
  const isInSight = days <= DAYS_LEFT_MAX && (keeping.ageMaxHours === undefined || days * 24 < keeping.ageMaxHours);
  return {
    records: store.records,
    bytes: store.bytes,
    bytesPerRecord: store.records === 0 ? 0 : Math.round((10 * store.bytes) / store.records) / 10,
    ...(perDay === undefined ? {} : { bytesPerDay: Math.round(perDay) }),
    freeBytes: keeping.freeBytes,
    ...(isInSight ? { daysLeft: Math.floor(days * 10) / 10, end: toDrop <= toRefuse ? 'drop' : 'refuse' } : {}),
  };
}

function growthOf({ madeUs, store }: CapacityParts): number | undefined {
  const byDay = new Map<string, number>();
  for (const { name, bytes } of store.days) byDay.set(name.slice(0, 10), (byDay.get(name.slice(0, 10)) ?? 0) + bytes);
  const days = [...byDay].sort(([one], [other]) => (one < other ? -1 : 1));
  const whole = days.slice(1, -1).slice(-DAYS_MAX);
  if (whole.length > 0) return whole.reduce((sum, [, bytes]) => sum + bytes, 0) / whole.length;
  const first = days[0]?.[0];
  const beganUs = first === undefined ? Number.NaN : Date.parse(`${first}T00:00:00Z`) * 1000;
  const spanUs = madeUs - beganUs;
  if (!(spanUs >= GROWTH_US_MIN)) return undefined;
  return days.reduce((sum, [, bytes]) => sum + bytes, 0) / (spanUs / DAY_US);
}
