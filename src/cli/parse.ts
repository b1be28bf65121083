/**
 * `stacktrail parse [FILE]`: what each line becomes and which parser took it, without a server and without keeping anything. Lines
 * go through the same parsers, rules of the site and joiner as on their way into the store.
 * Not here: the records as text (parse-text.ts), counting (parse-stats.ts), where lines end (lines.ts).
 */
import { isContinuation, isRawContinuation, write } from '../../parsers/index.ts';
import type { Arguments } from '../base/arguments.ts';
import { readSettings } from '../base/config.ts';
import { limits } from '../base/limits.ts';
import { nowUs, parseTime } from '../base/time.ts';
import { facilityServices } from '../ingest/facilities.ts';
import { Joiner } from '../ingest/join.ts';
import { Reading } from '../ingest/reading.ts';
import type { Hints, LogRecord, Source } from '../model.ts';
import { choiceOf } from './flags.ts';
import { inputLines, type Line } from './lines.ts';
import { ParseStats, statsText } from './parse-stats.ts';
import { parsedJson, parsedText } from './parse-text.ts';
import { EXIT, exitOfLeaving, hasColor, leaving, type Shell } from './shell.ts';
import type { VerbRun } from './verbs.ts';

const FORMS = ['default', 'json', 'jsonl'] as const;
type Form = (typeof FORMS)[number];

/** Whoever types or follows a file wants to see what there is; a traceback does not pause that long. */
const IDLE_MS = 200;
/** Records that wait for their lines, when all that comes looks like a traceback. */
const WAITING_MAX = 65_536;

/** A record with the lines it was made of. */
export interface Parsed {
  readonly record: LogRecord;
  /** Number of its first line, from 1. */
  readonly line: number;
  /** How many lines it has. */
  readonly lines: number;
}

export async function run({ arguments: given, shell }: VerbRun): Promise<number> {
  const form = choiceOf(given, 'output', FORMS) ?? 'default';
  const read = readingOf(given, shell);
  const [path = '-'] = given.words;
  const stats = given.is('stats') === true ? new ParseStats() : undefined;
  const printer = printerOf(form, shell, { color: hasColor(shell, choiceOf(given, 'color', ['auto', 'always', 'never'] as const)) });
  const parsing = new Parsing(read, given.is('join') !== false, (parsed) => (stats ? stats.add(parsed) : printer.print(parsed)));
  const signal = leaving(shell);
  let idle: NodeJS.Timeout | undefined;
  for await (const lines of inputLines(path, shell)) {
    clearTimeout(idle);
    if (signal.aborted) break;
    for (const line of lines) parsing.take(line);
    idle = setTimeout(() => parsing.flush(), IDLE_MS);
  }
  clearTimeout(idle);
  parsing.flush();
  if (stats) shell.out.write(form === 'default' ? statsText(stats.read()) : `${JSON.stringify(stats.read())}\n`);
  else printer.end();
  if (signal.aborted) return exitOfLeaving(shell);
  return parsing.lineCount === 0 ? EXIT.nothing : EXIT.found;
}

/** What the text itself may not say, of flags, environment and configuration; throws `bad-setting`, `bad-argument`. */
function readingOf(given: Arguments, shell: Shell): (line: Line) => LogRecord {
  const { values, site } = readSettings({ flag: (name) => given.text(name), environment: shell.environment });
  const { zone, zones, facilities } = values;
  const settings = { zone: zone === 'auto' ? undefined : zone, zones, facilities: facilityServices(facilities), site };
  const reading = new Reading(settings, { known: () => [], learned: () => {} });
  const named = ['host', 'program', 'service'].flatMap((name) => (given.text(name) === undefined ? [] : [[name, given.text(name)!]]));
  const received = given.text('received');
  const source: Source = { transport: 'import', peer: '', hints: Object.fromEntries(named) as Hints };
  const about = reading.about(source, received === undefined ? nowUs() : parseTime(received, nowUs()));
  return ({ text, flag }) => reading.read(text, flag === undefined ? about : { ...about, flag });
}

/** Lines in, records out in their order; joins as the ingest thread does. */
class Parsing {
  readonly #read: (line: Line) => LogRecord;
  readonly #isJoining: boolean;
  readonly #print: (parsed: Parsed) => void;
  #joiner = new Joiner();
  #records: { record: LogRecord; line: number }[] = [];
  lineCount = 0;

  constructor(read: (line: Line) => LogRecord, isJoining: boolean, print: (parsed: Parsed) => void) {
    this.#read = read;
    this.#isJoining = isJoining;
    this.#print = print;
  }

  take(text: Line): void {
    const line = ++this.lineCount;
    const record = this.#read(text);
    if (!this.#isJoining) {
      this.#print({ record, line, lines: 1 });
      return;
    }
    const isAlone = !isContinuation(record) && !isRawContinuation(record);
    if (this.#records.length >= (isAlone ? limits.blockRecordsMax : WAITING_MAX)) this.flush();
    const before = this.#joiner.size;
    this.#joiner.add(record);
    if (this.#joiner.size > before) this.#records.push({ record, line });
  }

  flush(): void {
    const joined = this.#joiner.finish();
    for (const [index, record] of joined.entries()) {
      const { line } = this.#records[index]!;
      this.#print({ record, line, lines: linesOf(record, this.#records[index]!.record) });
    }
    this.#records = [];
    this.#joiner = new Joiner();
  }
}

/** Messages of a joined record: each brought one line more than the record had before, or its exact text tells. */
function linesOf(joined: LogRecord, first: LogRecord): number {
  const exact = (record: LogRecord): string => record.raw ?? write(record) ?? record.message;
  return joined === first ? 1 : exact(joined).split('\n').length - exact(first).split('\n').length + 1;
}

interface Printer {
  print(parsed: Parsed): void;
  end(): void;
}

function printerOf(form: Form, { out }: Shell, style: { color: boolean }): Printer {
  if (form === 'default') return { print: (parsed) => out.write(parsedText(parsed, style)), end: () => {} };
  if (form === 'jsonl') return { print: (parsed) => out.write(`${parsedJson(parsed)}\n`), end: () => {} };
  let before = '[\n';
  return {
    print: (parsed) => {
      out.write(`${before}${parsedJson(parsed)}`);
      before = ',\n';
    },
    end: () => out.write(before === '[\n' ? '[]\n' : '\n]\n'),
  };
}
