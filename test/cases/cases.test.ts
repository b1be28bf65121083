/**
 * Every `*.case` file below this folder: each command gives exactly the stdout, stderr and exit code that stand beneath
 * it (README.md has the format). With `CASES=update` the files are rewritten to what came out, for review.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type CaseFile, outcomeLines, printCase, readCase } from './case-file.ts';
import { type Place, placeOf, runStep } from './run-case.ts';

const UPDATE = process.env.CASES === 'update';
const PATHS = globSync('**/*.case', { cwd: import.meta.dirname }).sort();
/** A server is started and a few commands go before the one that is waited for. */
const STEP_MS = 10_000;
const START_MS = 240_000;

/** Lines of each step, begun in order when the first of them is wanted. */
function running(file: CaseFile): (index: number) => Promise<string[]> {
  const started: Promise<string[]>[] = [];
  let place: Promise<Place> | undefined;
  return (index) => {
    place ??= placeOf(file);
    for (let at = started.length; at <= index; at++) {
      const step = file.steps[at]!;
      const before: Promise<unknown> = started[at - 1] ?? Promise.resolve();
      started.push(before.then(async () => outcomeLines(await runStep(step, await place!), step.expected)));
    }
    return started[index]!;
  };
}

test('there are cases', () => {
  expect(PATHS.length).toBeGreaterThan(5);
});

describe.concurrent.each(PATHS)('%s', (path) => {
  const text = readFileSync(join(import.meta.dirname, path), 'utf8');
  const file = readCase(text);
  const linesOf = running(file);

  test('reads and prints as it is', ({ expect }) => {
    expect(
      printCase(
        file,
        file.steps.map((step) => step.expected),
      ),
    ).toBe(text);
    expect(file.steps.length).toBeGreaterThan(0);
  });

  test.each(file.steps.map((step, index) => ({ ...step, index })))(
    '$line: $command',
    { timeout: START_MS + file.steps.length * STEP_MS },
    async ({ index, expected }) => {
      const lines = await linesOf(index);
      if (!UPDATE) expect(lines.join('\n')).toBe(expected.join('\n'));
    },
  );

  afterAll(async () => {
    if (!UPDATE) return;
    const lines = await Promise.all(file.steps.map((_, index) => linesOf(index)));
    writeFileSync(join(import.meta.dirname, path), printCase(file, lines));
  });
});
