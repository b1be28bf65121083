/** A shell for tests: what a verb wrote, and Ctrl-C at will. */
import { run } from '../../src/cli/run.ts';

export function testShell(environment: Record<string, string> = {}, isTerminal = false, size?: { columns: number; rows: number }) {
  const interrupted = new AbortController();
  const closed = new AbortController();
  let out = '';
  let err = '';
  let onOutput = () => {};
  const lent: boolean[] = [];
  const shell = {
    out: {
      isTerminal,
      write: (text: string) => {
        out += text;
        onOutput();
      },
    },
    err: {
      isTerminal,
      write: (text: string) => {
        err += text;
        onOutput();
      },
    },
    terminal: size && {
      ...size,
      lend: (isLent: boolean) => {
        lent.push(isLent);
      },
    },
    environment,
    interrupted: interrupted.signal,
    closed: closed.signal,
  };
  return {
    shell,
    interrupt: () => interrupted.abort('SIGINT'),
    closePipe: () => closed.abort(),
    out: () => out,
    /** When a pager had the terminal, and when not any more. */
    lent,
    err: () => err,
    run: (...words: string[]) => run(words, shell),
    /** Resolves when what was written so far holds a text. */
    async saw(text: string) {
      while (!out.includes(text) && !err.includes(text)) {
        await new Promise<void>((resolve) => {
          onOutput = resolve;
        });
      }
    },
  };
}
