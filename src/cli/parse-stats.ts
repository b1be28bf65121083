/**
 * Counts of `stacktrail parse --stats`: lines by envelope and by body parser, lines that no body knows with their commonest shapes,
 * lines that were joined, flags. Memory is bounded: beyond some thousand shapes new ones are counted together.
 */
import { split } from '../base/shape.ts';
import { shapeText } from '../base/shape-text.ts';
import { visible } from '../base/visible.ts';
import type { Parsed } from './parse.ts';

export interface Counted {
  readonly name: string;
  readonly lines: number;
}

export interface ParseSummary {
  readonly lines: number;
  readonly records: number;
  readonly joined: number;
  readonly envelopes: readonly Counted[];
  readonly bodies: readonly Counted[];
  readonly flags: readonly Counted[];
  /** Lines of no known format, commonest shape first, each with its first line. */
  readonly unknown: { readonly lines: number; readonly shapes: readonly { lines: number; example: string; program?: string }[] };
  /** Records whose exact text has to be kept besides their fields. */
  readonly rawKept: number;
}

const SHAPES_MAX = 10_000;
const SHAPES_SHOWN = 10;
const EXAMPLE_CHARS_MAX = 300;

export class ParseStats {
  readonly #envelopes = new Map<string, number>();
  readonly #bodies = new Map<string, number>();
  readonly #flags = new Map<string, number>();
  readonly #shapes = new Map<string, { lines: number; example: string; program?: string }>();
  #lines = 0;
  #records = 0;
  #rawKept = 0;

  add({ record, lines }: Parsed): void {
    this.#lines += lines;
    this.#records++;
    if (record.raw !== undefined) this.#rawKept++;
    add(this.#envelopes, record.envelope, lines);
    add(this.#bodies, record.format, lines);
    if (record.flags !== undefined) for (const flag of record.flags.split(' ')) add(this.#flags, flag, lines);
    if (record.format === 'plain') this.#addUnknown(record.message, record.program, lines);
  }

  #addUnknown(message: string, program: string | undefined, lines: number): void {
    const parts = split(message);
    const shape = `${program ?? ''}\0${parts === undefined ? '' : shapeText(message, parts)}`;
    const known = this.#shapes.get(shape);
    if (known !== undefined) known.lines += lines;
    else if (this.#shapes.size < SHAPES_MAX)
      this.#shapes.set(shape, { lines, example: message.slice(0, EXAMPLE_CHARS_MAX), ...(program === undefined ? {} : { program }) });
  }

  read(): ParseSummary {
    const shapes = [...this.#shapes.values()].sort((left, right) => right.lines - left.lines).slice(0, SHAPES_SHOWN);
    return {
      lines: this.#lines,
      records: this.#records,
      joined: this.#lines - this.#records,
      envelopes: sorted(this.#envelopes),
      bodies: sorted(this.#bodies),
      flags: sorted(this.#flags),
      unknown: { lines: this.#bodies.get('plain') ?? 0, shapes },
      rawKept: this.#rawKept,
    };
  }
}

function add(counts: Map<string, number>, name: string, lines: number): void {
  counts.set(name, (counts.get(name) ?? 0) + lines);
}

function sorted(counts: ReadonlyMap<string, number>): Counted[] {
  return [...counts]
    .map(([name, lines]) => ({ name, lines }))
    .sort((left, right) => right.lines - left.lines || (left.name < right.name ? -1 : 1));
}

export function statsText(stats: ParseSummary): string {
  const share = (lines: number): string => `${(stats.lines === 0 ? 0 : (100 * lines) / stats.lines).toFixed(1)} %`.padStart(8);
  const table = (title: string, rows: readonly Counted[]): string[] =>
    rows.length === 0
      ? [`${title}: none`]
      : [title, ...rows.map(({ name, lines }) => `  ${visible(name).padEnd(18)}${String(lines).padStart(10)}${share(lines)}`)];
  const { unknown } = stats;
  const shapes = unknown.shapes.flatMap(({ lines, example, program }) => [
    `  ${String(lines).padStart(8)}  ${program === undefined ? '' : `${visible(program)}: `}${visible(example.split('\n')[0]!)}`,
  ]);
  return [
    `lines ${stats.lines}, records ${stats.records}, lines joined to the record before them ${stats.joined}, exact text kept besides ${stats.rawKept}`,
    ...table('envelopes', stats.envelopes),
    ...table('bodies', stats.bodies),
    ...table('flags', stats.flags),
    unknown.lines === 0
      ? 'lines of no known format: none'
      : `lines of no known format: ${unknown.lines} (${share(unknown.lines).trim()}); the commonest shapes:`,
    ...shapes,
    '',
  ].join('\n');
}
