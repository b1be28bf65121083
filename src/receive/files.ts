/**
 * Follows the log files of this machine: what `files` means now, through creation, rotation, truncation and restarts. Every line is
 * committed together with the place behind it (files-body.ts), so that it is there once, whatever is killed when.
 *
 * Order: of a rotated set an older file is read to its end before a younger one is begun. A file that has lost its name is read on for a
 * while, its writer may not have noticed. Looks come with hints of the file system, and by themselves: hints are lost on network file
 * systems. Not here: which files (files-find.ts), what of a rotated set is followed (files-sets.ts), who reads when (files-lanes.ts).
 */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Watch, watchPaths } from '../base/watch.ts';
import type { LogBody } from './files-body.ts';
import { type Findings, type Folders, filesOfSet, findFiles, folderOf, isMatch, isOld, setsWithoutNewest } from './files-find.ts';
import { leave } from './files-first.ts';
import { Lanes } from './files-lanes.ts';
import { Marks } from './files-marks.ts';
import type { FilesOptions, FilesSettings, FilesStatus } from './files-options.ts';
import { FileSets } from './files-sets.ts';

export type { FilesOptions, FilesSettings, FilesStatus } from './files-options.ts';

/** A rotation is noticed at the latest so late; large trees are walked less often: a twentieth of a core at most. */
const LOOK_MS = 1000;
const LOOK_SHARE = 20;
/** This thread is busy with other things, too: 2000 files cost it a tenth of a second. */
const LOOK_MS_MAX = 5000;
/** Hints come in swarms. */
const SETTLE_MS = 50;
/** Each costs an inotify watch or more; files of other folders are looked at once a second. */
const FOLDERS_MAX = 200;
/** What people read of a list in a status. */
const LISTED_MAX = 20;
/** Files whose trouble is remembered as told. */
const TOLD_MAX = 2000;

export class Files {
  readonly #options: FilesOptions;
  #settings: FilesSettings;
  readonly #sets: FileSets;
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
      onTruncated: (body) => this.#sets.truncated(body),
      onOver: (body) => this.#sets.drop(body),
      onTrouble: (body) => this.#troubled(body),
    });
    this.#sets = new FileSets({ options, lanes: this.#lanes, tell: (path, why) => this.#tell(path, why) });
    this.#schedule(0);
  }

  /** From now on; what is read of files that are not meant any more is read to its end. */
  configure(settings: FilesSettings): void {
    this.#settings = settings;
    this.#lookSoon();
  }

  status(): FilesStatus {
    const bodies = [...this.#sets.bodies.values()];
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
    for (const body of this.#sets.bodies.values()) await body.close();
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
    const started = process.threadCpuUsage();
    let afterMs = LOOK_MS;
    while (this.#isLookWanted && !this.#isStopped) {
      this.#isLookWanted = false;
      this.#isSoon = false;
      afterMs = LOOK_MS;
      try {
        if (!(await this.#look())) afterMs = SETTLE_MS;
      } catch (error) {
        this.#tell('files', `cannot be looked at: ${(error as Error).message}`);
      }
    }
    this.#looking = undefined;
    // What it cost, not what it took: on a machine that is busy with other things it is as cheap.
    const { user, system } = process.threadCpuUsage(started);
    const tookMs = (user + system) / 1000;
    // A hint that came meanwhile may be of what this look was too early for.
    this.#schedule(this.#isSoon ? Math.max(SETTLE_MS, tookMs) : Math.max(afterMs, Math.min(tookMs * LOOK_SHARE, LOOK_MS_MAX)));
  }

  /** False when something was missed. */
  async #look(): Promise<boolean> {
    const { patterns } = this.#settings;
    if (patterns.length === 0 && this.#sets.bodies.size === 0) return true;
    const isNew = (pattern: string): boolean => !this.#lookedAt.has(pattern);
    const unmarked = await this.#marks.unmarked(patterns);
    const findings = await findFiles(patterns);
    const rotated = await setsWithoutNewest(patterns.filter(isNew));
    this.#findings = findings;
    for (const [path, why] of findings.troubles) this.#tell(path, why);
    if (findings.left > 0) this.#tell('files', `match ${findings.left} more than may be followed`);
    if (unmarked.length > 0 && !(await this.#firstLook(unmarked, [...rotated, ...findings.files.map(({ setPath }) => setPath)])))
      return false;
    for (const pattern of patterns) this.#lookedAt.add(pattern);
    const isClean = await this.#sets.look(findings.files, rotated);
    this.#byPath = new Map([...this.#sets.bodies.values()].map((body) => [body.path, body]));
    this.#watchFolders();
    return isClean;
  }

  /** Before anything of new patterns is read: a crash before that is as if nobody had looked. */
  async #firstLook(unmarked: readonly string[], setPaths: readonly string[]): Promise<boolean> {
    const { patterns, from } = this.#settings;
    const { ingest } = this.#options;
    const marked = patterns.filter((pattern) => !unmarked.includes(pattern));
    const { files } = this.#findings;
    const found = new Set(files.map(({ key }) => key));
    const unwanted = from === 'end' ? files.filter(({ path, pattern }) => unmarked.includes(pattern) && !isMatch(path, marked)) : [];
    const folders: Folders = new Map();
    for (const setPath of new Set(setPaths)) {
      if (isMatch(setPath, marked)) continue;
      const neighbours = await filesOfSet(setPath, () => false, folders);
      unwanted.push(...neighbours.filter((file) => !found.has(file.key) && isOld(file)));
    }
    if (!(await leave(unwanted, ingest))) return false;
    await this.#marks.mark(unmarked);
    return true;
  }

  #troubled(body: LogBody): void {
    // Nobody has asked for it, and it is no log.
    if (body.isUnwanted && this.#sets.isLeftover(body)) void this.#sets.drop(body);
    else this.#tell(body.path, body.trouble);
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
    const folders = new Set([
      ...this.#settings.patterns.map(folderOf),
      ...[...this.#sets.bodies.values()].map(({ path }) => dirname(path)),
    ]);
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
    return this.#byPath.has(path) || isMatch(path, this.#settings.patterns);
  }

  #hear(path: string, isReplaced: boolean): void {
    const body = this.#byPath.get(path);
    if (body === undefined || isReplaced) this.#soon();
    if (body === undefined) return;
    this.#lanes.wake(body);
    // Renamed and created at once, it was only written for whoever watches names.
    stat(path, { bigint: true }).then(
      ({ ino }) => ino !== body.ino && this.#soon(),
      () => this.#soon(),
    );
  }

  #soon(): void {
    if (this.#isSoon) return;
    this.#isSoon = true;
    this.#schedule(SETTLE_MS);
  }
}
