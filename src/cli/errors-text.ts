/**
 * Error groups and known errors as text for people. Everything that a sender could have put into it is made visible; states and levels
 * are words, so that nothing is lost without colours. Not here: asking for them (errors.ts, explain.ts).
 */
import { INK, inked, LEVEL_COLORS } from '../base/ink.ts';
import { lineOf } from '../base/line.ts';
import type { PublicRecord } from '../base/public.ts';
import { parseStamp } from '../base/time.ts';
import { visible } from '../base/visible.ts';
import { cut, fitted } from '../base/width.ts';
import type { ErrorExplain, ErrorGroup, KnownSignature } from '../model.ts';

export interface TextLook {
  readonly color: boolean;
  readonly time: (timeUs: number) => string;
  /** Of the terminal; absent: nothing is cut. */
  readonly columns?: number | undefined;
}

const BARS = ' ▁▂▃▄▅▆▇█';
const SPARK_COLUMNS = 15;
const SERVICES_COLUMNS = 16;
const SIGNATURE_COLUMNS = 16;
/** All columns but the last take a hundred and ten. */
const WIDE_COLUMNS = 150;
const NAMED_MAX = 8;
/** Of an outage that made hundreds of groups; `errors SIGNATURE` shows more. */
const FOLDED_SHOWN = 5;
const FOLDED_SHOWN_OF_ONE = 50;
const STATE_COLORS: Readonly<Record<string, string | undefined>> = { new: INK.red, regressed: INK.yellow, quiet: INK.faint };

/** Columns of equal steps; the highest is a whole block, any at all is visible. */
export function sparkline(counts: readonly number[], columns = SPARK_COLUMNS): string {
  const each = Math.max(1, Math.ceil(counts.length / columns));
  const sums = Array.from({ length: Math.ceil(counts.length / each) }, (_, index) =>
    counts.slice(index * each, (index + 1) * each).reduce((sum, count) => sum + count, 0),
  );
  const max = Math.max(1, ...sums);
  return sums.map((sum) => BARS[Math.ceil((sum / max) * (BARS.length - 1))]).join('');
}

export function groupsText(groups: readonly ErrorGroup[], look: TextLook): string {
  const countColumns = Math.max(5, ...groups.map(({ count }) => String(count).length));
  const timeColumns = look.time(0).length;
  const before = [fitted('STATE', 9), 'COUNT'.padStart(countColumns), fitted('WHEN', SPARK_COLUMNS), fitted('LEVEL', 8)];
  const behind = isNarrow(look)
    ? [fitted('SIGNATURE', SIGNATURE_COLUMNS), fitted('LAST', timeColumns), 'SERVICES']
    : [
        fitted('SERVICES', SERVICES_COLUMNS),
        fitted('FIRST', timeColumns),
        fitted('LAST', timeColumns),
        fitted('SIGNATURE', SIGNATURE_COLUMNS),
        'ERROR',
      ];
  const head = [...before, ...behind].join('  ');
  const lines = groups.flatMap((group) => [
    groupLine(group, { look, countColumns }),
    ...(isNarrow(look) ? [shortened(`${' '.repeat(9)}  ${titleOf(group)}`, look)] : []),
    ...belowLines(group, { look, countColumns, foldedMax: FOLDED_SHOWN }).map((line) => shortened(`${' '.repeat(9)}  ${line}`, look)),
  ]);
  return [shortened(head, look), ...lines, ''].join('\n');
}

/** What went wrong stands on a line of its own where it would be cut away: it matters most. */
function isNarrow({ columns }: TextLook): boolean {
  return columns !== undefined && columns < WIDE_COLUMNS;
}

function titleOf({ title, known }: ErrorGroup): string {
  return `${known === undefined ? '' : `[${known.name}] `}${visible(title)}`;
}

/** Its root, what is folded below it, until when it is snoozed. */
function belowLines(
  { dependency, folded = [], snoozedUntil }: ErrorGroup,
  { look, countColumns, foldedMax }: { look: TextLook; countColumns: number; foldedMax: number },
): string[] {
  const lines: string[] = [];
  if (snoozedUntil !== undefined) lines.push(`snoozed until ${look.time(parseStamp(snoozedUntil))}`);
  if (dependency !== undefined) {
    const more = folded.length === 0 ? '' : `; ${folded.length} more ${folded.length === 1 ? 'group' : 'groups'} with the same root:`;
    lines.push(`root: ${visible(dependency)}${more}`);
  }
  for (const { signature, title, count } of folded.slice(0, foldedMax))
    lines.push(`└ ${String(count).padStart(Math.max(0, countColumns - 2))}  ${signature}  ${visible(title)}`);
  if (folded.length > foldedMax) lines.push(`└ and ${folded.length - foldedMax} more; --folded shows them`);
  return lines;
}

function groupLine(group: ErrorGroup, { look, countColumns }: { look: TextLook; countColumns: number }): string {
  const { state, count, level, services, firstSeen, lastSeen, signature } = group;
  const before = [fitted(state, 9), String(count).padStart(countColumns), sparkline(group.sparkline), fitted(level, 8)];
  const who = visible(services.map((one) => one.name).join(','));
  const [first, last] = [look.time(parseStamp(firstSeen)), look.time(parseStamp(lastSeen))];
  const behind = isNarrow(look) ? [signature, last, who] : [fitted(who, SERVICES_COLUMNS), first, last, signature, titleOf(group)];
  const line = shortened([...before, ...behind].join('  '), look);
  // Of a line that is cut already: colours have no width.
  const coloured = inked(fitted(state, 9), look.color ? STATE_COLORS[state] : undefined);
  return line.startsWith(fitted(state, 9)) ? `${coloured}${line.slice(9)}` : line;
}

export function groupText(group: ErrorGroup & { records: readonly PublicRecord[] }, look: TextLook): string {
  const { radius, parts } = group;
  const paint = (text: string, color: string): string => (look.color ? inked(text, color) : text);
  const about = radius.approximate ? 'about ' : '';
  const hit = (['hosts', 'services', 'requests', 'instances', 'projects'] as const).map((what) => `${radius[what]} ${what}`);
  const made =
    parts.by === 'exception'
      ? [`exception ${parts.exception}`, ...(parts.frames ?? []).map((frame) => `in ${frame}`)]
      : [`shape ${parts.shape ?? ''}`];
  const lines = [
    `${paint(visible(group.title), INK.bold)}`,
    `  ${group.signature}  ${inked(group.state, look.color ? STATE_COLORS[group.state] : undefined)}  ${inked(group.level, look.color ? LEVEL_COLORS[group.level] : undefined)}`,
    `  count     ${group.count} in this time  ${sparkline(group.sparkline, 30)}`,
    `  in all    ${group.total}, first ${look.time(parseStamp(group.firstSeen))}, last ${look.time(parseStamp(group.lastSeen))}`,
    `  hit       ${about}${hit.join(', ')}`,
    `  services  ${namedText(group.services)}`,
    `  hosts     ${namedText(group.hosts)}`,
    `  made of   ${[...(parts.logger === undefined ? [] : [`logger ${parts.logger}`]), ...made].map((part) => visible(part)).join('\n            ')}`,
    ...(parts.rule === undefined ? [] : [`  rule      ${visible(parts.rule)}`]),
    ...belowLines(group, { look, countColumns: 7, foldedMax: FOLDED_SHOWN_OF_ONE }).map((line) => `  ${line}`),
  ];
  if (group.known !== undefined) lines.push('', ...knownLines(group.known, look));
  lines.push(
    '',
    group.records.length === 0
      ? 'Its records are not kept any more.'
      : `Newest ${group.records.length === 1 ? 'record' : `${group.records.length} records`}:`,
  );
  for (const record of group.records) lines.push(lineOf(record, look));
  return `${lines.join('\n')}\n`;
}

export function explainText(explained: ErrorExplain, look: TextLook): string {
  const lines: string[] = [];
  if (explained.is !== undefined) lines.push(...knownLines(explained.is, look));
  else lines.push('No known error matches this text.');
  if (explained.near.length > 0) {
    lines.push('', explained.is === undefined ? 'Nearest known errors:' : 'Also near:');
    for (const { known } of explained.near)
      lines.push(...(explained.is === undefined ? nearLines(known) : [`  ${known.name}: ${known.title}`]));
  }
  if (explained.groups.length > 0) {
    lines.push('', 'Nearest error groups:');
    for (const { signature, count, title } of explained.groups)
      lines.push(shortened(`  ${signature}  ${String(count).padStart(6)}  ${visible(title)}`, look));
  }
  return `${lines.join('\n')}\n`;
}

function nearLines({ name, title, meaning, check }: KnownSignature): string[] {
  return [`  ${name}: ${title}`, `    ${meaning}`, ...check.slice(0, 2).map((one) => `    - ${one}`)];
}

function knownLines(known: KnownSignature, look: TextLook): string[] {
  return [
    `Known error: ${look.color ? inked(known.title, INK.bold) : known.title} (${known.name})`,
    `  ${known.meaning}`,
    ...(known.check.length === 0 ? [] : ['  Check:', ...known.check.map((one) => `  - ${one}`)]),
    ...(known.commands.length === 0 ? [] : ['  Run:', ...known.commands.map((one) => `  $ ${one}`)]),
    ...(known.links.length === 0 ? [] : ['  See:', ...known.links.map((one) => `    ${one}`)]),
  ];
}

function namedText(named: readonly { name: string; count: number }[]): string {
  const shown = named.slice(0, NAMED_MAX).map(({ name, count }) => `${visible(name)} ${count}`);
  return `${shown.join(', ')}${named.length > NAMED_MAX ? `, and ${named.length - NAMED_MAX} more` : ''}` || '-';
}

function shortened(line: string, { columns }: TextLook): string {
  return (columns === undefined ? line : cut(line, columns)).trimEnd();
}
