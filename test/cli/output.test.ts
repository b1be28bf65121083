/** The output flags of search and tail against the real API: forms, templates, columns, zones, stats, damage. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { recordOf, START, testApi } from '../api/parts.ts';
import { testShell } from './shell.ts';

const zone = process.env.TZ;
beforeAll(() => {
  process.env.TZ = 'America/New_York';
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** Three records, one second after another, from 08:24:11 UTC. */
async function cloud() {
  const parts = await testApi();
  open.push(parts.api);
  const { port } = await parts.api.listen('127.0.0.1', 0);
  parts.ingest.commit([
    recordOf('a', { time: START, pid: 7 }),
    recordOf('b, "c"\n=d', { time: START + 1e6, level: 'ERROR', raw: '<11>b\x1b' }),
    recordOf('e', { time: START + 2e6, host: undefined }),
  ]);
  const run = async (words: string[], environment: Record<string, string> = {}, isTerminal = false) => {
    const terminal = testShell(
      { STACKTRAIL_URL: `http://127.0.0.1:${port}`, ...environment },
      isTerminal,
      isTerminal ? { columns: 80, rows: 99 } : undefined,
    );
    const code = await terminal.run(...words);
    return { code, out: terminal.out(), err: terminal.err() };
  };
  return { ...parts, run };
}

const HEAD = 'c01        nova-compute   INFO     a';

test.each([
  // The clock on the wall of whoever looks.
  [[], {}, `2026-11-22 03:24:11.000 ${HEAD}`],
  [['-z', 'UTC'], {}, `2026-11-22 08:24:11.000 ${HEAD}`],
  [[], { STACKTRAIL_TIMEZONE: 'Asia/Tokyo' }, `2026-11-22 17:24:11.000 ${HEAD}`],
  [['-z', '+05:30'], { STACKTRAIL_TIMEZONE: 'Asia/Tokyo' }, `2026-11-22 13:54:11.000 ${HEAD}`],
  [['--timestamps', 'iso'], {}, `2026-11-22T03:24:11.000000-05:00 ${HEAD}`],
  [['--timestamps', 'short'], {}, `03:24:11.000 ${HEAD}`],
  [['--timestamps', 'none'], {}, HEAD],
  [['--template', '{time}\\t{host}\\t{pid|-}'], {}, '2026-11-22 03:24:11.000\tc01\t7'],
  [
    ['--template', '{time} {received}', '--timestamps', 'iso', '-z', 'UTC'],
    {},
    expect.stringMatching(/^2026-11-22T08:24:11.000000Z 20\S+Z$/),
  ],
  [['-o', 'csv', '--fields', 'time,message', '-z', 'Asia/Tokyo'], {}, 'time,message\r\n2026-11-22T08:24:11.000000Z,a\r'],
  [['-o', 'jsonl', '-z', 'Asia/Tokyo'], {}, expect.stringContaining('"time":"2026-11-22T08:24:11.000000Z"')],
] as [string[], Record<string, string>, unknown][])('search and tail with %j %j', async (words, environment, want) => {
  const { run } = await cloud();
  for (const verb of [['search'], ['tail', '--no-follow']]) {
    const { code, out, err } = await run([...verb, ...words, 'seq:1'], environment);
    expect([code, out.slice(0, -1), err]).toEqual([0, want, '']);
  }
});

test.each([
  // 03:24:12 in New York, which is local here, is 08:24:12 UTC.
  [
    ['--since', '2026-11-22 03:24:12'],
    ['b', 'e'],
  ],
  [
    ['-z', 'UTC', '--since', '2026-11-22 08:24:12'],
    ['b', 'e'],
  ],
  [['-z', 'Asia/Tokyo', '--until', '2026-11-22 17:24:12'], ['a']],
  [['-z', 'Asia/Tokyo', '--until', '2026-11-22T08:24:12Z'], ['a']],
])('times are typed in the zone in which they are shown: %j', async (words, want) => {
  const { run } = await cloud();
  const { out } = await run(['search', '--template', '{message}', ...words]);
  expect(out.match(/^[abe]/gm)).toEqual(want);
});

test('CSV is a table also when nothing was found', async () => {
  const { run } = await cloud();
  expect(await run(['search', '-o', 'csv', '--fields', 'host,message', 'nothing'])).toMatchObject({ code: 1, out: 'host,message\r\n' });
  expect((await run(['search', '-o', 'csv', '--fields', 'seq,host,message,raw'])).out).toBe(
    'seq,host,message,raw\r\n1,c01,a,a\r\n2,c01,"b, ""c""\n=d",<11>b\\x1b\r\n3,,e,e\r\n',
  );
});

test('raw of a template and of a tail', async () => {
  const { run } = await cloud();
  expect((await run(['search', '--template', '{raw}', 'seq:2'])).out).toBe('<11>b\\x1b\n');
  expect((await run(['tail', '--no-follow', '-o', 'raw', 'seq:2'])).out).toBe('<11>b\x1b\n');
  expect((await run(['tail', '--no-follow', '-o', 'raw', 'seq:2'], {}, true)).out).toBe('<11>b\\x1b\n');
});

test('a narrow terminal has the day in a line of its own', async () => {
  const { run } = await cloud();
  const { out } = await run(['search', '--color', 'never', '-n', '1', 'seq:1'], {}, true);
  expect(out).toBe(`--- 2026-11-22 ---\n03:24:11.000 ${HEAD}\n`);
  expect((await run(['search', '--color', 'never', '--timestamps', 'full', 'seq:1'], {}, true)).out).toBe(
    `2026-11-22 03:24:11.000 ${HEAD}\n`,
  );
});

test.each([
  [['--template', '{message}', '-o', 'csv'], '--template makes lines, -o csv is something else'],
  [['--fields', 'host'], '--fields names the columns of -o csv'],
  [['-o', 'csv', '--fields', 'hots'], 'there is no column hots; did you mean host?'],
  [['-o', 'cvs'], '--output is one of default, raw, json, jsonl, csv; did you mean csv?'],
  [['--timestamps', 'iso8601'], '--timestamps is one of full, short, iso, relative, none'],
  [['-z', 'Mars'], 'Mars is no time zone'],
  [['--template', '{mesage}'], 'type: {message}'],
])('%j is refused', async (words, error) => {
  const { run } = await cloud();
  for (const verb of ['search', 'tail']) {
    const { code, out, err } = await run([verb, ...words]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(error);
  }
});

test('--stats says what the search cost, also to whoever wants to hear nothing else', async () => {
  const { run } = await cloud();
  const { out, err } = await run(['search', '-q', '--stats', '-o', 'jsonl', 'level:error']);
  expect(out.split('\n')).toHaveLength(2);
  expect(err).toMatch(/^stacktrail: records looked at: \d+; blocks read: \d+, skipped: \d+; took \d+ ms\n$/);
});

test('damage is always said, once, by search and tail', async () => {
  const { run, reader } = await cloud();
  const search = reader.search.bind(reader);
  reader.search = async (query, signal) => {
    const page = await search(query, signal);
    return { ...page, stats: { ...page.stats, damaged: ['2026-11-22.db block 3', 'b', 'c', 'd'] } };
  };
  for (const verb of [['search'], ['search', '-n', '0'], ['search', '-A', '1'], ['tail', '--no-follow']]) {
    const { code, err } = await run([...verb, '-q', 'seq:1']);
    expect([code, err]).toEqual([
      0,
      'stacktrail: some stored data are damaged, records may be missing from this answer: 2026-11-22.db block 3; b; c and 1 more\n',
    ]);
  }
});

test('tail -H marks, -i and -e pick, and -n counts what is shown', async () => {
  const { run } = await cloud();
  const out = async (...words: string[]) => (await run(['tail', '--no-follow', '--timestamps', 'none', ...words])).out;
  expect(await out('-i', '^[ae]$', '-n', '1')).toMatch(/ e\n$/);
  expect(await out('-i', '^a$', '-n', '1')).toBe(`${HEAD}\n`);
  expect(await out('-e', '^b|^e', '-H', 'nova|a$')).toBe('c01        »nova«-compute   INFO     »a«\n');
  expect(await out('--query', 'seq:1', '-n', '5')).toBe(`${HEAD}\n`);
  for (const pattern of ['a/b|^a$', 'a\\/b|^a$', '[/]|^a$', 'x "y" z|^a$', '/^A$/i']) expect(await out('-i', pattern)).toBe(`${HEAD}\n`);
});
