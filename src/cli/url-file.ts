/**
 * The URL that a running server leaves for the reading verbs of the same user: one small JSON file in the
 * system's temporary folder. That folder belongs to everybody, so a file counts only if it is a plain file of ours
 * that nobody else can write, and is put there by rename, which never follows somebody else's link.
 */
import { lstatSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

interface Left {
  url: string;
  pid: number;
}

/** Where it is; the folder only differs in tests. */
export function urlPath(folder = tmpdir()): string {
  return join(folder, `stacktrail-${userInfo().uid}.json`);
}

/** Returns how to take it away again. Throws what the file system says; the server runs as well without. */
export function leaveUrl(url: string, folder = tmpdir()): () => void {
  const path = urlPath(folder);
  const left: Left = { url, pid: process.pid };
  // A folder of our own (mode 700), so that the name cannot be there already.
  const draft = mkdtempSync(join(folder, 'stacktrail-'));
  try {
    writeFileSync(join(draft, 'url'), `${JSON.stringify(left)}\n`, { mode: 0o600 });
    renameSync(join(draft, 'url'), path);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return () => {
    // Another server may have left its own since.
    if (read(path)?.pid === process.pid) rmSync(path, { force: true });
  };
}

/** The URL of a server that is alive. */
export function findUrl(folder = tmpdir()): string | undefined {
  const left = read(urlPath(folder));
  return left !== undefined && isAlive(left.pid) ? left.url : undefined;
}

function read(path: string): Left | undefined {
  try {
    const entry = lstatSync(path);
    // 0o022: others may write.
    if (!entry.isFile() || entry.uid !== userInfo().uid || (entry.mode & 0o022) !== 0) return undefined;
    const { url, pid } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Left>;
    return typeof url === 'string' && /^https?:\/\//.test(url) && Number.isSafeInteger(pid) ? { url, pid: pid! } : undefined;
  } catch {
    // Not there, or not ours: then nobody left anything.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
