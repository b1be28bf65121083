/**
 * Checks a data folder or a backup: every day file (verify-day.ts), that their seqs go on from one to the next, `state.db`,
 * and of a backup first its manifest. Reads only; a server may own the folder. Names every damage, repairs none.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError, isCoded, toMessage } from '../base/errors.ts';
import { listDays, listSetAside, STATE_FILE } from './folder.ts';
import { checkStored, MANIFEST_FILE, readManifest } from './manifest.ts';
import { openSqlite } from './sqlite.ts';
import { type Damage, type DayReport, verifyDay } from './verify-day.ts';

export type { Damage } from './verify-day.ts';

export interface VerifyOptions {
  readonly folder: string;
  /** Checksums and structure only, no record is decoded. */
  readonly isQuick?: boolean;
}

export interface VerifyProgress {
  readonly file: string;
  /** Files that are done, and all of them. */
  readonly files: number;
  readonly of: number;
  readonly blocks: number;
}

export interface VerifyReport {
  files: number;
  blocks: number;
  records: number;
  readonly damages: Damage[];
  readonly notes: string[];
}

interface Listed {
  readonly file: string;
  readonly path: string;
  /** Of a backup: what is wrong with the file as a whole. */
  readonly check?: () => string | undefined;
}

/** Throws what is no damage: a folder that is none of ours or cannot be read. */
export function* verifyFolder({ folder, isQuick = false }: VerifyOptions): Generator<VerifyProgress, VerifyReport> {
  const report: VerifyReport = { files: 0, blocks: 0, records: 0, damages: [], notes: [] };
  const { days, state } = listed(folder, report);
  let before: DayReport | undefined;
  for (const { file, path, check } of days) {
    yield { file, files: report.files, of: days.length, blocks: report.blocks };
    const wrong = check?.();
    if (wrong !== undefined) {
      report.damages.push({ file, what: wrong });
      continue;
    }
    const steps = verifyDay({ file, path, isQuick });
    try {
      for (;;) {
        const step = steps.next();
        if (step.done) {
          add(report, before, step.value);
          before = step.value;
          break;
        }
        yield { file, files: report.files, of: days.length, blocks: report.blocks + step.value.blocks };
      }
    } catch (error) {
      // Retention was faster.
      if (existsSync(path)) throw error;
      report.notes.push(`${file}: was dropped meanwhile`);
    }
  }
  if (state !== undefined) verifyState(state, report);
  return report;
}

function listed(folder: string, report: VerifyReport): { days: Listed[]; state: Listed | undefined } {
  if (existsSync(join(folder, MANIFEST_FILE))) {
    const { files } = readManifest(folder);
    const all = files.map((entry) => ({ file: entry.file, path: join(folder, entry.stored), check: () => checkStored(folder, entry) }));
    return { days: all.filter(({ file }) => file !== STATE_FILE), state: all.find(({ file }) => file === STATE_FILE) };
  }
  let days: Listed[];
  try {
    days = listDays(folder).map(({ file }) => ({ file, path: join(folder, file) }));
    for (const file of listSetAside(folder)) report.notes.push(`${file}: was damaged and set aside earlier`);
  } catch (error) {
    throw new CodedError('store-unwritable', `${folder} cannot be read: ${(error as Error).message}`);
  }
  const state = join(folder, STATE_FILE);
  if (days.length === 0 && !existsSync(state))
    throw new CodedError('store-foreign', `${folder} is neither a data folder nor a backup of Stacktrail`);
  return { days, state: existsSync(state) ? { file: STATE_FILE, path: state } : undefined };
}

function add(report: VerifyReport, before: DayReport | undefined, day: DayReport): void {
  report.files++;
  report.blocks += day.blocks;
  report.records += day.records;
  report.damages.push(...day.damages);
  report.notes.push(...day.notes);
  if (day.jumpedFrom !== undefined)
    report.notes.push(`${day.file}: seqs ${day.jumpedFrom + 1} to ${day.baseSeq} were left out, because the file before was damaged`);
  const last = before?.range?.last;
  const first = day.range?.first;
  if (last === undefined || first === undefined || first === last + 1 || day.jumpedFrom !== undefined) return;
  if (first > last + 1)
    report.damages.push({ file: day.file, firstSeq: last + 1, lastSeq: first - 1, what: 'records before this file are missing' });
  else report.damages.push({ file: day.file, firstSeq: first, lastSeq: last, what: `these seqs are in ${before!.file}, too` });
}

function verifyState({ file, path, check }: Listed, report: VerifyReport): void {
  const wrong = check?.();
  if (wrong !== undefined) {
    report.damages.push({ file, what: wrong });
    return;
  }
  try {
    const database = openSqlite(path, 'read');
    try {
      for (const row of database.pragma('integrity_check(20)') as Record<string, string>[])
        for (const line of Object.values(row)) if (line !== 'ok') report.damages.push({ file, what: `SQLite: ${line}` });
    } finally {
      database.close();
    }
  } catch (error) {
    if (isCoded(error) && error.code !== 'store-corrupt') throw error;
    report.damages.push({ file, what: toMessage(error).message });
  }
}
