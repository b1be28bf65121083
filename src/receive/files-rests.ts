/**
 * Older files of a rotated set that are not read to their end: rotated while nobody looked, or copied and truncated. They are known by
 * their content; and whoever is younger than the youngest that is known was written since, and is read from its beginning.
 * Files of a set of which none is known were there before we were, and nobody has asked for them: they stay (`stacktrail import`).
 */
import type { LogBody } from './files-body.ts';
import { type FoundFile, filesOfSet } from './files-find.ts';
import { Replaced } from './files-place.ts';

/** Of one set; daily ones are kept for some weeks. */
const FILES_MAX = 100;

export interface RestsAround {
  readonly setPath: string;
  /** New ones that somebody follows: they come later. */
  readonly fresh: readonly LogBody[];
  /** All that are followed. */
  readonly bodies: ReadonlyMap<string, LogBody>;
  make(file: FoundFile): LogBody;
  /** False where somebody follows it by now. */
  adopt(file: FoundFile, body: LogBody): boolean;
}

/** A rotation renames a set within milliseconds. */
const TRIES_MAX = 20;

interface Looked {
  readonly file: FoundFile;
  readonly body: LogBody;
  /** Followed by somebody already. */
  readonly isFollowed: boolean;
  /** Where nobody can read it, nothing is known of it, and nothing is read. */
  readonly isReadable: boolean;
}

/** Those that are to be read, oldest first; they are adopted. */
export async function restsOf(around: RestsAround): Promise<LogBody[]> {
  let looked = await lookAtAll(around);
  for (let tries = 0; looked === undefined && tries < TRIES_MAX; tries++) looked = await lookAtAll(around);
  if (looked === undefined) return [];
  const youngestKnown = looked.findLastIndex(({ body, isFollowed }) => isFollowed || body.isKnown);
  const rests: LogBody[] = [];
  for (const [index, { file, body, isFollowed, isReadable }] of looked.entries()) {
    if (isFollowed) continue;
    // Of the youngest one the writer may not know yet that it is old.
    const isRest = body.isKnown ? body.behindBytes > 0 || index === looked.length - 1 : index > youngestKnown && youngestKnown >= 0;
    if (isReadable && isRest && around.adopt(file, body)) rests.push(body);
    else await body.close();
  }
  return rests;
}

/** Undefined where files were renamed meanwhile. */
async function lookAtAll({ setPath, fresh, bodies, make }: RestsAround): Promise<Looked[] | undefined> {
  const looked: Looked[] = [];
  for (const file of (await filesOfSet(setPath)).slice(-FILES_MAX)) {
    const followed = bodies.get(file.key);
    if (followed !== undefined && fresh.includes(followed)) continue;
    if (followed !== undefined) {
      // It was rotated: this is its name now.
      followed.path = file.path;
      looked.push({ file, body: followed, isFollowed: true, isReadable: true });
      continue;
    }
    const body = make(file);
    try {
      await body.find();
      looked.push({ file, body, isFollowed: false, isReadable: true });
    } catch (error) {
      looked.push({ file, body, isFollowed: false, isReadable: false });
      if (!(error instanceof Replaced) && (error as NodeJS.ErrnoException).code !== 'ENOENT') continue;
      for (const { body: ours, isFollowed } of looked) if (!isFollowed) await ours.close();
      return undefined;
    }
  }
  return looked;
}
