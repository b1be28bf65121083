/** The list of error groups in terminals of different widths: what went wrong is never cut away. Not here: the whole output (test/cases/errors). */
import { expect, test } from 'vitest';
import { groupsText } from '../../src/cli/errors-text.ts';
import type { ErrorGroup } from '../../src/model.ts';

const GROUP = {
  state: 'new',
  count: 12,
  level: 'ERROR',
  services: [{ name: 'nova', count: 12 }],
  firstSeen: '2026-11-22T09:00:00.000Z',
  lastSeen: '2026-11-22T10:00:00.000Z',
  signature: '0123456789abcdef',
  title: 'NoValidHost: No valid host was found.',
  sparkline: [0, 1, 5, 6],
} as unknown as ErrorGroup;

const time = (): string => '10:00:00.000';

test.each([
  { columns: 60, lines: 3 },
  { columns: 80, lines: 3 },
  { columns: 149, lines: 3 },
  { columns: 150, lines: 2 },
  { columns: undefined, lines: 2 },
])('in $columns columns', ({ columns, lines }) => {
  const text = groupsText([GROUP], { color: false, time, columns });
  const rows = text.trimEnd().split('\n');
  expect(rows).toHaveLength(lines);
  expect(text).toContain(GROUP.title);
  if ((columns ?? 80) >= 80) expect(text).toContain(GROUP.signature);
  for (const row of rows) expect(row.length).toBeLessThanOrEqual(columns ?? Infinity);
});
