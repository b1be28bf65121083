/**
 * Precision and recall of sets of records: what of a story belongs to it, and what of what belongs to it the story has.
 * Micro: over all records of all stories together, so that long stories weigh more. Macro: the mean over the stories.
 */
export interface Score {
  readonly stories: number;
  readonly precisionMicro: number;
  readonly precisionMacro: number;
  readonly recallMicro: number;
  readonly recallMacro: number;
}

export interface Compared {
  readonly wanted: ReadonlySet<number>;
  readonly got: ReadonlySet<number>;
}

export function score(stories: readonly Compared[]): Score {
  let [hits, wanted, got, precision, recall] = [0, 0, 0, 0, 0];
  for (const story of stories) {
    const both = story.wanted.intersection(story.got).size;
    hits += both;
    wanted += story.wanted.size;
    got += story.got.size;
    // Nothing said is nothing wrong; nothing to find is all found.
    precision += story.got.size === 0 ? 1 : both / story.got.size;
    recall += story.wanted.size === 0 ? 1 : both / story.wanted.size;
  }
  const part = (of: number, whole: number): number => (whole === 0 ? 1 : of / whole);
  return {
    stories: stories.length,
    precisionMicro: part(hits, got),
    precisionMacro: part(precision, stories.length),
    recallMicro: part(hits, wanted),
    recallMacro: part(recall, stories.length),
  };
}
