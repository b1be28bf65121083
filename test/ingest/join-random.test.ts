/** The joiner under random input: whatever comes, every line can be given back. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Transport } from '../../src/model.ts';
import { exactText } from '../../src/store/merge.ts';
import { bare, join, line, record, TRACEBACK } from './commits.ts';

test('whatever comes in whatever order, from files and streams, committed wherever: every line can be given back', () => {
  const prefix = line('').slice(line('').indexOf('2026'));
  const pool = [
    record('Failed'),
    record('Other', { pid: 7 }),
    record('Third', { host: 'c02', instance: '903b85d0-5b1a-4bd3-a9b7-000000000001' }),
    record(`Folded#012${prefix}Traceback (most recent call last):#012${prefix}  File "/a.py", li`),
    `<13>Mar  1 10:20:31 ne 3, in f#012${prefix}KeyError: 1`,
    ...TRACEBACK.map((text) => line(text)),
    ...TRACEBACK.map((text) => line(text, { pid: 7, prefix: 'TRACE' })),
    ...TRACEBACK.map((text) => bare(text)),
    ...TRACEBACK,
    prefix.trimEnd(),
    '2015-10-20 09:03:05.417 27920 INFO nova.virt.libvirt.host [-] a file says',
    '',
    '  <host>',
    ': KeyError: 1',
    '[SQL: SELECT 1]',
    '-- Reboot --',
    '2024-01-31 unknown',
    '\u00e9\u0000 odd',
  ];
  const files = fc.record({ transport: fc.constantFrom<Transport>('import', 'tcp', 'udp', 'http'), every: fc.integer({ min: 1, max: 9 }) });
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pool), { maxLength: 40 }), files, (texts, from) => {
      const lines = join(texts, from).flatMap((row) => exactText(row).split('\n'));
      expect(lines.toSorted()).toEqual(texts.toSorted());
    }),
    { numRuns: 1500 },
  );
});
