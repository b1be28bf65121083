/**
 * A data folder from a backup (backup.ts), or from one in an archive (backup-tar.ts). The folder must be empty or new, and nobody's. Everything is checked before the first
 * byte is written (an archive: while it is written), copied into a folder inside, checked again, and moved into place at the end; a folder in which that was
 * interrupted is no data folder to anybody (folder.ts refuses it), and the next restore begins anew.
 */
import { closeSync, copyFileSync, mkdirSync, openSync, renameSync, rmdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { CodedError, toMessage } from '../base/errors.ts';
import { checkBackup } from './backup.ts';
import { checkTar } from './backup-tar.ts';
import { listDays, ownEmptyFolder, RESTORING_FOLDER } from './folder.ts';
import { type Manifest, sha256Of, syncFile } from './manifest.ts';

export interface RestoreOptions {
  readonly backup: string;
  readonly folder: string;
  readonly onFile?: (file: string, how: 'checked' | 'copied') => void;
  /** Throws to give up. */
  readonly goOn?: () => void;
}

export async function restoreFolder(options: RestoreOptions): Promise<Manifest> {
  const { backup, folder, onFile, goOn } = options;
  const isTar = statSync(backup, { throwIfNoEntry: false })?.isFile() === true;
  // An archive is read once, into a folder inside, and checked there.
  const checked = isTar
    ? undefined
    : await checkBackup(backup, (file) => {
        goOn?.();
        onFile?.(file, 'checked');
      });
  const lock = ownEmptyFolder(folder);
  const draft = join(folder, RESTORING_FOLDER);
  const moved: string[] = [];
  try {
    rmSync(draft, { recursive: true, force: true });
    // Of a restore that was interrupted while it moved them: perhaps of another backup.
    for (const { file } of listDays(folder)) rmSync(join(folder, file));
    mkdirSync(draft, { mode: 0o750 });
    const manifest = checked ?? (await unpackTar(options, draft));
    if (checked !== undefined) await copyFiles(options, { draft, manifest });
    for (const { file } of manifest.files) {
      moved.push(file);
      renameSync(join(draft, file), join(folder, file));
    }
    rmdirSync(draft);
    syncFile(folder);
    return manifest;
  } catch (error) {
    // Nothing of it was in place yet, or it is all taken back: half a restore must not look like data.
    for (const file of moved) rmSync(join(folder, file), { force: true });
    rmSync(draft, { recursive: true, force: true });
    throw machineError(error, folder);
  } finally {
    lock.release();
  }
}

async function copyFiles({ backup, folder, onFile, goOn }: RestoreOptions, to: { draft: string; manifest: Manifest }): Promise<void> {
  for (const { file, stored, sha256 } of to.manifest.files) {
    // So that a signal is heard.
    await breathe();
    goOn?.();
    const copy = join(to.draft, file);
    copyFileSync(join(backup, stored), copy);
    if (sha256Of(copy) !== sha256) throw new CodedError('store-corrupt', `${file} was not copied as it is; look at the disk of ${folder}`);
    syncFile(copy);
    onFile?.(file, 'copied');
  }
}

/** Files come under their stored names; the manifest, which is the last, says what they are called here. */
async function unpackTar({ backup, onFile, goOn }: RestoreOptions, draft: string): Promise<Manifest> {
  const manifest = await checkTar(backup, ({ name }) => {
    const descriptor = openSync(join(draft, name), 'wx', 0o640);
    return {
      write(chunk) {
        goOn?.();
        for (let at = 0; at < chunk.length; ) at += writeSync(descriptor, chunk, at);
      },
      close: () => closeSync(descriptor),
    };
  });
  for (const { file, stored } of manifest.files) {
    renameSync(join(draft, stored), join(draft, file));
    syncFile(join(draft, file));
    onFile?.(file, 'copied');
  }
  return manifest;
}

function machineError(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new CodedError('disk-full', `there is no room for the restore in ${folder}; it is empty again`);
  return /^E[A-Z]+$/.test(code) ? new CodedError('store-unwritable', `${folder}: ${toMessage(error).message}`) : error;
}
