/**
 * Which characters stand in the texts of a column of a block: a bit for each ASCII character, folded. A word with any
 * other character in it is not there, which is all that most questions ask of ids, users and projects.
 *
 * Invariant: a part of any text that was added is possible. Bit 0 stands for all characters beyond ASCII.
 */
import { fold } from '../base/tokens.ts';

export const LETTERS_BYTES = 16;

export class Letters {
  readonly bits: Uint8Array;

  constructor(bits: Uint8Array = new Uint8Array(LETTERS_BYTES)) {
    this.bits = bits;
  }

  add(text: string): void {
    const { bits } = this;
    const folded = fold(text);
    for (let index = 0; index < folded.length; index++) {
      const unit = folded.charCodeAt(index);
      const bit = unit < 128 ? unit : 0;
      bits[bit >> 3]! |= 1 << (bit & 7);
    }
  }

  get isEmpty(): boolean {
    return this.bits.every((byte) => byte === 0);
  }

  /** Could `folded` be a part of one of the texts? */
  mayHold(folded: string): boolean {
    const { bits } = this;
    for (let index = 0; index < folded.length; index++) {
      const unit = folded.charCodeAt(index);
      const bit = unit < 128 ? unit : 0;
      if ((bits[bit >> 3]! & (1 << (bit & 7))) === 0) return false;
    }
    return true;
  }
}
