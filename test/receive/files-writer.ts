/**
 * A writer of numbered lines whose files are rotated in every way there is, between two of its lines: so what it wrote is known exactly.
 * `copytruncate` loses nothing here, because nobody writes between the copy and the truncation - that window no reader can close.
 */
import { appendFileSync, copyFileSync, existsSync, renameSync, truncateSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

export interface Dice {
  below(limit: number): number;
}

/** Rotated files that are kept; more than are ever unread. */
const KEPT = 30;

export class Writer {
  readonly folder: string;
  readonly written: string[] = [];
  #number = 0;

  constructor(folder: string) {
    this.folder = folder;
  }

  write(name: string, lines: number): void {
    const texts = Array.from({ length: lines }, () => {
      const number = this.#number++;
      const ms = String(number % 1000).padStart(3, '0');
      return `2026-03-01 10:20:30.${ms} 7 INFO nova.compute [-] number ${number} ${'of a log '.repeat(number % 9)}end`;
    });
    this.written.push(...texts);
    appendFileSync(join(this.folder, name), `${texts.join('\n')}\n`);
  }

  /** `x.log` to `x.log.1`, that to `x.log.2`, …; what writes goes on into a new file. */
  rename(name: string): void {
    if (!this.#shift(name)) return;
    renameSync(join(this.folder, name), join(this.folder, `${name}.1`));
  }

  /** Lines that a writer which has not noticed a rotation puts into the old file. */
  writeLate(name: string, lines: number): void {
    if (existsSync(join(this.folder, `${name}.1`))) this.write(`${name}.1`, lines);
  }

  copyTruncate(name: string): void {
    if (!this.#shift(name)) return;
    copyFileSync(join(this.folder, name), join(this.folder, `${name}.1`));
    truncateSync(join(this.folder, name));
  }

  #shift(name: string): boolean {
    if (!existsSync(join(this.folder, name))) return false;
    const oldest = join(this.folder, `${name}.${KEPT}`);
    if (existsSync(oldest)) unlinkSync(oldest);
    for (let number = KEPT - 1; number >= 1; number--) {
      const from = join(this.folder, `${name}.${number}`);
      if (existsSync(from)) renameSync(from, join(this.folder, `${name}.${number + 1}`));
    }
    return true;
  }

  /** One thing that happens to logs. */
  act(dice: Dice): void {
    const name = `nova-${dice.below(3)}.log`;
    const what = dice.below(20);
    if (what === 0) this.rename(name);
    else if (what === 1) this.copyTruncate(name);
    else if (what === 2 && !this.#isCopied.has(name)) this.writeLate(name, 1 + dice.below(20));
    else this.write(name, 1 + dice.below(200));
    if (what === 0) this.#isCopied.delete(name);
    if (what === 1) this.#isCopied.add(name);
  }

  /** Whose newest old file is a copy, which nobody writes. */
  readonly #isCopied = new Set<string>();
}
