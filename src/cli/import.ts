/**
 * `stacktrail import FILE…`: log files into a server or a data folder, one after another. One that cannot be read costs
 * only itself; what stops everything (a full disk, a server that is gone) ends the run with what is on disk by then, and
 * the same words again go on from there. Exit 2 when anything that was named was not taken.
 * Not here: which files (import/files.ts), one of them (import/take.ts), where they go (import/sinks.ts).
 */
import type { Arguments } from '../base/arguments.ts';
import { readSettings } from '../base/config.ts';
import { CodedError } from '../base/errors.ts';
import { visible } from '../base/visible.ts';
import type { Hints } from '../model.ts';
import { LogBytes } from './import/content.ts';
import { type Input, inputsOf, type Unread, whyUnread } from './import/files.ts';
import { count, Progress, size } from './import/progress.ts';
import { folderSink, type Sink, serverSink } from './import/sinks.ts';
import { Stopped, type Taken, takeLog } from './import/take.ts';
import { serverOf } from './server.ts';
import { EXIT, exitOfLeaving, type Shell, say } from './shell.ts';
import type { VerbRun } from './verbs.ts';

/** A name of a host, program or service is one word; what a shell or a script made of a wrong variable is not. */
const NAME = /^[!-~]{1,255}$/;

interface Import {
  readonly shell: Shell;
  readonly sink: Sink;
  readonly progress: Progress;
  readonly hints: Hints;
  readonly isQuiet: boolean;
  /** Stops reading; what is on its way is waited for. */
  readonly stop: AbortSignal;
  readonly sum: { files: number; known: number; skipped: number; lines: number; bytesCut: number; troubles: number };
}

export async function run({ arguments: given, shell }: VerbRun): Promise<number> {
  if (given.words.length === 0) throw new CodedError('bad-argument', 'import needs files: import FILE…, or - for stdin');
  const hints = hintsOf(given, shell);
  const { inputs, unread } = inputsOf(given.words);
  const isQuiet = given.is('quiet') ?? false;
  // Requests are not cut off by Ctrl-C: what was sent is waited for, so that the number at the end is right.
  const stop = shell.interrupted;
  const sink = await sinkOf(given, shell);
  const bytesTotal = inputs.some(({ path }) => path === '-') ? 0 : inputs.reduce((sum, { bytes }) => sum + bytes, 0);
  const progress = new Progress({ output: shell.err, bytesTotal, isShown: shell.err.isTerminal && !isQuiet });
  const sum = { files: 0, known: 0, skipped: 0, lines: 0, bytesCut: 0, troubles: 0 };
  const all: Import = { shell, sink, progress, hints, isQuiet, stop, sum };
  const startedMs = performance.now();
  let stopped: string | undefined;
  try {
    for (const one of unread) complain(all, one);
    for (const input of inputs) {
      if (stop.aborted) break;
      await takeInput(all, input);
    }
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    stopped = error.message;
  } finally {
    progress.close();
    await sink.close();
  }
  say(shell, summary(all, (performance.now() - startedMs) / 1000), isQuiet);
  if (stopped !== undefined) shell.err.write(`stacktrail: stopped: ${visible(stopped)}; the same import again goes on from here\n`);
  if (stop.aborted) say(shell, 'interrupted; the same import again goes on from here', isQuiet);
  if (stop.aborted && shell.interrupted.reason === 'SIGINT') return exitOfLeaving(shell);
  return stopped !== undefined || sum.troubles > 0 || stop.aborted ? EXIT.failure : EXIT.found;
}

function hintsOf(given: Arguments, shell: Shell): Hints {
  const hints: { host?: string; program?: string; service?: string; zone?: number } = {};
  for (const name of ['host', 'program', 'service'] as const) {
    const value = given.text(name);
    if (value === undefined) continue;
    if (!NAME.test(value)) throw new CodedError('bad-argument', `--${name} is one word of at most 255 printable ASCII characters`);
    hints[name] = value;
  }
  if (given.text('zone') === undefined) return hints;
  const { zone } = readSettings({
    flag: (name) => (name === 'zone' ? given.text(name) : undefined),
    environment: shell.environment,
  }).values;
  if (zone === 'auto')
    throw new CodedError(
      'bad-argument',
      '--zone is an offset like +02:00 here: when a file was written is not known, so nothing can be learned from it',
    );
  return { ...hints, zone };
}

async function sinkOf(given: Arguments, shell: Shell): Promise<Sink> {
  if (given.text('data') === undefined) return serverSink(serverOf(given, shell));
  if (given.text('url') !== undefined) throw new CodedError('bad-argument', 'either --data or --url: into a folder or into a server');
  const { values } = readSettings({ flag: (name) => (name === 'data' ? given.text(name) : undefined), environment: shell.environment });
  return folderSink(values);
}

/** Throws `Stopped` only. */
async function takeInput(all: Import, input: Input): Promise<void> {
  const { progress, sum } = all;
  const name = input.path === '-' ? 'stdin' : input.path;
  progress.begin(name);
  let bytes: LogBytes;
  try {
    bytes = await LogBytes.open(input.path === '-' ? process.stdin : input.path);
  } catch (error) {
    progress.end(input.bytes);
    complain(all, { path: name, why: whyUnread(error) });
    return;
  }
  try {
    const hints = { program: input.program, nearUs: input.modifiedUs, ...all.hints };
    const { host } = all.hints;
    const taken = await takeLog(
      { bytes, path: input.setPath, hints: hints.program === undefined ? all.hints : (hints as Hints), scope: host ?? '' },
      {
        sink: all.sink,
        stop: all.stop,
        onLines(lines) {
          progress.lines += lines;
          sum.lines += lines;
        },
        onRead: (log) => progress.read(log.packedBytes),
      },
    );
    tell(all, { name, isFound: input.isFound }, taken);
  } finally {
    progress.end(input.bytes);
    await bytes.close();
  }
}

function tell(all: Import, { name, isFound }: { name: string; isFound: boolean }, taken: Taken): void {
  const { sum } = all;
  sum.bytesCut += taken.bytesCut;
  if (taken.isNot !== undefined && isFound) sum.skipped++;
  else if (taken.isNot !== undefined) complain(all, { path: name, why: `is ${taken.isNot}` });
  else {
    sum.files++;
    if (taken.lines === 0 && (taken.bytesBefore ?? 0) > 0) sum.known++;
  }
  if (taken.trouble !== undefined) complain(all, { path: name, why: `${taken.trouble}; ${lines(taken.lines)} taken` });
}

function lines(number: number): string {
  return `${count(number)} ${number === 1 ? 'line' : 'lines'}`;
}

/** Troubles are told even where nothing else is. */
function complain({ shell, progress, sum }: Import, { path, why }: Unread): void {
  sum.troubles++;
  progress.clear();
  shell.err.write(`stacktrail: ${visible(path)} ${visible(why)}\n`);
}

/** `imported 12,345 lines of 7 files into http://… in 1.2 s (10,288/s); nothing new in 3 of them`. */
function summary({ sum, sink }: Import, seconds: number): string {
  const files = `${count(sum.files)} ${sum.files === 1 ? 'file' : 'files'}`;
  const parts = [
    `imported ${lines(sum.lines)} of ${files} into ${visible(sink.name)} in ${seconds.toFixed(1)} s (${count(sum.lines / Math.max(seconds, 0.001))}/s)`,
  ];
  if (sum.known > 0 && sum.known === sum.files) parts.push('nothing new: all of it had been imported before');
  else if (sum.known > 0) parts.push(`${count(sum.known)} of them had nothing new`);
  if (sum.skipped > 0) parts.push(`${count(sum.skipped)} that ${sum.skipped === 1 ? 'is' : 'are'} no log left out`);
  if (sum.bytesCut > 0) parts.push(`${size(sum.bytesCut)} of lines longer than 1 MiB cut off`);
  return parts.join('; ');
}
