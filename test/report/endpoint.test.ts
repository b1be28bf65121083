/** Which requests count together: the endpoints of real paths, and that a hostile path costs no time. */
import { expect, test } from 'vitest';
import { endpointOf } from '../../src/report/endpoint.ts';
import { threadMs } from '../base/thread-time.ts';

test.each([
  ['/v2.1/servers/903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c/action', '/v2.1/servers/{id}/action'],
  ['/v2/54fadb412c4e40cdbaed9335e4c35a9e/servers/detail?all_tenants=1', '/v2/{id}/servers/detail'],
  ['/v3/auth/tokens', '/v3/auth/tokens'],
  ['/v2.0/ports.json?device_id=903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c', '/v2.0/ports.json'],
  ['/v1/AUTH_test/photos/2024/01/a b.jpg', '/v1/{account}/{container}/{object}'],
  ['/v1/AUTH_test/photos/', '/v1/{account}/{container}'],
  ['/v1/AUTH_test', '/v1/{account}'],
  ['/sdb1/4711/AUTH_test/photos/2024/x', '/{device}/{partition}/{account}/{container}/{object}'],
  ['/sdb1/4711/.expiring_objects/x', '/{device}/{partition}/{account}/{container}'],
  ['/v2.1/os-keypairs/mykey', '/v2.1/os-keypairs/{name}'],
  ['/v2.1/os-services/force-down', '/v2.1/os-services/force-down'],
  ['http://10.0.0.5:9696/v2.0/networks/4711', '/v2.0/networks/{id}'],
  ['/latest/meta-data/block-device-mapping/ami', '/latest/meta-data/block-device-mapping/ami'],
  ['/openstack/2013-10-17/meta_data.json', '/openstack/2013-10-17/meta_data.json'],
  ['/v1.0/10.1.2.3/x', '/v1.0/{id}/x'],
  ['/resource_providers/903b85d05b1a4bd3a9b77bfe4e1f1d8c/inventories', '/resource_providers/{id}/inventories'],
  ['', '/'],
  ['/', '/'],
])('%s', (path, want) => {
  expect(endpointOf('GET', path)).toBe(`GET ${want}`);
});

test('a long path is cut, in linear time', () => {
  for (const part of ['a1', '1', 'a', '%2e', '{id}', '-1-', '/']) {
    const tookMs = threadMs(() => {
      const found = endpointOf('GET', `/${`${part}/`.repeat(50_000)}`);
      expect(found.length).toBeLessThan(250);
      expect(endpointOf('GET', `/${part.repeat(100_000)}`).length).toBeLessThan(250);
    });
    expect(tookMs).toBeLessThan(2000);
  }
});
