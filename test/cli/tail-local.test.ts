/** tail --local: last lines of files, what is written to them, rotation, joined tracebacks, filters - without any server. */
import { appendFileSync, chmodSync, copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run as runWords } from '../../src/cli/run.ts';
import { testShell } from './shell.ts';

const folder = mkdtempSync(join(tmpdir(), 'stacktrail-tail-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
const pathOf = (name = `${++count}.log`) => join(folder, name);
const oslo = (second: number, text: string, level = 'INFO') =>
  `2026-11-22 10:00:${String(second).padStart(2, '0')}.000 77 ${level} nova.compute.manager [req-903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c - - - - -] ${text}\n`;

/** No server is asked, so none needs to be there. */
const NOBODY = { STACKTRAIL_URL: 'http://127.0.0.1:2' };

async function last(...words: string[]) {
  const terminal = testShell(NOBODY);
  const code = await terminal.run('tail', '--local', '--no-follow', '--template', '{message}', ...words);
  return [code, terminal.out().split('\n').slice(0, -1), terminal.err()];
}

test.each([
  [
    ['-n', '2'],
    ['line 3', 'line 4'],
  ],
  [[], ['line 0', 'line 1', 'line 2', 'line 3', 'line 4']],
  [
    ['--query', 'message:1 OR message:3'],
    ['line 1', 'line 3'],
  ],
  [['-l', 'error'], ['line 2']],
  [['-n', '1', '-i', '[12]$'], ['line 2']],
  [
    ['-e', 'line [^04]'],
    ['line 0', 'line 4'],
  ],
  [['--query', 'req-903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c', '-n', '1'], ['line 4']],
] as [string[], string[]][])('the last records: %j', async (words, want) => {
  const path = pathOf();
  writeFileSync(path, Array.from({ length: 5 }, (_, index) => oslo(index, `line ${index}`, index === 2 ? 'ERROR' : 'INFO')).join(''));
  expect(await last(path, ...words)).toEqual([0, want, '']);
});

test('half a line is shown when its end has come, or when nothing is waited for', async () => {
  const path = pathOf();
  writeFileSync(path, `${oslo(1, 'whole')}2026-11-22 10:00:02.000 77 INFO nova.compute.manager [-] ha`);
  expect(await last(path)).toEqual([0, ['whole', 'ha'], '']);
  const terminal = testShell(NOBODY);
  const running = terminal.run('tail', '--local', '--template', '{message}', path);
  await terminal.saw('whole');
  appendFileSync(path, 'lf\n');
  await terminal.saw('half');
  terminal.interrupt();
  await running;
  expect(terminal.out()).toBe('whole\nhalf\n');
});

test('an empty file has nothing, and is followed', async () => {
  const path = pathOf();
  writeFileSync(path, '');
  expect(await last(path)).toEqual([1, [], '']);
});

test('nothing that matches is exit 1', async () => {
  const path = pathOf();
  writeFileSync(path, oslo(1, 'a'));
  expect(await last(path, '--query', 'nothing')).toEqual([1, [], '']);
});

test('tracebacks are one record, and have the ids of theirs', async () => {
  const path = pathOf();
  const trace = (text: string) => `2026-11-22 10:00:01.000 77 ERROR nova.compute.manager ${text}\n`;
  writeFileSync(path, oslo(1, 'failed', 'ERROR') + trace('Traceback (most recent call last):') + trace('KeyError: x') + oslo(2, 'next'));
  expect(await last(path, '--query', '903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c KeyError')).toEqual([
    0,
    ['failed', '    Traceback (most recent call last):', '    KeyError: x'],
    '',
  ]);
});

test('a file says what its lines do not: program and host; a line without a stamp is of the time of the one before', async () => {
  const path = pathOf('glance-api.log');
  writeFileSync(path, `${oslo(5, 'a')}  bare words\n`);
  const terminal = testShell(NOBODY);
  await terminal.run('tail', '--local', '--no-follow', '--template', '{program} {service} {peer} {transport}', path);
  expect(terminal.out().split('\n')[0]).toBe(`glance-api glance ${path} file`);
  const raw = testShell(NOBODY);
  await raw.run('tail', '--local', '--no-follow', '-o', 'raw', path);
  expect(raw.out()).toBe(`${oslo(5, 'a')}  bare words\n`);
});

test('several files come in the order of time, with their names', async () => {
  mkdirSync(join(folder, 'x'));
  const [api, compute, other] = [pathOf('nova-api.log'), pathOf('c.log'), pathOf('x/c.log')];
  writeFileSync(api, oslo(1, 'first') + oslo(3, 'third'));
  writeFileSync(compute, oslo(2, 'second'));
  writeFileSync(other, oslo(4, 'fourth'));
  const width = other.length;
  const name = (text: string) => text.padEnd(width);
  expect(await last(api, compute, other)).toEqual([
    0,
    [`${name('nova-api.log')} first`, `${name(compute)} second`, `${name('nova-api.log')} third`, `${name(other)} fourth`],
    '',
  ]);
});

test('follows through renaming, truncation and creation', async () => {
  const [path, later] = [pathOf(), pathOf()];
  writeFileSync(path, oslo(0, 'line 0'));
  const terminal = testShell(NOBODY);
  const running = terminal.run('tail', '--local', '--template', '{message}', path, later);
  await terminal.saw('line 0');
  await terminal.saw('is not there yet');
  appendFileSync(path, oslo(1, 'line 1'));
  await terminal.saw('line 1');
  appendFileSync(path, oslo(2, 'line 2'));
  renameSync(path, `${path}.1`);
  appendFileSync(`${path}.1`, oslo(3, 'line 3'));
  writeFileSync(path, oslo(4, 'line 4'));
  await terminal.saw('line 4');
  copyFileSync(path, `${path}.2`);
  truncateSync(path);
  await terminal.saw('was truncated');
  appendFileSync(path, oslo(5, 'line 5'));
  await terminal.saw('line 5');
  writeFileSync(later, oslo(6, 'line 6'));
  await terminal.saw('line 6');
  rmSync(later);
  await terminal.saw('is gone');
  terminal.interrupt();
  expect(await running).toBe(130);
  expect(terminal.out().match(/line \d/g)).toEqual(Array.from({ length: 7 }, (_, index) => `line ${index}`));
});

test('text that joins a shown record later comes indented, whatever the filters say', async () => {
  const path = pathOf();
  writeFileSync(path, oslo(1, 'failed', 'ERROR'));
  const terminal = testShell(NOBODY);
  const running = terminal.run('tail', '--local', '-i', 'failed', '--timestamps', 'none', path);
  await terminal.saw('failed');
  appendFileSync(path, '2026-11-22 10:00:01.000 77 ERROR nova.compute.manager KeyError: x\n');
  await terminal.saw('KeyError');
  terminal.interrupt();
  await running;
  expect(terminal.out()).toMatch(/failed\n {4}KeyError: x\n$/);
});

test('what cannot be read is said and does not stop the others', async () => {
  const path = pathOf();
  writeFileSync(path, oslo(1, 'a'));
  const missing = pathOf();
  expect(await last(path, missing, folder)).toEqual([
    0,
    [expect.stringMatching(/ a$/)],
    `stacktrail: ${missing}: there is no such file\nstacktrail: ${folder} is a folder; name its files: ${folder}/*.log\n`,
  ]);
  expect(await last(missing)).toEqual([2, [], expect.stringContaining('none of the files can be read')]);
});

test.skipIf(process.getuid?.() === 0)('a file of somebody else is said', async () => {
  const path = pathOf();
  writeFileSync(path, 'x\n');
  chmodSync(path, 0);
  expect(await last(path)).toEqual([2, [], expect.stringContaining('may not be read by this user')]);
});

test('stdin is a file that cannot be read twice', async () => {
  const lines = [oslo(1, 'a'), oslo(2, 'b'), oslo(3, 'c').trimEnd()].join('');
  const run = async (...words: string[]) => {
    const terminal = testShell(NOBODY);
    const input = (async function* () {
      for (let at = 0; at < lines.length; at += 7) yield Buffer.from(lines.slice(at, at + 7));
    })();
    const code = await runWords(['tail', '--local', '--template', '{message}', ...words], { ...terminal.shell, input });
    return [code, terminal.out(), terminal.err()];
  };
  expect(await run('-')).toEqual([0, 'a\nb\nc\n', '']);
  expect(await run('-', '--no-follow', '-n', '2')).toEqual([0, 'b\nc\n', '']);
  expect(await run('-', 'x.log')).toEqual([2, '', expect.stringContaining('alone')]);
});

test.each([
  [[], '--local needs files'],
  [['--url', 'http://x', 'a.log'], 'give one of them'],
  [['--query', 'lvel:error', 'a.log'], 'there is no field'],
  [['-i', '(', 'a.log'], 'cannot be read'],
])('%j is refused', async (words, error) => {
  expect(await last(...words)).toEqual([2, [], expect.stringContaining(error)]);
});

test('of a long file only its end is read, and the last records are found far from it', async () => {
  const path = pathOf();
  const filler = oslo(2, 'x'.repeat(1000));
  writeFileSync(path, oslo(1, 'needle') + filler.repeat(3000) + oslo(3, 'end'));
  expect(await last(path, '-n', '1')).toEqual([0, ['end'], '']);
  expect(await last(path, '-n', '1', '--query', 'needle')).toEqual([0, ['needle'], '']);
});

test('bytes that are no UTF-8 are shown, and come back as they were', async () => {
  const path = pathOf();
  writeFileSync(path, Buffer.from('caf\xe9 \x1b[2J\n', 'latin1'));
  expect(await last(path)).toEqual([0, ['caf\u00e9 \\x1b[2J'], '']);
});
