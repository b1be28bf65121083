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
import { addMinutes, HourSums, hoursOf } from './error-hours.ts';
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
  const known = database.prepare('SELECT * FROM errorGroup WHERE signature = ?');
  const change =
    database.prepare(`UPDATE errorGroup SET level = @level, firstUs = @firstUs, lastUs = @lastUs, backUs = @backUs, total = @total,
    lastSeq = @lastSeq, samples = @samples, text = @text, ${RADIUS_SETS.map((set) => `${set} = @${set}`).join(', ')} WHERE id = @id`);
  const insert =
    database.prepare(`INSERT INTO errorGroup(signature, title, parts, level, firstUs, lastUs, backUs, total, lastSeq, samples, text, ${RADIUS_SETS.join(', ')})
    VALUES (@signature, @title, @parts, @level, @firstUs, @lastUs, @backUs, @total, @lastSeq, @samples, @text, ${RADIUS_SETS.map((set) => `@${set}`).join(', ')})`);
  const dropGroup = database.prepare('DELETE FROM errorGroup WHERE id = ?');
  const hours = hoursOf(database, bounds.placesMax);

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
    const sums = new HourSums();
    for (const [minute, service, host, amount] of group.counts)
      addMinutes(sums.of(Math.floor(minute / 60), hours.placeOf(service, host)), new Map([[minute % 60, amount]]));
    hours.add(groupId, sums, group.lastSeq);
  };
  /** Makes room: rare signatures that were not seen for longest count as overflow from now on. */
  const fold = (): void => {
    const rare = database
      .prepare('SELECT * FROM errorGroup WHERE total <= ? AND signature <> ? ORDER BY lastUs LIMIT ?')
      .all(RARE_TOTAL_MAX, OVERFLOW_SIGNATURE, FOLD_AT_ONCE) as (KeptGroup & Record<string, Uint8Array>)[];
    if (rare.length === 0) return;
    const sums = new HourSums();
    for (const row of rare) {
      hours.take(row, sums);
      dropGroup.run(row.id);
    }
    groups -= rare.length;
    const all = together(rare);
    hours.add(keep(all), sums, all.lastSeq);
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

/** What is left of groups that are folded. */
function together(rows: readonly (KeptGroup & Record<string, Uint8Array>)[]): TallyGroup {
  const max = (of: (row: KeptGroup) => number): number => rows.reduce((most, row) => Math.max(most, of(row)), 0);
  return overflowOf({
    ...{ signature: '', title: '', parts: { by: 'shape' }, samples: [], text: '', counts: [] },
    level: rows.reduce((level, row) => (rank(row.level) > rank(level) ? row.level : level), 'ERROR'),
    firstUs: rows.reduce((least, row) => Math.min(least, row.firstUs), Number.MAX_SAFE_INTEGER),
    lastUs: max((row) => row.lastUs),
    backUs: 0,
    lastSeq: max((row) => row.lastSeq),
    count: rows.reduce((sum, row) => sum + row.total, 0),
    radius: RADIUS_SETS.map((name) => {
      const set = new DistinctSet();
      for (const row of rows) if (row[name] != null) set.merge(row[name]);
      return set.bytes();
    }),
  });
}

/** What retention took goes from here, too: hours whose newest record is gone, then groups without any. */
function prune(database: Sqlite, firstSeq: number): void {
  database.transaction(() => {
    database.prepare('DELETE FROM errorCount WHERE lastSeq < ?').run(firstSeq);
    database.prepare('DELETE FROM errorGroup WHERE lastSeq < ?').run(firstSeq);
    database.exec('DELETE FROM errorPlace WHERE id NOT IN (SELECT placeId FROM errorCount)');
  })();
}
