/**
 * Where a moment of a story stands on a line of given length. Long silences are shortened, so that the second in which everything
 * happened is seen beside the hour in which nothing did. Not here: what is drawn there.
 *
 * Invariant: later moments are never further left, the first one is 0 and the last one is 1.
 */
import type { Story } from '../model.ts';
import { microsOf } from './story-view-time.ts';

/** A shortened silence; `from` and `to` are from 0 to 1. */
export interface Break {
  readonly from: number;
  readonly to: number;
  readonly startUs: number;
  readonly endUs: number;
  readonly durationMs: number;
}

export interface Axis {
  /** 0 to 1; moments outside of the story are at its ends. */
  at(timeUs: number): number;
  readonly breaks: readonly Break[];
  readonly startUs: number;
}

/** A silence longer than this part of what is left without the longer ones is shortened … */
const BREAK_PART = 0.1;
/** … to this part of the line; so many at most, which is a third of it. */
const SHOWN_PART = 0.03;
const BREAKS_MAX = 12;

interface Piece {
  readonly startUs: number;
  readonly endUs: number;
  readonly isBreak: boolean;
}

export function axisOf(story: Story): Axis {
  const [startUs, endUs] = [microsOf(story.start ?? ''), microsOf(story.end ?? '')];
  const totalUs = endUs - startUs;
  if (!(totalUs > 0)) return { at: () => 0, breaks: [], startUs };
  const pieces = piecesOf(story, startUs, endUs);
  const lively = pieces.reduce((sum, { startUs: from, endUs: to, isBreak }) => sum + (isBreak ? 0 : to - from), 0);
  const silent = pieces.filter(({ isBreak }) => isBreak).length;
  // All silence: every piece is as long as the other.
  const shown = silent === 0 ? 0 : lively === 0 ? 1 / silent : Math.min(SHOWN_PART, 0.5 / silent);
  const lengthOf = (piece: Piece): number =>
    piece.isBreak ? shown : lively === 0 ? 0 : ((piece.endUs - piece.startUs) / lively) * (1 - shown * silent);
  let done = 0;
  const placed = pieces.map((piece) => {
    const from = done;
    done += lengthOf(piece);
    return { ...piece, from, to: done };
  });
  return {
    startUs,
    breaks: placed
      .filter(({ isBreak }) => isBreak)
      .map(({ from, to, startUs: start, endUs: end }) => ({ from, to, startUs: start, endUs: end, durationMs: (end - start) / 1000 })),
    at(timeUs) {
      if (!(timeUs > startUs)) return 0;
      const piece = placed.find(({ endUs: end }) => timeUs <= end);
      if (piece === undefined) return 1;
      const part = (timeUs - piece.startUs) / (piece.endUs - piece.startUs);
      return Math.min(1, piece.from + (piece.to - piece.from) * part);
    },
  };
}

/** The story cut at its long silences. */
function piecesOf(story: Story, startUs: number, endUs: number): Piece[] {
  const breaks = breaksOf(story, endUs - startUs);
  const pieces: Piece[] = [];
  let done = startUs;
  for (const { from, to } of breaks) {
    if (from < done || to > endUs) continue;
    if (from > done) pieces.push({ startUs: done, endUs: from, isBreak: false });
    pieces.push({ startUs: from, endUs: to, isBreak: true });
    done = to;
  }
  if (endUs > done) pieces.push({ startUs: done, endUs, isBreak: false });
  return pieces;
}

interface Silence {
  readonly from: number;
  readonly to: number;
}

/** The longest silences: days of them must not hide the minutes between two of hours. */
function breaksOf({ gaps, records }: Story, totalUs: number): Silence[] {
  const times = new Map(records.map(({ seq, time }) => [seq, microsOf(time)]));
  const silences = gaps
    .map(({ afterSeq, beforeSeq }) => ({ from: times.get(afterSeq), to: times.get(beforeSeq) }))
    .filter((one): one is Silence => one.from !== undefined && one.to !== undefined)
    .toSorted((a, b) => b.to - b.from - (a.to - a.from));
  const breaks: Silence[] = [];
  let left = totalUs;
  for (const silence of silences.slice(0, BREAKS_MAX)) {
    const lengthUs = silence.to - silence.from;
    if (lengthUs <= left * BREAK_PART) break;
    breaks.push(silence);
    left -= lengthUs;
  }
  return breaks.toSorted((a, b) => a.from - b.from);
}
