/**
 * Counts of error groups by hour, service and host in `state.db`: adding to them, and taking those of a group away. Part of errors.ts,
 * within its transactions. Places beyond the bound count without a name.
 */
import { type Minutes, readMinutes, writeMinutes } from './error-minutes.ts';
import type { Sqlite } from './sqlite.ts';

const HOUR_US = 3600e6;
/** A group is looked for hour by hour up to this, beyond it (a hostile clock) among all rows. */
const HOURS_MAX = 1000;

/** Minutes of the hours of places. */
export class HourSums {
  readonly all = new Map<string, { readonly hour: number; readonly placeId: number; readonly minutes: Minutes }>();

  of(hour: number, placeId: number): Minutes {
    const key = `${hour} ${placeId}`;
    const sum = this.all.get(key) ?? { hour, placeId, minutes: new Map<number, number>() };
    this.all.set(key, sum);
    return sum.minutes;
  }
}

export function addMinutes(sum: Minutes, more: ReadonlyMap<number, number>): void {
  for (const [minute, amount] of more) sum.set(minute, (sum.get(minute) ?? 0) + amount);
}

export function hoursOf(database: Sqlite, placesMax: number) {
  let places = Number(database.prepare('SELECT count(*) FROM errorPlace').pluck().get());
  const onePlace = database.prepare('SELECT id FROM errorPlace WHERE service = ? AND host = ?').pluck();
  const newPlace = database.prepare('INSERT INTO errorPlace(service, host) VALUES (?, ?)');
  const one = database.prepare('SELECT minutes, lastSeq FROM errorCount WHERE hour = ? AND groupId = ? AND placeId = ?');
  const set = database.prepare('INSERT OR REPLACE INTO errorCount(hour, groupId, placeId, minutes, lastSeq) VALUES (?, ?, ?, ?, ?)');
  const ofHour = database.prepare('SELECT placeId, minutes FROM errorCount WHERE hour = ? AND groupId = ?');
  const dropHour = database.prepare('DELETE FROM errorCount WHERE hour = ? AND groupId = ?');
  const everyHour = database.prepare('SELECT DISTINCT hour FROM errorCount WHERE groupId = ?').pluck();

  const placeOf = (service: string, host: string): number => {
    const id = onePlace.get(service, host) as number | undefined;
    if (id !== undefined) return id;
    if (places >= placesMax && (service !== '' || host !== '')) return placeOf('', '');
    places++;
    return Number(newPlace.run(service, host).lastInsertRowid);
  };
  return {
    placeOf,
    add(groupId: number, sums: HourSums, lastSeq: number): void {
      for (const { hour, placeId, minutes } of sums.all.values()) {
        const row = one.get(hour, groupId, placeId) as { minutes: Uint8Array; lastSeq: number } | undefined;
        const sum = row === undefined ? new Map<number, number>() : readMinutes(row.minutes);
        addMinutes(sum, minutes);
        set.run(hour, groupId, placeId, writeMinutes(sum), Math.max(lastSeq, row?.lastSeq ?? 0));
      }
    },
    /** Everything of a group goes into `sums` and from the file. */
    take({ id, firstUs, lastUs }: { readonly id: number; readonly firstUs: number; readonly lastUs: number }, sums: HourSums): void {
      const [first, last] = [Math.floor(firstUs / HOUR_US), Math.floor(lastUs / HOUR_US)];
      const hours =
        last - first > HOURS_MAX ? (everyHour.all(id) as number[]) : Array.from({ length: last - first + 1 }, (_, index) => first + index);
      for (const hour of hours) {
        for (const { placeId, minutes } of ofHour.all(hour, id) as { placeId: number; minutes: Uint8Array }[])
          addMinutes(sums.of(hour, placeId), readMinutes(minutes));
        dropHour.run(hour, id);
      }
    },
  };
}
