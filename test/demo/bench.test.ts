/** What the benches measure with: the corpus file, and the arithmetic of the report. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { corpus, firstLines, instancesOf, measure, prepareCorpus } from '../bench/corpus.ts';
import { syslogLine } from '../bench/feed.ts';
import { diskBytes, median, percentile, rounded } from '../bench/machine.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'stacktrail-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const LINES = 5000;
const file = path.join(folder, 'corpus.log');
corpus(LINES, file);

describe('corpus', () => {
  const text = readFileSync(file, 'utf8');
  const lines = text.split('\n').slice(0, -1);

  it('holds one message a line, each with PRI', () => {
    expect(lines).toHaveLength(LINES);
    expect(text.endsWith('\n')).toBe(true);
    expect(lines.filter((line) => !/^<\d{1,3}>\w{3} [ \d]\d \d\d:\d\d:\d\d \w+ [\w-]+(\[\d+\])?: /.test(line))).toEqual([]);
  });

  it.each([
    [1, lines[0]!.length + 1],
    [LINES, text.length],
    [LINES * 2, text.length],
  ])('is measured up to %i lines', (max, bytes) => {
    expect(measure(file, max)).toEqual({ lines: Math.min(max, LINES), bytes });
  });

  it('gives the distinct instances of its part', () => {
    const source = prepareCorpus(2000, file);
    const part = lines.slice(0, 2000).join('\n');
    const want = [...new Set([...part.matchAll(/\[instance: ([0-9a-f-]{36})\]/g)].map((found) => found[1]!))];
    expect(want.length).toBeGreaterThan(5);
    expect(instancesOf(source, 1000)).toEqual(want);
    expect(instancesOf(source, 3)).toEqual(want.slice(0, 3));
  });

  it('gives its first lines with their LF', () => {
    expect(firstLines(prepareCorpus(LINES, file), 3).map(String)).toEqual(lines.slice(0, 3).map((line) => `${line}\n`));
  });
});

describe('figures', () => {
  it.each([
    ['median', median([5, 1, 3]), 3],
    [
      'p95 of a hundred',
      percentile(
        Array.from({ length: 100 }, (_, index) => index + 1),
        95,
      ),
      95,
    ],
    ['p50 of one', percentile([7], 50), 7],
    ['three digits', rounded(123456.7), 123457],
    ['small', rounded(0.012345), 0.0123],
  ])('%s', (_name, got, want) => expect(got).toBe(want));

  it('count what is on disk, in folders, too', () => {
    expect(diskBytes(folder)).toBeGreaterThanOrEqual(readFileSync(file).length);
    expect(diskBytes(path.join(folder, 'missing'))).toBe(0);
  });

  it('stamp their own lines as rsyslog does', () => {
    expect(syslogLine('x')).toMatch(/^<134>\w{3} [ \d]\d \d\d:\d\d:\d\d bench01 bench: x\n$/);
  });
});
