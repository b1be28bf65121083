/**
 * What is said of an id that no record has: where was looked, and which ids that somebody has are nearly it - the beginning or a part of one,
 * one with a letter wrong or two in the wrong order. The index holds the first eight digits of every UUID, so a typing
 * mistake behind them, and a truncated id, are found by those; one within them by asking for each of the 8 × 16 neighbours.
 */
import { CodedError } from '../base/errors.ts';
import { editDistance } from '../base/nearest.ts';
import { type AskedId, dashedKey, isHexKey } from '../report/story-id.ts';
import { stampOf } from '../report/story-time.ts';
import type { Finder } from './story-find.ts';

export interface Nobodys {
  readonly id: string;
  readonly asked: AskedId | undefined;
}

export function nothingFound(finder: Finder, { id, asked }: Nobodys): CodedError {
  const { span } = finder;
  const where =
    span === undefined
      ? 'nothing is stored yet'
      : `looked at ${span.records} records from ${stampOf(span.oldestUs)} to ${stampOf(span.newestUs)}`;
  const near = asked === undefined || !isHexKey(asked.key) ? undefined : nearestKey(asked.key, finder.keysNear(asked.key));
  const place = { text: id, position: 0, length: Math.max(1, id.length), ...(near === undefined ? {} : { suggestion: dashedKey(near) }) };
  const meant = near === undefined ? '' : `; did you mean ${dashedKey(near)}?`;
  return new CodedError('not-found', `No record has the id ${id}: ${where}${meant}`, place);
}

const EDITS_MAX = 3;

function nearestKey(key: string, choices: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = EDITS_MAX + 1;
  for (const choice of choices) {
    const edits = editDistance(key, choice);
    if (edits >= least) continue;
    best = choice;
    least = edits;
  }
  return best;
}
