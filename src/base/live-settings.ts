/**
 * Settings of a running service: the configuration file is read again when it changes, and what can change while the service runs
 * (`live` in config/keys.ts, rules of the site) holds at once. A wrong new file changes nothing: it is refused with its place,
 * in the log and in the status, and the old values stay in force. Settings that need a restart are named and left as they are.
 *
 * Not here: reading the file (config.ts), what a changed setting means (service.ts). A change is noticed by a hint of the file
 * system (watch.ts), and by looking at the file now and then: editors rename, Kubernetes swaps a link two levels up, and network
 * file systems tell nobody.
 */
import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { SETTINGS, type Setting, type SettingName } from '../../config/keys.ts';
import type { EffectiveSettings } from './config.ts';
import { SITE_PARTS } from './config-site.ts';
import type { Log } from './log.ts';
import { nowUs } from './time.ts';
import { type Watch, watchPaths } from './watch.ts';

/** A file is read when it has not changed for so long: an editor truncates, writes and renames within it, and of half a file what is left may be in order. */
const SETTLE_MS = 200;
/** Two stats a second apart cost nothing, and a mistake that is corrected by hand is not waited for longer. */
const LOOK_MS = 1000;

export interface LiveOptions {
  readonly started: EffectiveSettings;
  /** Everything again: flags and environment still win over the file. Throws what is wrong. */
  read(): EffectiveSettings;
  /** Throws what only the whole can see. */
  check(next: EffectiveSettings): void;
  /** From now on. Only live settings and the rules of the site differ from before. */
  apply(next: EffectiveSettings): void;
  readonly log: Log;
}

export interface LiveStatus {
  readonly path: string;
  /** When the settings in force were read. */
  readonly readUs: number;
  /** What is wrong with the file as it is now; absent when it is in force. */
  readonly refused?: string;
  /** Settings that the file has otherwise than the running service, with their places. */
  readonly needsRestart: readonly string[];
}

export class LiveSettings {
  readonly #options: LiveOptions;
  readonly #path: string;
  readonly #watch: Watch;
  readonly #timer: NodeJS.Timeout;
  #settling: NodeJS.Timeout | undefined;
  #inForce: EffectiveSettings;
  #seen: string;
  #readUs = nowUs();
  #refused: string | undefined;
  #needsRestart: readonly string[] = [];

  constructor(path: string, options: LiveOptions) {
    this.#options = options;
    this.#path = resolve(path);
    this.#inForce = options.started;
    this.#seen = stampOf(this.#path);
    const folder = dirname(this.#path);
    const ours = new Set([folder, this.#path, resolve(folder, '..data')]);
    this.#watch = watchPaths([folder], {
      only: (path) => ours.has(resolve(path)),
      onHint: () => this.#settle(),
      onTrouble: (error) => options.log.warn('changes of the configuration are noticed late', { path, error: error.message }),
    });
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  status(): LiveStatus {
    const refused = this.#refused === undefined ? {} : { refused: this.#refused };
    return { path: this.#path, readUs: this.#readUs, ...refused, needsRestart: this.#needsRestart };
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    clearTimeout(this.#settling);
    await this.#watch.close();
    // What was hinted at meanwhile.
    clearTimeout(this.#settling);
  }

  #settle(): void {
    clearTimeout(this.#settling);
    const before = stampOf(this.#path);
    this.#settling = setTimeout(() => this.#settled(before), SETTLE_MS);
  }

  #settled(before: string): void {
    this.#settling = undefined;
    const stamp = stampOf(this.#path);
    if (stamp !== before) this.#settle();
    else if (stamp !== this.#seen) this.reload();
  }

  #look(): void {
    if (this.#settling === undefined && stampOf(this.#path) !== this.#seen) this.#settle();
  }

  /** Now, whether the file has changed or not. */
  reload(): void {
    const { log } = this.#options;
    this.#seen = stampOf(this.#path);
    let next: EffectiveSettings;
    try {
      next = this.#options.read();
      this.#options.check(next);
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.#refused) log.error(`the changed configuration is refused, the old one stays in force: ${message}`);
      this.#refused = message;
      return;
    }
    const changed = changesOf(this.#inForce, next);
    const needsRestart = changed.filter((name) => !isLive(name)).map((name) => `${name} (${placeOf(next, name)})`);
    this.#refused = undefined;
    this.#readUs = nowUs();
    const inForce = withOnlyLive(this.#inForce, next);
    const live = changed.filter(isLive);
    if (live.length > 0) this.#options.apply(inForce);
    this.#inForce = inForce;
    log.info('the configuration was read again', {
      path: this.#path,
      ...(live.length === 0 ? { changed: 'nothing' } : { changed: live.join(', ') }),
    });
    if (needsRestart.length > 0 && needsRestart.join() !== this.#needsRestart.join())
      log.warn(`only a restart changes ${needsRestart.join(', ')}`, { path: this.#path });
    this.#needsRestart = needsRestart;
  }
}

/** Changes whenever the file does, or what the links to it lead to; '' while there is none. */
function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? '' : [stat.dev, stat.ino, stat.size, stat.mtimeNs, basename(path)].join(' ');
}

/** The rules of the site go by the names of their parts in the file. */
type Part = SettingName | (typeof SITE_PARTS)[number];

function isLive(part: Part): boolean {
  const setting: Setting | undefined = SETTINGS.find((one) => one.name === part);
  return setting === undefined || setting.live === true;
}

function placeOf(effective: EffectiveSettings, part: Part): string {
  return isSitePart(part) ? part : effective.places[part];
}

function isSitePart(part: Part): part is (typeof SITE_PARTS)[number] {
  return (SITE_PARTS as readonly string[]).includes(part);
}

function changesOf(before: EffectiveSettings, next: EffectiveSettings): Part[] {
  const differs = (left: unknown, right: unknown): boolean => JSON.stringify(left ?? null) !== JSON.stringify(right ?? null);
  const settings = SETTINGS.map((setting) => setting.name).filter((name) => differs(before.values[name], next.values[name]));
  const parts = SITE_PARTS.filter((part) => differs(before.site[part], next.site[part]));
  return [...settings, ...parts];
}

/** `next`, but every setting that needs a restart as it was. */
function withOnlyLive(before: EffectiveSettings, next: EffectiveSettings): EffectiveSettings {
  const values: Record<string, unknown> = { ...next.values };
  const places: Record<string, string> = { ...next.places };
  for (const { name } of SETTINGS.filter((setting: Setting) => setting.live !== true)) {
    values[name] = before.values[name];
    places[name] = before.places[name];
  }
  return { ...next, values: values as unknown as EffectiveSettings['values'], places: places as EffectiveSettings['places'] };
}
