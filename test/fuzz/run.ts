/**
 * `npm run fuzz`: every target for its share of the time, guided by coverage, bounded.
 *   --seconds N    in all (default 60; `npm run test:fuzz`, the short form of CI, 30)
 *   --seed N       the same inputs as far as time allows; default: by chance, and printed
 *   --target NAME  only that one
 *   --input FILE   runs this input against all targets (or --target) instead, as one that failed was written
 *   --targets FILE other targets, --hang N seconds that one input may take (the test of this program)
 * A failing input is written to a file. Last line `N passed, N failed`: targets. Watches over each target's thread (engine.ts): one that does not end, or takes
 * memory without end, is a failure, too.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { BOARD, type Failure, type FuzzOptions, type Report } from './engine.ts';
import type { Target } from './targets.ts';

/** Longest time for one input, by the clock: a machine that is busy is slow, one that hangs is slower. */
const HANG_SECONDS = 10;
const LOOK_MS = 200;
/** What a target may add to the memory of the process: inputs are of some KiB, what is kept of a few MiB. */
const RSS_BYTES_MAX = 512 * 1024 * 1024;
const HEAP_MIB_MAX = 384;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    target: { type: 'string' },
    input: { type: 'string' },
    targets: { type: 'string' },
    hang: { type: 'string', default: String(HANG_SECONDS) },
  },
});
const seconds = Number(values.seconds);
if (!(seconds > 0)) throw new Error(`--seconds is a number above 0, not ${values.seconds}`);
const hangMs = Number(values.hang) * 1000;
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const module = values.targets === undefined ? new URL('./targets.ts', import.meta.url).href : pathToFileURL(resolve(values.targets)).href;

async function targets(): Promise<readonly Target[]> {
  const { TARGETS } = (await import(module)) as { TARGETS: readonly Target[] };
  const found = TARGETS.filter(({ name }) => values.target === undefined || name === values.target);
  if (found.length === 0) throw new Error(`no target ${values.target}; there are: ${TARGETS.map(({ name }) => name).join(', ')}`);
  return found;
}

function fuzz(name: string, secondsEach: number): Promise<Partial<Report>> {
  const board = new SharedArrayBuffer(BOARD.headBytes + BOARD.bytesMax);
  const head = new Int32Array(board, 0, 2);
  const inputNow = (): Uint8Array =>
    new Uint8Array(board, BOARD.headBytes).slice(0, Math.min(BOARD.bytesMax, Atomics.load(head, BOARD.length)));
  const workerData: FuzzOptions = { module, name, seed, seconds: secondsEach, board };
  const worker = new Worker(new URL('./engine.ts', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB_MAX },
  });
  const rssAtStart = process.memoryUsage.rss();
  return new Promise((answer) => {
    const end = (report: Partial<Report>): void => {
      clearInterval(watch);
      void worker.terminate().then(() => answer(report));
    };
    const fail = (why: string): void => end({ failure: { why, input: inputNow() } });
    let turn = 0;
    let sinceMs = performance.now();
    const watch = setInterval(() => {
      const now = Atomics.load(head, BOARD.turn);
      if (now !== turn || now === 0) [turn, sinceMs] = [now, performance.now()];
      if (performance.now() - sinceMs > hangMs) fail(`one input takes more than ${hangMs / 1000} s`);
      else if (process.memoryUsage.rss() - rssAtStart > RSS_BYTES_MAX) fail(`more than ${RSS_BYTES_MAX / 2 ** 20} MiB of memory`);
    }, LOOK_MS);
    worker.once('message', (report: Report) => end(report));
    worker.once('error', (error: unknown) => fail(error instanceof Error ? (error.stack ?? error.message) : String(error)));
  });
}

function tell(name: string, failure: Failure): void {
  const file = join(tmpdir(), `stacktrail-fuzz-${name.replaceAll(' ', '-')}-${seed}.bin`);
  writeFileSync(file, failure.input);
  const again = `npm run fuzz -- --target '${name}' --input ${file}`;
  process.stdout.write(`FAIL ${name}: ${failure.why}\n  ${failure.input.length} bytes in ${file}; again: ${again}\n`);
}

async function replay(file: string): Promise<[passed: number, failed: number]> {
  const bytes = readFileSync(file);
  let failed = 0;
  const found = await targets();
  for (const target of found) {
    try {
      const startMs = performance.now();
      target.run(Buffer.from(bytes));
      process.stdout.write(`ok   ${target.name.padEnd(14)} ${(performance.now() - startMs).toFixed(1)} ms\n`);
    } catch (error) {
      failed++;
      process.stdout.write(`FAIL ${target.name}: ${(error as Error).stack}\n`);
    }
  }
  return [found.length - failed, failed];
}

async function all(): Promise<[passed: number, failed: number]> {
  process.stdout.write(`seed ${seed}, ${seconds} s\n`);
  let failed = 0;
  const found = await targets();
  for (const { name } of found) {
    const { inputs = 0, kept = 0, parts = 0, slowestMs = 0, failure } = await fuzz(name, seconds / found.length);
    if (failure !== undefined) {
      failed++;
      tell(name, failure);
      continue;
    }
    const figures = `${String(inputs).padStart(8)} inputs  ${String(kept).padStart(5)} kept  ${String(parts).padStart(5)} parts of the code`;
    process.stdout.write(`ok   ${name.padEnd(14)} ${figures}  slowest ${slowestMs.toFixed(0)} ms\n`);
  }
  return [found.length - failed, failed];
}

const [passed, failed] = values.input === undefined ? await all() : await replay(values.input);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
