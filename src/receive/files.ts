/**
 * Follows the log files of this machine: what `files` means now, through creation, rotation, truncation and restarts. Every line is
 * committed together with the place behind it (files-body.ts), so that it is there once, whatever is killed when.
 *
 * Order: of a rotated set an older file is read to its end before a younger one is begun. A file that has lost its name is read on for a
 * while, its writer may not have noticed. Looks come with hints of the file system, and by themselves: hints are lost on network file
 * systems. Not here: which files (files-find.ts), older files of a set (files-rests.ts), who reads when (files-lanes.ts).
 */
import { dirname, matchesGlob } from 'node:path';
import { type Watch, watchPaths } from '../base/watch.ts';
import { LogBody } from './files-body.ts';
import { type Findings, type FoundFile, findFiles, folderOf, setsWithoutNewest } from './files-find.ts';
import { Lanes } from './files-lanes.ts';
import { Marks } from './files-marks.ts';
import type { FilesOptions, FilesSettings, FilesStatus } from './files-options.ts';
import { restsOf } from './files-rests.ts';

export type { FilesOptions, FilesSettings, FilesStatus } from './files-options.ts';

/** A rotation is noticed at the latest so late; large trees are walked less often: a twentieth of a core at most. */
const LOOK_MS = 1000;
const LOOK_SHARE = 20;
/** Hints come in swarms. */
const SETTLE_MS = 50;
/** Of nothing new. A writer notices a rotation with its next line, or when logrotate's postrotate script tells it; then the old file is over. */
const LOST_FOR_MS = 30_000;
/** Each costs an inotify watch or more; files of other folders are looked at once a second. */
const FOLDERS_MAX = 200;
/** What people read of a list in a status. */
const LISTED_MAX = 20;
/** Files whose trouble is remembered as told. */
const TOLD_MAX = 2000;

export class Files {
  readonly #options: FilesOptions;
  #settings: FilesSettings;
  readonly #bodies = new Map<string, LogBody>();
  readonly #lanes: Lanes;
  readonly #marks: Marks;
  #watch: Watch | undefined;
  readonly #lookedAt = new Set<string>();
  #watched = '';
  #byPath: ReadonlyMap<string, LogBody> = new Map();
  #isSoon = false;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isLookWanted = false;
  #isStopped = false;
  #findings: Findings = { files: [], troubles: new Map(), left: 0 };
  readonly #told = new Map<string, string>();

  constructor(settings: FilesSettings, options: FilesOptions) {
    this.#options = options;
    this.#settings = settings;
    this.#marks = new Marks(options.ingest);
    this.#lanes = new Lanes(options.ingest, {
      onTruncated: (body) => this.#truncated(body),
      onOver: (body) => this.#drop(body),
      onTrouble: (body) => this.#tell(body.path, body.trouble),
    });
    this.#schedule(0);
  }

  /** From now on; what is read of files that are not meant any more is read to its end. */
  configure(settings: FilesSettings): void {
    this.#settings = settings;
    this.#lookSoon();
  }

  status(): FilesStatus {
    const bodies = [...this.#bodies.values()];
    const behind = bodies.filter(({ behindBytes }) => behindBytes > 0).sort((a, b) => b.behindBytes - a.behindBytes);
    const troubles = [
      ...[...this.#findings.troubles].map(([path, why]) => ({ path, why })),
      ...bodies.flatMap(({ path, trouble, refusal }) =>
        trouble === undefined && refusal === undefined ? [] : [{ path, why: trouble ?? refusal! }],
      ),
    ];
    return {
      patterns: this.#settings.patterns.length,
      followed: bodies.length - bodies.filter(({ trouble }) => trouble !== undefined).length,
      notFollowed: this.#findings.left,
      behindBytes: behind.reduce((sum, body) => sum + body.behindBytes, 0),
      waiting: this.#lanes.isWaiting,
      behind: behind.slice(0, LISTED_MAX).map(({ path, behindBytes }) => ({ path, behindBytes })),
      troubled: troubles.length,
      troubles: troubles.slice(0, LISTED_MAX),
    };
  }

  /** Stops reading; resolves when all that was read is on disk or refused. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#watch?.close();
    await this.#looking;
    await this.#lanes.stop();
    for (const body of this.#bodies.values()) await body.close();
  }

  // ----------------------------------------------------------------------------------------- looking

  #schedule(afterMs: number): void {
    clearTimeout(this.#timer);
    if (!this.#isStopped) this.#timer = setTimeout(() => this.#lookSoon(), afterMs);
  }

  #lookSoon(): void {
    this.#isLookWanted = true;
    if (this.#looking === undefined && !this.#isStopped) this.#looking = this.#lookOn();
  }

  async #lookOn(): Promise<void> {
    const startedMs = performance.now();
    while (this.#isLookWanted && !this.#isStopped) {
      this.#isLookWanted = false;
      this.#isSoon = false;
      try {
        await this.#look();
      } catch (error) {
        this.#tell('files', `cannot be looked at: ${(error as Error).message}`);
      }
    }
    this.#looking = undefined;
    this.#schedule(Math.max(LOOK_MS, (performance.now() - startedMs) * LOOK_SHARE));
  }

  async #look(): Promise<void> {
    const { patterns, from } = this.#settings;
    if (patterns.length === 0 && this.#bodies.size === 0) return;
    const findings = await findFiles(patterns);
    const unmarked = await this.#marks.unmarked(patterns);
    const firstLooks = unmarked.filter((pattern) => !this.#lookedAt.has(pattern));
    const isNew = (pattern: string): boolean => !this.#lookedAt.has(pattern);
    const rotated = new Set(await setsWithoutNewest(patterns.filter(isNew)));
    for (const pattern of patterns) this.#lookedAt.add(pattern);
    this.#findings = findings;
    for (const [path, why] of findings.troubles) this.#tell(path, why);
    if (findings.left > 0) this.#tell('files', `match ${findings.left} more than may be followed`);
    const found = new Map(findings.files.map((file) => [file.key, file]));
    for (const [key, body] of this.#bodies) {
      if (found.has(key)) continue;
      if (body.lostAtMs === undefined) rotated.add(body.setPath);
      this.#lose(body);
    }
    for (const files of Map.groupBy(findings.files, ({ setPath }) => setPath).values())
      await this.#lookAtSet(files, from === 'end' ? firstLooks : []);
    // Another one may have come and gone between two looks, or while we were down.
    for (const setPath of rotated) await this.#rests(setPath, []);
    this.#byPath = new Map([...this.#bodies.values()].map((body) => [body.path, body]));
    this.#watchFolders();
    // Only when all of them stand where they begin: a crash before that is as if nobody had looked.
    if (unmarked.length > 0 && [...this.#bodies.values()].every((body) => body.isPlaced || body.trouble !== undefined))
      await this.#marks.mark(unmarked);
  }

  /** A name under which it is followed is gone; it is read on until nothing has come for a while. */
  #lose(body: LogBody): void {
    body.lostAtMs ??= performance.now();
    const isLong = performance.now() - Math.max(body.lostAtMs, body.grownAtMs) > LOST_FOR_MS && body.isSettled;
    if (isLong && body.trouble !== undefined) void this.#drop(body);
    else {
      if (isLong && body.isRead) body.end();
      this.#lanes.wake(body);
    }
  }

  async #lookAtSet(files: readonly FoundFile[], firstLooks: readonly string[]): Promise<void> {
    const fresh: LogBody[] = [];
    const { setPath } = files[0]!;
    for (const file of files) {
      const body = this.#bodies.get(file.key);
      if (body === undefined) fresh.push(await this.#begin(file, firstLooks));
      else {
        body.path = file.path;
        body.lostAtMs = undefined;
        if (body.hasChanged(file.size, file.modifiedMs) || body.trouble !== undefined || body.refusal !== undefined) this.#lanes.wake(body);
      }
    }
    if (fresh.length === 0) return;
    // Before the older ones are looked for: what is truncated from now on is noticed, what was truncated before has its copy there.
    for (const body of fresh) await body.find().catch(() => undefined);
    const { older } = await this.#rests(setPath, fresh);
    for (const body of fresh) {
      body.after = [...older];
      older.push(body);
      this.#lanes.wake(body);
    }
  }

  /** Files of a set that nobody matched and that are not read to their end, and those that are read already: all come before the new ones. */
  async #rests(setPath: string, fresh: readonly LogBody[]): Promise<{ older: LogBody[]; hasFound: boolean }> {
    const reading = [...this.#bodies.values()].filter((body) => body.setPath === setPath && !fresh.includes(body));
    for (const body of reading) {
      body.lookAgain();
      this.#lanes.wake(body);
    }
    const rests = await restsOf({
      setPath,
      fresh,
      bodies: this.#bodies,
      make: (file) => this.#make(file, false),
      adopt: (file, body) => this.#adopt(file, body),
    });
    for (const [index, body] of rests.entries()) {
      body.lostAtMs = performance.now();
      body.after = [...reading, ...rests.slice(0, index)];
      this.#lanes.wake(body);
    }
    return { older: [...reading, ...rests], hasFound: rests.length > 0 };
  }

  async #begin(file: FoundFile, firstLooks: readonly string[]): Promise<LogBody> {
    const body = this.#make(file, firstLooks.includes(file.pattern));
    this.#adopt(file, body);
    // At once: a moment later it may have another name. What it cannot be opened for is told when it is read.
    await body.open().catch(() => undefined);
    return body;
  }

  #make({ path, setPath, ino }: FoundFile, fromEnd: boolean): LogBody {
    const { ingest, counters, hints } = this.#options;
    const body = new LogBody(
      { path, setPath, ino, fromEnd },
      { ingest, counters, hints, onSettled: (settled) => this.#lanes.settled(settled) },
    );
    return body;
  }

  #adopt({ key }: FoundFile, body: LogBody): boolean {
    if (this.#bodies.has(key)) return false;
    this.#bodies.set(key, body);
    this.#options.counters.add('files.begun');
    return true;
  }

  // ----------------------------------------------------------------------------------------- what bodies find

  /** What was in it may lie in a copy beside it (copytruncate): that is read first. */
  async #truncated(body: LogBody): Promise<void> {
    const { counters } = this.#options;
    const missed = body.truncate();
    counters.add('files.truncated');
    const { older, hasFound } = await this.#rests(body.setPath, [body]);
    body.after = older;
    if (missed > 0 && !hasFound) {
      counters.lose('file-truncated', body.setPath, missed);
      this.#tell(body.path, `was truncated before ${missed} bytes at its end were read, and no copy lies beside it`);
    }
  }

  async #drop(body: LogBody): Promise<void> {
    for (const [key, one] of this.#bodies) if (one === body) this.#bodies.delete(key);
    await body.close();
  }

  /** Once per path and trouble. */
  #tell(path: string, why: string | undefined): void {
    if (why === undefined || this.#told.get(path) === why) return;
    if (this.#told.size >= TOLD_MAX) this.#told.clear();
    this.#told.set(path, why);
    this.#options.warn(`${path} ${why}`);
  }

  // ----------------------------------------------------------------------------------------- hints

  #watchFolders(): void {
    const folders = new Set([...this.#settings.patterns.map(folderOf), ...[...this.#bodies.values()].map(({ path }) => dirname(path))]);
    const wanted = [...folders].slice(0, FOLDERS_MAX);
    if (wanted.join('\n') === this.#watched) return;
    this.#watched = wanted.join('\n');
    const names = new Set(wanted);
    void this.#watch?.close();
    this.#watch = watchPaths(wanted, {
      only: (path) => names.has(path) || this.#isMeant(path),
      onHint: (path, isReplaced) => this.#hear(path, isReplaced),
      onTrouble: (error) => this.#tell('files', `are noticed late: ${error.message}`),
    });
  }

  /** Of a folder there are hints for what is meant only: `/var/log` is busy. */
  #isMeant(path: string): boolean {
    return this.#byPath.has(path) || this.#settings.patterns.some((pattern) => path === pattern || matchesGlob(path, pattern));
  }

  #hear(path: string, isReplaced: boolean): void {
    const body = this.#byPath.get(path);
    if (body !== undefined) this.#lanes.wake(body);
    if ((body === undefined || isReplaced) && !this.#isSoon) {
      this.#isSoon = true;
      this.#schedule(SETTLE_MS);
    }
  }
}
