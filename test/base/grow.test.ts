/** Files that grow and are rotated under their reader: every line once, in order, whatever logrotate does. */
import { appendFileSync, copyFileSync, mkdtempSync, renameSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { GrowingFile } from '../../src/base/grow.ts';
import { limits } from '../../src/base/limits.ts';

const folder = mkdtempSync(join(tmpdir(), 'stacktrail-grow-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
async function scene(first?: string) {
  const path = join(folder, `${++count}.log`);
  if (first !== undefined) writeFileSync(path, first);
  const file = new GrowingFile(path);
  let text = '';
  let cuts = 0;
  const look = async () => {
    text = '';
    const { change } = await file.look(({ bytes, cut }) => {
      text += bytes.toString();
      if (cut) cuts++;
    });
    return [change, text] as const;
  };
  return { path, file, look, cuts: () => cuts };
}

const steps: [string, (path: string) => void, string, string][] = [
  ['appended', (path) => appendFileSync(path, 'b\nc\n'), 'none', 'b\nc\n'],
  ['nothing', () => {}, 'none', ''],
  ['half a line', (path) => appendFileSync(path, 'half'), 'none', ''],
  [
    'renamed and created',
    (path) => {
      renameSync(path, `${path}.1`);
      writeFileSync(path, 'new\n');
    },
    'rotated',
    'new\n',
  ],
  [
    'written after the rename',
    (path) => {
      appendFileSync(path, 'last\n');
      renameSync(path, `${path}.1`);
      appendFileSync(`${path}.1`, 'late\n');
      writeFileSync(path, 'new\n');
    },
    'rotated',
    'last\nlate\nnew\n',
  ],
  [
    'copied and truncated',
    (path) => {
      copyFileSync(path, `${path}.1`);
      truncateSync(path);
      appendFileSync(path, 'n\n');
    },
    'truncated',
    'n\n',
  ],
  [
    'truncated, and longer again than before',
    (path) => {
      truncateSync(path);
      appendFileSync(path, 'another beginning\nmore\n');
    },
    'truncated',
    'another beginning\nmore\n',
  ],
  ['removed', (path) => unlinkSync(path), 'gone', ''],
  ['renamed', (path) => renameSync(path, `${path}.1`), 'gone', ''],
];

test.each(steps)('%s', async (_name, happens, change, text) => {
  const { path, file, look } = await scene('old\na\n');
  expect(await file.openAtEnd()).toBe(true);
  happens(path);
  expect(await look()).toEqual([change, text]);
  expect(await look()).toEqual(['none', '']);
  await file.close();
});

test('a file that is created later is read from its beginning, also after it was gone', async () => {
  const { path, file, look } = await scene();
  expect(await file.openAtEnd()).toBe(false);
  expect(await look()).toEqual(['none', '']);
  writeFileSync(path, 'a\n');
  expect(await look()).toEqual(['appeared', 'a\n']);
  renameSync(path, `${path}.1`);
  expect(await look()).toEqual(['gone', '']);
  appendFileSync(`${path}.1`, 'late\n');
  expect(await look()).toEqual(['none', 'late\n']);
  writeFileSync(path, 'b\n');
  expect(await look()).toEqual(['appeared', 'b\n']);
  appendFileSync(`${path}.1`, 'very late\n');
  appendFileSync(path, 'c\n');
  expect(await look()).toEqual(['none', 'very late\nc\n']);
  await file.close();
});

test('half a line waits for its end, also at the beginning', async () => {
  const { path, file, look } = await scene('a\nhal');
  await file.openAtEnd();
  expect(file.offset).toBe(2);
  appendFileSync(path, 'f\nb');
  expect(await look()).toEqual(['none', 'half\n']);
  expect(file.offset).toBe(7);
  await file.close();
});

test('a line of any length costs no other one', async () => {
  const { path, file, look, cuts } = await scene('');
  await file.openAtEnd();
  const long = 'x'.repeat(limits.messageBytesMax - 1);
  appendFileSync(path, `${long}\nnext\n${long}xxxx`);
  const [, text] = await look();
  expect(text).toBe(`${long}\nnext\n${long}x`);
  expect(cuts()).toBe(1);
  appendFileSync(path, 'rest of it\nb\n');
  expect(await look()).toEqual(['none', 'b\n']);
  await file.close();
});

test('whatever is appended between looks comes once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.stringMatching(/^[a-z\n]{0,20}$/), { maxLength: 4 }), { maxLength: 6 }), async (rounds) => {
      const { path, file, look } = await scene('');
      await file.openAtEnd();
      let seen = '';
      for (const pieces of rounds) {
        for (const piece of pieces) appendFileSync(path, piece);
        seen += (await look())[1];
      }
      const all = rounds.flat().join('');
      expect(seen).toBe(all.slice(0, all.lastIndexOf('\n') + 1));
      await file.close();
    }),
    { numRuns: 50 },
  );
});
