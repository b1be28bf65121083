/** Addresses of settings: what is read, what is refused and with which words. */
import { expect, test } from 'vitest';
import { formatAddress, parseAddress, plainPeer } from '../../src/base/address.ts';
import { isCoded } from '../../src/base/errors.ts';

test.each([
  ['0.0.0.0:5514', { host: '0.0.0.0', port: 5514 }],
  [':5514', { host: '0.0.0.0', port: 5514 }],
  [' 127.0.0.1:0 ', { host: '127.0.0.1', port: 0 }],
  ['[::]:5514', { host: '::', port: 5514 }],
  ['[fe80::1]:65535', { host: 'fe80::1', port: 65_535 }],
  ['localhost:514', { host: 'localhost', port: 514 }],
  ['log-1.cloud.example.com:514', { host: 'log-1.cloud.example.com', port: 514 }],
  ['off', undefined],
])('%j is read', (text, want) => {
  const address = parseAddress(text);
  expect(address).toEqual(want);
  if (address) expect(parseAddress(formatAddress(address))).toEqual(address);
});

test.each([
  ['', /has no port/],
  ['5514', /did you mean ":5514"/],
  ['localhost', /has no port/],
  ['localhost:', /port from 0 to 65535/],
  ['localhost:65536', /port from 0 to 65535/],
  ['localhost:-1', /port from 0 to 65535/],
  ['localhost:1e3', /port from 0 to 65535/],
  ['::1:5514', /"\[::1\]:5514"/],
  ['[::1]', /port from 0 to 65535/],
  ['[10.0.0.1]:5514', /no IPv6 address/],
  ['256.1.1.1:514', /no valid host/],
  ['a b:514', /no valid host/],
  ['http://x:80', /brackets/],
  ['é:80', /no valid host/],
  [`${'a'.repeat(300)}:80`, /no valid host/],
  [`${'a'.repeat(64)}:80`, /no valid host/],
  ['a..b:80', /no valid host/],
])('%j is refused', (text, why) => {
  let error: unknown;
  try {
    parseAddress(text, { setting: '--udp' });
  } catch (caught) {
    error = caught;
  }
  if (!isCoded(error)) throw new Error('it was not refused with a coded error');
  expect(error.code).toBe('bad-setting');
  expect(error.message).toMatch(why);
  expect(error.message).toMatch(/^--udp: .* write HOST:PORT/);
});

test('`:PORT` takes the host of the setting', () => {
  expect(parseAddress(':5580', { host: '127.0.0.1' })).toEqual({ host: '127.0.0.1', port: 5580 });
});

test('a long hostile name is refused at once', () => {
  expect(() => parseAddress(`${'a-'.repeat(100_000)}!:1`)).toThrow(/no valid host/);
});

test.each([
  ['10.0.0.3', '10.0.0.3'],
  ['::ffff:10.0.0.3', '10.0.0.3'],
  ['fe80::1%eth0', 'fe80::1'],
  ['::1', '::1'],
  ['::ffff:1', '::ffff:1'],
  [undefined, 'unknown'],
])('peer %j is shown as %j', (address, want) => {
  expect(plainPeer(address)).toBe(want);
});
