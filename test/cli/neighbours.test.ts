/** search -A -B -C against the real API: which neighbours, which groups, in which order, and how hits are told from them. */
import { afterEach, expect, test } from 'vitest';
import { recordOf, START, testApi } from '../api/parts.ts';
import { testShell } from './shell.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** Twenty seconds; `a` and `b` are two processes that speak in turn, every fifth second is a hit. */
async function cloud(count = 20) {
  const parts = await testApi();
  open.push(parts.api);
  const { port } = await parts.api.listen('127.0.0.1', 0);
  parts.ingest.commit(
    Array.from({ length: count }, (_, index) =>
      recordOf(`${index % 5 === 0 ? 'hit ' : ''}${index}`, {
        time: START + index * 1e6,
        program: index % 2 === 0 ? 'a' : 'b',
        pid: 1 + (index % 2),
      }),
    ),
  );
  const search = async (...words: string[]) => {
    const terminal = testShell({ STACKTRAIL_URL: `http://127.0.0.1:${port}` });
    const code = await terminal.run('search', '--template', '{message}', ...words);
    return { code, lines: terminal.out().split('\n').slice(0, -1), out: terminal.out(), err: terminal.err() };
  };
  return { ...parts, search };
}

test.each([
  // Even ones are of process a, odd ones of b: hits 0 and 10 are of a, 5 and 15 of b.
  [
    ['-A', '1'],
    ['> hit 0', '  2', '--', '> hit 5', '  7', '--', '> hit 10', '  12', '--', '> hit 15', '  17'],
  ],
  [
    ['-B', '1'],
    ['> hit 0', '--', '  3', '> hit 5', '--', '  8', '> hit 10', '--', '  13', '> hit 15'],
  ],
  [
    ['-C', '2'],
    [
      '> hit 0',
      '  2',
      '  4',
      '  6',
      '  8',
      '> hit 10',
      '  12',
      '  14',
      '--',
      '  1',
      '  3',
      '> hit 5',
      '  7',
      '  9',
      '  11',
      '  13',
      '> hit 15',
      '  17',
      '  19',
    ],
  ],
  [
    ['-A', '1', '--scope', 'host'],
    ['> hit 0', '  1', '--', '> hit 5', '  6', '--', '> hit 10', '  11', '--', '> hit 15', '  16'],
  ],
  // They touch: nothing stands between 2 and 3.
  [
    ['-C', '2', '--scope', 'all', 'message:0 OR message:5'],
    ['> hit 0', '  1', '  2', '  3', '  4', '> hit 5', '  6', '  7'],
  ],
  [
    ['-A', '1', '-C', '0', 'message:10'],
    ['> hit 10', '  12'],
  ],
  [
    ['-C', '1', '-A', '0', 'message:10'],
    ['  8', '> hit 10'],
  ],
  [
    ['-A', '1', '--direction', 'backward'],
    ['  17', '> hit 15', '--', '  12', '> hit 10', '--', '  7', '> hit 5', '--', '  2', '> hit 0'],
  ],
  [
    ['-A', '1', '-n', '2'],
    ['> hit 10', '  12', '--', '> hit 15', '  17'],
  ],
  [
    ['-A', '1', '-n', '0'],
    ['> hit 0', '  2', '--', '> hit 5', '  7', '--', '> hit 10', '  12', '--', '> hit 15', '  17'],
  ],
] as [string[], string[]][])('%j', async (words, want) => {
  const { search } = await cloud();
  const query = words.some((word) => word.startsWith('message:')) ? [] : ['hit'];
  expect((await search(...words, ...query)).lines).toEqual(want);
});

test('--template is for lines, whatever is around them', async () => {
  const { search } = await cloud();
  const json = await search('-A', '1', '-o', 'jsonl', '--template', '{seq}', 'hit');
  expect([json.code, json.err]).toEqual([2, expect.stringContaining('--template makes lines')]);
});

test('JSON lines and CSV', async () => {
  const { api, ingest } = await testApi();
  open.push(api);
  const { port } = await api.listen('127.0.0.1', 0);
  ingest.commit(['a', 'hit', 'c'].map((message, index) => recordOf(message, { time: START + index * 1e6, pid: 1 })));
  const out = async (...words: string[]) => {
    const terminal = testShell({ STACKTRAIL_URL: `http://127.0.0.1:${port}` });
    await terminal.run('search', '-C', '1', ...words, 'hit');
    return terminal.out();
  };
  const lines = (await out('-o', 'jsonl')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line)).map(({ message, hit }) => [message, hit])).toEqual([
    ['a', false],
    ['hit', true],
    ['c', false],
  ]);
  expect(JSON.parse(await out('-o', 'json'))).toHaveLength(3);
  expect(await out('-o', 'csv', '--fields', 'message')).toBe('hit,message\r\nfalse,a\r\ntrue,hit\r\nfalse,c\r\n');
  expect(await out('-o', 'raw')).toBe('a\nhit\nc\n');
});

test('who has no pid has neighbours of the same program, and one without a program those of its host', async () => {
  const { api, ingest } = await testApi();
  open.push(api);
  const { port } = await api.listen('127.0.0.1', 0);
  const line = (message: string, program: string | undefined) => recordOf(message, { pid: undefined, program });
  ingest.commit([line('a', 'x'), line('b', 'y'), line('hit', 'x'), line('c', 'y'), line('d', 'x'), line('lone', undefined)]);
  const run = async (query: string) => {
    const terminal = testShell({ STACKTRAIL_URL: `http://127.0.0.1:${port}` });
    await terminal.run('search', '-C', '1', '--template', '{message}', query);
    return [terminal.out(), terminal.err()];
  };
  expect(await run('hit')).toEqual(['  a\n> hit\n  d\n', '']);
  expect(await run('lone')).toEqual(['  d\n> lone\n', expect.stringContaining('their neighbours are of scope host')]);
});

test.each([
  [['--scope', 'host', 'x'], '--scope says whose records'],
  [['-C', '100000', 'x'], 'neighbours are at most'],
  [['-A', 'x', 'x'], '--after-context is a whole number'],
  [['-A', '1', '--scope', 'hots', 'x'], 'did you mean host?'],
])('%j is refused', async (words, error) => {
  const { search } = await cloud(1);
  const { code, out, err } = await search(...words);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(error);
});

test('a record that is gone between the two questions is shown alone', async () => {
  const { search, reader } = await cloud(6);
  const record = reader.record.bind(reader);
  reader.record = async (seq) => (seq === 6 ? undefined : record(seq));
  expect((await search('-B', '1', 'hit')).lines).toEqual(['> hit 0', '--', '> hit 5']);
});

test('thousands of hits come in order, none twice', async () => {
  const { search } = await cloud(4000);
  const { lines } = await search('-C', '1', '-n', '0', '--scope', 'all', 'hit');
  const records = lines.filter((line) => line !== '--').map((line) => Number(/\d+/.exec(line)?.[0]));
  expect(records).toEqual([...new Set(records)].sort((left, right) => left - right));
  expect(lines.filter((line) => line.startsWith('>'))).toHaveLength(800);
}, 60_000);
