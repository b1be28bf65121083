/**
 * Checks one day file: SQLite's own structure, every block, every fresh batch, shapes, families, positions, and that its
 * seqs have no gap. Reads only, also while a server writes the file: what can change is read in one short
 * transaction, blocks never change. Yields between blocks. Not here: the folder around it (verify.ts).
 */
import { isCoded, toMessage } from '../base/errors.ts';
import { shapeHash } from '../base/shape-text.ts';
import type { LogRecord } from '../model.ts';
import type { BlockRow } from './block-read.ts';
import { DayFile } from './day-file.ts';
import { SeqCover, type SeqRange } from './seq-cover.ts';
import { openSqlite, type Sqlite } from './sqlite.ts';
import { checkBlock } from './verify-block.ts';

export interface Damage {
  readonly file: string;
  readonly block?: number;
  /** Seqs that it concerns. */
  readonly firstSeq?: number;
  readonly lastSeq?: number;
  readonly what: string;
}

export interface DayReport {
  readonly file: string;
  blocks: number;
  records: number;
  readonly damages: Damage[];
  /** What is no new damage, but worth to be known. */
  readonly notes: string[];
  /** Seqs that the file says it holds; absent: none, or nobody knows. */
  range?: SeqRange;
  /** What it notes of the files before it. */
  baseSeq?: number | undefined;
  jumpedFrom?: number | undefined;
}

export interface DayCheck {
  readonly path: string;
  /** As it is called in the report. */
  readonly file: string;
  readonly isQuick: boolean;
}

const PROBLEMS_MAX = 20;

/** Everything of the file that may change under our hands, as of one moment. */
interface Moment {
  readonly blocks: BlockRow[];
  readonly fresh: LogRecord[];
  readonly families: [number, number][];
  readonly unreadable: SeqRange[];
  readonly last: number;
}

export function* verifyDay(check: DayCheck): Generator<{ blocks: number; of: number }, DayReport> {
  const report: DayReport = { file: check.file, blocks: 0, records: 0, damages: [], notes: [] };
  let file: DayFile | undefined;
  let database: Sqlite | undefined;
  try {
    file = new DayFile(check.path, 'read');
    database = openSqlite(check.path, 'read');
    if (file.isMade) yield* verifyOpened(check, { report, file, database });
    else report.notes.push(`${check.file}: is empty`);
  } catch (error) {
    // A newer version or a folder that cannot be read is no damage.
    if (isCoded(error) && error.code !== 'store-corrupt') throw error;
    report.damages.push({ file: check.file, what: toMessage(error).message });
  } finally {
    database?.close();
    file?.close();
  }
  return report;
}

interface Opened {
  readonly report: DayReport;
  readonly file: DayFile;
  readonly database: Sqlite;
}

function* verifyOpened(check: DayCheck, opened: Opened): Generator<{ blocks: number; of: number }, void> {
  const { report, file } = opened;
  const say = (damage: Omit<Damage, 'file'>): void => void report.damages.push({ file: check.file, ...damage });
  checkStructure(opened, check.isQuick, say);
  yield { blocks: 0, of: 1 };
  const moment = file.snapshot(() => readMoment(opened, say));
  const { blocks, fresh } = moment;
  const range = rangeOf(report, moment);
  if (range !== undefined) report.range = range;
  const cover = new SeqCover(range ?? { first: 1, last: 0 });
  for (const unreadable of moment.unreadable) cover.excuse(unreadable);
  const members = new Members();
  for (const record of fresh) members.see(record, cover);
  report.records += fresh.length;
  for (const row of blocks) {
    const { wrong, records } = checkBlock({ ...opened, row, isQuick: check.isQuick });
    for (const what of wrong) say({ block: row.id, firstSeq: row.firstSeq, lastSeq: row.lastSeq, what });
    if (records.length < row.count && wrong.length > 0) cover.excuse({ first: row.firstSeq, last: row.lastSeq });
    for (const record of records) members.see(record, cover);
    report.records += wrong.length === 0 ? row.count : records.length;
    report.blocks++;
    yield { blocks: report.blocks, of: blocks.length };
  }
  if (check.isQuick) return;
  if (cover.isKnown) {
    for (const { first, last } of cover.gaps()) say({ firstSeq: first, lastSeq: last, what: 'these records are missing' });
    for (const seq of cover.twice) say({ firstSeq: seq, lastSeq: seq, what: 'this record is there twice' });
  }
  for (const what of members.wrong(moment.families, cover)) say(what);
}

function checkStructure({ database }: Opened, isQuick: boolean, say: (damage: Omit<Damage, 'file'>) => void): void {
  try {
    const lines = database.pragma(`${isQuick ? 'quick_check' : 'integrity_check'}(${PROBLEMS_MAX})`) as Record<string, string>[];
    for (const line of lines.map((row) => Object.values(row)[0]!)) if (line !== 'ok') say({ what: `SQLite: ${line.replace(/\s+/g, ' ')}` });
  } catch (error) {
    say({ what: `SQLite: ${toMessage(error).message}` });
  }
  try {
    const shapes = database.prepare('SELECT id, hash, text FROM shape').iterate() as Iterable<{ id: number; hash: string; text: string }>;
    for (const { id, hash, text } of shapes) if (shapeHash(text) !== hash) say({ what: `shape ${id} does not match its checksum` });
    for (const [source, value] of database.prepare('SELECT source, value FROM position').raw().iterate() as Iterable<[unknown, unknown]>)
      if (typeof source !== 'string' || typeof value !== 'string')
        say({ what: `the position of ${JSON.stringify(String(source))} is no text` });
  } catch (error) {
    say({ what: `shapes or positions cannot be read: ${toMessage(error).message}` });
  }
}

function readMoment({ file, report }: Opened, say: (damage: Omit<Damage, 'file'>) => void): Moment {
  const fresh: LogRecord[] = [];
  const unreadable: SeqRange[] = [];
  for (const row of file.freshRows()) {
    try {
      const records = file.freshRecords(row.id) ?? [];
      if (records.length !== row.count)
        say({ firstSeq: row.id, lastSeq: row.lastSeq, what: `a fresh batch holds ${records.length} records instead of ${row.count}` });
      fresh.push(...records);
    } catch (error) {
      say({ firstSeq: row.id, lastSeq: row.lastSeq, what: toMessage(error).message });
      unreadable.push({ first: row.id, last: row.lastSeq });
    }
  }
  for (const { id, lastSeq } of file.notes.aside()) {
    report.notes.push(`${report.file}: the fresh batch of seqs ${id} to ${lastSeq} was damaged and set aside earlier`);
    unreadable.push({ first: id, last: lastSeq });
  }
  report.baseSeq = file.notes.get('baseSeq');
  report.jumpedFrom = file.notes.get('jumpedFrom');
  return { blocks: file.blocks(), fresh, families: file.families(), unreadable, last: file.lastSeq() };
}

/** From behind the file before it, where that is known. */
function rangeOf(report: DayReport, moment: Moment): SeqRange | undefined {
  const firsts = [
    ...moment.blocks.map(({ firstSeq }) => firstSeq),
    ...moment.fresh.map(({ seq }) => seq),
    ...moment.unreadable.map(({ first }) => first),
  ];
  if (firsts.length === 0) return undefined;
  const first = report.baseSeq === undefined ? firsts.reduce((a, b) => Math.min(a, b)) : report.baseSeq + 1;
  return { first, last: moment.last };
}

/** Continuations with rows of their own, and whether the table of families says so. */
class Members {
  readonly #children = new Map<number, number>();

  see(record: LogRecord, cover: SeqCover): void {
    cover.see(record.seq);
    const { more } = record;
    if (more !== undefined) for (let at = 0; at < more.length; at += 2) cover.see(more[at]!);
    if (record.of !== undefined) this.#children.set(record.seq, record.of);
  }

  wrong(families: readonly (readonly [number, number])[], cover: SeqCover): Omit<Damage, 'file'>[] {
    const wrong: Omit<Damage, 'file'>[] = [];
    const known = new Map(families.map(([parent, child]) => [child, parent]));
    for (const [seq, parent] of this.#children)
      if (known.get(seq) !== parent)
        wrong.push({
          firstSeq: seq,
          lastSeq: seq,
          what: `this line belongs to record ${parent}, and the table of families does not say so`,
        });
    for (const [parent, child] of families)
      if (!cover.has(child) && cover.isKnown)
        wrong.push({ firstSeq: child, lastSeq: child, what: `record ${parent} has a line that is not there` });
    return wrong;
  }
}
