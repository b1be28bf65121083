/** Which names the server goes by, and which pages may write: tables of headers. */
import { expect, test } from 'vitest';
import { checkHost, checkOrigin } from '../../src/api/guard.ts';
import { isCoded } from '../../src/base/errors.ts';

function codeOf(check: () => void): string {
  try {
    check();
  } catch (error) {
    return isCoded(error) ? error.code : String(error);
  }
  return 'fine';
}

test.each([
  // bound to, names of the setting, Host, want
  ['127.0.0.1', [], 'localhost', 'fine'],
  ['127.0.0.1', [], 'LOCALHOST:5580', 'fine'],
  ['127.0.0.1', [], 'localhost.:5580', 'fine'],
  ['127.0.0.1', [], '127.0.0.1:1', 'fine'],
  ['127.0.0.1', [], '127.1.2.3', 'fine'],
  ['127.0.0.1', [], '[::1]:5580', 'fine'],
  ['::1', [], '[::1]', 'fine'],
  [undefined, [], 'localhost:80', 'fine'],
  [undefined, [], 'evil.example', 'wrong-host'],
  ['127.0.0.1', [], 'evil.example', 'wrong-host'],
  ['::1', [], 'evil.example:5580', 'wrong-host'],
  ['127.0.0.1', [], '10.0.0.3:5580', 'wrong-host'],
  ['127.0.0.1', [], 'localhost.evil.example', 'wrong-host'],
  ['127.0.0.1', [], '127.0.0.1.evil.example', 'wrong-host'],
  ['127.0.0.1', [], 'localhost:5580@evil.example', 'wrong-host'],
  ['127.0.0.1', [], 'localhost/x', 'wrong-host'],
  ['127.0.0.1', [], '', 'wrong-host'],
  ['127.0.0.1', ['logs.example.com'], 'Logs.Example.com', 'fine'],
  ['127.0.0.1', ['logs.example.com'], 'localhost', 'fine'],
  ['127.0.0.1', ['logs.example.com'], 'xlogs.example.com', 'wrong-host'],
  ['0.0.0.0', [], 'whatever.example:5580', 'fine'],
  ['10.0.0.9', [], '10.0.0.9:5580', 'fine'],
  ['0.0.0.0', [], 'a b', 'wrong-host'],
  ['0.0.0.0', ['logs.example.com'], 'logs.example.com:5580', 'fine'],
  ['0.0.0.0', ['logs.example.com'], '10.0.0.9:5580', 'fine'],
  ['::', ['logs.example.com'], '[fe80::1]:5580', 'fine'],
  ['0.0.0.0', ['logs.example.com'], 'evil.example', 'wrong-host'],
] as const)('bound to %s, named %j: Host %j is %s', (bound, names, host, want) => {
  expect(codeOf(() => checkHost(host, { bound, names }))).toBe(want);
});

test.each([
  [{}, [], 'fine'],
  [{ host: 'localhost:5580', origin: 'http://localhost:5580' }, [], 'fine'],
  [{ host: 'LOCALHOST:5580', origin: 'http://localhost:5580' }, [], 'fine'],
  [{ host: 'localhost', origin: 'http://localhost:80' }, [], 'fine'],
  [{ host: 'localhost:5580', origin: 'http://localhost:9999' }, [], 'wrong-origin'],
  [{ host: 'localhost:5580', origin: 'http://evil.example' }, [], 'wrong-origin'],
  [{ host: 'localhost:5580', origin: 'null' }, [], 'wrong-origin'],
  [{ host: '127.0.0.1:5580', origin: 'https://logs.example.com' }, ['logs.example.com'], 'fine'],
  [{ 'sec-fetch-site': 'cross-site' }, [], 'wrong-origin'],
  [{ 'sec-fetch-site': 'same-site' }, [], 'wrong-origin'],
  [{ 'sec-fetch-site': 'same-origin', host: 'localhost', origin: 'http://localhost' }, [], 'fine'],
  [{ 'sec-fetch-site': 'none' }, [], 'fine'],
  [{ 'sec-fetch-site': 'same-origin', host: 'localhost', origin: 'http://evil.example' }, [], 'wrong-origin'],
] as const)('writing with %j, named %j, is %s', (headers, names, want) => {
  expect(codeOf(() => checkOrigin(headers, names))).toBe(want);
});
