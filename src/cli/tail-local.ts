/**
 * `tail --local FILE…`: files of this machine without a server - the last records of all of them in the order of time, then what
 * is written, through every kind of rotation. The words are files, the query is --query; filters mean what they mean elsewhere.
 *
 * Hints of the system say when to look; looking also without them finds what they miss (network file systems). A file that
 * cannot be read is said and does not end the others.
 */
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { addAbortSignal, Readable } from 'node:stream';
import { marks } from '../../parsers/index.ts';
import type { Arguments } from '../base/arguments.ts';
import { CodedError } from '../base/errors.ts';
import { GrowingFile, type Grown } from '../base/grow.ts';
import { limits } from '../base/limits.ts';
import { publicJson } from '../base/public.ts';
import { nowUs } from '../base/time.ts';
import { visible } from '../base/visible.ts';
import { watchPaths } from '../base/watch.ts';
import type { LogRecord } from '../model.ts';
import { compile } from '../query/match.ts';
import { exactText } from '../store/merge.ts';
import { LocalParser } from './local-parse.ts';
import { queryFilter } from './query-flags.ts';
import { say } from './shell.ts';
import type { Tail, TailEvent } from './tail.ts';

/** Longest that a line waits when the system gives no hint. */
const LOOK_EVERY_MS = 1000;
/** How much of the end of a file is looked at for its last records: four times more from try to try. */
const END_BYTES = { first: 256 * 1024, most: 64 * 1024 * 1024 };

interface LocalFile {
  readonly path: string;
  readonly growing: GrowingFile;
  readonly lead: string;
  parser: LocalParser;
  /** What was said of it last, so that it is said once. */
  said: string;
}

interface Local {
  readonly tail: Tail;
  readonly files: readonly LocalFile[];
  readonly nextSeq: () => number;
  readonly matches: (record: LogRecord) => boolean;
}

export async function tailFiles(tail: Tail, given: Arguments): Promise<void> {
  if (given.words.length === 0) throw new CodedError('bad-argument', '--local needs files: tail --local /var/log/nova/*.log');
  if (given.text('url') !== undefined) throw new CodedError('bad-argument', '--local reads files, --url asks a server: give one of them');
  let seq = 0;
  const nextSeq = (): number => ++seq;
  const paths = [...new Set(given.words)];
  if (paths.includes('-') && paths.length > 1) throw new CodedError('bad-argument', '- is stdin, and stands alone');
  const leads = leadsOf(paths);
  const files = paths.map((path, index): LocalFile => {
    return { path, growing: new GrowingFile(path), lead: leads[index]!, parser: new LocalParser(path, nextSeq), said: '' };
  });
  const local: Local = { tail, files, nextSeq, matches: compile(queryFilter(given, given.text('query') ?? ''), marks) };
  try {
    if (paths[0] === '-') await readInput(local, files[0]!);
    else await begin(local);
    if (paths[0] !== '-' && tail.follows) await follow(local);
  } finally {
    for (const { growing } of files) await growing.close();
  }
}

/** stdin: everything as it comes; without following only the last of it. */
async function readInput(local: Local, file: LocalFile): Promise<void> {
  const { tail } = local;
  const last: Timed[] = [];
  let rest = Buffer.alloc(0);
  const take = (bytes: Buffer): void => {
    file.parser.take(bytes, { cut: false, nearUs: nowUs() });
    for (const event of eventsOf(local, file)) {
      if (tail.follows) tail.show(event);
      else last.push(event);
    }
    if (last.length > tail.lines) last.splice(0, last.length - tail.lines);
  };
  const { input } = tail.shell;
  // Nobody may ever write there again.
  if (input instanceof Readable) addAbortSignal(tail.left, input);
  for await (const chunk of input ?? []) {
    if (tail.left.aborted) return;
    const bytes = Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(10) + 1;
    take(bytes.subarray(0, end));
    // What a line has beyond its limit is cut away anyway.
    rest = bytes.subarray(end, end + limits.messageBytesMax + 1);
  }
  take(rest);
  for (const event of last) tail.show(event);
}

/** Names in front of the lines where there are several files; paths where names are not enough. */
function leadsOf(paths: readonly string[]): string[] {
  if (paths.length === 1) return [''];
  const names = paths.map((path) => basename(path));
  const shown = names.map((name, index) => visible(names.indexOf(name) === names.lastIndexOf(name) ? name : paths[index]!));
  const width = Math.max(...shown.map((name) => name.length));
  return shown.map((name) => `${name.padEnd(width)} `);
}

/** The last records of all files, in the order of time. */
async function begin(local: Local): Promise<void> {
  const { tail, files } = local;
  const events: Timed[] = [];
  let readable = 0;
  for (const file of files) {
    try {
      await refuseOthers(file.path);
      if (await file.growing.openAtEnd()) {
        readable++;
        events.push(...(await lastEvents(local, file)));
      } else if (tail.follows) say(tail.shell, `${visible(file.path)} is not there yet; waiting for it`, tail.quiet);
      else say(tail.shell, `${visible(file.path)}: there is no such file`, false);
    } catch (error) {
      complain(local, file, error);
    }
  }
  // With nothing to wait for there is nothing to do.
  if (readable === 0 && (!tail.follows || files.every(({ said }) => said !== '')))
    throw new CodedError('not-found', 'none of the files can be read');
  const last = tail.lines === 0 ? [] : events.sort(inTime).slice(-tail.lines);
  for (const event of last) tail.show(event);
}

/** A folder, a socket: what cannot grow by lines. A pipe has no end to begin at. */
async function refuseOthers(path: string): Promise<void> {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isDirectory()) throw new Error(`is a folder; name its files: ${path.replace(/\/+$/, '')}/*.log`);
  if (stats !== undefined && !stats.isFile()) throw new Error('is not a file that grows');
}

interface Timed extends TailEvent {
  readonly timeUs: number;
}

function inTime(left: Timed, right: Timed): number {
  return left.timeUs - right.timeUs;
}

/** One record more than wanted must be there: the first of a part of a file may lack its beginning. */
async function lastEvents(local: Local, file: LocalFile): Promise<Timed[]> {
  const { lines, follows } = local.tail;
  if (lines === 0) return [];
  const handle = await open(file.path, 'r');
  try {
    const stats = await handle.stat();
    const nearUs = Math.round(stats.mtimeMs * 1000);
    // Half a line is shown when its end has come; where nothing is waited for, as it is.
    const offset = follows ? file.growing.offset : stats.size;
    for (let size = END_BYTES.first; ; size *= 4) {
      const start = Math.max(0, offset - size);
      const bytes = Buffer.alloc(offset - start);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
      file.parser = new LocalParser(file.path, local.nextSeq);
      file.parser.take(bytes.subarray(start === 0 ? 0 : bytes.indexOf(10) + 1, bytesRead), { cut: false, nearUs });
      const events = eventsOf(local, file);
      if (start === 0) return events.slice(-lines);
      if (events.length > lines || size >= END_BYTES.most) {
        if (events.length <= lines)
          say(
            local.tail.shell,
            `looked for last lines only in the last ${size / 1024 / 1024} MiB of ${visible(file.path)}`,
            local.tail.quiet,
          );
        return events.slice(-lines);
      }
    }
  } finally {
    await handle.close();
  }
}

/** What the parser has got, as far as the query wants it. */
function eventsOf({ tail, matches }: Local, { parser, lead }: LocalFile): Timed[] {
  const events: Timed[] = [];
  for (const record of parser.records()) {
    const isMore = record.of !== undefined;
    // Of the last lines only those count that will be shown.
    if (!matches(record) || (!isMore && !tail.takes(record))) continue;
    const json = publicJson(record, marks(record), tail.wantsRaw ? exactText(record) : undefined);
    events.push({ json, isMore, lead, timeUs: record.time });
  }
  return events;
}

async function follow(local: Local): Promise<void> {
  const { tail, files } = local;
  const { left } = tail;
  let wake = Promise.withResolvers<void>();
  const nudge = (): void => wake.resolve();
  const watch = watchPaths(
    files.map(({ path }) => path),
    { onHint: nudge },
  );
  const timer = setInterval(nudge, LOOK_EVERY_MS);
  left.addEventListener('abort', nudge, { once: true });
  try {
    while (!left.aborted) {
      // Before looking: what is hinted meanwhile is looked at again.
      wake = Promise.withResolvers();
      const events: Timed[] = [];
      for (const file of files) events.push(...(await look(local, file)));
      for (const event of files.length > 1 ? events.sort(inTime) : events) tail.show(event);
      if (!left.aborted) await wake.promise;
    }
  } finally {
    clearInterval(timer);
    await watch.close();
  }
}

async function look(local: Local, file: LocalFile): Promise<Timed[]> {
  const events: Timed[] = [];
  try {
    const grown = await file.growing.look(({ bytes, cut }) => {
      file.parser.take(bytes, { cut, nearUs: nowUs() });
      events.push(...eventsOf(local, file));
    });
    tellChange(local, file, grown);
    file.said = '';
  } catch (error) {
    complain(local, file, error);
  }
  return events;
}

const CHANGES: Record<Grown['change'], string | undefined> = {
  none: undefined,
  appeared: 'is there now',
  rotated: 'was rotated; going on with the new file',
  truncated: 'was truncated; going on from its beginning',
  gone: 'is gone; waiting for it to come back',
};

function tellChange({ tail }: Local, { path }: LocalFile, { change }: Grown): void {
  const text = CHANGES[change];
  if (text !== undefined) say(tail.shell, `${visible(path)} ${text}`, tail.quiet);
}

/** Troubles that the system has with a file; anything else is a bug. */
function complain({ tail }: Local, file: LocalFile, error: unknown): void {
  if (!(error instanceof Error) || error.message.startsWith('BUG:')) throw error;
  if (file.said === error.message) return;
  file.said = error.message;
  const { code } = error as NodeJS.ErrnoException;
  const why = code === 'EACCES' ? 'may not be read by this user' : error.message;
  say(tail.shell, `${visible(file.path)} ${visible(why)}`, false);
}
