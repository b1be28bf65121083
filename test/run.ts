/**
 * What `npm test` runs: types, lint and format, then every test but the slow suites; `npm run test:crash`
 * and the like give the name of one slow suite, and may give it words of its own (TEST_WORDS). One line with its time for each part, and
 * as the last line `N passed, N failed`: tests, with types and lint as one each. Tables that tests print (lines that begin with `|`) are
 * shown. Nothing found to run is a failure.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
/** `npm run test:conservation -- long` */
const WORDS = process.argv.slice(3).join(' ');

/** Output is collected before it is shown, so the runner cannot see for itself whether a terminal reads it. */
const COLOURS = process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1', FORCE_COLOR: undefined };

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly note?: string;
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a program of a package with this Node (that of the launcher); stdout and stderr in one text. */
function runBin(bin: { package: string; path: string }, words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const file = join(dirname(require.resolve(`${bin.package}/package.json`)), bin.path);
  const child = spawn(process.execPath, [...process.execArgv, file, ...words], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...COLOURS, ...environment },
  });
  let output = '';
  const keep = (bytes: Buffer) => {
    output += bytes.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

async function check(bin: { package: string; path: string }, words: readonly string[]): Promise<Outcome> {
  const { code, output } = await runBin(bin, words);
  if (code === 0) return { passed: 1, failed: 0 };
  process.stdout.write(`${output.trimEnd()}\n`);
  return { passed: 0, failed: 1 };
}

interface JsonReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

async function tests(suite: string | undefined): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'stacktrail-test-'));
  const report = join(folder, 'report.json');
  try {
    const words = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const { code, output } = await runBin(
      { package: 'vitest', path: 'vitest.mjs' },
      words,
      suite ? { TEST_SUITE: suite, TEST_WORDS: WORDS } : {},
    );
    if (code !== 0) process.stdout.write(`${output.trimEnd()}\n`);
    if (code === 0) for (const line of output.match(/^\|.*$/gm) ?? []) process.stdout.write(`${line}\n`);
    const reasons = new Set(output.match(/^skipped: .*$/gm));
    for (const reason of reasons) process.stdout.write(`${reason}\n`);
    if (!existsSync(report)) return { passed: 0, failed: 1, note: 'the test runner ended without a report' };
    return outcomeOf(JSON.parse(readFileSync(report, 'utf8')) as JsonReport, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function outcomeOf(report: JsonReport, code: number | null): Outcome {
  const passed = report.numPassedTests;
  // A file that could not be loaded has no tests that could fail; it counts as one.
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  const failed = report.numFailedTests + broken;
  const skipped = report.numPendingTests + report.numTodoTests;
  const note = `${passed} tests in ${report.testResults.length} files${skipped ? `, ${skipped} skipped` : ''}`;
  // An error outside of any test, or nothing to run, is a failure although no test failed.
  if (failed === 0 && (code !== 0 || passed === 0)) return { passed, failed: 1, note };
  return { passed, failed, note };
}

const PARTS: readonly { name: string; run: () => Promise<Outcome> }[] = [
  { name: 'types', run: () => check({ package: 'typescript', path: 'bin/tsc' }, ['--noEmit']) },
  { name: 'types of web', run: () => check({ package: 'typescript', path: 'bin/tsc' }, ['--noEmit', '-p', 'web']) },
  { name: 'types of test/browser', run: () => check({ package: 'typescript', path: 'bin/tsc' }, ['--noEmit', '-p', 'test/browser']) },
  { name: 'lint and format', run: () => check({ package: '@biomejs/biome', path: 'bin/biome' }, ['check', '--error-on-warnings', '.']) },
  { name: 'tests', run: () => tests(undefined) },
];

const suite = process.argv[2];
const parts = suite === undefined ? PARTS : [{ name: suite, run: () => tests(suite) }];
let [passed, failed] = [0, 0];
for (const part of parts) {
  const startMs = performance.now();
  const outcome = await part.run();
  passed += outcome.passed;
  failed += outcome.failed;
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  const line = `${outcome.failed === 0 ? 'ok  ' : 'FAIL'} ${part.name.padEnd(22)} ${seconds.padStart(6)} s  ${outcome.note ?? ''}`;
  process.stdout.write(`${line.trimEnd()}\n`);
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
