/**
 * What search writes to. On a terminal an output longer than the screen goes through a pager: STACKTRAIL_PAGER, PAGER, else `less`
 * with LESS=FRX unless that is set (as git does). A shorter one, a file, a pipe and --no-pager get it directly.
 *
 * The pager reads as slowly as a person: `ready` waits for it, so that the answer of the server is pulled and not piled up. Who
 * quits it early wants no more: `left` aborts, and that is success. A pager that is not there costs nothing: what it was sent
 * is kept until it must have read something, and is written to the terminal after all.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { columns } from '../base/width.ts';
import type { Output, Shell } from './shell.ts';

export interface Screen extends Output {
  /** Resolves when there is room for more. */
  ready(): Promise<void>;
  /** Aborts when the pager was quit. */
  readonly left: AbortSignal;
  /** Everything is shown, and the pager is gone. */
  end(): Promise<void>;
}

const LESS = 'less';
/** What `sh` ends with when it cannot find or run a command (POSIX, 2.8.2). */
const NO_COMMAND: ReadonlySet<number> = new Set([126, 127]);
/** A pipe holds 64 KiB and Node 16 more: beyond this the pager has read. */
const KEPT_CHARS_MAX = 256 * 1024;

export function screenOf(shell: Shell, wantsPager: boolean): Screen {
  const command = wantsPager ? commandOf(shell) : undefined;
  return command === undefined ? direct(shell.out) : new PagedScreen(shell, command);
}

function commandOf({ out, terminal, environment }: Shell): string | undefined {
  if (!out.isTerminal || terminal === undefined || environment.TERM === 'dumb') return undefined;
  const command = (environment.STACKTRAIL_PAGER ?? environment.PAGER ?? LESS).trim();
  // `cat` is how people say that they want none.
  return command === '' || command === 'cat' ? undefined : command;
}

function direct(out: Output): Screen {
  return {
    isTerminal: out.isTerminal,
    write: (text, encoding) => out.write(text, encoding),
    ready: async () => {},
    left: new AbortController().signal,
    end: async () => {},
  };
}

class PagedScreen implements Screen {
  readonly isTerminal = true;
  readonly #shell: Shell;
  readonly #command: string;
  readonly #left = new AbortController();
  /** Not yet a screen full. */
  #waiting = '';
  #rows = 0;
  #pager: ChildProcess | undefined;
  /** What the pager was sent, while it may not be there; undefined once it has read. */
  #sent: string | undefined = '';
  #hasAll = false;
  #isGone = false;
  #drained: PromiseWithResolvers<void> | undefined;
  readonly #ended = Promise.withResolvers<void>();

  constructor(shell: Shell, command: string) {
    this.#shell = shell;
    this.#command = command;
  }

  get left(): AbortSignal {
    return this.#left.signal;
  }

  write(text: string): void {
    if (this.#isGone) {
      // Not there at all: the terminal gets the rest; quit: nobody does.
      if (!this.left.aborted) this.#shell.out.write(text);
    } else if (this.#pager !== undefined) this.#send(text);
    else this.#wait(text);
  }

  async ready(): Promise<void> {
    await this.#drained?.promise;
  }

  async end(): Promise<void> {
    if (this.#pager === undefined) {
      this.#shell.out.write(this.#waiting);
      return;
    }
    this.#hasAll = true;
    this.#pager.stdin?.end();
    const { interrupted } = this.#shell;
    // Ctrl-C was the pager's as well as ours; it stays until it is quit. Whoever asks us to go asks for both.
    const stop = (): void => {
      if (interrupted.reason !== 'SIGINT') this.#pager?.kill();
    };
    if (interrupted.aborted) stop();
    interrupted.addEventListener('abort', stop);
    await this.#ended.promise;
    interrupted.removeEventListener('abort', stop);
  }

  #wait(text: string): void {
    const { columns: width, rows } = this.#shell.terminal!;
    this.#waiting += text;
    for (const line of text.replace(/\n$/, '').split('\n')) this.#rows += rowsOf(line, width);
    // The prompt needs a row of its own.
    if (this.#rows < rows) return;
    this.#start();
    this.#send(this.#waiting);
    this.#waiting = '';
  }

  #start(): void {
    const { environment, terminal } = this.#shell;
    terminal?.lend(true);
    this.#pager = spawn('sh', ['-c', this.#command], {
      stdio: ['pipe', 'inherit', 'inherit'],
      env: { LESS: 'FRX', LV: '-c', ...environment },
    });
    // It tells of its end below; until then it is not known whether it was ever there.
    this.#pager.stdin?.on('error', () => {});
    this.#pager.on('error', () => this.#over(127));
    this.#pager.on('close', (code) => this.#over(code ?? 0));
  }

  #send(text: string): void {
    if (this.#sent !== undefined) this.#sent = this.#sent.length > KEPT_CHARS_MAX ? undefined : this.#sent + text;
    const stdin = this.#pager?.stdin;
    if (!stdin?.writable || stdin.write(text)) return;
    this.#drained ??= Promise.withResolvers();
    stdin.once('drain', () => this.#drain());
  }

  #drain(): void {
    this.#drained?.resolve();
    this.#drained = undefined;
  }

  #over(code: number): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#shell.terminal?.lend(false);
    if (NO_COMMAND.has(code) && this.#sent !== undefined) this.#shell.out.write(this.#sent);
    // Quit behind the end of everything, it was read and not left.
    else if (!this.#hasAll) this.#left.abort();
    this.#sent = undefined;
    this.#drain();
    this.#ended.resolve();
  }
}

/** Rows of the terminal that a line takes; our colours take none. */
function rowsOf(line: string, width: number): number {
  return Math.max(1, Math.ceil(columns(line.replace(/\x1b\[[\d;]*m/g, '')) / Math.max(1, width)));
}
