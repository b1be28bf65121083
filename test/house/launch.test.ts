/**
 * The launcher as an old Node runs it: finds the packaged Node 26, or says in one line what is missing; exit
 * codes and signals pass through. Old Node is played by a preloaded script that lies about the version.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { ROOT } from './tables.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'stacktrail-launch-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

const LAUNCHER = join(ROOT, 'src', 'launch.cjs');
const PRELOAD = join(FOLDER, 'old.cjs');
writeFileSync(PRELOAD, "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.0.0' } });\n");

function program(text: string): string {
  const path = join(FOLDER, 'program.ts');
  writeFileSync(path, text);
  return path;
}

function launch(words: readonly string[], launcher = LAUNCHER) {
  return spawn(process.execPath, ['--require', PRELOAD, launcher, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function run(words: readonly string[], launcher = LAUNCHER) {
  const child = launch(words, launcher);
  let [out, err] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => {
    out += bytes.toString();
  });
  child.stderr.on('data', (bytes: Buffer) => {
    err += bytes.toString();
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, out, err };
}

test('runs TypeScript with Node 26, and passes words and exit code through', async () => {
  const path = program(
    'const words: string[] = process.argv.slice(2);\nconsole.log(process.versions.node, JSON.stringify(words));\nprocess.exitCode = 7;\n',
  );
  const { code, out, err } = await run(['--run', path, 'a b', '--x']);
  expect(out).toMatch(/^2[6-9]\.\d+\.\d+ \["a b","--x"\]\n$/);
  expect({ code, err }).toEqual({ code: 7, err: '' });
});

test('memory goes back to the system, unless somebody has said how', async () => {
  const path = program("console.log(process.env.MALLOC_ARENA_MAX, process.env.MALLOC_MMAP_THRESHOLD_, process.execArgv.join(' '));\n");
  vi.stubEnv('MALLOC_MMAP_THRESHOLD_', '4194304');
  const { out } = await run(['--run', path]);
  vi.unstubAllEnvs();
  expect(out).toMatch(/^2 4194304 .*--max-semi-space-size=4 --max-old-space-size=1024/);
});

test('where Node 26 is not installed: one line and exit 2', async () => {
  mkdirSync(join(FOLDER, 'src'));
  const alone = join(FOLDER, 'src', 'launch.cjs');
  copyFileSync(LAUNCHER, alone);
  const { code, out, err } = await run(['serve'], alone);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/^stacktrail: needs Node 26 or newer; .* \(run npm ci, with optional packages\)\n$/);
});

test('a signal reaches the program, whose answer is the exit code', async () => {
  const child = launch([
    '--run',
    program("process.on('SIGTERM', () => process.exit(5));\nsetInterval(() => {}, 1e6);\nconsole.log('ready');\n"),
  ]);
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([5, null]);
});

test('a program that dies of a signal takes the launcher with it', async () => {
  const { code, signal } = await run(['--run', program("process.kill(process.pid, 'SIGKILL');\nsetInterval(() => {}, 1e6);\n")]);
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
});
