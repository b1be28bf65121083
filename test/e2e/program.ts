/**
 * The real program as a child process, with the Node and the flags that the launcher would choose: what it wrote, what it
 * ended with, signals. Its environment is ours without what would lead it elsewhere, its temporary folder a new one.
 * Not here: what a running service offers (service.ts). Whatever a test leaves running ends with the test file.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'src/main.ts');
/** As in src/launch.cjs (test/house/launch.test.ts proves that it gives them). */
const NODE_FLAGS = [
  '--disable-warning=ExperimentalWarning',
  '--enable-experimental-regexp-engine-on-excessive-backtracks',
  `--openssl-config=${join(ROOT, 'config/openssl.conf')}`,
];
/** What is polled is at most as much too late; short beside the commit of a batch. */
const POLL_MS = 15;
/** A machine that others use too may take its time; what works is there long before, and only what fails takes so long. */
const EVENTUALLY_MS = 30_000;

const children = new Set<ChildProcess>();
const folders = new Set<string>();

afterAll(async () => {
  const gone = [...children].map((child) => new Promise((resolve) => child.once('exit', resolve)));
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(gone);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** A new folder that goes when the test file is done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stacktrail-e2e-'));
  folders.add(folder);
  return folder;
}

/** Asks again until nothing is thrown, or throws what was thrown last when the time is over. */
export async function eventually<T>(ask: () => T | Promise<T>, atMostMs = EVENTUALLY_MS): Promise<T> {
  const untilMs = performance.now() + atMostMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() >= untilMs) throw error;
    }
    await sleep(POLL_MS);
  }
}

/** A promise about time is one about a machine that has it: where more wants to run than there are processors, all take longer. */
export function patient(ms: number): number {
  return ms * Math.max(1, (2 * loadavg()[0]!) / availableParallelism());
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
  /** `out` before it was read as UTF-8. */
  readonly outBytes: Buffer;
}

export interface Program {
  readonly pid: number;
  /** What was written so far. */
  out(): string;
  err(): string;
  /** Resolves when the process is gone and its outputs are read to the end. */
  readonly ended: Promise<Ended>;
  signal(name: NodeJS.Signals): void;
}

/** Any program; it is stopped with the test file at the latest. */
export function start(command: string, words: readonly string[], environment: NodeJS.ProcessEnv = process.env): Program {
  const child = spawn(command, words, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env: environment });
  children.add(child);
  const bytes: { out: Buffer[]; err: Buffer[] } = { out: [], err: [] };
  child.stdout.on('data', (chunk: Buffer) => bytes.out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => bytes.err.push(chunk));
  const text = (name: 'out' | 'err'): string => Buffer.concat(bytes[name]).toString();
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => children.delete(child));
    child.once('close', (code, signal) =>
      resolve({ code, signal, out: text('out'), err: text('err'), outBytes: Buffer.concat(bytes.out) }),
    );
  });
  // Who does not wait for its end is not interested in how it failed either.
  ended.catch(() => children.delete(child));
  return { pid: child.pid ?? 0, out: () => text('out'), err: () => text('err'), ended, signal: (name) => void child.kill(name) };
}

/** `stacktrail WORDS`. */
export function stacktrail(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Program {
  return start(process.execPath, [...NODE_FLAGS, MAIN, ...words], { ...cleanEnvironment(), ...environment });
}

/** Neither the test runner's options nor the settings of whoever runs the tests; a server of his is not found either. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(STACKTRAIL_|VITEST|NODE_OPTIONS$|NO_COLOR$|FORCE_COLOR$)/.test(name));
  return { ...Object.fromEntries(kept), TMPDIR: temporaryFolder() };
}
