/**
 * Opens the file that the writer goes on with. What is damaged never keeps the service from starting, and is never deleted:
 * a fresh batch that cannot be read moves to the table `damaged` of its file; a file that can still be read in parts
 * stays where it is, and a new one begins behind it; a file that is no database any more is renamed `damaged-…`.
 *
 * Invariant: a seq is never given twice. Where the damage hides which ones were given, SEQ_JUMP of them are left out.
 */
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError, isCoded } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { LogRecord } from '../model.ts';
import { DayFile } from './day-file.ts';
import { type DayName, listDays, SET_ASIDE_PREFIX } from './folder.ts';
import { ShapeBook } from './shape-book.ts';
import { type Durability, storeError } from './sqlite.ts';

/** More than 100,000 lines a second give in a day, which is the most that one file holds; 2^53 has room for 900,000 such jumps. */
export const SEQ_JUMP = 10_000_000_000;

/** Something that was found damaged and put where it does no harm. */
export interface Trouble {
  readonly text: string;
  /** Records that cannot be read, as far as that is known. */
  readonly records: number;
}

export interface WritableDay {
  readonly file: DayFile;
  readonly name: DayName;
  readonly book: ShapeBook;
  readonly fresh: LogRecord[];
}

export interface Newest {
  /** Absent: a new file must begin. */
  readonly day: WritableDay | undefined;
  /** Behind which a new file must be named. */
  readonly after: DayName | undefined;
  readonly lastSeq: number;
  /** Seqs from here to `lastSeq` were left out. */
  readonly jumpedFrom: number | undefined;
  readonly troubles: Trouble[];
}

/** Throws what is no damage: files of others and of newer versions, a disk that refuses. */
export function openNewest(folder: string, durability: Durability): Newest {
  const troubles: Trouble[] = [];
  const names = listDays(folder);
  const after = names.at(-1);
  let day: WritableDay | undefined;
  let isHidden = false;
  let last = 0;
  for (const name of names.toReversed()) {
    const found = openDay(join(folder, name.file), { name, durability, troubles, isOlder: day !== undefined || isHidden });
    if (found === undefined) isHidden = true;
    else {
      day ??= found.day;
      last = found.lastSeq;
    }
    if (last > 0) break;
  }
  if (!isHidden) return { day, after, lastSeq: last, jumpedFrom: undefined, troubles };
  day?.file.close();
  return { day: undefined, after, lastSeq: last + SEQ_JUMP, jumpedFrom: last, troubles };
}

interface Opening {
  readonly name: DayName;
  readonly durability: Durability;
  readonly troubles: Trouble[];
  /** Only its seqs are wanted: another one is written. */
  readonly isOlder: boolean;
}

/** Undefined for a file that is too damaged to say which seqs it holds. */
function openDay(path: string, opening: Opening): { day: WritableDay | undefined; lastSeq: number } | undefined {
  const { name, durability, troubles, isOlder } = opening;
  let file: DayFile;
  try {
    file = new DayFile(path, 'write', durability);
  } catch (error) {
    mustBeDamage(error, path);
    const aside = setFileAside(path, name);
    troubles.push({ text: `${path} is damaged and was renamed ${aside}: ${(error as Error).message}`, records: 0 });
    return undefined;
  }
  try {
    const lastSeq = file.lastSeq();
    if (!isOlder) return { day: loadDay(file, name, troubles), lastSeq };
    file.close();
    return { day: undefined, lastSeq };
  } catch (error) {
    file.close();
    mustBeDamage(error, path);
    troubles.push({ text: `${path} is damaged and is not written any more: ${(error as Error).message}`, records: 0 });
    return undefined;
  }
}

function mustBeDamage(error: unknown, path: string): void {
  const coded = storeError(error, path);
  if (!isCoded(coded) || coded.code !== 'store-corrupt') throw coded;
}

export function loadDay(file: DayFile, name: DayName, troubles: Trouble[]): WritableDay {
  const book = new ShapeBook(limits.dayShapesMax);
  file.loadShapes(book);
  const fresh = file.freshRows().flatMap((row) => {
    try {
      return file.freshRecords(row.id) ?? [];
    } catch (error) {
      if (!isCoded(error) || error.code !== 'store-corrupt') throw error;
      file.notes.setAside(row.id);
      troubles.push({ text: `${error.message}; it was set aside`, records: row.count });
      return [];
    }
  });
  fresh.sort((a, b) => a.seq - b.seq);
  return { file, name, book, fresh };
}

/** With its log, which goes first: a log that was left behind would be read into a new file of the same name. */
function setFileAside(path: string, name: DayName): string {
  const folder = path.slice(0, -name.file.length);
  for (let number = 1; number < 1000; number++) {
    const aside = `${SET_ASIDE_PREFIX}${number === 1 ? '' : `${number}-`}${name.file}`;
    const endings = ['-shm', '-wal', ''];
    if (endings.some((ending) => existsSync(`${folder}${aside}${ending}`))) continue;
    for (const ending of endings) if (existsSync(`${path}${ending}`)) renameSync(`${path}${ending}`, `${folder}${aside}${ending}`);
    return aside;
  }
  throw new CodedError('store-corrupt', `${path} is damaged, and ${folder} is full of files that were set aside; move those away`);
}
