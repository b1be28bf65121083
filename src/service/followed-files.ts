/**
 * Log files of this machine (receive/files.ts) as a part of the service: what of the settings concerns them, and what is known of
 * their lines besides the text. Their host is this machine's name, their zone its zone, unless the settings say otherwise.
 */
import { hostname } from 'node:os';
import { basename } from 'node:path';
import type { Settings } from '../base/config.ts';
import type { Counters } from '../base/counters.ts';
import type { Log } from '../base/log.ts';
import { fold } from '../base/tokens.ts';
import { LOCAL } from '../base/zone.ts';
import type { Hints, Ingest } from '../model.ts';
import { globMatcher } from '../query/glob.ts';
import { Files, type FilesStatus } from '../receive/files.ts';
import { programOf } from '../receive/log-name.ts';

const MINUTE_US = 60_000_000;
const WARN_EVERY_MS = 60_000;

export interface FollowedFiles {
  /** Undefined while none are meant. */
  status(): FilesStatus | undefined;
  configure(settings: Settings): void;
  stop(): Promise<void>;
}

export function followFiles(
  settings: Settings,
  { ingest, counters, log }: { ingest: Ingest; counters: Counters; log: Log },
): FollowedFiles {
  let now = settings;
  const host = hostname();
  const files = new Files(filesSettings(settings), {
    ingest,
    counters,
    hints: (setPath, atUs) => hintsOf(now, { host, setPath, atUs }),
    warn: (text) => log.limited(`files ${text}`, WARN_EVERY_MS).warn(text, { receiver: 'files' }),
  });
  let stopped: Promise<void> | undefined;
  return {
    status: () => (now.files === undefined ? undefined : files.status()),
    configure(next) {
      now = next;
      files.configure(filesSettings(next));
    },
    stop() {
      stopped ??= files.stop();
      return stopped;
    },
  };
}

function filesSettings({ files = [], 'files.from': from }: Settings): { patterns: readonly string[]; from: 'start' | 'end' } {
  return { patterns: files, from };
}

function hintsOf({ zone, zones = {} }: Settings, { host, setPath, atUs }: { host: string; setPath: string; atUs: number }): Hints {
  const program = programOf(basename(setPath));
  // A hint wins over the settings: it is left out where they say something of this host.
  const isSaid = zone !== 'auto' || Object.keys(zones).some((pattern) => globMatcher(fold(pattern))(fold(host)));
  return { host, ...(program === undefined ? {} : { program }), ...(isSaid ? {} : { zone: Math.round(LOCAL.offsetUs(atUs) / MINUTE_US) }) };
}
