/**
 * What the test runner takes: every *.test.ts, but not the slow suites, which have scripts of their own.
 * TEST_SUITE=crash (set by test/run.ts) takes that folder instead. No globals: a test says what it uses.
 */
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Minutes, not seconds; `test:crash` and the like run them one by one. */
const SLOW = ['crash', 'conservation', 'fuzz', 'browser', 'bench'];
const suite = process.env.TEST_SUITE;

export default defineConfig({
  test: {
    include: suite ? [`test/${suite}/**/*.test.ts`] : ['test/**/*.test.ts'],
    exclude: suite ? [] : SLOW.map((name) => `test/${name}/**`),
    // The view is built once, before any file of the suite: two that build it at once take it away from each other's pages.
    globalSetup: suite === 'browser' ? ['test/browser/built.ts'] : [],
    // Real processes, as the service runs: worker threads, signals and native modules behave as outside.
    pool: 'forks',
    // Most tests wait for processes and sockets: the default, one less than there are cores, leaves a machine of two half idle.
    maxWorkers: Math.max(2, availableParallelism()),
    // And with the launcher's switches: without them patterns backtrack for ever.
    execArgv: process.execArgv,
    // Hooks and tests start servers, several one after another, on a machine that others use too; a hang is still found.
    testTimeout: suite ? 600_000 : 120_000,
    hookTimeout: 180_000,
    // What a page shows next takes as long as the machine is busy with others; what works is there long before.
    expect: { poll: suite ? { timeout: 30_000 } : {} },
  },
});
