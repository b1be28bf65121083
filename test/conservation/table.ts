/** The result of a run for people, and what is wrong with it. A row is a kind of sender under a disturbance. */
import type { Counted } from './book.ts';
import type { Disturbance } from './disturbances.ts';
import type { Transport } from './senders.ts';

export interface Row extends Counted {
  readonly transport: Transport;
  readonly disturbance: Disturbance;
  readonly times: number;
  readonly sent: number;
  /** With a reason, by the service. */
  readonly told: number;
  /** Missing numbers that the service noticed; every loss with a reason of a sender that numbers its messages is one of them. */
  readonly gaps: number;
}

/** A part that is stored and flagged as one is reported, too. */
export function reportedOf({ told, gaps, cut }: Row): number {
  return Math.max(told, gaps) + cut;
}

export function unaccountedOf(row: Row): number {
  return row.sent - row.stored - reportedOf(row);
}

/** Undefined where the promise is kept. */
export function wrongOf(row: Row): string | undefined {
  const { transport, disturbance, times, foreign, duplicates } = row;
  const unaccounted = unaccountedOf(row);
  const duplicatesMax = transport.isAnswered ? transport.window * disturbance.breaks * times : 0;
  if (foreign > 0) return `${foreign} that nobody sent`;
  if (row.sent === 0) return 'nothing was sent';
  if (transport.isAnswered && row.stored < row.sent) return `${row.sent - row.stored} answered and lost: ${row.missing}`;
  if (duplicates > duplicatesMax) return `${duplicates} duplicates, at most ${duplicatesMax} may be`;
  if (!(disturbance.isKill && !transport.isAnswered) && unaccounted !== 0) return `${unaccounted} unaccounted of ${row.missing}`;
  return undefined;
}

function whyOf(row: Row): string {
  const wrong = wrongOf(row);
  if (wrong !== undefined) return `WRONG: ${wrong}`;
  const { transport, disturbance, duplicates, told, gaps, cut } = row;
  if (unaccountedOf(row) !== 0)
    return 'in sockets or memory of what was killed, or sent to nobody; the numbers did not tell it, or not in time (1)';
  const parts: string[] = [];
  if (duplicates > 0) parts.push('sent again for want of an answer');
  if (told > 0) parts.push('counted by the kernel or the service');
  else if (gaps > 0) parts.push(disturbance.isKill ? 'numbers missing across the kill' : 'numbers missing: the connection was cut');
  if (cut > 0) parts.push(`${cut} stored in part, flagged`);
  if (parts.length === 0 && transport.isAnswered && disturbance.breaks > 0) parts.push('resent, none twice');
  return parts.join('; ');
}

const HEAD = ['transport', 'disturbance', 'sent', 'stored', 'duplicates', 'reported lost', 'unaccounted', 'why'];

/**
 * (1) Nobody has acknowledged these, and who might have counted them is gone. The numbers tell what is missing when the sender is among the newest records
 * that are not sealed yet, and when 256 further messages have come; and the ledger has it 3 s later: a second kill before that takes the count with it.
 */
export const FOOTNOTE =
  '| (1) missing numbers are counted when 256 more came behind them, and kept within 3 s: a second kill before that takes the count with it; nor are they known of a sender whose newest records had just been sealed |\n';

/** Each line begins with `|`: test/run.ts shows such lines. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map((row) => {
    const name = row.times > 0 && row.disturbance.name !== 'nothing' ? `${row.disturbance.name} x${row.times}` : row.disturbance.name;
    const numbers = [row.sent, row.stored, row.duplicates, reportedOf(row), unaccountedOf(row)];
    return [row.transport.name, name, ...numbers.map(String), whyOf(row)];
  });
  const widths = HEAD.map((head, column) => Math.max(head.length, ...cells.map((line) => line[column]!.length)));
  const lineOf = (line: readonly string[]): string =>
    `| ${line.map((cell, column) => (column > 1 && column < 7 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join(' | ')} |\n`;
  return [HEAD, HEAD.map((_, column) => '-'.repeat(widths[column]!)), ...cells].map(lineOf).join('');
}
