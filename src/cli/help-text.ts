/** Help made of the table of verbs: for the terminal, and as the table of README.md. Nothing is written twice. */
import type { Flag } from '../base/arguments.ts';
import { VERBS, type Verb } from './verbs.ts';

const HELP_FLAG: Flag = { name: 'help', say: 'this help' };
/** Terminals are at least this wide; longer sentences are broken. */
const COLUMNS = 100;

export function overview(): string {
  const rows = VERBS.map((verb): [string, string] => [`${verb.name} ${verb.words}`.trim(), verb.say]);
  return [
    'Stacktrail - the log service for OpenStack clouds',
    '',
    'usage: stacktrail VERB …',
    '',
    ...table(rows),
    '',
    '`stacktrail VERB --help` shows its flags and examples.',
    'Exit: 0 found or done, 1 nothing found, 2 wrong use or failure, 130 Ctrl-C.',
    '',
  ].join('\n');
}

export function helpOf(verb: Verb): string {
  const lines = [
    ...broken(`${verb.say}.`, COLUMNS),
    '',
    `usage: stacktrail ${[verb.name, '[FLAGS]', verb.words].filter(Boolean).join(' ')}`,
  ];
  lines.push('', 'flags:', ...table([...verb.flags, HELP_FLAG].map((flag): [string, string] => [spelling(flag), flag.say])));
  if (verb.examples.length > 0) {
    lines.push('', 'examples:');
    for (const example of verb.examples) lines.push(`  stacktrail ${example.words}`, `      ${example.does}`);
  }
  return `${lines.join('\n')}\n`;
}

/** `-n, --limit COUNT`. */
export function spelling(flag: Flag): string {
  const long = `--${flag.name}${flag.value === undefined ? '' : ` ${flag.value}`}`;
  return flag.short === undefined ? `    ${long}` : `-${flag.short}, ${long}`;
}

/** The table of README.md. */
export function verbsMarkdown(): string {
  const rows = VERBS.map(
    (verb) =>
      `| \`${cell(`${verb.name} ${verb.words}`.trim())}\` | ${verb.say} | ${verb.flags.map((flag) => `\`${markdownFlag(flag)}\``).join(' ')} |`,
  );
  return ['| verb | does | flags |', '|---|---|---|', ...rows, ''].join('\n');
}

function markdownFlag(flag: Flag): string {
  return `${flag.short === undefined ? '' : `-${flag.short}/`}--${flag.name}${flag.value === undefined ? '' : ` ${cell(flag.value)}`}`;
}

/** A bar would end the cell, also inside backticks. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** Left column as wide as most of it needs; a longer entry has its sentence on the next line. */
function table(rows: readonly [string, string][]): string[] {
  const width = Math.min(30, Math.max(...rows.map(([left]) => left.length)));
  return rows.flatMap(([left, right]) => {
    const [first = '', ...more] = broken(right, COLUMNS - width - 4);
    const indent = ' '.repeat(width + 4);
    const head = left.length > width ? [`  ${left}`, `${indent}${first}`] : [`  ${left.padEnd(width)}  ${first}`];
    return [...head, ...more.map((line) => `${indent}${line}`)];
  });
}

function broken(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
