/** stacktrail parse: long input is flushed without breaking tracebacks, shapes are bounded, pipes and silence end it. The rest is test/cases/parse. */
import { expect, test } from 'vitest';
import { parse } from '../../parsers/index.ts';
import { ParseStats, statsText } from '../../src/cli/parse-stats.ts';
import { testShell } from './shell.ts';

const STAMP = '2024-03-04 08:00:00.123 4242 ERROR nova.x';
const BLOCK = [`${STAMP} [req-1 - -] failed`, `${STAMP} Traceback (most recent call last):`, `${STAMP} KeyError: 1`];

async function* chunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function parsed(text: string, size: number, ...words: string[]) {
  const { shell, out, err } = testShell();
  const { run } = await import('../../src/cli/run.ts');
  const code = await run(['parse', ...words], { ...shell, input: chunks(text, size) });
  return { code, out: out(), err: err() };
}

test.each([1, 7, 100, 65_536])('reads of %i bytes make no difference', async (size) => {
  const text = `${BLOCK.join('\n')}\n${STAMP.replace('ERROR', 'INFO')} [-] last without a newline`;
  const { code, out } = await parsed(text, size, '-o', 'jsonl');
  const records = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { line: number; lines: number; message: string });
  expect(code).toBe(0);
  expect(records.map(({ line, lines }) => [line, lines])).toEqual([
    [1, 3],
    [4, 1],
  ]);
});

test('30,000 lines in one read: tracebacks stay whole where the records so far are printed', async () => {
  const { out } = await parsed(`${Array.from({ length: 10_000 }, () => BLOCK.join('\n')).join('\n')}\n`, 1 << 20, '--stats', '-o', 'json');
  expect(JSON.parse(out)).toMatchObject({ lines: 30_000, bodies: [{ name: 'oslo', lines: 30_000 }], unknown: { lines: 0 } });
});

test('nothing to read is exit code 1, CR LF and empty lines are no lines', async () => {
  expect(await parsed('', 1)).toEqual({ code: 1, out: '', err: '' });
  expect((await parsed('a\r\n\r\n\nb\r\n', 2, '--no-join', '-o', 'jsonl')).out.match(/"message":"[ab]"/g)).toHaveLength(2);
});

test('a line over the limit is cut and flagged', async () => {
  const { out } = await parsed(`${'x'.repeat(1024 * 1024 + 5)}\nshort\n`, 65_536, '-o', 'jsonl');
  const [long, short] = out.trimEnd().split('\n');
  expect(JSON.parse(long!)).toMatchObject({ flags: 'truncated' });
  expect(JSON.parse(long!).message).toHaveLength(1024 * 1024);
  expect(JSON.parse(short!)).toMatchObject({ line: 2, message: 'short' });
});

test('shapes of unknown lines are counted together, whatever their numbers; too many are not kept', () => {
  const stats = new ParseStats();
  const add = (text: string): void =>
    stats.add({ record: parse(text, { received: 1e15, transport: 'import', peer: '', zone: 0 }), line: 1, lines: 1 });
  for (let count = 0; count < 30; count++) add(`queue ${count} drained in ${count * 7} ms`);
  const words = Array.from({ length: 26 }, (_, index) => String.fromCharCode(97 + index));
  for (const one of words) for (const two of words) for (const three of words) add(`${one}${two}${three}x word`);
  const summary = stats.read();
  expect(summary.unknown.lines).toBe(30 + 26 ** 3);
  expect(summary.unknown.shapes[0]).toEqual({ lines: 30, example: 'queue 0 drained in 0 ms' });
  expect(summary.unknown.shapes).toHaveLength(10);
  expect(statsText(summary)).toContain('      30  queue 0 drained in 0 ms');
});
