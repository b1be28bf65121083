/**
 * A backup as one file: what backup.ts makes, each file put into an archive as soon as it is copied and checked, the manifest last, because only then
 * the checksums are known. Beside it there never is more than one copy, in `FILE.making`; a run that was killed leaves that, and the next removes it.
 *
 * Invariant: under its name there is a whole backup, or what was there before: the archive is read back against its manifest, synced, and
 * only then renamed. Not here: the archive's format (tar-file.ts), and how each file is copied (backup.ts).
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { CodedError, isCoded } from '../base/errors.ts';
import { type BackupOptions, type BackupReport, backupFolder, machineError, noRoom, OURS } from './backup.ts';
import { MANIFEST_FILE, type Manifest, parseManifest, type StoredFile, syncFile } from './manifest.ts';
import { storeError } from './sqlite.ts';
import { readTar, type TarPart, TarWriter } from './tar-file.ts';

/** Of the folder beside the archive, while it is made. */
const MAKING = '.making';
/** In it. */
const ARCHIVE = 'copying-archive';
const READ_BYTES = 1024 * 1024;
/** What is stored in a backup, beside the manifest. */
const STORED = /^(?:state|\d{4}-\d\d-\d\d(?:\.\d+)?)\.db\.[0-9a-f]{16}$/;
/** A manifest has some 300 bytes a file; this is more files than a folder can hold. */
const MANIFEST_BYTES_MAX = 64 * 1024 * 1024;

/** Throws coded errors; whatever it throws, the archive before is whole. */
export async function backupTar(options: BackupOptions): Promise<BackupReport> {
  const { to } = options;
  await refuseForeign(to, options.folder);
  const making = `${to}${MAKING}`;
  const archive = join(making, ARCHIVE);
  // Made when the first file comes: by then it is known that nobody else writes here.
  let writer: TarWriter | undefined;
  const addTo = async (entry: { name: string; bytes: number }, content: AsyncIterable<Buffer> | Buffer[]): Promise<void> => {
    writer ??= new TarWriter(archive, to);
    await writer.add({ ...entry, modifiedMs: options.nowMs }, content);
  };
  let isOurs = false;
  try {
    const report = await backupFolder({
      ...options,
      to: making,
      goOn() {
        isOurs = true;
        options.goOn?.();
      },
      sink: {
        async take(path, { stored, bytes }) {
          await addTo({ name: stored, bytes }, createReadStream(path, { highWaterMark: READ_BYTES }));
        },
        async end(manifest) {
          const text = Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`);
          await addTo({ name: MANIFEST_FILE, bytes: text.length }, [text]);
          await writer!.end();
          syncFile(archive);
          await checkTar(archive, () => ({ write: () => options.goOn?.(), close: () => undefined }));
          renameSync(archive, to);
          syncFile(dirname(resolve(to)));
        },
      },
    });
    return report;
  } catch (error) {
    await writer?.destroy();
    if (isCoded(error) && error.code === 'disk-full') throw noRoom(dirname(resolve(to)));
    throw storeError(machineError(error, to), to);
  } finally {
    if (isOurs) rmSync(making, { recursive: true, force: true });
  }
}

/** What is there under its name may be a backup of before, or nothing. */
async function refuseForeign(to: string, folder: string): Promise<void> {
  const parent = dirname(resolve(to));
  try {
    mkdirSync(parent, { recursive: true, mode: 0o750 });
  } catch (error) {
    throw new CodedError('store-unwritable', `${parent} cannot be made: ${(error as Error).message}`);
  }
  if (existsSync(folder) && `${realpathSync(parent)}${sep}`.startsWith(`${realpathSync(folder)}${sep}`))
    throw new CodedError('bad-argument', `${to} lies in the data folder; a backup belongs on another disk`);
  const stats = statSync(to, { throwIfNoEntry: false });
  if (stats !== undefined && !(stats.isFile() && (stats.size === 0 || (await beginsAsBackup(to)))))
    throw new CodedError('store-foreign', `${to} is there and no backup; choose another name, or remove it`);
  const strange = existsSync(`${to}${MAKING}`) ? readdirSync(`${to}${MAKING}`).find((name) => !OURS.test(name)) : undefined;
  if (strange !== undefined)
    throw new CodedError('store-foreign', `${basename(to)}${MAKING} holds other things (${strange}); remove it, or choose another name`);
}

async function beginsAsBackup(path: string): Promise<boolean> {
  try {
    for await (const { name, isFile } of readTar(path)) return isFile && STORED.test(name);
  } catch (error) {
    if (!isCoded(error)) throw error;
  }
  return false;
}

/** Where the content of a file goes while it is read. */
export type Placed = (part: TarPart) => { write(chunk: Buffer): void; close(): void };

/**
 * Reads an archive wholly: every file that its manifest names is in it, once, as the manifest says, and nothing else. Throws `store-corrupt` with the
 * first that is wrong; by then `place` may have been given some of it.
 */
export async function checkTar(path: string, place?: Placed): Promise<Manifest> {
  const found = new Map<string, { bytes: number; sha256: string }>();
  let manifest: Manifest | undefined;
  for await (const part of readTar(path)) {
    const { name, isFile, bytes } = part;
    // Folders and remarks of programs that packed it again.
    if (!isFile) continue;
    if (name === MANIFEST_FILE && bytes <= MANIFEST_BYTES_MAX) {
      manifest = parseManifest(await textOf(part), `${MANIFEST_FILE} of ${path}`);
      continue;
    }
    if (!STORED.test(name) || found.has(name)) throw damaged(path, `${JSON.stringify(name)} does not belong there`);
    found.set(name, { bytes, sha256: await placed(part, place) });
  }
  if (manifest === undefined) throw damaged(path, `it has no ${MANIFEST_FILE}, which is its last file: it was cut off, or is no backup`);
  for (const entry of manifest.files) {
    const wrong = wrongOf(entry, found.get(entry.stored));
    if (wrong !== undefined) throw damaged(path, wrong);
  }
  if (found.size > manifest.files.length) throw damaged(path, `it holds files that ${MANIFEST_FILE} does not name`);
  return manifest;
}

function wrongOf({ stored, bytes, sha256 }: StoredFile, found: { bytes: number; sha256: string } | undefined): string | undefined {
  if (found === undefined) return `${stored} is missing`;
  if (found.bytes !== bytes) return `${stored} has ${found.bytes} bytes instead of ${bytes}`;
  return found.sha256 === sha256 ? undefined : `${stored} does not match its checksum`;
}

function damaged(path: string, what: string): CodedError {
  return new CodedError('store-corrupt', `the backup ${path} is damaged: ${what}`);
}

async function placed(part: TarPart, place: Placed | undefined): Promise<string> {
  const hash = createHash('sha256');
  const target = place?.(part);
  try {
    for await (const chunk of part.content) {
      hash.update(chunk);
      target?.write(chunk);
    }
  } finally {
    target?.close();
  }
  return hash.digest('hex');
}

async function textOf({ content }: TarPart): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
