/**
 * "Did you mean …": the nearest of the words that would have been right, by edit distance with
 * transpositions (Damerau, optimal string alignment). Returns nothing rather than a wild guess.
 */

/** How many edits make one word of the other; letters that changed places count once. */
export function editDistance(left: string, right: string): number {
  let before: number[] = [];
  let above = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const line = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      let cost = Math.min(above[column]! + 1, line[column - 1]! + 1, above[column - 1]! + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (swapped) cost = Math.min(cost, before[column - 2]! + 1);
      line.push(cost);
    }
    before = above;
    above = line;
  }
  return above[right.length]!;
}

/** Longer words are no typing mistakes, and the distance costs their product. */
const WORD_CHARS_MAX = 64;

/** The choice nearest to `word`, if it is near enough to be meant: a third of its letters wrong at most, or a beginning of it. */
export function nearest(word: string, choices: Iterable<string>): string | undefined {
  if (word.length > WORD_CHARS_MAX) return undefined;
  const folded = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const choice of choices) {
    const other = choice.toLowerCase();
    const distance = folded.length >= 3 && other.startsWith(folded) ? 0.5 : editDistance(folded, other);
    if (distance < bestDistance && distance <= Math.max(1, Math.floor(Math.max(folded.length, other.length) / 3))) {
      best = choice;
      bestDistance = distance;
    }
  }
  return best;
}

/** `; did you mean udp.receiver?` or nothing. */
export function didYouMean(word: string, choices: Iterable<string>, prefix = ''): string {
  const meant = nearest(word, choices);
  return meant === undefined ? '' : `; did you mean ${prefix}${meant}?`;
}
