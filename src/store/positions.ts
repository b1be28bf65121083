/**
 * How far followed and imported files were taken, over all day files of a folder: each commit writes the positions of its
 * records into its own file, so a source may stand in several, and the newest file is right.
 * Not here: what a source and a value are (whoever reads the files says), and writing them (write.ts).
 */
import { join } from 'node:path';
import { isCoded } from '../base/errors.ts';
import { DayFile } from './day-file.ts';
import { listDays } from './folder.ts';

export const NO_POSITIONS: ReadonlyMap<string, string> = new Map();

export class Positions {
  readonly newest = new Map<string, string>();

  /** `current`: the file that is open for writing; the others are opened once, one after another. Throws when one cannot be read. */
  constructor(folder: string, current: DayFile | undefined) {
    for (const { file } of listDays(folder)) {
      const rows = current?.file === join(folder, file) ? current.positions() : readPositions(folder, file);
      for (const [source, value] of rows) this.newest.set(source, value);
    }
  }

  /** What was just committed. */
  keep(positions: ReadonlyMap<string, string> = NO_POSITIONS): void {
    for (const [source, value] of positions) this.newest.set(source, value);
  }
}

/** Those of one file, none where it cannot be read: it is going to be dropped. */
export function positionsOf(folder: string, file: string): [source: string, value: string][] {
  try {
    return readPositions(folder, file);
  } catch (error) {
    if (isCoded(error)) return [];
    throw error;
  }
}

function readPositions(folder: string, file: string): [source: string, value: string][] {
  const day = new DayFile(join(folder, file), 'read');
  try {
    return day.isMade ? day.positions() : [];
  } finally {
    day.close();
  }
}
