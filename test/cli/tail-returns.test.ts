/** A tail whose server breaks off, refuses, forgets and comes back: what is asked again, what is printed, what is said. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { publicJson } from '../../src/base/public.ts';
import { recordOf } from '../api/parts.ts';
import { testShell } from './shell.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
  vi.restoreAllMocks();
});

/** Each connection to `/tail` plays the next answer; the last one stays open. */
async function play(...answers: Answer[]) {
  const asked: { after: string | undefined; raw: string | null }[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    if (url.pathname !== '/api/v1/tail') return void response.end('');
    asked.push({ after: request.headers['last-event-id'] as string | undefined, raw: url.searchParams.get('raw') });
    (answers[asked.length - 1] ?? (() => {}))(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  // No waiting: chance takes all of it that it may.
  vi.spyOn(Math, 'random').mockReturnValue(0.999);
  const terminal = testShell({ STACKTRAIL_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  return { asked, terminal, tail: (...words: string[]) => terminal.run('tail', '--template', '{message}', ...words) };
}

const event = (seq: number, change = {}) =>
  `id: ${seq}\nevent: ${'of' in change ? 'more' : 'record'}\ndata: ${publicJson(recordOf(`line ${seq}`, { seq, ...change }), {})}\n\n`;
const stream =
  (text: string, breaks = true): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(text, () => breaks && response.destroy());
  };
const problem =
  (status: number, code: string, detail = code): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ code, detail }));
  };

test('it goes on behind the last whole event, whatever broke in between', async () => {
  const { asked, terminal, tail } = await play(
    stream(`id: 3\n\n${event(4)}${event(5).slice(0, -1)}`),
    problem(503, 'store-closed', 'The server is stopping'),
    (_request, response) => {
      // A proxy that has nobody behind it.
      response.writeHead(502, { 'content-type': 'text/html' });
      response.end('<h1>Bad gateway</h1>');
    },
    stream(`${event(5)}: still here\nid: 9\n\n`),
    stream(`id: 9\n\n${event(10)}`, false),
  );
  const running = tail();
  await terminal.saw('line 10');
  terminal.interrupt();
  expect(await running).toBe(130);
  expect(terminal.out()).toBe('line 4\nline 5\nline 10\n');
  expect(asked.map(({ after }) => after)).toEqual([undefined, '4', '4', '4', '9']);
  expect(terminal.err().match(/connection lost: .*/g)?.[1]).toContain('The server is stopping; trying again in');
  expect(terminal.err().match(/connected again, nothing missed/g)).toHaveLength(2);
}, 60_000);

test('what retention took meanwhile is said instead', async () => {
  const { terminal, tail } = await play(
    stream('id: 3\n\n'),
    stream(`event: lost\ndata: {"count":1234}\n\n${event(2000)}id: 2000\n\n`, false),
  );
  const running = tail('-q');
  await terminal.saw('line 2000');
  terminal.interrupt();
  await running;
  expect(terminal.err()).toBe('stacktrail: connected again, but 1,234 records were dropped by retention before they could be shown\n');
}, 60_000);

test('one reason is said once, however long it lasts', async () => {
  const away = problem(503, 'overloaded', 'Too much is waiting');
  const { terminal, tail } = await play(stream('id: 3\n\n'), away, away, away, stream(`id: 3\n\n${event(4)}`, false));
  const running = tail();
  await terminal.saw('line 4');
  terminal.interrupt();
  await running;
  expect(terminal.err().match(/Too much is waiting/g)).toHaveLength(1);
}, 60_000);

test.each([
  [problem(400, 'bad-query', 'there is no field x'), 'there is no field x'],
  [problem(503, 'store-closed', 'The server is stopping'), 'The server is stopping'],
  [problem(429, 'too-many', '1000 follow already'), '1000 follow already'],
])('a first connection that fails is an error', async (answer, text) => {
  const { terminal, tail } = await play(answer);
  expect(await tail()).toBe(2);
  expect(terminal.err()).toBe(`stacktrail: ${text}\n`);
});

test('an error that would be the same the next time ends it', async () => {
  const { terminal, tail } = await play(stream('id: 3\n\n'), problem(400, 'bad-argument', 'no such argument'));
  expect(await tail()).toBe(2);
  expect(terminal.err()).toContain('stacktrail: no such argument\n');
}, 60_000);

test('a continuation of a shown record is shown, one of another only if it is picked', async () => {
  const { terminal, tail } = await play(
    stream(`id: 3\n\n${event(4)}${event(5)}${event(6, { of: 4 })}${event(7, { of: 5 })}${event(8)}`, false),
  );
  const running = tail('-i', 'line [48]');
  await terminal.saw('line 8');
  terminal.interrupt();
  await running;
  // What stands between the two is said by the indent and the words in front.
  expect(terminal.out()).toBe('line 4\n    line 6\nline 8\n');
});
