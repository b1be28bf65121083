/**
 * Runs the steps of a case file with the real program: `sh` in a folder of their own, with `stacktrail` in the PATH and, where
 * the file needs one, a real server. Not here: the format (case-file.ts), which files there are (cases.test.ts).
 *
 * Whatever differs between machines and runs is fixed (time zone, language, home) or given a name (README.md lists them).
 */
import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { version } from '../../src/cli/version.ts';
import { type RunningService, startService, temporaryFolder } from '../e2e/service.ts';
import type { CaseFile, Outcome, Step } from './case-file.ts';

const ROOT = join(import.meta.dirname, '../..');
export const FIXTURES = join(ROOT, 'fixtures');
/** As in src/launch.cjs. */
const NODE_FLAGS = '--disable-warning=ExperimentalWarning --enable-experimental-regexp-engine-on-excessive-backtracks';
/** Of one command; on a busy machine. */
const STEP_MS_MAX = 120_000;
/** A port that nobody listens on and that fetch does not refuse by itself. */
const NOBODY = 'http://127.0.0.1:2';

/** Where the steps of one file run. */
export interface Place {
  readonly folder: string;
  readonly url: string;
}

/** Servers by what was asked for; those with a data set are shared by all files that read it. */
const shared = new Map<string, Promise<RunningService>>();

export async function placeOf(file: CaseFile): Promise<Place> {
  const folder = temporaryFolder();
  for (const [name, text] of file.files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const [kind = '', set] = file.needs.split(' ');
  if (kind === 'nothing') return { folder, url: NOBODY };
  if (kind === 'server')
    return { folder, url: (set === undefined ? await startService({ environment: { TZ: 'UTC' } }) : await loaded(set)).url };
  if (kind === 'folder' && set !== undefined) {
    cpSync(await stopped(set), join(folder, 'data'), { recursive: true });
    return { folder, url: NOBODY };
  }
  const url = (await once(kind, () => loaded(kind))).url;
  return { folder, url };
}

function once(key: string, begin: () => Promise<RunningService>): Promise<RunningService> {
  const begun = shared.get(key) ?? begin();
  shared.set(key, begun);
  return begun;
}

/** A server that holds `fixtures/cases/NAME.log`, taken as one request so that the joining of lines does not depend on time. */
async function loaded(name: string): Promise<RunningService> {
  const path = join(FIXTURES, 'cases', `${name}.log`);
  if (!existsSync(path)) throw new Error(`needs: ${name}: there is no ${path}`);
  const service = await startService({ environment: { TZ: 'UTC' } });
  const { status, body } = await service.ingest(readFileSync(path));
  if (status !== 200) throw new Error(`the data set ${name} was not taken: ${JSON.stringify(body)}`);
  return service;
}

/** Data folder of a server that is gone again. */
async function stopped(name: string): Promise<string> {
  const service = await once(`folder ${name}`, () => loaded(name));
  await service.stop();
  return service.data;
}

let bin: string | undefined;
let compiled: string | undefined;

/** Code that a command before has stripped of its types: without it three quarters of the time go into that. */
function compileCache(): string {
  compiled ??= temporaryFolder();
  return compiled;
}

/** A folder with the commands that cases may use besides those of the system. */
function binFolder(): string {
  if (bin !== undefined) return bin;
  bin = temporaryFolder();
  const program = (name: string, text: string): void => {
    writeFileSync(join(bin!, name), text);
    chmodSync(join(bin!, name), 0o755);
  };
  const start = `exec '${process.execPath}' ${NODE_FLAGS} '${join(ROOT, 'src/main.ts')}' "$@"`;
  program('stacktrail', `#!/bin/sh\n${start}\n`);
  // README.md says `npx stacktrail`, which in a checkout is this.
  program('npx', `#!/bin/sh\nshift\n${start}\n`);
  // The first lines of a long output, cut to a width that can be reviewed, and how many records it had in all.
  const count =
    '/^[0-9][0-9][0-9][0-9]-[0-9][0-9]-/ { records++ } NR <= lines { print substr($0, 1, 130) } END { print "(" records + 0 " records)" }';
  program('first', `#!/bin/sh\nexec awk -v lines="$1" '${count}'\n`);
  return bin;
}

/** stdout, stderr and exit code of a step, with what differs between runs given its name. */
export function runStep(step: Step, place: Place): Promise<Outcome> {
  const child = spawn('/bin/sh', ['-c', step.command], {
    cwd: place.folder,
    timeout: STEP_MS_MAX,
    killSignal: 'SIGKILL',
    env: {
      PATH: `${binFolder()}:/usr/local/bin:/usr/bin:/bin`,
      HOME: place.folder,
      TMPDIR: place.folder,
      TZ: 'UTC',
      LC_ALL: 'C.UTF-8',
      NODE_COMPILE_CACHE: compileCache(),
      STACKTRAIL_URL: place.url,
      FIXTURES,
      ROOT,
    },
  });
  const bytes: { out: Buffer[]; err: Buffer[] } = { out: [], err: [] };
  child.stdout.on('data', (chunk: Buffer) => bytes.out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => bytes.err.push(chunk));
  // A command that reads no input may be gone before it is written.
  child.stdin.on('error', () => {});
  child.stdin.end(step.input.map((line) => `${line}\n`).join(''));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === null)
        reject(new Error(`line ${step.line}: ended by ${signal} (${STEP_MS_MAX / 1000} s are the limit): ${step.command}`));
      else resolve({ out: named(bytes.out, place), err: named(bytes.err, place), code });
    });
  });
}

function named(chunks: readonly Buffer[], place: Place): string {
  const text = Buffer.concat(chunks).toString();
  const served =
    place.url === NOBODY ? text : text.replaceAll(place.url, '{url}').replaceAll(place.url.replace('http://', ''), '{address}');
  return served
    .replaceAll(place.folder, '{folder}')
    .replaceAll(FIXTURES, '{fixtures}')
    .replaceAll(`stacktrail ${version()}`, 'stacktrail {version}')
    .replaceAll(/"received":"[^"]*"/g, '"received":"{time}"')
    .replaceAll(/"seq":\d+/g, '"seq":{n}');
}
