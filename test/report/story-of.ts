/** The story that is told of records made for it (pieces.ts), as whoever finds records would have it told; of request 1, if nothing else is asked for. */
import { storyOf, type Telling } from '../../src/report/story.ts';
import { askedId } from '../../src/report/story-id.ts';
import { kindFound } from '../../src/report/story-kind.ts';
import { StoryLinks } from '../../src/report/story-links.ts';
import type { Piece } from '../../src/report/story-piece.ts';
import { pieces, request, type Said } from './pieces.ts';

/** The story of request 1 and what it leads to. */
export function told(said: readonly Said[], some: Partial<Telling> = {}) {
  return toldOf(pieces(said), some);
}

export function toldOf(all: readonly Piece[], some: Partial<Telling> = {}, id = request(1)) {
  const story = new StoryLinks(askedId(id)!);
  const first = all.filter((piece) => piece.requestKey === story.asked.key || piece.globalKey === story.asked.key);
  story.next();
  story.decide(kindFound(askedId(id)!, first.length > 0 ? first : all).kind);
  story.take(all);
  while (story.next().length > 0);
  return storyOf(story, { recordsMax: 1000, deskew: false, stats: { tookMs: 0, searches: 0, recordsScanned: 0 }, ...some });
}
