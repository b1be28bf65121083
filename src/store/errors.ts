/**
 * Error groups in `state.db`, for the thread that owns it: what each group is, and how many of it in which minute, service and host. A
 * tally is taken as a whole together with the seq up to which everything is counted, and only where the last one ended: a restart
 * neither loses nor doubles. Not here: counting (report/error-tally.ts), reading for answers (errors-read.ts).
 *
 * Bounded: GROUPS_MAX signatures, PLACES_MAX services and hosts, ROWS_MAX hours. Beyond them rare old signatures are folded into one
 * overflow group, further places count without a name, and the oldest hours go. A power cut may take the newest seconds, the seq with them.
 */
import type { ErrorAsk, ErrorTally, TallyGroup } from '../model.ts';
import { BACK_AFTER_US, rank, SAMPLES_MAX } from '../report/error-tally.ts';
import { DistinctSet, RADIUS_SETS } from '../report/radius.ts';
import { readMinutes, writeMinutes } from './error-minutes.ts';
import { type Sqlite, storeError } from './sqlite.ts';

export const ERROR_SCHEMA = `
CREATE TABLE IF NOT EXISTS errorGroup(
  id INTEGER PRIMARY KEY, signature TEXT NOT NULL UNIQUE, title TEXT NOT NULL, parts TEXT NOT NULL, level TEXT NOT NULL,
  firstUs INTEGER NOT NULL, lastUs INTEGER NOT NULL, backUs INTEGER NOT NULL, total INTEGER NOT NULL, lastSeq INTEGER NOT NULL,
  samples TEXT NOT NULL, text TEXT NOT NULL, ${RADIUS_SETS.join(' BLOB, ')} BLOB
);
CREATE INDEX IF NOT EXISTS errorGroupLast ON errorGroup(lastUs);
CREATE TABLE IF NOT EXISTS errorPlace(id INTEGER PRIMARY KEY, service TEXT NOT NULL, host TEXT NOT NULL, UNIQUE(service, host));
CREATE TABLE IF NOT EXISTS errorCount(
  hour INTEGER NOT NULL, groupId INTEGER NOT NULL, placeId INTEGER NOT NULL, minutes BLOB NOT NULL, lastSeq INTEGER NOT NULL,
  PRIMARY KEY (hour, groupId, placeId)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS errorMark(one INTEGER PRIMARY KEY CHECK (one = 1), after INTEGER NOT NULL);
`;

export const OVERFLOW_SIGNATURE = '0'.repeat(16);
export interface ErrorBounds {
  readonly groupsMax: number;
  readonly placesMax: number;
  readonly rowsMax: number;
}
/** A large cloud has some hundred signatures and thousands of hosts; 40 MB of groups with their radius, 100 MB of hours at the most. */
export const ERROR_BOUNDS: ErrorBounds = { groupsMax: 10_000, placesMax: 20_000, rowsMax: 1_500_000 };
/** Folded at once when there are too many: the oldest of those that were rare. */
const FOLD_AT_ONCE = 500;
const RARE_TOTAL_MAX = 3;
/** Records of the store. */
const BOUND_EVERY = 50_000;

export function isErrorAsk(ask: { readonly do: string }): ask is ErrorAsk {
  return ask.do === 'errors-add' || ask.do === 'errors-after' || ask.do === 'errors-prune';
}

/** Answers as `ErrorBook` (model-errors.ts) says of the method; throws coded errors. */
export function answerErrors(database: Sqlite, ask: ErrorAsk, bounds = ERROR_BOUNDS): unknown {
  try {
    if (ask.do === 'errors-after') return afterOf(database);
    if (ask.do === 'errors-prune') return prune(database, ask.firstSeq);
    return database.transaction(() => add(database, ask.tally, bounds))();
  } catch (error) {
    throw storeError(error, database.name);
  }
}

function afterOf(database: Sqlite): number {
  return Number(database.prepare('SELECT after FROM errorMark').pluck().get() ?? 0);
}

function add(database: Sqlite, tally: ErrorTally, bounds: ErrorBounds): { isTaken: boolean; overflow: number } {
  if (afterOf(database) !== tally.from) return { isTaken: false, overflow: 0 };
  let overflow = 0;
  const writer = writerOf(database, bounds);
  for (const group of tally.groups) if (!writer.add(group)) overflow += group.count;
  // Counting the rows takes long when there are many, so it is done now and then.
  if (Math.floor(tally.from / BOUND_EVERY) !== Math.floor(tally.after / BOUND_EVERY)) writer.boundRows();
  database.prepare('INSERT INTO errorMark(one, after) VALUES (1, ?) ON CONFLICT DO UPDATE SET after = excluded.after').run(tally.after);
  return { isTaken: true, overflow };
}

interface KeptGroup {
  readonly id: number;
  readonly level: string;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly backUs: number;
  readonly total: number;
  readonly lastSeq: number;
  readonly samples: string;
}

function writerOf(database: Sqlite, bounds: ErrorBounds) {
  const count = (table: string): number => Number(database.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
  let groups = count('errorGroup');
  let places = count('errorPlace');
  const known = database.prepare('SELECT * FROM errorGroup WHERE signature = ?');
  const change =
    database.prepare(`UPDATE errorGroup SET level = @level, firstUs = @firstUs, lastUs = @lastUs, backUs = @backUs, total = @total,
    lastSeq = @lastSeq, samples = @samples, text = @text, ${RADIUS_SETS.map((set) => `${set} = @${set}`).join(', ')} WHERE id = @id`);
  const insert =
    database.prepare(`INSERT INTO errorGroup(signature, title, parts, level, firstUs, lastUs, backUs, total, lastSeq, samples, text, ${RADIUS_SETS.join(', ')})
    VALUES (@signature, @title, @parts, @level, @firstUs, @lastUs, @backUs, @total, @lastSeq, @samples, @text, ${RADIUS_SETS.map((set) => `@${set}`).join(', ')})`);
  const onePlace = database.prepare('SELECT id FROM errorPlace WHERE service = ? AND host = ?').pluck();
  const newPlace = database.prepare('INSERT INTO errorPlace(service, host) VALUES (?, ?)');
  const oneHour = database.prepare('SELECT minutes, lastSeq FROM errorCount WHERE hour = ? AND groupId = ? AND placeId = ?');
  const setHour = database.prepare('INSERT OR REPLACE INTO errorCount(hour, groupId, placeId, minutes, lastSeq) VALUES (?, ?, ?, ?, ?)');

  const placeOf = (service: string, host: string): number => {
    const id = onePlace.get(service, host) as number | undefined;
    if (id !== undefined) return id;
    if (places >= bounds.placesMax && (service !== '' || host !== '')) return placeOf('', '');
    places++;
    return Number(newPlace.run(service, host).lastInsertRowid);
  };
  const addHour = (
    key: readonly [hour: number, groupId: number, placeId: number],
    more: ReadonlyMap<number, number>,
    lastSeq: number,
  ): void => {
    const row = oneHour.get(...key) as { minutes: Uint8Array; lastSeq: number } | undefined;
    const minutes = row === undefined ? new Map<number, number>() : readMinutes(row.minutes);
    for (const [minute, amount] of more) minutes.set(minute, (minutes.get(minute) ?? 0) + amount);
    setHour.run(...key, writeMinutes(minutes), Math.max(lastSeq, row?.lastSeq ?? 0));
  };
  const keep = (group: TallyGroup): number => {
    const row = known.get(group.signature) as (KeptGroup & Record<string, Uint8Array>) | undefined;
    const values = { ...valuesOf(group, row), ...radiusOf(group, row) };
    if (row !== undefined) {
      change.run({ ...values, id: row.id });
      return row.id;
    }
    groups++;
    return Number(
      insert.run({ ...values, signature: group.signature, title: group.title, parts: JSON.stringify(group.parts) }).lastInsertRowid,
    );
  };
  const takeCounts = (group: TallyGroup, groupId: number): void => {
    const hours = new Map<string, { key: [number, number, number]; minutes: Map<number, number> }>();
    for (const [minute, service, host, amount] of group.counts) {
      const key: [number, number, number] = [Math.floor(minute / 60), groupId, placeOf(service, host)];
      const hour = hours.get(key.join()) ?? { key, minutes: new Map<number, number>() };
      hours.set(key.join(), hour);
      hour.minutes.set(minute % 60, (hour.minutes.get(minute % 60) ?? 0) + amount);
    }
    for (const { key, minutes } of hours.values()) addHour(key, minutes, group.lastSeq);
  };
  /** Makes room: rare signatures that were not seen for longest count as overflow from now on. */
  const fold = (): void => {
    const rare = database
      .prepare('SELECT * FROM errorGroup WHERE total <= ? AND signature <> ? ORDER BY lastUs LIMIT ?')
      .all(RARE_TOTAL_MAX, OVERFLOW_SIGNATURE, FOLD_AT_ONCE) as (KeptGroup & { signature: string })[];
    for (const row of rare) {
      const into = keep(overflowOf({ ...emptyTally(row), count: row.total }));
      const hours = database.prepare('SELECT hour, placeId, minutes FROM errorCount WHERE groupId = ?').all(row.id);
      for (const { hour, placeId, minutes } of hours as { hour: number; placeId: number; minutes: Uint8Array }[])
        addHour([hour, into, placeId], readMinutes(minutes), row.lastSeq);
      database.prepare('DELETE FROM errorCount WHERE groupId = ?').run(row.id);
      database.prepare('DELETE FROM errorGroup WHERE id = ?').run(row.id);
      groups--;
    }
  };
  return {
    /** False: it went into the overflow group. */
    add(group: TallyGroup): boolean {
      const isKnown = known.get(group.signature) !== undefined;
      if (!isKnown && groups >= bounds.groupsMax) fold();
      const isKept = isKnown || groups < bounds.groupsMax;
      const taken = isKept ? group : overflowOf(group);
      takeCounts(taken, keep(taken));
      return isKept;
    },
    boundRows(): void {
      const more = count('errorCount') - bounds.rowsMax;
      if (more > 0)
        database.prepare('DELETE FROM errorCount WHERE hour <= (SELECT hour FROM errorCount ORDER BY hour LIMIT 1 OFFSET ?)').run(more - 1);
    },
  };
}

function valuesOf(group: TallyGroup, row: KeptGroup | undefined) {
  const samples = [...group.samples, ...(row === undefined ? [] : (JSON.parse(row.samples) as TallyGroup['samples']))];
  const isBack = row !== undefined && group.firstUs - row.lastUs >= BACK_AFTER_US;
  return {
    level: row !== undefined && rank(row.level) > rank(group.level) ? row.level : group.level,
    firstUs: Math.min(group.firstUs, row?.firstUs ?? group.firstUs),
    lastUs: Math.max(group.lastUs, row?.lastUs ?? 0),
    backUs: Math.max(group.backUs, row?.backUs ?? 0, isBack ? group.firstUs : 0),
    total: group.count + (row?.total ?? 0),
    lastSeq: Math.max(group.lastSeq, row?.lastSeq ?? 0),
    samples: JSON.stringify(samples.slice(0, SAMPLES_MAX)),
    text: group.text,
  };
}

function radiusOf(group: TallyGroup, row: Record<string, Uint8Array> | undefined): Record<string, Uint8Array> {
  const sets = RADIUS_SETS.map((name, index): [string, Uint8Array] => {
    const more = group.radius[index] ?? Uint8Array.of(0);
    if (row?.[name] === undefined || row[name] === null) return [name, more];
    const set = DistinctSet.from(row[name]);
    set.merge(more);
    return [name, set.bytes()];
  });
  return Object.fromEntries(sets);
}

function overflowOf(group: TallyGroup): TallyGroup {
  return {
    ...group,
    signature: OVERFLOW_SIGNATURE,
    title: 'errors of signatures that were too many to be kept apart',
    parts: { by: 'shape' },
  };
}

function emptyTally(row: KeptGroup): TallyGroup {
  const { level, firstUs, lastUs, backUs, lastSeq } = row;
  return {
    ...{ level, firstUs, lastUs, backUs, lastSeq },
    signature: '',
    title: '',
    parts: { by: 'shape' },
    count: 0,
    samples: [],
    text: '',
    counts: [],
    radius: [],
  };
}

/** What retention took goes from here, too: hours whose newest record is gone, then groups without any. */
function prune(database: Sqlite, firstSeq: number): void {
  database.transaction(() => {
    database.prepare('DELETE FROM errorCount WHERE lastSeq < ?').run(firstSeq);
    database.prepare('DELETE FROM errorGroup WHERE lastSeq < ?').run(firstSeq);
    database.exec('DELETE FROM errorPlace WHERE id NOT IN (SELECT placeId FROM errorCount)');
  })();
}
