/**
 * What was sent and what came of it, by number: each sender numbers its own messages from 1 on without a gap, and each number is looked for in
 * what is stored, whatever the program itself says of it. Not here: sending (senders.ts), what the service reports as lost (world.ts).
 */

/** Of one kind of sender in one run. */
export interface Counted {
  /** Numbers that are stored whole, each once. */
  readonly stored: number;
  /** How often a number is there once more. */
  readonly duplicates: number;
  /** Numbers of which only a part is stored, and flagged as such. */
  readonly cut: number;
  /** Stored numbers that nobody sent. */
  readonly foreign: number;
  /** Numbers of which nothing is stored, as ranges, the first few. */
  readonly missing: string;
}

const RANGES_MAX = 5;

/** As long as lines of a cloud are. */
const PADDING = 'of a log that is kept, as long as lines of a cloud are; '.repeat(3);

/** What stands in every message; `!` and `end` tell a whole number and a whole message from parts. */
export function textOf(name: string, number: number): string {
  return `conserve ${name} number ${number}! ${PADDING}end`;
}

/** RFC 5424; senders without an answer number their messages as syslog-ng does, so that the service can see what is missing. */
export function syslogOf(name: string, number: number): string {
  const stamp = `2026-03-01T10:20:${String(number % 60).padStart(2, '0')}.${String(number % 1000).padStart(3, '0')}Z`;
  return `<134>1 ${stamp} from-${name} conserve ${number % 7} - [meta sequenceId="${number}"] ${textOf(name, number)}`;
}

const WHOLE = /conserve ([a-z-]+) number (\d+)! [^"]*? end/;
const PART = /conserve ([a-z-]+) number (\d+)!/;

export class Book {
  /** By name of the sender, by number: how often it is there whole; -1: a part of it. */
  readonly #found = new Map<string, Map<number, number>>();

  /** One record as the service gives it out. */
  note(line: string): void {
    const whole = WHOLE.exec(line);
    const [, name, number] = whole ?? PART.exec(line) ?? [];
    if (name === undefined) return;
    let numbers = this.#found.get(name);
    if (numbers === undefined) {
      numbers = new Map();
      this.#found.set(name, numbers);
    }
    const times = numbers.get(Number(number)) ?? 0;
    if (whole !== null) numbers.set(Number(number), Math.max(0, times) + 1);
    else if (times === 0) numbers.set(Number(number), -1);
  }

  count(name: string, sent: number): Counted {
    let [stored, duplicates, cut, foreign] = [0, 0, 0, 0];
    for (const [number, times] of this.#found.get(name) ?? []) {
      if (number < 1 || number > sent) foreign++;
      else if (times < 0) cut++;
      else {
        stored++;
        duplicates += times - 1;
      }
    }
    return { stored, duplicates, cut, foreign, missing: this.#missing(name, sent) };
  }

  #missing(name: string, sent: number): string {
    const ranges: [from: number, to: number][] = [];
    for (let number = 1; number <= sent; number++) {
      if (this.#found.get(name)?.has(number)) continue;
      const last = ranges.at(-1);
      if (last?.[1] === number - 1) last[1] = number;
      else ranges.push([number, number]);
    }
    const shown = ranges.slice(0, RANGES_MAX).map(([from, to]) => `${from}-${to}`);
    return shown.join(', ') + (ranges.length > RANGES_MAX ? ', …' : '');
  }
}
