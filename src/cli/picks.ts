/**
 * What a tail shows of what comes (-i, -e), and what it marks in it (-H). An expression looks at the texts that words of a
 * query look at - message, host, program, logger, ids - each on its own. What takes too long to know is shown, and said once.
 */
import type { Arguments } from '../base/arguments.ts';
import { visible } from '../base/visible.ts';
import type { LogRecord } from '../model.ts';
import { TEXT_FIELDS } from '../query/match.ts';
import { type Pattern, patternOf, type Range } from './pattern.ts';
import { type Shell, say } from './shell.ts';

/** Of a stored record or of its JSON. */
type Texts = Partial<Pick<LogRecord, (typeof TEXT_FIELDS)[number]>>;

export interface Picks {
  /** Neither -i nor -e. */
  readonly takesAll: boolean;
  /** One of -i, where there are any, and none of -e. */
  takes(record: Texts): boolean;
  /** Undefined without -H. */
  readonly mark: ((text: string) => string) | undefined;
}

/** Bold and underlined (ECMA-48 SGR): no level looks like that, whatever the colours of the terminal are. */
const MARK = { color: ['\x1b[1;4m', '\x1b[22;24m'], plain: ['»', '«'] } as const;
/** More marks on one line are a pattern that matches everything. */
const MARKS_MAX = 100;

export function picksOf(given: Arguments, shell: Shell, color: boolean): Picks {
  const patterns = (flag: string): Pattern[] => given.all(flag).map((text) => patternOf(text, flag));
  const [include, exclude, highlight] = [patterns('include'), patterns('exclude'), patterns('highlight')];
  const takesAll = include.length + exclude.length === 0;
  const complained = new Set<Pattern>();
  const find = (pattern: Pattern, text: string, max: number): Range[] | undefined => {
    const ranges = pattern.find(text, max);
    if (ranges === undefined && !complained.has(pattern)) {
      complained.add(pattern);
      say(
        shell,
        `the expression ${visible(pattern.text)} takes too long on some lines: where it does, records are shown as if it were not there`,
        false,
      );
    }
    return ranges;
  };
  const matches = (patterns: Pattern[], texts: string[], unknown: boolean): boolean =>
    patterns.some((pattern) => texts.some((text) => hit(find(pattern, text, 1), unknown)));
  const [before, after] = color ? MARK.color : MARK.plain;
  return {
    takesAll,
    takes(record) {
      if (takesAll) return true;
      const texts = TEXT_FIELDS.flatMap((field) => record[field] ?? []);
      return (include.length === 0 || matches(include, texts, true)) && !matches(exclude, texts, false);
    },
    mark:
      highlight.length === 0
        ? undefined
        : (text) =>
            marked(
              text,
              highlight.flatMap((pattern) => find(pattern, text, MARKS_MAX) ?? []),
              { before, after },
            ),
  };
}

function hit(ranges: Range[] | undefined, unknown: boolean): boolean {
  return ranges === undefined ? unknown : ranges.length > 0;
}

/** Ranges that overlap are marked as one; empty ones are not. */
export function marked(text: string, ranges: Range[], { before, after }: { before: string; after: string }): string {
  let result = '';
  let done = 0;
  const sorted = ranges.filter(([start, end]) => end > start).sort(([left], [right]) => left - right);
  for (let index = 0; index < sorted.length; ) {
    const [start] = sorted[index]!;
    let [, end] = sorted[index]!;
    while (++index < sorted.length && sorted[index]![0] <= end) end = Math.max(end, sorted[index]![1]);
    result += `${text.slice(done, start)}${before}${text.slice(start, end)}${after}`;
    done = end;
  }
  return result + text.slice(done);
}
