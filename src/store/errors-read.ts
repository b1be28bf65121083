/**
 * Error groups read from `state.db` by a query worker: the groups that have counts within a time, with those counts by service and host.
 * Not here: writing (errors.ts, in the thread that owns the file), what is made of the rows (report/error-list.ts).
 * Invariant: no statement runs long and no transaction stays open between steps: counts are read hour by hour.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorSample, GroupParts } from '../model.ts';
import { type GroupRow, type PlaceCount, SPARKLINE_STEPS } from '../report/error-list.ts';
import { RADIUS_SETS } from '../report/radius.ts';
import { readMinutes } from './error-minutes.ts';
import { STATE_FILE } from './folder.ts';
import { openSqlite, type Sqlite } from './sqlite.ts';

const MINUTE_US = 60e6;
const HOUR_US = 60 * MINUTE_US;
/** Rows of one step: about 5 ms. */
const ROWS_A_STEP = 5000;

/** What a group is called. */
export interface KeptName {
  readonly id: number;
  readonly signature: string;
  readonly title: string;
  readonly level: string;
  /** JSON. */
  readonly parts: string;
  readonly samples: string;
}

/** One minute of one group at one place. */
export type ErrorMinute = readonly [minute: number, groupId: number, placeId: number, count: number];

export class ErrorFile {
  readonly #path: string;
  #database: Sqlite | undefined;

  constructor(folder: string) {
    this.#path = join(folder, STATE_FILE);
  }

  /** Undefined: nobody has written anything yet. */
  #open(): Sqlite | undefined {
    if (this.#database === undefined && existsSync(this.#path)) {
      const database = openSqlite(this.#path, 'read');
      const isMade = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'errorMark'").get() !== undefined;
      if (isMade) this.#database = database;
      else database.close();
    }
    return this.#database;
  }

  /** Groups with what was counted in [startUs, endUs), by whole minutes. Yields between steps. */
  *rows(startUs: number, endUs: number): Generator<undefined, GroupRow[]> {
    const database = this.#open();
    if (database === undefined) return [];
    const places = new Map<number, readonly [service: string, host: string]>();
    for (const [id, service, host] of database.prepare('SELECT id, service, host FROM errorPlace').raw().all() as [
      number,
      string,
      string,
    ][])
      places.set(id, [service, host]);
    yield;
    const sums = new Map<number, Map<number, { count: number; steps: number[] }>>();
    const stepUs = Math.max(MINUTE_US, (endUs - startUs) / SPARKLINE_STEPS);
    for (const minutes of this.minutes(startUs, endUs)) {
      for (const [minute, groupId, placeId, count] of minutes) {
        const ofGroup = sums.get(groupId) ?? new Map<number, { count: number; steps: number[] }>();
        sums.set(groupId, ofGroup);
        const sum = ofGroup.get(placeId) ?? { count: 0, steps: new Array<number>(SPARKLINE_STEPS).fill(0) };
        ofGroup.set(placeId, sum);
        const step = Math.floor((minute * MINUTE_US - startUs) / stepUs);
        sum.count += count;
        sum.steps[Math.min(SPARKLINE_STEPS - 1, Math.max(0, step))]! += count;
      }
      yield;
    }
    const group = database.prepare('SELECT * FROM errorGroup WHERE id = ?');
    const rows: GroupRow[] = [];
    for (const [id, ofPlaces] of sums) {
      const row = group.get(id) as KeptRow | undefined;
      if (row === undefined) continue;
      const counted = [...ofPlaces].map(([placeId, sum]): PlaceCount => {
        const [service, host] = places.get(placeId) ?? ['', ''];
        return { service, host, ...sum };
      });
      rows.push(rowOf(row, counted));
      if (rows.length % 500 === 0) yield;
    }
    return rows;
  }

  /** Signatures and places of the counts that `minutes` gives. */
  names(): { groups: Map<number, KeptName>; places: Map<number, readonly [service: string, host: string]> } {
    const database = this.#open();
    const groups = (database?.prepare('SELECT id, signature, title, level, parts, samples FROM errorGroup').all() ?? []) as KeptName[];
    const places = (database?.prepare('SELECT id, service, host FROM errorPlace').raw().all() ?? []) as [number, string, string][];
    return {
      groups: new Map(groups.map((group) => [group.id, group])),
      places: new Map(places.map(([id, service, host]) => [id, [service, host]])),
    };
  }

  /** Counts by minute, oldest first, in steps; what spikes are found in. */
  *minutes(startUs: number, endUs: number): Generator<ErrorMinute[]> {
    const database = this.#open();
    if (database === undefined) return;
    const [first, last] = [Math.floor(startUs / MINUTE_US), Math.ceil(endUs / MINUTE_US)];
    const page = database
      .prepare(
        `SELECT hour, groupId, placeId, minutes FROM errorCount WHERE (hour, groupId, placeId) > (?, ?, ?) AND hour <= ?
         ORDER BY hour, groupId, placeId LIMIT ${ROWS_A_STEP}`,
      )
      .raw();
    let from: [number, number, number] = [Math.floor(startUs / HOUR_US), -1, -1];
    for (;;) {
      const rows = page.all(...from, Math.floor(endUs / HOUR_US)) as [number, number, number, Uint8Array][];
      const found: ErrorMinute[] = [];
      for (const [hour, groupId, placeId, bytes] of rows) {
        for (const [minute, count] of readMinutes(bytes)) {
          const at = hour * 60 + minute;
          if (at >= first && at < last) found.push([at, groupId, placeId, count]);
        }
      }
      yield found;
      const [hour, groupId, placeId] = rows.at(-1) ?? [];
      if (rows.length < ROWS_A_STEP || hour === undefined) return;
      from = [hour, groupId!, placeId!];
    }
  }

  close(): void {
    this.#database?.close();
    this.#database = undefined;
  }
}

type KeptRow = { readonly [name: string]: unknown };

function rowOf(row: KeptRow, places: readonly PlaceCount[]): GroupRow {
  const text = (name: string): string => String(row[name]);
  const number = (name: string): number => Number(row[name]);
  return {
    signature: text('signature'),
    title: text('title'),
    parts: JSON.parse(text('parts')) as GroupParts,
    level: text('level'),
    firstUs: number('firstUs'),
    lastUs: number('lastUs'),
    backUs: number('backUs'),
    total: number('total'),
    samples: JSON.parse(text('samples')) as ErrorSample[],
    text: text('text'),
    radius: RADIUS_SETS.map((set) => row[set] as Uint8Array),
    places,
  };
}
