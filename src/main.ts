/**
 * The program: the process's words, outputs and signals given to a verb, and its exit code given back.
 * Imports as little as possible, because `stacktrail --help` should be there at once.
 */
import { run } from './cli/run.ts';
import type { Output } from './cli/shell.ts';

/** The launcher forwards the Ctrl-C that a terminal has sent to both of us: within this time it is one. */
const SAME_SIGNAL_MS = 500;

/** Of a terminal that does not say (a serial line, `script`): that of the VT100. */
const TERMINAL = { columns: 80, rows: 24 };

const interrupted = new AbortController();
const closed = new AbortController();
let firstMs = 0;
let isLent = false;
let onHangup: (() => void) | undefined;

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (name === 'SIGHUP' && onHangup !== undefined) onHangup();
    else if (!interrupted.signal.aborted) {
      firstMs = performance.now();
      interrupted.abort(name);
      // Whoever presses Ctrl-C again does not want to wait for an orderly end.
    } else if (!isLent && performance.now() - firstMs > SAME_SIGNAL_MS) process.exit(130);
  });
}

/** Writes to files, pipes and terminals are synchronous on POSIX: a line is out when `write` returns. */
function output(stream: NodeJS.WriteStream, onClosed: () => void): Output {
  // EPIPE: nobody reads any more. Whatever else goes wrong with an output cannot be told to anybody either.
  stream.on('error', onClosed);
  return {
    write: (text, encoding) => {
      if (stream.writable) stream.write(text, encoding ?? 'utf8');
    },
    isTerminal: stream.isTTY === true,
  };
}

process.exitCode = await run(process.argv.slice(2), {
  // Opened when a verb reads it: an opened terminal would keep the process.
  get input() {
    return process.stdin;
  },
  out: output(process.stdout, () => closed.abort()),
  err: output(process.stderr, () => {}),
  terminal: process.stdout.isTTY
    ? {
        get columns() {
          return process.stdout.columns || TERMINAL.columns;
        },
        get rows() {
          return process.stdout.rows || TERMINAL.rows;
        },
        lend: (lent) => {
          isLent = lent;
        },
      }
    : undefined,
  onHangup: process.stderr.isTTY
    ? undefined
    : (listener) => {
        onHangup = listener;
        return () => {
          onHangup = undefined;
        };
      },
  environment: process.env,
  interrupted: interrupted.signal,
  closed: closed.signal,
});
