/** search, tail and status against the real API: what is printed, and with which exit code. */
import { afterEach, expect, test } from 'vitest';
import { createApi } from '../../src/api/api.ts';
import { silentLog } from '../../src/base/log.ts';
import { eventsOf } from '../../src/cli/sse.ts';
import { recordOf, START, testApi } from '../api/parts.ts';
import { testSaved } from '../api/saved-parts.ts';
import { testShell } from './shell.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function cloud() {
  const parts = await testApi();
  open.push(parts.api);
  const { port } = await parts.api.listen('127.0.0.1', 0);
  const url = `http://127.0.0.1:${port}`;
  parts.ingest.commit(
    Array.from({ length: 5 }, (_, index) =>
      recordOf(`line ${index}`, { time: START + index * 1e6, level: index === 3 ? 'ERROR' : 'INFO', raw: `<14>line\x1b ${index}` }),
    ),
  );
  return { ...parts, port, url, shell: (isTerminal = false) => testShell({ STACKTRAIL_URL: url }, isTerminal) };
}

const messages = (text: string) => text.split('\n').flatMap((line) => /line \d+/.exec(line) ?? []);

test.each([
  [[], [0, 1, 2, 3, 4]],
  [
    ['-n', '2'],
    [3, 4],
  ],
  [
    ['-n', '2', '--direction', 'forward'],
    [0, 1],
  ],
  [
    ['-n', '2', '--direction', 'backward'],
    [4, 3],
  ],
  [
    ['-n', '0'],
    [0, 1, 2, 3, 4],
  ],
  [
    ['-n', '0', '--direction', 'backward'],
    [4, 3, 2, 1, 0],
  ],
  [['level:error'], [3]],
  [['-l', 'error'], [3]],
  [
    ['--since', '2026-11-22T08:24:13Z', '--until', '2026-11-22T08:24:15Z'],
    [2, 3],
  ],
] as [string[], number[]][])('search %j', async (words, lines) => {
  const { shell } = await cloud();
  const terminal = shell();
  expect(await terminal.run('search', ...words)).toBe(0);
  expect(messages(terminal.out())).toEqual(lines.map((line) => `line ${line}`));
});

test('nothing found is exit 1, and said on stderr unless quiet', async () => {
  const { shell } = await cloud();
  const terminal = shell();
  expect([await terminal.run('search', 'nothing'), terminal.out(), terminal.err()]).toEqual([1, '', 'stacktrail: nothing found\n']);
  const quiet = shell();
  expect([await quiet.run('search', '-q', 'nothing'), quiet.out(), quiet.err()]).toEqual([1, '', '']);
});

test('more than was shown is said', async () => {
  const { shell } = await cloud();
  const terminal = shell();
  expect(await terminal.run('search', '-n', '4')).toBe(0);
  expect(terminal.err()).toContain('these are the newest 4');
  const all = shell();
  expect([await all.run('search', '-n', '5'), all.err()]).toEqual([0, '']);
});

test('outputs of search', async () => {
  const { shell } = await cloud();
  const out = async (isTerminal: boolean, ...words: string[]) => {
    const terminal = shell(isTerminal);
    await terminal.run('search', ...words);
    return terminal.out();
  };
  expect(JSON.parse(await out(false, '-o', 'json', '-n', '2')).map((record: { message: string }) => record.message)).toEqual([
    'line 3',
    'line 4',
  ]);
  expect(JSON.parse(await out(false, '-o', 'json', 'nothing'))).toEqual([]);
  expect(
    (await out(false, '-o', 'jsonl'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).seq),
  ).toEqual([1, 2, 3, 4, 5]);
  expect(await out(false, '-o', 'raw', '-n', '1')).toBe('<14>line\x1b 4\n');
  expect(await out(true, '-o', 'raw', '-n', '1')).toBe('<14>line\\x1b 4\n');
  expect(await out(true, 'level:error')).toContain('\x1b[31mERROR');
  expect(await out(true, '--color', 'never', 'level:error')).not.toContain('\x1b');
  expect(await out(false, '--color', 'always', 'level:error')).toContain('\x1b[31mERROR');
});

test('NO_COLOR is heeded', async () => {
  const { url } = await cloud();
  const terminal = testShell({ STACKTRAIL_URL: url, NO_COLOR: '1' }, true);
  await terminal.run('search', 'level:error');
  expect(terminal.out()).not.toContain('\x1b');
});

test("the server's refusal is told in its words", async () => {
  const { shell, reader } = await cloud();
  reader.beforePage = () => {
    throw new Error('secret');
  };
  const terminal = shell();
  expect([await terminal.run('search', 'x'), terminal.out()]).toEqual([2, '']);
  expect(terminal.err()).toBe('stacktrail: The log of the server has the details\n');
});

test('Ctrl-C ends a search with 130, a closed pipe with 0', async () => {
  const { shell, reader } = await cloud();
  for (const [leave, code] of [
    ['interrupt', 130],
    ['closePipe', 0],
  ] as const) {
    const terminal = shell();
    reader.beforePage = () => terminal[leave]();
    expect([await terminal.run('search', 'line'), terminal.out(), terminal.err()]).toEqual([code, '', '']);
  }
});

test('tail prints the last lines and what comes, until Ctrl-C', async () => {
  const { shell, ingest, follow } = await cloud();
  const terminal = shell();
  const running = terminal.run('tail', '-n', '2');
  await terminal.saw('line 4');
  expect(messages(terminal.out())).toEqual(['line 3', 'line 4']);
  ingest.commit([recordOf('line 5\nTraceback')]);
  ingest.commit([recordOf('  File "x"', { of: 6 })]);
  await terminal.saw('File');
  expect(terminal.out()).toMatch(/line 5\n {4}Traceback\n {6}File "x"\n$/);
  terminal.interrupt();
  expect([await running, terminal.err()]).toEqual([130, '']);
  expect(follow.followers).toBeLessThanOrEqual(1);
});

test('tail --no-follow ends after the last lines', async () => {
  const { shell } = await cloud();
  const terminal = shell();
  expect(await terminal.run('tail', '--no-follow', '-n', '3', '-o', 'jsonl')).toBe(0);
  expect(
    terminal
      .out()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).message),
  ).toEqual(['line 2', 'line 3', 'line 4']);
  expect(await shell().run('tail', '--no-follow', 'nothing')).toBe(1);
});

test('tail comes back after the server was away, without loss or repeat, and says so', async () => {
  const { shell, api, port, ingest, reader, follow } = await cloud();
  const terminal = shell();
  const running = terminal.run('tail', '-n', '1');
  await terminal.saw('line 4');
  await api.close();
  ingest.commit([recordOf('line 5'), recordOf('line 6')]);
  await terminal.saw('trying again in ');
  const { createFollow } = await import('../../src/follow.ts');
  expect(follow.followers).toBe(0);
  const again = await createApi({
    reader,
    ingest,
    follow: createFollow(reader, ingest),
    saved: testSaved(),
    status: async () => ({}),
    log: silentLog,
  });
  open.push(again);
  await again.listen('127.0.0.1', port);
  await terminal.saw('line 6');
  ingest.commit([recordOf('line 7')]);
  await terminal.saw('line 7');
  expect(messages(terminal.out())).toEqual(['line 4', 'line 5', 'line 6', 'line 7']);
  expect(terminal.err()).toMatch(/connection lost: .*; trying again in \d\.\d s\n/);
  expect(terminal.err()).toContain('stacktrail: connected again, nothing missed\n');
  terminal.interrupt();
  expect(await running).toBe(130);
});

test('status is printed for people and as it is', async () => {
  const { shell, url } = await cloud();
  const terminal = shell();
  expect(await terminal.run('status')).toBe(0);
  expect(terminal.out()).toMatch(new RegExp(`^${url}\n {2}store\n {4}engine +memory\n {4}records +5\n`));
  const json = shell();
  expect(await json.run('status', '-o', 'json')).toBe(0);
  expect(JSON.parse(json.out()).store.records).toBe(5);
});

test.each([
  ['id: 1\nevent: record\ndata: {"a":1}\n\n', [{ id: '1', event: 'record', data: '{"a":1}' }]],
  [
    'retry: 1000\n\nid: 5\n\n',
    [
      { id: undefined, event: undefined, data: '' },
      { id: '5', event: undefined, data: '' },
    ],
  ],
  [
    ': still here\nid: 7\n\ndata: a\ndata:b\r\n\r\n',
    [
      { id: '7', event: undefined, data: '' },
      { id: '7', event: 'message', data: 'a\nb' },
    ],
  ],
  ['id: 1\ndata: half\n', []],
])('events of %j', async (text, want) => {
  async function* lines() {
    yield* text.split('\n').slice(0, -1);
  }
  const events = [];
  for await (const event of eventsOf(lines())) events.push(event);
  expect(events).toEqual(want);
});
