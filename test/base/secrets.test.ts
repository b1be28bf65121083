/** Secrets are masked in every spelling that logs of a cloud have, nothing else is, and no text makes it slow. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { masked, maskedJson, maskedValue } from '../../src/base/secrets.ts';

const FERNET = 'gAAAAABnQfXkC0dE-abcdefghijklmnopqrstuvwxyz_0123456789==';

test.each([
  // Options and arguments.
  ['password=s3cr3t', 'password=***'],
  ['rabbit_password                = s3cr3t', 'rabbit_password                = ***'],
  ['database.slave_password = s3cr3t log_opt_values', 'database.slave_password = *** log_opt_values'],
  ['metadata_proxy_shared_secret = s3cr3t', 'metadata_proxy_shared_secret = ***'],
  ['nova --os-password s3cr3t list', 'nova --os-password *** list'],
  ['openstack --os-token=s3cr3t server list', 'openstack --os-token=*** server list'],
  ['PASSWORD: s3cr3t, next', 'PASSWORD: ***, next'],
  // Dictionaries and JSON, also inside another text.
  ["{'admin_password': u'a b', 'x': 1}", "{'admin_password': u'***', 'x': 1}"],
  ["{'admin_pass': b's3cr3t'}", "{'admin_pass': b'***'}"],
  ['{"adminPass": "a\\"b", "name": "vm"}', '{"adminPass": "***", "name": "vm"}'],
  ['{"adminPass": "a\\\\", "name": "vm"}', '{"adminPass": "***", "name": "vm"}'],
  ['"{\\"password\\": \\"s3cr3t\\", \\"a\\": 1}"', '"{\\"password\\": \\"***\\", \\"a\\": 1}"'],
  ['"{\\"password\\": \\"a\\\\\\"b\\", \\"a\\": 1}"', '"{\\"password\\": \\"***\\", \\"a\\": 1}"'],
  [
    '{"auth": {"identity": {"methods": ["password", "token"], "password": {"user": {"password": "x"}}}}}',
    '{"auth": {"identity": {"methods": ["password", "token"], "password": {"user": {"password": "***"}}}}}',
  ],
  ['"token": {"id": "x"}, "token": "abc"', '"token": {"id": "x"}, "token": "***"'],
  ['<adminPass>s3cr3t</adminPass>', '<adminPass>***</adminPass>'],
  ['{"secret": "s3cr3t', '{"secret": "***'],
  ['{"secret": "s3cr3t\nnext": "x"', '{"secret": "***\nnext": "x"'],
  // Headers.
  ['curl -H "X-Auth-Token: abcdef" -d x', 'curl -H "X-Auth-Token: ***" -d x'],
  ["-H 'X-Subject-Token: abcdef' -H 'Accept: x'", "-H 'X-Subject-Token: ***' -H 'Accept: x'"],
  ["{'X-Auth-Token': 'abcdef'}", "{'X-Auth-Token': '***'}"],
  ["[('X-Auth-Token', 'abc'), ('Accept', 'x')]", "[('X-Auth-Token', '***'), ('Accept', 'x')]"],
  ['X-Storage-Pass: s3cr3t', 'X-Storage-Pass: ***'],
  ['Authorization: Bearer abc.def', 'Authorization: Bearer ***'],
  ['-H "Authorization: Basic Zm9v" -d', '-H "Authorization: Basic ***" -d'],
  ["{'Authorization': 'Basic Zm9v', 'a': 1}", "{'Authorization': 'Basic ***', 'a': 1}"],
  ['Authorization: Digest username="a", response="b"\nnext', 'Authorization: Digest ***\nnext'],
  ['Authorization: AWS AKIDEXAMPLE:frJIUN8DYpKDtOLCwo=', 'Authorization: AWS ***'],
  ['Cookie: sessionid=abc; csrftoken=y', 'Cookie: ***'],
  // URLs.
  [
    'rabbit://openstack:p@ss@10.0.0.1:5672,openstack:pa@10.0.0.2:5672/',
    'rabbit://openstack:***@10.0.0.1:5672,openstack:***@10.0.0.2:5672/',
  ],
  ['rabbit://openstack:a,b@10.0.0.1:5672//', 'rabbit://openstack:***@10.0.0.1:5672//'],
  ['mysql+pymysql://nova:s3cr3t@10.0.0.1/nova?charset=utf8', 'mysql+pymysql://nova:***@10.0.0.1/nova?charset=utf8'],
  ['ssh://git@review.example.org:29418/nova', 'ssh://git@review.example.org:29418/nova'],
  ['http://[fe80::1]:9292/v2/images', 'http://[fe80::1]:9292/v2/images'],
  ['GET /vnc_auto.html?token=6c0e&x=1 HTTP/1.1', 'GET /vnc_auto.html?token=***&x=1 HTTP/1.1'],
  ['/v1/AUTH_x/c/o?temp_url_sig=deadbeef&temp_url_expires=17', '/v1/AUTH_x/c/o?temp_url_sig=***&temp_url_expires=17'],
  ['?AWSAccessKeyId=AK&Signature=vjbyPxybdZaNmGa&Expires=1', '?AWSAccessKeyId=AK&Signature=***&Expires=1'],
  ['&X-Amz-Signature=0a1b&X-Amz-Credential=AK%2F2026', '&X-Amz-Signature=***&X-Amz-Credential=***'],
  ['DELETE /v2.0/tokens/0123456789abcdef0123456789abcdef HTTP/1.1', 'DELETE /v2.0/tokens/*** HTTP/1.1'],
  // By their form, wherever they stand.
  [`Could not validate ${FERNET}: expired`, 'Could not validate gAAAA***: expired'],
  ['id eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P was refused', 'id eyJ*** was refused'],
  ['key = AQBsd0FkAAAAABAAabcdefghijklmnopqrstuv==', 'key = AQ***'],
  [
    '-----BEGIN RSA PRIVATE KEY-----\nMIIB\nMIIC\n-----END RSA PRIVATE KEY-----\nafter',
    '-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----\nafter',
  ],
  ['-----BEGIN PRIVATE KEY-----\nMIIB', '-----BEGIN PRIVATE KEY-----***'],
  // No secrets.
  ["-H 'X-Auth-Token: {SHA256}0123456789abcdef' x", "-H 'X-Auth-Token: {SHA256}0123456789abcdef' x"],
  ["'X-Auth-Token': '{SHA1}0123456789abcdef'", "'X-Auth-Token': '{SHA1}0123456789abcdef'"],
  ['admin_password=None, auth_token: null', 'admin_password=None, auth_token: null'],
  ['Invalid token: expired', 'Invalid token: expired'],
  ['a password is wrong, the secret too', 'a password is wrong, the secret too'],
  ['password_expires_at=2027, tokens=3, key=value', 'password_expires_at=2027, tokens=3, key=value'],
  ['POST /v3/auth/tokens HTTP/1.1', 'POST /v3/auth/tokens HTTP/1.1'],
  [
    'req-903b85d0-dbd8-4a29-97a6-1b1a7a5d1c1b keystone authenticated user',
    'req-903b85d0-dbd8-4a29-97a6-1b1a7a5d1c1b keystone authenticated user',
  ],
])('%j: %j', (text, want) => {
  expect(masked(text)).toBe(want);
  expect(masked(want)).toBe(want);
});

test('all texts of a JSON value are masked, and nothing else changes', () => {
  const story = { seq: 1, message: 'password=x', http: { path: '/?token=x', status: 200 }, ids: ['://a:b@c', 7, null, true] };
  const want = { seq: 1, message: 'password=***', http: { path: '/?token=***', status: 200 }, ids: ['://a:***@c', 7, null, true] };
  expect(maskedValue(story)).toEqual(want);
  expect(maskedJson(JSON.stringify(story))).toBe(JSON.stringify(want));
  const plain = '{"seq":1,"message":"nothing \\u009b here"}';
  expect(maskedJson(plain)).toBe(plain);
  expect(maskedJson('{"seq":1,"message":"password=x\\u009b31m"}')).toBe('{"seq":1,"message":"password=***"}');
});

test('a secret that was put in does not come out', () => {
  const secret = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_.!?#%+*~^|$@'), minLength: 6, maxLength: 30 }).map((text) => `Q${text}Q`);
  const frame = fc.constantFrom(
    (value: string) => `password=${value} x`,
    (value: string) => `{"admin_password": "${value}", "a": 1}`,
    (value: string) => `{'auth_token': u'${value}'}`,
    (value: string) => `-H "X-Auth-Token: ${value}"`,
    (value: string) => `rabbit://openstack:${value.replaceAll(/[#?]/g, '')}@10.0.0.1:5672/`,
    (value: string) => JSON.stringify(JSON.stringify({ secret: value })),
  );
  fc.assert(
    fc.property(fc.string(), secret, frame, (before, value, put) => {
      // A quote or bracket before it may be the beginning of something else.
      const text = masked(`${before.replaceAll(/["'\\<:=>]/g, '')} ${put(value)}`);
      expect(text).not.toContain(value);
      expect(text).toContain('***');
    }),
  );
});

const HOSTILE = [
  'password="',
  "password='",
  'password=\\"',
  '"password": ',
  '"cookie: ',
  'cookie: ',
  'authorization: basic ',
  '://',
  '://a:b,',
  '://a:b@',
  'gAAAA',
  'eyJaaaaaaaaaaa.',
  'eyJ-aaaaaaaaaaaaaa',
  '/tokens/',
  '-----BEGIN PRIVATE KEY-----',
  '-----BEGIN  ',
  'password',
  'token ',
  '--token ',
  'AQ+++++++++++++++++++++++++++++++++++',
  'x-auth-token\\\\\\"    ',
  'secret=>',
];

test('no text takes more than linear time', () => {
  // A quadratic pattern takes minutes for a mebibyte; all of these together take less than a second on an idle machine.
  const started = process.cpuUsage();
  for (const piece of HOSTILE) {
    const text = piece.repeat(Math.floor((1024 * 1024) / piece.length));
    expect(masked(text).length).toBeGreaterThan(0);
    expect(masked(`://${text}`).length).toBeGreaterThan(0);
  }
  expect(process.cpuUsage(started).user / 1e6).toBeLessThan(20);
});
