/**
 * Which files of the rotated sets are followed: all that a pattern matches, and all their older neighbours that hold something which was
 * not read. Adopts and drops; who reads when is files-lanes.ts.
 *
 * Invariant: a file of a set that lies there is followed, or it is as it was when it was read to its end. Nothing depends on the order of
 * rotation or on having seen it happen: what a look misses (a file that is renamed under it) the next one finds. What counts as read is
 * the place that is on disk for its content (files-place.ts); what was there before us has a place at its end (files-first.ts).
 */
import type { Counters } from '../base/counters.ts';
import { limits } from '../base/limits.ts';
import type { Ingest } from '../model.ts';
import { LogBody } from './files-body.ts';
import { type Folders, type FoundFile, filesOfSet, isOld, whyNot } from './files-find.ts';
import type { Lanes } from './files-lanes.ts';
import type { FilesOptions, Missed, Stamp } from './files-options.ts';
import { Replaced } from './files-place.ts';
import { readPlace } from './fingerprint.ts';

/** Of nothing new. A writer notices a rotation with its next line, or when logrotate's postrotate script tells it; then the old file is over. */
const LOST_FOR_MS = 30_000;
/** Open at once: those that are meant, and as many that were rotated; more wait for their turn. */
const BODIES_MAX = 2 * limits.filesMax;

export interface SetsAround {
  readonly options: FilesOptions;
  readonly lanes: Lanes;
  tell(path: string, why: string | undefined): void;
}

export class FileSets {
  readonly #around: SetsAround;
  /** By the name that does not depend on what they are called. */
  readonly bodies = new Map<string, LogBody>();
  readonly #keys = new Map<LogBody, string>();
  readonly #kin = new Map<string, Set<LogBody>>();
  /** Followed only for what was left in them. */
  readonly #leftovers = new Set<LogBody>();
  /** Read to their end, as they were then. */
  readonly #done = new Map<string, Stamp>();
  /** Sets that have files. */
  #known = new Set<string>();
  #found: ReadonlyMap<string, FoundFile> = new Map();
  #missed: Missed[] = [];
  /** Looks come one after another, whoever asks for them. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(around: SetsAround) {
    this.#around = around;
  }

  /** What the patterns mean now, and sets that have nothing that they mean. False when something was missed: to be looked at again soon. */
  look(files: readonly FoundFile[], moreSets: Iterable<string>): Promise<boolean> {
    return this.#inTurn(async () => {
      this.#found = new Map(files.map((file) => [file.key, file]));
      for (const [key, body] of this.bodies) if (!this.#found.has(key)) this.#lose(body);
      const sets = new Set([...this.#known, ...this.#kin.keys(), ...moreSets, ...files.map(({ setPath }) => setPath)]);
      const listed = new Set<string>();
      const known = new Set<string>();
      const folders: Folders = new Map();
      let isClean = true;
      for (const setPath of sets) {
        const keys = await this.#lookAtSet(setPath, folders);
        if (!keys.isClean) isClean = false;
        if (keys.listed.length > 0) known.add(setPath);
        for (const key of keys.listed) listed.add(key);
      }
      for (const key of this.#done.keys()) if (!listed.has(key)) this.#done.delete(key);
      this.#known = known;
      if (isClean) await this.#settleMissed();
      return isClean;
    });
  }

  /** What was in it may lie in a copy beside it (copytruncate): that is read first. */
  truncated(body: LogBody): Promise<void> {
    return this.#inTurn(async () => {
      const missed = body.truncate();
      this.#around.options.counters.add('files.truncated');
      await this.#lookAtSet(body.setPath);
      body.after = [...this.#kinOf(body.setPath)].filter((one) => one !== body);
      if (missed !== undefined) this.#missed.push(missed);
    });
  }

  /** As it is nothing of it is left to be read; if it changes it is begun again. */
  async drop(body: LogBody): Promise<void> {
    const key = this.#keys.get(body);
    if (key === undefined) return;
    if (body.trouble === undefined || body.isUnwanted) this.#done.set(key, body.stamp);
    this.bodies.delete(key);
    this.#keys.delete(body);
    this.#leftovers.delete(body);
    const kin = this.#kinOf(body.setPath);
    kin.delete(body);
    if (kin.size === 0) this.#kin.delete(body.setPath);
    await body.close();
  }

  isLeftover(body: LogBody): boolean {
    return this.#leftovers.has(body);
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(act);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** A name under which it is followed is gone; it is read on until nothing has come for a while. */
  #lose(body: LogBody): void {
    const nowMs = performance.now();
    body.lostAtMs ??= nowMs;
    const isLong = nowMs - Math.max(body.lostAtMs, body.grownAtMs) > LOST_FOR_MS && body.isSettled;
    if ((isLong && body.trouble !== undefined) || this.#isAsleep(body)) void this.drop(body);
    else {
      if (isLong && body.isRead) body.end();
      this.#around.lanes.wake(body);
    }
  }

  /** Nothing was left in it, and nobody has written it for a while. */
  #isAsleep(body: LogBody): boolean {
    if (!this.#leftovers.has(body) || !body.isRead || !body.isSettled || body.behindBytes > 0 || body.trouble !== undefined) return false;
    return Math.abs(Date.now() - body.stamp.modifiedMs) > LOST_FOR_MS;
  }

  async #lookAtSet(setPath: string, folders?: Folders): Promise<{ isClean: boolean; listed: string[] }> {
    const isNews = (file: FoundFile): boolean => this.#isNews(file);
    const files = await filesOfSet(setPath, isNews, folders);
    const kin = this.#kinOf(setPath);
    const listed = new Set(files.map(({ key }) => key));
    // Those that have no name any more come before all others.
    const older = [...kin].filter((body) => !listed.has(this.#keys.get(body)!));
    if (files.some(isNews)) for (const body of kin) this.#readOn(body);
    let isClean = true;
    for (const file of files) {
      let body = this.bodies.get(file.key);
      if (body !== undefined) this.#followOn(body, file);
      else if (isNews(file)) {
        body = await this.#begin(file, older);
        if (body === undefined) isClean = false;
      }
      if (body !== undefined) older.push(body);
    }
    if (this.#kinOf(setPath).size === 0) this.#kin.delete(setPath);
    return { isClean, listed: [...listed] };
  }

  #isNews(file: FoundFile): boolean {
    if (this.bodies.has(file.key) || !(this.#found.has(file.key) || isOld(file))) return false;
    const done = this.#done.get(file.key);
    return done === undefined || done.size !== file.size || done.modifiedMs !== file.modifiedMs;
  }

  #followOn(body: LogBody, file: FoundFile): void {
    // As it is called now.
    body.path = file.path;
    if (!this.#found.has(file.key)) return;
    body.lostAtMs = undefined;
    this.#leftovers.delete(body);
    if (body.hasChanged(file) || body.trouble !== undefined || body.refusal !== undefined) this.#around.lanes.wake(body);
  }

  /** What came to it before the new ones is read before them. */
  #readOn(body: LogBody): void {
    body.lookAgain();
    this.#around.lanes.wake(body);
  }

  /** Undefined where it had another name by then, or too many are open. */
  async #begin(file: FoundFile, older: readonly LogBody[]): Promise<LogBody | undefined> {
    if (this.bodies.size >= BODIES_MAX) return undefined;
    const { options, lanes, tell } = this.#around;
    const { path, setPath, ino, key } = file;
    const { ingest, counters, hints } = options;
    const kin = this.#kinOf(setPath);
    const body = new LogBody({ path, setPath, ino, kin }, { ingest, counters, hints, onSettled: (settled) => lanes.settled(settled) });
    try {
      // At once: a moment later it may have another name.
      await body.open();
    } catch (error) {
      if (error instanceof Replaced || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      body.trouble = whyNot(error);
      tell(path, body.trouble);
    }
    this.bodies.set(key, body);
    this.#keys.set(body, key);
    kin.add(body);
    this.#kin.set(setPath, kin);
    if (this.#found.has(key)) counters.add('files.begun');
    else {
      this.#leftovers.add(body);
      body.lostAtMs = performance.now();
    }
    body.after = [...older];
    lanes.wake(body);
    return body;
  }

  #kinOf(setPath: string): Set<LogBody> {
    let kin = this.#kin.get(setPath);
    if (kin === undefined) {
      kin = new Set();
      this.#kin.set(setPath, kin);
    }
    return kin;
  }

  /** What was gone before it was read is lost when there is no copy that may still bring it. */
  async #settleMissed(): Promise<void> {
    const waiting: Missed[] = [];
    for (const missed of this.#missed) {
      const { source, setPath, path } = missed;
      const isOpen = [...this.#kinOf(setPath)].some(
        (one) => (one.source === undefined || one.source === source) && !(one.isRead && one.isSettled),
      );
      if (isOpen) waiting.push(missed);
      else await countMissed(missed, this.#around.options).then((lost) => lost > 0 && this.#around.tell(path, toldOf(lost)));
    }
    this.#missed = waiting;
  }
}

function toldOf(bytes: number): string {
  return `was truncated before ${bytes} bytes at its end were read, and no copy lies beside it`;
}

async function countMissed(
  { source, from, to, setPath }: Missed,
  { ingest, counters }: { ingest: Pick<Ingest, 'positions'>; counters: Counters },
): Promise<number> {
  const known = await ingest.positions([source.split('#')[0]!]);
  const place = readPlace(known.find((position) => position.source === source)?.value ?? '');
  const lost = to - Math.max(from, place?.at ?? 0);
  if (lost > 0) counters.lose('file-truncated', setPath, lost);
  return lost;
}
