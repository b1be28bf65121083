/**
 * Which runs of eight hex digits a text may hold: asked for each id of a story in each block, where looking through the text each time was the most
 * that a story cost after the decoding (bench:trace). A miss is certain, a hit is not: whoever needs to know looks at the text.
 */

/** One bit by hash: at 20,000 runs in a block one miss in thirteen is taken for a hit. */
export const RUN_BITS = 1 << 18;
const RUN = 8;

/** Value of a lower-case hex digit by its character code, 16 for others. */
const DIGIT = new Uint8Array(256).fill(16);
for (let digit = 0; digit < 16; digit++) DIGIT[digit.toString(16).charCodeAt(0)] = digit;

export class HexRuns {
  readonly #bits = new Uint8Array(RUN_BITS / 8);

  /** `text` in lower case. */
  constructor(text: string) {
    let length = 0;
    let value = 0;
    for (let at = 0; at < text.length; at++) {
      const digit = DIGIT[text.charCodeAt(at) & 255]!;
      if (digit === 16) {
        length = 0;
        continue;
      }
      value = (value << 4) | digit;
      if (++length < RUN) continue;
      const bit = placeOf(value);
      this.#bits[bit >>> 3]! |= 1 << (bit & 7);
    }
  }

  /** Eight hex digits, lower case. */
  mayHold(run: string): boolean {
    const bit = placeOf(Number.parseInt(run, 16) | 0);
    return (this.#bits[bit >>> 3]! & (1 << (bit & 7))) !== 0;
  }
}

function placeOf(value: number): number {
  return Math.imul(value, 0x9e3779b1) >>> 14;
}
