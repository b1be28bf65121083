/** Which rows of a long tree a terminal shows. */
import { describe, expect, test } from 'vitest';
import { type CutRow, cutRows } from '../../src/report/story-text-cut.ts';
import type { TreeRow } from '../../src/report/story-view-tree.ts';

/** `a3!`: a request with three rows in all that failed. */
function rows(...words: readonly string[]): TreeRow[] {
  return words.flatMap((word) => {
    const size = Number(/\d+/.exec(word)![0]);
    return Array.from({ length: size }, (_, at): TreeRow => {
      const level = word.endsWith('!') && at === size - 1 ? { level: 'ERROR' } : {};
      return { depth: at === 0 ? 0 : 1, spans: [], times: 1, pieces: [{ startUs: 0, endUs: 0 }], tookMs: 0, records: 1, ...level };
    });
  });
}

/** Requests by their size, what is left out in brackets. */
function told(cut: readonly CutRow[]): string {
  const words: (string | number)[] = [];
  for (const row of cut) {
    if ('leftOut' in row) words.push(`(${row.leftOut})`);
    else if (row.depth === 0) words.push(1);
    else words[words.length - 1] = Number(words.at(-1)) + 1;
  }
  return words.join(' ');
}

const many = (count: number, word: string): string[] => Array.from({ length: count }, () => word);

describe('rows of a tree', () => {
  test.each<[what: string, given: string[], want: string]>([
    ['that fit are all there', many(4, 'a50'), '50 50 50 50'],
    ['that do not: the first and the last', many(10, 'a50'), '50 50 (300) 50 50'],
    ['and what failed, wherever it is', [...many(5, 'a50'), 'b40!', ...many(5, 'a50')], '50 (200) 40 (150) 50 50'],
    [
      'of many that failed the first ones',
      [...many(30, 'a10'), ...many(30, 'b10!')],
      `${'10 '.repeat(5)}(250) ${'10 '.repeat(10)}(150) ${'10 '.repeat(5).trim()}`,
    ],
    ['one that is too long alone is there', ['a500', 'b10'], '500 (10)'],
    ['nothing is lost of what failed first, however long', ['a10', 'b300!', 'c10'], '(10) 300 (10)'],
  ])('%s', (_, given, want) => {
    const all = rows(...given);
    const cut = cutRows(all);
    expect(told(cut)).toBe(want);
    expect(cut.reduce((sum, row) => sum + ('leftOut' in row ? row.leftOut : 1), 0)).toBe(all.length);
  });
});
