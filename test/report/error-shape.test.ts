/** The constant text of errors: what is masked, what stays, and how well it groups public samples. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorShape } from '../../src/report/error-shape.ts';
import { ROOT } from '../house/tables.ts';

test.each<[text: string, want: string, host?: string]>([
  [
    'AMQP server on 10.0.0.5:5672 is unreachable: timed out. Trying again in 1 seconds.',
    'AMQP server on <*> is unreachable: timed out. Trying again in <*> seconds.',
  ],
  [
    'AMQP server on controller:5672 is unreachable: timed out. Trying again in 12 seconds.',
    'AMQP server on <*> is unreachable: timed out. Trying again in <*> seconds.',
  ],
  ['Timed out waiting for a reply to message ID 0123456789abcdef0123456789abcdef', 'Timed out waiting for a reply to message ID <*>'],
  ['Instance 5f2d1c3b-1a2b-4c3d-8e4f-0a1b2c3d4e5f is gone, req-5f2d1c3b-1a2b-4c3d-8e4f-0a1b2c3d4e5f', 'Instance <*> is gone, <*>'],
  [
    'Error updating resources for node cmp-a.example.org.: libvirt.libvirtError: internal error',
    'Error updating resources for node <*>.: libvirt.libvirtError: internal error',
  ],
  ['No agent on cmp-a, cmp-a.example.org or scmp-a', 'No agent on <*> or scmp-a', 'cmp-a.example.org'],
  ["Ports ['a', 'b', 'c'] and {'x': {'y': [1, 2]}} differ, [] was ok", 'Ports [<*>] and {<*>} differ, [] was ok'],
  ['image /var/lib/nova/instances/_base/x of a/b at https://10.0.0.1:9292/v2/images?x=1', 'image <*> of a/b at <*>'],
  ['tap1a2b3c4d-5e fa:16:3e:78:44:84 0x7f00 3.5 1e9 64MB', '<*>'],
  ['The volume group "cinder-volumes" does not exist', 'The volume group "cinder-volumes" does not exist'],
  ["'NoneType' object has no attribute 'get'", "'NoneType' object has no attribute 'get'"],
  ['first line 1\nTraceback (most recent call last):\n  File "x.py", line 7', 'first line <*>'],
  ['HTTP/1.1 "GET /v2.1/servers HTTP/1.1" status: 503 len: 120', 'HTTP/<*> "GET <*> HTTP/<*>" status: <*> len: <*>'],
  ['', ''],
])('%s', (text, want, host) => {
  expect(errorShape(text, host)).toBe(want);
});

test('the shape of a shape is itself, whatever the text', () => {
  const part = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('<*>', ' host a-b', "['x', 1]", '/a/b ', 'node x.y ', '10.0.0.1', ' 3 ', ', '),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const shape = errorShape(parts.join(''));
      expect(errorShape(shape)).toBe(shape);
    }),
    { numRuns: 500 },
  );
});

// ------------------------------------------------------------------------------------------- grouping accuracy

/** loghub: real lines with the templates that people gave them. May be read, not copied. */
const STRUCTURED = join(ROOT, '../shared/corpus/OpenStack_2k.log_structured.csv');
/** What Drain reaches on them (Zhu et al., Tools and Benchmarks for Automated Log Parsing, 2019). */
const DRAIN = 0.733;

/** The share of lines whose group holds exactly the lines of their template. */
function groupingAccuracy(lines: readonly { text: string; truth: string }[]): number {
  const [ours, truth] = [new Map<string, number[]>(), new Map<string, number[]>()];
  lines.forEach((line, index) => {
    for (const [groups, key] of [
      [ours, errorShape(line.text)],
      [truth, line.truth],
    ] as const)
      groups.set(key, [...(groups.get(key) ?? []), index]);
  });
  let right = 0;
  for (const members of ours.values()) if (truth.get(lines[members[0]!]!.truth)!.join() === members.join()) right += members.length;
  return right / lines.length;
}

function csvCells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    (quoted ?? plain ?? '').replaceAll('""', '"'),
  );
}

test('accuracy counts a line only when its whole group is right', () => {
  const line = (text: string, truth: string) => ({ text, truth });
  expect(groupingAccuracy([line('up 1', 'a'), line('up 2', 'a'), line('down 1', 'b')])).toBe(1);
  expect(groupingAccuracy([line('up 1', 'a'), line('upwards 2', 'a'), line('down 1', 'b')])).toBeCloseTo(1 / 3);
  expect(groupingAccuracy([line('up 1', 'a'), line('up 2', 'c'), line('down 1', 'b')])).toBeCloseTo(1 / 3);
});

test.skipIf(!existsSync(STRUCTURED))('OpenStack_2k groups better than Drain does (skipped where there is no ../shared/corpus)', () => {
  const [head = '', ...rows] = readFileSync(STRUCTURED, 'utf8').trimEnd().split('\n');
  const names = csvCells(head.trim());
  const [content, event] = [names.indexOf('Content'), names.indexOf('EventId')];
  const lines = rows.map((row) => csvCells(row.trim())).map((cells) => ({ text: cells[content]!, truth: cells[event]! }));
  expect(lines.length).toBe(2000);
  const accuracy = groupingAccuracy(lines);
  expect(accuracy).toBeGreaterThan(DRAIN);
  // What RESULTS.md says.
  expect(accuracy).toBeGreaterThanOrEqual(0.999);
});
