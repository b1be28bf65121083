/**
 * How an import goes on, for people: one line on a terminal that is written anew five times a second, nothing elsewhere. What
 * remains is reckoned in bytes of the files as they lie there, because how much is in an archive nobody knows.
 * Not here: the sentence at the end (import.ts).
 */
import { visible } from '../../base/visible.ts';
import type { Output } from '../shell.ts';

const EVERY_MS = 200;
const BAR_CHARS = 20;
const NAME_CHARS_MAX = 28;
/** The rate is that of the last seconds: archives and plain files differ. */
const RATE_OVER_MS = 5000;
const CLEAR_LINE = '\r\x1b[K';

export interface ProgressOptions {
  readonly output: Output;
  /** Of all files as they lie there; 0 where nobody knows (stdin). */
  readonly bytesTotal: number;
  readonly isShown: boolean;
}

export class Progress {
  readonly #output: Output;
  readonly #bytesTotal: number;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #marks: { ms: number; bytes: number; lines: number }[] = [];
  #name = '';
  /** Bytes of the files that are done. */
  #bytesDone = 0;
  #bytesOfFile = 0;
  lines = 0;

  constructor({ output, bytesTotal, isShown }: ProgressOptions) {
    this.#output = output;
    this.#bytesTotal = bytesTotal;
    if (isShown) this.#timer = setInterval(() => this.#show(performance.now()), EVERY_MS).unref();
  }

  begin(name: string): void {
    this.#name = name;
    this.#bytesOfFile = 0;
  }

  read(bytes: number): void {
    this.#bytesOfFile = bytes;
  }

  end(bytes: number): void {
    this.#bytesDone += bytes;
    this.#bytesOfFile = 0;
  }

  /** A sentence in between: the line makes way for it. */
  clear(): void {
    if (this.#timer) this.#output.write(CLEAR_LINE);
  }

  close(): void {
    clearInterval(this.#timer);
    this.clear();
  }

  #show(nowMs: number): void {
    const bytes = this.#bytesDone + this.#bytesOfFile;
    this.#marks.push({ ms: nowMs, bytes, lines: this.lines });
    while (this.#marks.length > 2 && nowMs - this.#marks[0]!.ms > RATE_OVER_MS) this.#marks.shift();
    const { ms, bytes: bytesThen, lines: linesThen } = this.#marks[0]!;
    const seconds = Math.max((nowMs - ms) / 1000, 0.001);
    const state = { name: this.#name, bytes, bytesTotal: this.#bytesTotal, lines: this.lines };
    const rates = { linesPerSecond: (this.lines - linesThen) / seconds, bytesPerSecond: (bytes - bytesThen) / seconds };
    this.#output.write(`${CLEAR_LINE}${progressLine({ ...state, ...rates })}`);
  }
}

export interface ProgressState {
  readonly name: string;
  readonly bytes: number;
  readonly bytesTotal: number;
  readonly lines: number;
  readonly linesPerSecond: number;
  readonly bytesPerSecond: number;
}

/** `nova-api.log.2.gz  ████████░░░░░░░░░░░░  41 %  1.2 of 3.0 GiB  1,234,567 lines  98,000/s  0:42 left`. */
export function progressLine({ name, bytes, bytesTotal, lines, linesPerSecond, bytesPerSecond }: ProgressState): string {
  const shown = visible(name);
  const short = shown.length > NAME_CHARS_MAX ? `…${shown.slice(1 - NAME_CHARS_MAX)}` : shown;
  const rate = `${count(lines)} lines  ${count(linesPerSecond)}/s`;
  if (bytesTotal === 0) return `${short}  ${size(bytes)}  ${rate}`;
  const share = Math.min(bytes / bytesTotal, 1);
  const full = Math.floor(share * BAR_CHARS);
  const bar = '█'.repeat(full) + '░'.repeat(BAR_CHARS - full);
  const left = bytesPerSecond > 0 ? `  ${clock(Math.max(bytesTotal - bytes, 0) / bytesPerSecond)} left` : '';
  return `${short}  ${bar}  ${Math.floor(share * 100)} %  of ${size(bytesTotal)}  ${rate}${left}`;
}

export function count(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

export function size(bytes: number): string {
  let unit = 0;
  let amount = bytes;
  for (; amount >= 1024 && unit < UNITS.length - 1; unit++) amount /= 1024;
  return `${unit === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${UNITS[unit]}`;
}

function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}
