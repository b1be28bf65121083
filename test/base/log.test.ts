/** Our own log: lines, levels, secrets, hostile text, and what is held back. */
import { expect, test } from 'vitest';
import { createLog, type LogOptions, prettyLine, silentLog } from '../../src/base/log.ts';

function listen(options: LogOptions = {}) {
  const lines: string[] = [];
  const log = createLog({ pretty: false, ...options, sink: { write: (line) => lines.push(line) } });
  return { log, lines, said: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

test('a line is JSON with time, level, text and fields', () => {
  const { log, lines, said } = listen();
  log.info('listening', { port: 5514 });
  expect(lines[0]).toMatch(/^\{.*\}\n$/);
  expect(said()).toEqual([{ level: 'info', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/), port: 5514, msg: 'listening' }]);
});

test.each([
  ['debug', 4],
  ['info', 3],
  ['warn', 2],
  ['error', 1],
  ['silent', 0],
] as const)('level %s', (level, want) => {
  const { log, lines } = listen({ level });
  for (const speak of [log.debug, log.info, log.warn, log.error]) speak('x');
  expect(lines).toHaveLength(want);
});

test.each([
  { token: 's3cret' },
  { authorization: 'Bearer s3cret' },
  { headers: { authorization: 's3cret', cookie: 's3cret', 'set-cookie': ['s3cret'] } },
  { request: { headers: { authorization: 's3cret' } } },
  { settings: { password: 's3cret', secret: 's3cret' } },
])('secrets are struck out: %j', (fields) => {
  const { log, lines } = listen();
  log.warn('x', fields);
  log.with(fields).warn('y');
  expect(lines).toHaveLength(2);
  expect(lines.join('')).not.toContain('s3cret');
});

test('errors and names that are taken', () => {
  const { log, said } = listen();
  log.error('failed', { reason: new Error('disk'), level: 'x', time: 1, msg: 'y' });
  expect(said()[0]).toMatchObject({
    level: 'error',
    msg: 'failed',
    reason: expect.stringContaining('Error: disk'),
    level_: 'x',
    time_: 1,
    msg_: 'y',
  });
});

test('limited: once per key and time, with what was held back', () => {
  let nowUs = 1e15;
  const { log, said } = listen({ nowUs: () => nowUs });
  for (let turn = 0; turn < 5; turn++) log.limited('a', 1000).warn('a');
  log.limited('b', 1000).warn('b');
  log.limited('a', 1000).debug('not at this level');
  nowUs += 999_999;
  log.limited('a', 1000).warn('a');
  nowUs += 1;
  log.limited('a', 1000).warn('a', { x: 1 });
  expect(said().map(({ msg, heldBack, x }) => ({ msg, heldBack, x }))).toEqual([
    { msg: 'a' },
    { msg: 'b' },
    { msg: 'a', heldBack: 5, x: 1 },
  ]);
});

test('limited: foreign keys do not fill the memory, and an old one may speak again', () => {
  const { log, lines } = listen({ nowUs: () => 1e15 });
  for (let key = 0; key < 3000; key++) log.limited(`key ${key}`, 60_000).warn('x');
  expect(lines).toHaveLength(3000);
  log.limited('key 2999', 60_000).warn('held back');
  log.limited('key 0', 60_000).warn('was forgotten');
  expect(lines).toHaveLength(3001);
});

test('the readable form keeps to one line and shows control characters', () => {
  const { log, lines } = listen({ pretty: true });
  log.warn('bad \x1b[2J frame\nof', { peer: '10.0.0.3', text: 'a "b"\x07 c', empty: '', list: [1, 2] });
  expect(lines[0]).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} warn {2}bad \\x1b\[2J frame\\nof {2}peer=10\.0\.0\.3 {2}text="a \\"b\\"\\u0007 c" {2}empty="" {2}list=\[1,2\]\n$/,
  );
  expect(prettyLine('{"level":"info","time":"2024-01-02T03:04:05.678Z"}')).toBe('03:04:05.678 info  \n');
});

test('the silent log is silent', () => {
  expect(() => silentLog.limited('x', 1).error('x')).not.toThrow();
});
