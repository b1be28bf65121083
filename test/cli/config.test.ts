/** stacktrail config: what it prints as YAML is a configuration with the same meaning; secrets never come out. The rest is test/cases/config. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readConfigText, readSettings } from '../../src/base/config.ts';
import { testShell } from './shell.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'stacktrail-config-verb-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

const YAML = `
data: "/a b/'c'"
udp: "[::]:514"
tcp: off
zone: -02:00
retention: {age: 30d, size: 500GiB}
facilities: {local0: nova, local5: swift}
services: {"a*": x, "null": y}
patterns:
  - name: one
    program: "a*"
    pattern: '"(?P<level>\\w+)": (\\d+)'
    fields: {logger: "x: y"}
    samples: ['"info": 12', "\\"warn\\": 1"]
`;

test('the YAML means the same again', async () => {
  const path = join(FOLDER, 'a.yaml');
  writeFileSync(path, YAML);
  const shell = testShell();
  expect(await shell.run('config', '--config', path)).toBe(0);
  const flag = (name: string): string | undefined => (name === 'config' ? path : undefined);
  const want = readSettings({ flag });
  writeFileSync(path, shell.out());
  const again = readSettings({ flag });
  expect(again.values).toEqual(want.values);
  const plain = ({ site }: typeof want) => ({
    services: site.services,
    patterns: site.patterns.map(({ place: _place, samples, ...rest }) => ({ ...rest, samples: samples.map(({ text }) => text) })),
  });
  expect(plain(again)).toEqual(plain(want));
  expect(want.site.patterns).toHaveLength(1);
});

test.each(['yaml', 'json'])('a secret does not come out as %s', async (form) => {
  const shell = testShell({ STACKTRAIL_TOKEN: 'geheim' });
  expect(await shell.run('config', '-o', form)).toBe(0);
  expect(shell.out()).not.toContain('geheim');
  expect(shell.out()).toContain('STACKTRAIL_TOKEN');
  expect(shell.out()).toContain('********');
});

test('as JSON each setting says where it came from and whether it can change while the service runs', async () => {
  const shell = testShell({ STACKTRAIL_ZONE: '+01:00' });
  expect(await shell.run('config', '-o', 'json', '--udp', 'off')).toBe(0);
  expect(JSON.parse(shell.out())).toMatchObject({
    settings: {
      udp: { value: 'off', from: '--udp', live: false },
      zone: { value: '+01:00', from: 'STACKTRAIL_ZONE', live: true },
      token: { value: null, from: 'default' },
    },
    services: [],
    patterns: [],
  });
  expect(readConfigText('', 'x').settings.size).toBe(0);
});
