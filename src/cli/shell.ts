/**
 * What a verb knows of the terminal it runs in: two outputs, the environment, and when to leave. Tests give
 * their own. stdout is data, everything else goes to stderr; a closed pipe is silent success.
 */
export interface Output {
  /** `latin1`: every character of the text is one byte. */
  write(text: string, encoding?: 'latin1'): void;
  readonly isTerminal: boolean;
}

/** The screen behind stdout. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  /** While a pager has it, Ctrl-C is meant for the pager, however often. */
  lend(isLent: boolean): void;
}

export interface Shell {
  /** stdin; absent: there is nothing to read. */
  readonly input?: AsyncIterable<Uint8Array> | undefined;
  readonly out: Output;
  readonly err: Output;
  /** Absent where stdout is none. */
  readonly terminal?: Terminal | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Who listens gets SIGHUP, which else ends the program like SIGTERM; returns how to stop listening. Absent on a terminal: there its end is meant. */
  readonly onHangup?: ((listener: () => void) => () => void) | undefined;
  /** Aborts with Ctrl-C or SIGTERM; the reason is the signal's name. */
  readonly interrupted: AbortSignal;
  /** Aborts when whoever read stdout has left. */
  readonly closed: AbortSignal;
}

export const EXIT = { found: 0, nothing: 1, failure: 2, interrupted: 130 } as const;

/** The exit code of a verb that was told to leave: by Ctrl-C, by SIGTERM (as asked), or because nobody reads. */
export function exitOfLeaving(shell: Shell): number {
  return shell.interrupted.aborted && shell.interrupted.reason === 'SIGINT' ? EXIT.interrupted : EXIT.found;
}

/** Either reason to leave. */
export function leaving(shell: Shell): AbortSignal {
  return AbortSignal.any([shell.interrupted, shell.closed]);
}

/** `--color`, `STACKTRAIL_COLOR`, `NO_COLOR` (https://no-color.org: present and not empty), terminal or not. */
export function hasColor(shell: Shell, flag: string | undefined): boolean {
  const choice = flag ?? (shell.environment.STACKTRAIL_COLOR || 'auto');
  if (choice !== 'auto') return choice === 'always';
  return shell.out.isTerminal && !shell.environment.NO_COLOR && shell.environment.TERM !== 'dumb';
}

/** A sentence for people, unless they want to hear nothing but errors. */
export function say(shell: Shell, text: string, quiet: boolean | undefined): void {
  if (quiet !== true) shell.err.write(`stacktrail: ${text}\n`);
}
