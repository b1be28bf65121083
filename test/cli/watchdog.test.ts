/** Silence and sleep are noticed; what is heard, and our own work, are neither. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CLOCK, SILENCE_MS_MAX, Watchdog } from '../../src/cli/watchdog.ts';

let watchdog: Watchdog;
beforeEach(() => {
  vi.useFakeTimers();
  watchdog = new Watchdog();
});
afterEach(() => {
  watchdog.end();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test('silence ends it', () => {
  vi.advanceTimersByTime(SILENCE_MS_MAX - 1);
  expect(watchdog.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(watchdog.signal.reason).toBe('has been silent for 30 s');
});

test('heartbeats keep it', async () => {
  async function* lines() {
    for (let beat = 0; beat < 10; beat++) {
      vi.advanceTimersByTime(15_000);
      yield ': still here';
    }
  }
  for await (const line of watchdog.watch(lines())) expect(line).toBe(': still here');
  expect(watchdog.signal.aborted).toBe(false);
  vi.advanceTimersByTime(SILENCE_MS_MAX);
  expect(watchdog.signal.aborted).toBe(true);
});

test('what we do ourselves is no silence', async () => {
  await watchdog.asleep(async () => {
    for (let second = 0; second < 100; second++) vi.advanceTimersByTime(1000);
  });
  expect(watchdog.signal.aborted).toBe(false);
  vi.advanceTimersByTime(SILENCE_MS_MAX);
  expect(watchdog.signal.aborted).toBe(true);
});

test('a clock that jumps was asleep', () => {
  vi.advanceTimersByTime(CLOCK.everyMs);
  vi.setSystemTime(Date.now() + CLOCK.jumpMs + 1);
  expect(watchdog.signal.aborted).toBe(false);
  vi.advanceTimersByTime(CLOCK.everyMs);
  expect(watchdog.signal.reason).toBe('may be gone: this machine was asleep');
});

test('a clock that is corrected a little was not', () => {
  vi.setSystemTime(Date.now() + CLOCK.jumpMs - 1000);
  vi.advanceTimersByTime(CLOCK.everyMs);
  expect(watchdog.signal.aborted).toBe(false);
});
