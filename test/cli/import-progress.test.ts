/** The one line that says how an import goes on. */
import { expect, test, vi } from 'vitest';
import { Progress, progressLine, size } from '../../src/cli/import/progress.ts';

const STATE = { name: 'nova-api.log.2.gz', bytes: 50, bytesTotal: 200, lines: 1_234_567, linesPerSecond: 98_000.4, bytesPerSecond: 2 };

test.each([
  [{}, 'nova-api.log.2.gz  █████░░░░░░░░░░░░░░░  25 %  of 200 B  1,234,567 lines  98,000/s  1:15 left'],
  [{ bytes: 0, bytesPerSecond: 0 }, 'nova-api.log.2.gz  ░░░░░░░░░░░░░░░░░░░░  0 %  of 200 B  1,234,567 lines  98,000/s'],
  // A file that grew while it was read.
  [{ bytes: 300 }, 'nova-api.log.2.gz  ████████████████████  100 %  of 200 B  1,234,567 lines  98,000/s  0:00 left'],
  [
    { bytesTotal: 10_000_000, bytesPerSecond: 500 },
    'nova-api.log.2.gz  ░░░░░░░░░░░░░░░░░░░░  0 %  of 9.5 MiB  1,234,567 lines  98,000/s  5:33:20 left',
  ],
  [{ name: 'stdin', bytesTotal: 0, bytes: 2048 }, 'stdin  2.0 KiB  1,234,567 lines  98,000/s'],
  [{ name: `/a/long/path/${'x'.repeat(50)}.log`, bytesTotal: 0 }, `…${'x'.repeat(23)}.log  50 B  1,234,567 lines  98,000/s`],
  [{ name: 'a\x1b[31m.log', bytesTotal: 0 }, 'a\\x1b[31m.log  50 B  1,234,567 lines  98,000/s'],
])('%j', (some, want) => expect(progressLine({ ...STATE, ...some })).toBe(want));

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [150 * 1024 * 1024, '150 MiB'],
  [3 * 1024 ** 4, '3.0 TiB'],
])('%d bytes are %s', (bytes, want) => expect(size(bytes)).toBe(want));

test('on a terminal the line is written anew, and makes way at the end; elsewhere there is none', () => {
  vi.useFakeTimers();
  const written: string[] = [];
  const output = { write: (text: string) => void written.push(text), isTerminal: true };
  const shown = new Progress({ output, bytesTotal: 100, isShown: true });
  shown.begin('x.log');
  shown.read(50);
  shown.lines = 7;
  vi.advanceTimersByTime(450);
  shown.close();
  vi.advanceTimersByTime(1000);
  expect(written.length).toBe(3);
  expect(written[1]).toMatch(/^\r\x1b\[Kx\.log .* 50 % .* 7 lines/);
  expect(written.at(-1)).toBe('\r\x1b[K');
  written.length = 0;
  const silent = new Progress({ output, bytesTotal: 100, isShown: false });
  vi.advanceTimersByTime(1000);
  silent.clear();
  silent.close();
  expect(written).toEqual([]);
  vi.useRealTimers();
});
