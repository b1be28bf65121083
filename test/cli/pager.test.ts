/** search on a terminal: what is paged, with which command, and what happens when the pager is quit, missing, or slow. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { recordOf, START, testApi } from '../api/parts.ts';
import { testShell } from './shell.ts';

const folder = mkdtempSync(join(tmpdir(), 'stacktrail-pager-'));
const paged = join(folder, 'paged');
let parts: Awaited<ReturnType<typeof testApi>>;
let url: string;
beforeAll(async () => {
  parts = await testApi();
  const { port } = await parts.api.listen('127.0.0.1', 0);
  url = `http://127.0.0.1:${port}`;
  parts.ingest.commit(Array.from({ length: 3000 }, (_, index) => recordOf(`line ${index} \x1b[2J`, { time: START + index * 1e6 })));
});
afterEach(() => rmSync(paged, { force: true }));
afterAll(async () => {
  await parts.api.close();
  rmSync(folder, { recursive: true, force: true });
});

const SIZE = { columns: 200, rows: 10 };
const TO_FILE = `cat > ${paged}`;

async function run(environment: Record<string, string>, words: string[], size = SIZE) {
  const terminal = testShell({ STACKTRAIL_URL: url, ...environment }, true, size);
  const code = await terminal.run('search', '--color', 'never', '--timestamps', 'none', ...words);
  let text: string | undefined;
  try {
    text = readFileSync(paged, 'utf8');
  } catch {
    text = undefined;
  }
  return { code, out: terminal.out(), err: terminal.err(), paged: text, lent: terminal.lent };
}

const count = (text: string | undefined) => text?.match(/line \d+/g)?.length;

test('what fits on the screen is not paged', async () => {
  const { code, out, paged } = await run({ PAGER: TO_FILE }, ['-n', '9']);
  expect([code, count(out), paged]).toEqual([0, 9, undefined]);
});

test('what does not fit is, all of it, made visible, and the rest is said afterwards', async () => {
  const { code, out, err, paged, lent } = await run({ PAGER: TO_FILE }, ['-n', '10']);
  expect([code, out, count(paged), lent]).toEqual([0, '', 10, [true, false]]);
  expect(paged).not.toContain('\x1b');
  expect(err).toContain('there are more');
});

test('lines that are wider than the terminal take more rows', async () => {
  const narrow = { columns: 20, rows: 10 };
  const { out, paged } = await run({ PAGER: TO_FILE }, ['-n', '4'], narrow);
  expect([out, count(paged)]).toEqual(['', 4]);
});

test.each<[Record<string, string>, string[], string]>([
  [{ STACKTRAIL_PAGER: TO_FILE, PAGER: 'false' }, [], 'paged'],
  [{ STACKTRAIL_PAGER: '', PAGER: TO_FILE }, [], 'out'],
  [{ STACKTRAIL_PAGER: 'cat', PAGER: TO_FILE }, [], 'out'],
  [{ PAGER: TO_FILE }, ['--no-pager'], 'out'],
  [{ PAGER: TO_FILE, TERM: 'dumb' }, [], 'out'],
  [{ PAGER: `env | grep -q LESS=FRX && ${TO_FILE}` }, [], 'paged'],
  [{ PAGER: `env | grep -q LESS=-S && ${TO_FILE}`, LESS: '-S' }, [], 'paged'],
])('with %j %j it goes to %s', async (environment, words, where) => {
  const result = await run({ PATH: process.env.PATH!, ...environment }, ['-n', '100', ...words]);
  expect([result.code, count(result.out) ?? 0, count(result.paged) ?? 0]).toEqual([
    0,
    where === 'out' ? 100 : 0,
    where === 'paged' ? 100 : 0,
  ]);
});

test.each(['raw', 'json', 'jsonl', 'csv'])('-o %s is paged, too, and harmless', async (form) => {
  const { out, paged } = await run({ PAGER: TO_FILE }, ['-n', '50', '-o', form]);
  expect([out, count(paged)]).toEqual(['', 50]);
  expect(paged).not.toContain('\x1b');
});

test('a pager that is not there costs nothing', async () => {
  const { code, out, lent } = await run({ PAGER: 'stacktrail-no-such-pager 2>/dev/null' }, ['-n', '3000']);
  expect([code, count(out), lent]).toEqual([0, 3000, [true, false]]);
});

test('quitting early is silent success, and nothing more is asked for', async () => {
  const result = await run({ PAGER: `head -n 2 > ${paged}` }, ['-n', '0']);
  expect([result.code, result.out, result.err, count(result.paged)]).toEqual([0, '', '', 2]);
});

test('a slow pager is waited for', async () => {
  const { code, paged } = await run({ PAGER: `(sleep 0.3; ${TO_FILE})` }, ['-n', '0']);
  expect([code, count(paged)]).toEqual([0, 3000]);
});

test('Ctrl-C while paging ends the search and leaves the pager what it has', async () => {
  const terminal = testShell({ STACKTRAIL_URL: url, PAGER: TO_FILE }, true, SIZE);
  const { reader } = parts;
  const search = reader.search.bind(reader);
  // The second page never comes: somebody gives up waiting for it.
  reader.search = async (query, signal) => {
    if (query.cursor === undefined) return { ...(await search({ ...query, limit: 1000 })), next: 'second' };
    await expect.poll(() => terminal.lent.length).toBe(1);
    terminal.interrupt();
    return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
  };
  const code = await terminal.run('search', '-n', '0', '--timestamps', 'none');
  reader.search = search;
  expect([code, terminal.out(), terminal.lent]).toEqual([130, '', [true, false]]);
  expect(count(readFileSync(paged, 'utf8'))).toBeGreaterThan(0);
});
