/** The table of receivers: what settings choose from it, and that README.md lists it. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { RECEIVERS, UDP_RECEIVERS, udpReceiver } from '../../src/receive/receivers.ts';

test('udp.receiver chooses from the table', () => {
  for (const [setting, start] of Object.entries(UDP_RECEIVERS)) expect(udpReceiver(setting)).toBe(start);
  for (const name of ['batch', 'dgram', 'syslog-server'] as const) expect(udpReceiver(name)).toBe(RECEIVERS[name]);
  for (const wrong of ['fast', '', 'toString']) expect(() => udpReceiver(wrong)).toThrow(/none of auto, batch, dgram, syslog-server/);
});

test('README.md lists the receivers of the table and the files of the folder', () => {
  const readme = readFileSync(new URL('../../src/receive/README.md', import.meta.url), 'utf8');
  const section = readme.split('\n## ').find((part) => part.startsWith('Receivers'))!;
  const listed = [...section.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1]);
  expect(listed).toEqual(Object.keys(RECEIVERS));
  const files = readdirSync(new URL('../../src/receive/', import.meta.url)).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.d.ts'),
  );
  for (const file of files) expect(readme).toContain(`\`${file}\``);
});
