/**
 * What is known of one id without its story: kind, when and where it was seen, which ids stand in the same records. Found as stories find
 * (story-find.ts), counted by report/entity.ts. Bounded: of an id with more records the oldest and the newest count, and the answer says so.
 */
import { limits } from '../base/limits.ts';
import type { EntityAnswer, StoryLimit } from '../model.ts';
import { entityOf } from '../report/entity.ts';
import { kindFound } from '../report/story-kind.ts';
import type { DaysReader } from './read.ts';
import { askedOf } from './story.ts';
import { StoryFinder } from './story-find.ts';
import type { Finder } from './story-finder.ts';
import { nothingFound } from './story-nothing.ts';

export function entitySteps(reader: DaysReader, id: string): Generator<undefined, EntityAnswer> {
  return tellEntity(new StoryFinder(reader, { withJson: false }), id);
}

export function* tellEntity(finder: Finder, id: string): Generator<undefined, EntityAnswer> {
  const asked = askedOf(finder, id);
  const bounds = { each: () => limits.entityRecordsMax, all: limits.entityRecordsMax };
  const wanted = (kind: EntityAnswer['kind']) => [{ key: asked.key, kind, role: 'asked' as const }];
  const { pieces, cut, isLate } = yield* finder.find(wanted(asked.form), bounds);
  if (pieces.length === 0) throw nothingFound(finder, id);
  const { kind } = kindFound(asked, pieces);
  const more = kind === 'port' ? (yield* finder.find(wanted(kind), bounds)).pieces : [];
  const told: StoryLimit[] = [];
  if (cut.size > 0) told.push({ what: 'records', text: `only the oldest and the newest ${pieces.length} records were counted` });
  if (isLate) told.push({ what: 'time', text: `not all was looked at within ${limits.storyMsMax / 1000} s` });
  return entityOf({ key: asked.key, kind }, [...pieces, ...more], told);
}
