/** `stacktrail trace` on a terminal, against the real API: as wide as that is, coloured, through a pager; and what goes to stderr. */
import { afterEach, expect, test } from 'vitest';
import { columns } from '../../src/base/width.ts';
import { recordOf, START, testApi } from '../api/parts.ts';
import { testShell } from './shell.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const REQUEST = 'req-903b85d0-dbd8-4a29-97a6-1b1a7a5d1c1b';

async function cloud() {
  const parts = await testApi();
  open.push(parts.api);
  const { port } = await parts.api.listen('127.0.0.1', 0);
  parts.ingest.commit([
    recordOf(`POST /v2.1/servers ${'with a body '.repeat(30)}`, { time: START, request: REQUEST, program: 'nova-api' }),
    recordOf('Instance failed to spawn: password=geheim', { time: START + 2e6, request: REQUEST, program: 'nova-compute', level: 'ERROR' }),
  ]);
  const trace = async (size: { columns: number; rows: number } | undefined, ...words: string[]) => {
    const shell = testShell({ STACKTRAIL_URL: `http://127.0.0.1:${port}`, STACKTRAIL_PAGER: 'cat' }, size !== undefined, size);
    const code = await shell.run('trace', '-z', 'UTC', ...words);
    return { code, out: shell.out(), err: shell.err() };
  };
  return { trace };
}

const bare = (text: string): string => text.replaceAll(/\x1b\[[\d;]*m/g, '');

test.each([80, 120, 200])('a terminal of %i columns', async (width) => {
  const { trace } = await cloud();
  const { code, out } = await trace({ columns: width, rows: 50 }, REQUEST);
  expect(code).toBe(0);
  expect(out).toContain('\x1b[31mERROR\x1b[0m');
  const lines = bare(out).split('\n');
  expect(Math.max(...lines.map(columns))).toBeLessThanOrEqual(width);
  expect(lines[0]).toBe(`request ${REQUEST}`);
});

test('no terminal: whole lines without colours', async () => {
  const { trace } = await cloud();
  const { out } = await trace(undefined, REQUEST);
  expect(out).toBe(bare(out));
  expect(out).toContain('with a body '.repeat(30).trim());
});

test('secrets are masked in every form, and shown on demand', async () => {
  const { trace } = await cloud();
  for (const form of ['text', 'json', 'html']) {
    expect([form, (await trace(undefined, '-o', form, REQUEST)).out.includes('geheim')]).toEqual([form, false]);
    expect([form, (await trace(undefined, '-o', form, '--no-mask', REQUEST)).out.includes('geheim')]).toEqual([form, true]);
  }
});

test('an id that nobody has', async () => {
  const { trace } = await cloud();
  const nobody = '11111111-2222-4333-8444-555555555555';
  const { code, out, err } = await trace(undefined, nobody);
  expect([code, out]).toEqual([1, '']);
  expect(err).toMatch(/^stacktrail: No record has the id 11111111-2222-4333-8444-555555555555: looked at 2 records/);
  expect(await trace(undefined, '-q', nobody)).toEqual({ code: 1, out: '', err: '' });
});
