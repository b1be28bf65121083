/**
 * The door of chokidar: tells that something may have changed at a path - written, replaced, created, gone. A hint and no
 * more: it may come twice, late, or (network file systems, exhausted inotify watches) not at all, so whoever must
 * not miss anything also looks now and then by itself. Paths need not exist yet.
 * Not here: what changed (grow.ts for files that grow).
 */
import { watch } from 'chokidar';

export interface Watch {
  close(): Promise<void>;
}

export interface WatchOptions {
  /** The path as it was given, or of what lies in a folder; whether something came there or went. */
  readonly onHint: (path: string, isReplaced: boolean) => void;
  /** Of a folder that was named: which of its files are watched, itself included; absent: all. */
  readonly only?: (path: string) => boolean;
  /** Watching a path is not possible (limits of the system); it is said once per trouble, and nothing else happens. */
  readonly onTrouble?: (error: Error) => void;
}

export function watchPaths(paths: readonly string[], options: WatchOptions): Watch {
  const watcher = watch([...paths], {
    ignoreInitial: true,
    // Whoever waits for hints has something else to live for.
    persistent: false,
    // An editor's way to save - remove, then create - would be one late hint.
    atomic: false,
    // A folder that was named is watched itself, with what lies in it.
    depth: 0,
    ...(options.only ? { ignored: (path: string) => !options.only!(path) } : {}),
  });
  watcher.on('all', (event, path) => options.onHint(path, event !== 'change'));
  watcher.on('error', (error) => options.onTrouble?.(error as Error));
  return { close: () => watcher.close() };
}
