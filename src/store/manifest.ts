/**
 * The manifest of a backup: which files it is made of, with sizes, checksums and seqs. A backup is what its manifest says;
 * other files beside it are leftovers of one that was interrupted. Replaced as a whole, so that there is always one.
 * Not here: making one (backup.ts), and using one (restore.ts).
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, readSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '../base/errors.ts';

export const MANIFEST_FILE = 'manifest.json';
/** Raised when an old program could misread a new backup. */
export const MANIFEST_VERSION = 1;

export interface StoredFile {
  /** Its name in a data folder: `2026-11-22.db`. */
  readonly file: string;
  /** Its name in the backup; another one with every content, so that a new backup never writes over the one before. */
  readonly stored: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
  /** Of a day file. */
  readonly firstSeq?: number | undefined;
  readonly lastSeq?: number | undefined;
  readonly records?: number;
  /** Of the original when it was copied; absent for a file that was still being written. A closed one that is the same is not copied again. */
  readonly source?: { readonly bytes: number; readonly modifiedMs: number } | undefined;
}

export interface Manifest {
  readonly version: number;
  /** RFC 3339. */
  readonly made: string;
  /** Everything up to this seq is in it. */
  readonly lastSeq: number;
  readonly files: readonly StoredFile[];
}

/** Throws `not-found` where there is none, `store-corrupt` for what is none, `store-format` for a newer one. */
export function readManifest(folder: string): Manifest {
  const path = join(folder, MANIFEST_FILE);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new CodedError('not-found', `${folder} is no backup: it has no ${MANIFEST_FILE}`);
    throw new CodedError('store-corrupt', `${path} cannot be read: ${(error as Error).message}`);
  }
  return parseManifest(text, path);
}

/** `path`: what it is called in errors. Throws `store-corrupt`, and `store-format` for a newer one. */
export function parseManifest(text: string, path: string): Manifest {
  let manifest: Manifest;
  try {
    manifest = JSON.parse(text) as Manifest;
  } catch (error) {
    throw new CodedError('store-corrupt', `${path} cannot be read: ${(error as Error).message}`);
  }
  const known = typeof manifest === 'object' && manifest !== null && Array.isArray(manifest.files) && Number.isInteger(manifest.version);
  if (!known || !manifest.files.every(isEntry)) throw new CodedError('store-corrupt', `${path} is not the manifest of a backup`);
  if (manifest.version > MANIFEST_VERSION)
    throw new CodedError(
      'store-format',
      `${path} has version ${manifest.version}; this program knows up to ${MANIFEST_VERSION}. Use a newer Stacktrail`,
    );
  return manifest;
}

/** A name with a folder in it would lead out of the backup. */
const NAME = /^[\w-][\w.-]*$/;

function isEntry(entry: StoredFile): boolean {
  const names = [entry?.file, entry?.stored].every((name) => typeof name === 'string' && NAME.test(name));
  return names && Number.isInteger(entry.bytes) && typeof entry.sha256 === 'string';
}

export function writeManifest(folder: string, manifest: Manifest): void {
  const draft = join(folder, `${MANIFEST_FILE}.new`);
  writeFileSync(draft, `${JSON.stringify(manifest, undefined, 2)}\n`);
  syncFile(draft);
  renameSync(draft, join(folder, MANIFEST_FILE));
  syncFile(folder);
}

/** Also of a folder: what was renamed in it is there after a power loss. */
export function syncFile(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const CHUNK_BYTES = 4 * 1024 * 1024;

export function sha256Of(path: string): string {
  const hash = createHash('sha256');
  const descriptor = openSync(path, 'r');
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk)) hash.update(chunk.subarray(0, read));
  } finally {
    closeSync(descriptor);
  }
  return hash.digest('hex');
}

/** What is wrong with a stored file, as a sentence; undefined when it is as the manifest says. */
export function checkStored(folder: string, { stored, bytes, sha256 }: StoredFile): string | undefined {
  const path = join(folder, stored);
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) return `${stored} is missing`;
  if (size !== bytes) return `${stored} has ${size} bytes instead of ${bytes}`;
  return sha256Of(path) === sha256 ? undefined : `${stored} does not match its checksum`;
}
