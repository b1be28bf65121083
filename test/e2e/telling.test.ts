/**
 * Receivers of a real service: `stacktrail alerts test` and what each answers; receivers that change while it runs, and wrong ones that are refused. Which
 * spikes are told is in test/service/alerts.test.ts.
 */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, startService, temporaryFolder } from './service.ts';

const heard: { alerts: { status: string; title: string; evidence: string[]; url: string }[] }[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString();
  });
  request.on('end', () => {
    heard.push(JSON.parse(body));
    response.end('thanks');
  });
});
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('a test alert to all; others take their place, wrong ones do not', { timeout: 120_000 }, async () => {
  const path = join(temporaryFolder(), 'c.yaml');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = `http: {url: 'https://logs.example.org'}\nreceivers:\n  - {name: oncall, webhook: '${url}/hook'}\n`;
  writeFileSync(path, config);
  const first = await startService({ words: ['--config', path] });
  const tested = await first.run('alerts', 'test');
  expect([tested.code, tested.out, tested.err]).toEqual([0, 'oncall (webhook): taken, HTTP 200: thanks\n', '']);
  expect(heard.splice(0)).toMatchObject([{ alerts: [{ title: 'Test alert of Stacktrail' }] }]);
  await first.stop();

  const again = await startService({ data: first.data, words: ['--config', path] });
  expect((await again.run('alerts')).out).toBe('oncall (webhook): nothing was sent yet\n');
  // A wrong one is refused, and the old ones stay.
  writeFileSync(path, config.replace('webhook', 'wehbook'));
  await eventually(async () =>
    expect(await again.status()).toMatchObject({
      config: { refused: `${path}:3:20: wehbook is no part of a receiver; did you mean webhook?` },
    }),
  );
  expect((await again.run('alerts')).out).toBe('oncall (webhook): nothing was sent yet\n');
  writeFileSync(
    path,
    `${config}  - {name: dead, webhook: 'http://127.0.0.1:${(server.address() as AddressInfo).port}1/'}\nreports:\n  - {name: daily, cron: 0 7 * * *, to: oncall}\n`.replace(
      /:(\d{5})1\//,
      ':2/',
    ),
  );
  await eventually(async () => expect((await again.run('alerts')).out).toMatch(/report daily: next at \d{4}-/));
  const dead = await again.run('alerts', 'test');
  expect([dead.code, dead.out]).toEqual([2, expect.stringMatching(/^oncall \(webhook\): taken, .*\ndead \(webhook\): NOT TAKEN, /)]);
  writeFileSync(path, '# nobody\n');
  await eventually(async () => expect((await again.run('alerts')).code).toBe(1));
  expect((await again.run('alerts', 'tset')).code).toBe(2);
  await again.stop();
});
