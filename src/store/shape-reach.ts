/**
 * Can a literal stand in any message of a shape, whatever its variables are? Walks along constant text and variables
 * together: a literal may lie in a piece, in a variable, or across both.
 *
 * Invariant: false only when no message of the shape holds it, case folded (oracle: test/store/verdict.test.ts). What
 * characters a variable may have is what base/shape.ts cuts out, folded.
 */
import { SLOT } from '../base/shape.ts';
import { fold, isTokenUnit } from '../base/tokens.ts';
import type { ShapeRow } from './block-read.ts';

type Alphabet = (unit: number) => boolean;

const isDigit: Alphabet = (unit) => unit >= 48 && unit <= 57;
const isHex: Alphabet = (unit) => isDigit(unit) || (unit >= 97 && unit <= 102);

/** By kind of variable. A text may be a MAC or the name of a device: `tapbaba8ae3-bd`. */
const ALPHABETS: Readonly<Record<number, Alphabet>> = {
  [SLOT.uuid]: (unit) => isHex(unit) || unit === 45,
  [SLOT.hex32]: isHex,
  [SLOT.integer]: isDigit,
  [SLOT.text]: (unit) => isTokenUnit(unit) || unit === 58 || unit === 45,
  [SLOT.decimal]: (unit) => isDigit(unit) || unit === 46,
  [SLOT.hex]: isHex,
};

const foldedPieces = new WeakMap<ShapeRow, readonly string[]>();

export function piecesOf(shape: ShapeRow): readonly string[] {
  let pieces = foldedPieces.get(shape);
  if (pieces === undefined) {
    pieces = shape.pieces.map(fold);
    foldedPieces.set(shape, pieces);
  }
  return pieces;
}

/** Where a literal can stand in the messages of a shape. */
export interface Reach {
  /** In its constant text: in every message. */
  readonly inConstant: boolean;
  /** Partly in a variable, partly beside it. */
  readonly across: boolean;
  /** Variables in which all of it can lie. */
  readonly slots: readonly number[];
}

export function reachOf(shape: ShapeRow, literal: string): Reach {
  const pieces = piecesOf(shape);
  const walk: Walk = { pieces, kinds: shape.kinds, literal, failed: new Set() };
  const slots: number[] = [];
  let across = false;
  for (let slot = 0; slot < shape.kinds.length; slot++) {
    let end = 0;
    const alphabet = ALPHABETS[shape.kinds[slot]!]!;
    while (end < literal.length && alphabet(literal.charCodeAt(end))) {
      end++;
      across ||= end < literal.length && throughPiece(walk, slot + 1, end);
    }
    if (end === literal.length) slots.push(slot);
    across ||= fromPiece(walk, slot);
  }
  return { inConstant: pieces.some((piece) => piece.includes(literal)), across, slots };
}

export function couldHold(shape: ShapeRow, literal: string): boolean {
  const pieces = piecesOf(shape);
  if (pieces.some((piece) => piece.includes(literal))) return true;
  if (shape.kinds.length === 0) return false;
  const walk: Walk = { pieces, kinds: shape.kinds, literal, failed: new Set() };
  for (let slot = 0; slot < shape.kinds.length; slot++) {
    // It begins within the variable, or in the piece before it and reaches into it.
    if (fromVariable(walk, slot, 0) || fromPiece(walk, slot)) return true;
  }
  return false;
}

interface Walk {
  readonly pieces: readonly string[];
  readonly kinds: readonly number[];
  readonly literal: string;
  /** slot × (length + 1) + place: variables from which the rest of the literal cannot be had. */
  readonly failed: Set<number>;
}

/** Some end of piece `at` is a beginning of the literal, and the variable behind it goes on. */
function fromPiece(walk: Walk, at: number): boolean {
  const piece = walk.pieces[at]!;
  for (let size = Math.min(piece.length, walk.literal.length - 1); size > 0; size--)
    if (piece.endsWith(walk.literal.slice(0, size)) && fromVariable(walk, at, size)) return true;
  return false;
}

/** The literal from `place` on begins in variable `slot`, at its beginning or within it. */
function fromVariable(walk: Walk, slot: number, place: number): boolean {
  const { literal, failed } = walk;
  const key = slot * (literal.length + 1) + place;
  if (failed.has(key)) return false;
  const alphabet = ALPHABETS[walk.kinds[slot]!]!;
  for (let end = place; end < literal.length && alphabet(literal.charCodeAt(end)); ) {
    end++;
    if (end === literal.length || throughPiece(walk, slot + 1, end)) return true;
  }
  failed.add(key);
  return false;
}

/** The literal from `place` on begins at the beginning of piece `at`, and may go on behind it. */
function throughPiece(walk: Walk, at: number, place: number): boolean {
  const piece = walk.pieces[at]!;
  const left = walk.literal.length - place;
  if (left <= piece.length) return piece.startsWith(walk.literal.slice(place));
  if (at === walk.kinds.length) return false;
  return walk.literal.startsWith(piece, place) && fromVariable(walk, at, place + piece.length);
}
