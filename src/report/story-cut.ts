/**
 * What a story says of ids with more records than were read: of these the oldest and the newest are read, so that somewhere between
 * them is a hole. Where it is, is told from the records: where most seqs are missing between two of them. Pure.
 */
import type { StoryLimit } from '../model.ts';
import { canonicalOf } from './story-id.ts';
import type { Link, StoryLinks } from './story-links.ts';
import { hasKey, type Piece } from './story-piece.ts';
import { isFailure } from './story-requests.ts';
import { stampOf } from './story-time.ts';

/** Ids named one by one; of more it is said how many they are. */
const NAMED_MAX = 3;

/** `pieces`: those that are told. */
export function cutLimits(story: StoryLinks, pieces: readonly Piece[]): StoryLimit[] {
  const own = [...story.links.values()].filter(({ isCut, isShared }) => isCut && !isShared);
  const told = own.slice(0, NAMED_MAX).map((link): StoryLimit => ({ what: 'records', text: textOf(link, pieces) }));
  const more = own.length - told.length;
  if (more > 0) told.push({ what: 'records', text: `the same is true of ${more} other ids` });
  return told;
}

function textOf({ key, kind }: Link, pieces: readonly Piece[]): string {
  // An error of the middle was looked for alone.
  const own = pieces.filter((piece) => hasKey(piece, key) && !isFailure(piece)).sort((a, b) => a.seq - b.seq);
  const text = `${canonicalOf(key, kind)} has more records than were read`;
  const hole = holeOf(own);
  return hole === undefined
    ? text
    : `${text}: its oldest and its newest are here, those between ${stampOf(hole[0].timeUs)} and ${stampOf(hole[1].timeUs)} are not, but for errors that were found`;
}

/** The two records one after another whose seqs are farthest apart. */
function holeOf(bySeq: readonly Piece[]): [Piece, Piece] | undefined {
  let hole: [Piece, Piece] | undefined;
  let most = 0;
  for (let index = 1; index < bySeq.length; index++) {
    const [before, after] = [bySeq[index - 1]!, bySeq[index]!];
    if (after.seq - before.seq <= most) continue;
    most = after.seq - before.seq;
    hole = [before, after];
  }
  return hole;
}
