/**
 * The first look at a pattern: what lies there and is not wanted gets a place at its end, before anything else of it is read. From then
 * on the rule is one sentence: a file of a followed set that has no place is read from its beginning.
 * Not wanted are older files of a rotated set that no pattern matches (`stacktrail import` takes them), and with `files.from: end` all.
 * Only for a file that could not be read then the rule holds, too: it is read from its beginning once it can be.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { isCoded } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { nowUs } from '../base/time.ts';
import type { Ingest } from '../model.ts';
import { type FoundFile, isOld } from './files-find.ts';
import { bytesAt, headOf, ownerOf, standingOf } from './files-place.ts';
import { HEAD_BYTES, TAIL_BYTES, tailOf, writePlace } from './fingerprint.ts';
import { notText } from './not-text.ts';

type Intake = Pick<Ingest, 'accept' | 'positions'>;

const LF = 10;
/** Waiting for the disk together: a commit holds many. */
const TOGETHER = 64;
/** Files with the same beginning get different names in turn: as many as there are of them. */
const TURNS_MAX = 100;

/** Resolves when the places of all are on disk; false when one had another name by then, and it is to be done again. Throws what the intake says. */
export async function leave(files: readonly FoundFile[], ingest: Intake): Promise<boolean> {
  let isDone = true;
  for (let from = 0; from < files.length; from += TOGETHER) {
    let waiting = files.slice(from, from + TOGETHER);
    for (let turn = 0; waiting.length > 0 && turn < TURNS_MAX; turn++) {
      const answers = await Promise.all(waiting.map((file) => leaveOne(file, ingest)));
      if (answers.includes('renamed')) isDone = false;
      waiting = waiting.filter((_, index) => answers[index] === 'again');
    }
  }
  return isDone;
}

async function leaveOne(file: FoundFile, ingest: Intake): Promise<'left' | 'renamed' | 'again'> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file.path, 'r');
    if ((await handle.stat({ bigint: true })).ino !== file.ino) return 'renamed';
    return await placeAtEnd(handle, { file, ingest });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'renamed';
    // What cannot be read is told when it is followed.
    if (isCoded(error)) throw error;
    return 'left';
  } finally {
    await handle?.close();
  }
}

async function placeAtEnd(handle: FileHandle, { file, ingest }: { file: FoundFile; ingest: Intake }): Promise<'left' | 'again'> {
  const { path, ino, setPath } = file;
  const head = await headOf(handle);
  const isOver = isOld(file);
  // What grows and has no line yet is new when it has one.
  const isBegun = head.includes(LF) || head.length === HEAD_BYTES || (isOver && head.length > 0);
  if (!isBegun || notText(head) !== undefined) return 'left';
  const owner = ownerOf(ino, setPath);
  const { source, after } = await standingOf(head, { handle, path, owner, isFresh: false, host: hostname(), ingest });
  if (after !== '') return 'left';
  const { size } = await handle.stat();
  const at = isOver ? size : await lineEnd(handle, size);
  const tail = tailOf(await bytesAt(handle, Math.max(0, at - TAIL_BYTES), at));
  const position = { source, after, value: writePlace({ at, tail, cut: false, owner }) };
  const run = { source: { transport: 'file', peer: setPath } as const, received: nowUs(), bytes: new Uint8Array(), spans: [], position };
  try {
    await ingest.accept(run);
    return 'left';
  } catch (error) {
    // Another file with the same beginning was faster.
    if (isCoded(error) && error.code === 'position-moved') return 'again';
    throw error;
  }
}

/** Behind the last whole line, but for one that is longer than a message. */
async function lineEnd(handle: FileHandle, size: number): Promise<number> {
  const oldest = Math.max(0, size - limits.messageBytesMax);
  const bytes = await bytesAt(handle, oldest, size);
  return oldest + (bytes.lastIndexOf(LF) + 1 || (oldest === 0 ? 0 : bytes.length));
}
