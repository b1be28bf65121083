/** The URL left for others: found when ours and alive, never when anybody else could have written it. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findUrl, leaveUrl, urlPath } from '../../src/cli/url-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stacktrail-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const left = (url: string, pid = process.pid) => `${JSON.stringify({ url, pid })}\n`;
/** Linux gives no higher one (kernel.pid_max). */
const NOBODY = 4_194_304 + 1;

test('left, found, taken away', () => {
  expect(findUrl(folder)).toBeUndefined();
  const takeAway = leaveUrl('http://127.0.0.1:5580', folder);
  expect(findUrl(folder)).toBe('http://127.0.0.1:5580');
  takeAway();
  expect(findUrl(folder)).toBeUndefined();
});

test('the newest server wins, and another one does not take its file away', () => {
  const takeAway = leaveUrl('http://127.0.0.1:1', folder);
  writeFileSync(urlPath(folder), left('http://127.0.0.1:2', process.ppid), { mode: 0o600 });
  takeAway();
  expect(findUrl(folder)).toBe('http://127.0.0.1:2');
});

test.each([
  ['a dead server', () => writeFileSync(urlPath(folder), left('http://x', NOBODY), { mode: 0o600 })],
  ['no JSON', () => writeFileSync(urlPath(folder), 'http://x', { mode: 0o600 })],
  ['no URL', () => writeFileSync(urlPath(folder), left('file:///etc/passwd'), { mode: 0o600 })],
  ['a folder', () => mkdirSync(urlPath(folder))],
  [
    'a file that others may write',
    () => {
      writeFileSync(urlPath(folder), left('http://x'));
      chmodSync(urlPath(folder), 0o666);
    },
  ],
  [
    'a link',
    () => {
      writeFileSync(join(folder, 'elsewhere'), left('http://x'), { mode: 0o600 });
      symlinkSync(join(folder, 'elsewhere'), urlPath(folder));
    },
  ],
])('%s counts as nothing', (_name, make) => {
  make();
  expect(findUrl(folder)).toBeUndefined();
});

test('a link that somebody put there is replaced, not followed', () => {
  writeFileSync(join(folder, 'precious'), 'precious');
  symlinkSync(join(folder, 'precious'), urlPath(folder));
  leaveUrl('http://127.0.0.1:5580', folder);
  expect(findUrl(folder)).toBe('http://127.0.0.1:5580');
});
