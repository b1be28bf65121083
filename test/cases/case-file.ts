/**
 * The format of `*.case` files: text to steps and back, and what a placeholder matches. Pure. The format is described in
 * README.md beside this file; running a case is run-case.ts.
 *
 * Invariant: `print(read(text))` is the text, so that the update mode changes nothing but what was expected.
 */

/** One command with what is expected of it. */
export interface Step {
  /** Line of the `$` in the file, from 1. */
  readonly line: number;
  /** For `sh`; lines separated by \n. */
  readonly command: string;
  readonly input: readonly string[];
  /** stdout as `| …`, stderr as `! …`, the exit code as `= N` unless it is 0. */
  readonly expected: readonly string[];
}

export interface CaseFile {
  /** What stands behind `needs:`; `nothing` without that line. */
  readonly needs: string;
  /** Files that the case begins with, by name. */
  readonly files: ReadonlyMap<string, string>;
  readonly steps: readonly Step[];
  /** The text as it is: comments, empty lines and needs, or the index of a step. */
  readonly pieces: readonly (string | number)[];
}

export interface Outcome {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

const MARKS = /^[|!=\\]( |$)/;

/** Throws with the line that is none of a case. */
export function readCase(text: string): CaseFile {
  const lines = text.replace(/\n$/, '').split('\n');
  const files = new Map<string, string>();
  const steps: Step[] = [];
  const pieces: (string | number)[] = [];
  let needs = 'nothing';
  let at = 0;
  const take = (mark: RegExp): string[] => {
    const taken: string[] = [];
    while (at < lines.length && mark.test(lines[at]!)) taken.push(lines[at++]!);
    return taken;
  };
  while (at < lines.length) {
    const first = lines[at]!;
    if (first.startsWith('$ ')) {
      const line = at++ + 1;
      const more = take(/^>( |$)/);
      const input = take(/^<( |$)/).map((one) => one.slice(2));
      pieces.push(steps.length);
      steps.push({ line, command: [first, ...more].map((one) => one.slice(2)).join('\n'), input, expected: take(MARKS) });
      continue;
    }
    pieces.push(first);
    at++;
    if (first.startsWith('needs: ')) needs = first.slice('needs: '.length).trim();
    else if (first.startsWith('@ ')) {
      const content = take(/^:( |$)/);
      pieces.push(...content);
      files.set(first.slice(2).trim(), content.map((one) => `${one.slice(2)}\n`).join(''));
    } else if (first !== '' && !first.startsWith('#')) throw new Error(`line ${at} is none of a case: ${first}`);
  }
  return { needs, files, steps, pieces };
}

/** The file with other expectations. */
export function printCase(file: CaseFile, expected: readonly (readonly string[])[]): string {
  const lines = file.pieces.flatMap((piece) => {
    if (typeof piece === 'string') return [piece];
    const { command, input } = file.steps[piece]!;
    const [first = '', ...more] = command.split('\n');
    const marked = (mark: string, texts: readonly string[]): string[] => texts.map((text) => (text === '' ? mark : `${mark} ${text}`));
    return [`$ ${first}`, ...marked('>', more), ...marked('<', input), ...expected[piece]!];
  });
  return `${lines.join('\n')}\n`;
}

/** What came out, in the spelling of `expected`; lines that differ from the expected ones only where those have placeholders are as expected. */
export function outcomeLines(outcome: Outcome, expected: readonly string[]): string[] {
  const lines = [...marked('|', outcome.out), ...marked('!', outcome.err), ...(outcome.code === 0 ? [] : [`= ${outcome.code}`])];
  // Compared line by line from both ends: a line more or less in the middle must not make all that follow differ.
  let front = 0;
  while (front < lines.length && front < expected.length && matches(expected[front]!, lines[front]!)) front++;
  let back = 0;
  while (
    back < Math.min(lines.length, expected.length) - front &&
    matches(expected[expected.length - 1 - back]!, lines[lines.length - 1 - back]!)
  )
    back++;
  return [...expected.slice(0, front), ...lines.slice(front, lines.length - back), ...expected.slice(expected.length - back)];
}

function marked(mark: string, text: string): string[] {
  if (text === '') return [];
  const isWhole = text.endsWith('\n');
  const lines = (isWhole ? text.slice(0, -1) : text).split('\n').map((line) => (line === '' ? mark : `${mark} ${line}`));
  return isWhole ? lines : [...lines, '\\ no newline at the end'];
}

/** What cannot be fixed in a file, by its name between braces. README.md lists the same. */
export const PLACEHOLDERS: Readonly<Record<string, string>> = {
  n: String.raw`\d+(?:\.\d+)?`,
  time: String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?`,
  any: '.*',
};

export function matches(expected: string, line: string): boolean {
  if (expected === line) return true;
  const parts = expected.split(/\{(n|time|any)\}/);
  if (parts.length === 1) return false;
  const source = parts.map((part, index) => (index % 2 === 1 ? PLACEHOLDERS[part] : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${source.join('')}$`).test(line);
}
