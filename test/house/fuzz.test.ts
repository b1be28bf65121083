/** The fuzzer finds what is planted - behind branches, endless, quadratic, without bound in memory -, writes it down and runs it again. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { start } from '../e2e/program.ts';
import { diceOf, INPUT_BYTES_MAX, mutate } from '../fuzz/mutate.ts';
import { ROOT } from './tables.ts';

async function fuzz(...words: string[]): Promise<{ code: number | null; out: string }> {
  const run = ['--targets', join(ROOT, 'test/fuzz/planted.ts'), '--seed', '7', ...words];
  return start(process.execPath, [...process.execArgv, join(ROOT, 'test/fuzz/run.ts'), ...run]).ended;
}

test.each<[name: string, words: string[], why: RegExp]>([
  ['deep', ['--seconds', '90'], /^FAIL deep: Error: planted/m],
  ['hang', ['--seconds', '90', '--hang', '3'], /^FAIL hang: one input takes more than 3 s/m],
  ['square', ['--seconds', '1', '--hang', '90'], /^FAIL square: (twice the length costs|takes more than \d+ ms)/m],
  ['memory', ['--seconds', '90'], /^FAIL memory: .*(MiB of memory|ERR_WORKER_OUT_OF_MEMORY)/m],
])(
  'what is planted is found, and written down: %s',
  async (name, words, why) => {
    const { code, out } = await fuzz('--target', name, ...words);
    expect(out).toMatch(why);
    expect(out.trimEnd().split('\n').at(-1)).toBe('0 passed, 1 failed');
    expect(code).toBe(1);
    const file = /again: .* --input (\S+)/.exec(out)![1]!;
    onTestFinished(() => rmSync(file));
    // What has grown too large has done so over many inputs: the last of them may be the empty one.
    expect(readFileSync(file).length).toBeGreaterThanOrEqual(name === 'memory' ? 0 : 1);
    if (name !== 'deep') return;
    const again = await fuzz('--target', name, '--input', file);
    expect(again.out).toMatch(/FAIL deep: Error: planted[\s\S]*0 passed, 1 failed\n$/);
    expect(again.code).toBe(1);
  },
  120_000,
);

test('a sound target passes', async () => {
  const { code, out } = await fuzz('--target', 'sound', '--seconds', '1');
  expect(out).toMatch(/^ok {3}sound +[1-9]\d* inputs [\s\S]*1 passed, 0 failed\n$/m);
  expect(code).toBe(0);
});

test('the same seed gives the same inputs, none too long', () => {
  const inputsOf = (seed: number): string[] => {
    const dice = diceOf(seed);
    const others = [Buffer.from('abc'), Buffer.alloc(INPUT_BYTES_MAX, 'x')];
    return Array.from({ length: 500 }, () => mutate(Buffer.from('<134>1 - - - text'), others, dice).toString('latin1'));
  };
  expect(inputsOf(5)).toEqual(inputsOf(5));
  expect(new Set([...inputsOf(5), ...inputsOf(6)]).size).toBeGreaterThan(800);
  expect(Math.max(...inputsOf(5).map((text) => text.length))).toBeLessThanOrEqual(INPUT_BYTES_MAX);
});
