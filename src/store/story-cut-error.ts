/**
 * The first error of an id whose records were too many to be read: its oldest and newest are known, the error may lie between. One search from the
 * oldest on, for one record, within a time of its own; blocks without errors are passed over by their digest.
 */
import { marks } from '../../parsers/index.ts';
import { limits } from '../base/limits.ts';
import { publicJson } from '../base/public.ts';
import type { Filter } from '../model.ts';
import type { StoryLinks } from '../report/story-links.ts';
import { type Piece, pieceOf } from '../report/story-piece.ts';
import type { DaysReader } from './read.ts';
import { needlesOf } from './story-needles.ts';

export function* firstErrorOfCut(reader: DaysReader, story: StoryLinks): Generator<undefined, Piece[]> {
  const { key, kind, isCut } = story.asked;
  if (!isCut) return [];
  const names: Filter = { kind: 'or', of: needlesOf([{ key, kind, role: 'asked' }]).map(({ filter }) => filter) };
  const isError: Filter = { kind: 'field', field: 'level', op: '>=', value: 'ERROR' };
  const untilMs = performance.now() + limits.storyFirstErrorMsMax;
  const steps = reader.searchSteps({ filter: { kind: 'and', of: [isError, names] }, limit: 1, direction: 'forward' });
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) {
      return step.value.records.map((record) => {
        const found = marks(record);
        return pieceOf(record, found, publicJson(record, found));
      });
    }
    if (performance.now() > untilMs) {
      const text = `the first error among the records that were not read was not found within ${limits.storyFirstErrorMsMax / 1000} s`;
      story.limits.push({ what: 'time', text });
      return [];
    }
    yield;
  }
}
