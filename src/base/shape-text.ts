/**
 * The text of a shape: the constant text of a message with a marker character (shape.ts) for each variable; made of
 * a split message, taken apart again, and hashed. Not here: what a variable is.
 */
import { MARKERS, type Split } from './shape.ts';

/** The shape's text: the constant text with a marker for each variable. */
export function shapeText(text: string, parts: Split): string {
  let shape = '';
  let from = 0;
  for (let slot = 0; slot < parts.count; slot++) {
    shape += text.slice(from, parts.start[slot]) + MARKERS[parts.kind[slot]!];
    from = parts.end[slot]!;
  }
  return shape + text.slice(from);
}

const MARKER = /[\x01-\x06]/;

/** Pieces of constant text around the variables: one more than there are variables. */
export function shapePieces(shape: string): string[] {
  return shape.split(MARKER);
}

/** Kinds of the variables of a shape, in order. */
export function shapeKinds(shape: string): number[] {
  const kinds: number[] = [];
  for (let index = 0; index < shape.length; index++) {
    const unit = shape.charCodeAt(index);
    if (unit >= 1 && unit <= MARKERS.length) kinds.push(unit - 1);
  }
  return kinds;
}

/** The hash by which a shape is known everywhere: 64 bits of its text, as 16 hex digits. */
export function shapeHash(shape: string): string {
  let high = 0x811c9dc5 | 0;
  let low = 0x1b873593 | 0;
  for (let index = 0; index < shape.length; index++) {
    const unit = shape.charCodeAt(index);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x5bd1e995) + high;
  }
  low ^= low >>> 15;
  return (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0');
}
