/**
 * The colours of a terminal: of levels, and what is told apart by weight. Everything is legible without them, because the level
 * stands there as a word. Not here: whether colours are wanted (cli/shell.ts).
 * Source: SGR parameters of ECMA-48, of the eight colours that every terminal's theme makes legible.
 */

/** Bold red, red, yellow, cyan; faint. INFO stays as it is: most lines are. */
export const LEVEL_COLORS: Readonly<Record<string, string>> = {
  CRITICAL: '1;31',
  ERROR: '31',
  WARNING: '33',
  AUDIT: '36',
  DEBUG: '2',
  TRACE: '2',
};

export const INK = { bold: '1', faint: '2', red: '31', green: '32', yellow: '33', cyan: '36' } as const;

/** The text in these colours; as it is without any. */
export function inked(text: string, sgr: string | undefined): string {
  return sgr === undefined || text === '' ? text : `\x1b[${sgr}m${text}\x1b[0m`;
}
