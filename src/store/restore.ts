/**
 * A data folder from a backup (backup.ts). The folder must be empty or new, and nobody's. Everything is checked before the first
 * byte is written, copied into a folder inside, checked again, and moved into place at the end; a folder in which that was
 * interrupted is no data folder to anybody (folder.ts refuses it), and the next restore begins anew.
 */
import { copyFileSync, mkdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { CodedError, toMessage } from '../base/errors.ts';
import { checkBackup } from './backup.ts';
import { listDays, ownEmptyFolder, RESTORING_FOLDER } from './folder.ts';
import { type Manifest, sha256Of, syncFile } from './manifest.ts';

export interface RestoreOptions {
  readonly backup: string;
  readonly folder: string;
  readonly onFile?: (file: string, how: 'checked' | 'copied') => void;
  /** Throws to give up. */
  readonly goOn?: () => void;
}

export async function restoreFolder({ backup, folder, onFile, goOn }: RestoreOptions): Promise<Manifest> {
  const manifest = await checkBackup(backup, (file) => {
    goOn?.();
    onFile?.(file, 'checked');
  });
  const lock = ownEmptyFolder(folder);
  const draft = join(folder, RESTORING_FOLDER);
  try {
    rmSync(draft, { recursive: true, force: true });
    // Of a restore that was interrupted while it moved them: perhaps of another backup.
    for (const { file } of listDays(folder)) rmSync(join(folder, file));
    mkdirSync(draft, { mode: 0o750 });
    for (const { file, stored, sha256 } of manifest.files) {
      // So that a signal is heard.
      await breathe();
      goOn?.();
      copyFileSync(join(backup, stored), join(draft, file));
      if (sha256Of(join(draft, file)) !== sha256)
        throw new CodedError('store-corrupt', `${file} was not copied as it is; look at the disk of ${folder}`);
      syncFile(join(draft, file));
      onFile?.(file, 'copied');
    }
    for (const { file } of manifest.files) renameSync(join(draft, file), join(folder, file));
    rmdirSync(draft);
    syncFile(folder);
    return manifest;
  } catch (error) {
    // Nothing of it was in place yet, or it is all taken back: half a restore must not look like data.
    for (const { file } of manifest.files) rmSync(join(folder, file), { force: true });
    rmSync(draft, { recursive: true, force: true });
    throw machineError(error, folder);
  } finally {
    lock.release();
  }
}

function machineError(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new CodedError('disk-full', `there is no room for the restore in ${folder}; it is empty again`);
  return /^E[A-Z]+$/.test(code) ? new CodedError('store-unwritable', `${folder}: ${toMessage(error).message}`) : error;
}
