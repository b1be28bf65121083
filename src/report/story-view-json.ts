/**
 * The tree of a story and its line of time as JSON, for whoever draws them elsewhere: the same rows as on the page and in the terminal. Part of
 * the answer of `GET /api/v1/trace/{id}?tree=true`. Not here: how rows are found (story-view-tree.ts) and silences shortened (story-view-axis.ts).
 */
import { formatTime } from '../base/time-text.ts';
import type { Story, StoryTree, StoryTreeRow } from '../model.ts';
import { axisOf } from './story-view-axis.ts';
import { type TreeRow, treeRows } from './story-view-tree.ts';

/** `records` need only `seq` and `time`. */
export function storyTree(story: Story): StoryTree {
  const numbers = new Map(story.requests.map((request, index) => [request, index]));
  return {
    rows: treeRows(story, { folds: true }).map((row) => rowJson(row, row.request === undefined ? undefined : numbers.get(row.request))),
    breaks: axisOf(story).breaks.map(({ from, to, startUs, endUs }) => ({
      start: formatTime(startUs),
      end: formatTime(endUs),
      from: rounded(from),
      to: rounded(to),
    })),
  };
}

function rowJson({ depth, spans, times, pieces, tookMs, selfMs, records, level }: TreeRow, request: number | undefined): StoryTreeRow {
  return {
    depth,
    ...(request === undefined ? {} : { request }),
    spans: [...spans],
    times,
    pieces: pieces.map(({ startUs, endUs }) => ({ start: formatTime(startUs), end: formatTime(endUs) })),
    tookMs,
    ...(selfMs === undefined ? {} : { selfMs }),
    records,
    ...(level === undefined ? {} : { level }),
  };
}

/** A hundred-thousandth of a line is less than a pixel. */
function rounded(part: number): number {
  return Math.round(part * 1e5) / 1e5;
}
