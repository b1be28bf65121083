/**
 * How much of the bytes behind a place is one piece, and which lines are in it. Pure. Not here: reading, and what becomes of the lines.
 *
 * A last line without its end waits for it, unless nobody writes the file any more. A line longer than a message is cut, its rest skipped.
 * A writer that does not append leaves zeros in front when its file is truncated: they are no line, however many.
 */
import { limits } from '../base/limits.ts';
import type { MessageFlag } from '../model.ts';
import { linesOf } from './file-lines.ts';

const LF = 10;
const CR = 13;

export interface PieceFrom {
  /** The place is within a line that was cut. */
  readonly cut: boolean;
  /** The place is within a line whose beginning was taken when it had no end yet. */
  readonly isRest: boolean;
  /** Nothing comes behind these bytes. */
  readonly isLast: boolean;
}

export interface Piece {
  readonly bytes: Buffer;
  readonly spans: readonly number[];
  readonly flags: ReadonlyMap<number, MessageFlag> | undefined;
  /** It ends within a line that is cut. */
  readonly cut: boolean;
  /** Bytes of it that are left out, of a line that was cut. */
  readonly skipped: number;
}

/** Undefined while there is no whole line. */
export function pieceOf(bytes: Buffer, { cut, isRest, isLast }: PieceFrom): Piece | undefined {
  if (bytes.length === 0) return undefined;
  if (cut) {
    const end = bytes.indexOf(LF) + 1;
    const skipped = end === 0 ? bytes.length : end;
    return { bytes: bytes.subarray(0, skipped), spans: [], flags: undefined, cut: end === 0, skipped: end === 0 ? skipped : skipped - 1 };
  }
  const lastEnd = bytes.lastIndexOf(LF) + 1;
  const isFull = lastEnd === 0 && bytes.length >= limits.messageBytesMax;
  const length = isFull ? limits.messageBytesMax : isLast ? bytes.length : lastEnd;
  if (length === 0) return undefined;
  const whole = bytes.subarray(0, length);
  const isCut = isFull && whole.some((byte) => byte !== 0);
  const { spans, flags, end } = linesOf(whole, { cut: isCut, linesMax: limits.importLinesMax });
  // The end of what was taken may have been nothing but the \n.
  const hasRest = isRest && bytes[0] !== LF && bytes[0] !== CR && spans.length > 0;
  return {
    bytes: whole.subarray(0, end),
    spans,
    flags: hasRest ? new Map([[0, 'incomplete'], ...(flags ?? [])]) : flags,
    cut: isCut && end === length,
    skipped: 0,
  };
}
