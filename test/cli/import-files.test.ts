/** Which files an import takes, in which order, and what their names say. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { inputsOf, programOf, readName } from '../../src/cli/import/files.ts';

const folder = mkdtempSync(join(tmpdir(), 'stacktrail-import-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['nova-api.log', 'nova-api'],
  ['nova-api.log.3.gz', 'nova-api'],
  ['nova-api.log.1', 'nova-api'],
  ['nova-compute.log-20260101.xz', 'nova-compute'],
  ['nova-compute.log-20260101-1767225600.zst', 'nova-compute'],
  ['cinder-volume-20260101.log.gz', 'cinder-volume'],
  ['keystone.log.2026-01-01', 'keystone'],
  ['keystone.log.2026-01-01_13', 'keystone'],
  ['syslog', 'syslog'],
  ['messages-20260101', 'messages'],
  ['instance-00000002.log', 'instance-00000002'],
  ['ovs-vswitchd.out.7.gz', 'ovs-vswitchd'],
  ['a.b.c.log', 'a.b.c'],
  ['.log', undefined],
])('%s was written by %s', (name, program) => expect(programOf(name)).toBe(program));

describe('a rotated set comes oldest first', () => {
  test.each([
    [
      ['x.log', 'x.log.1', 'x.log.2.gz', 'x.log.10.gz'],
      ['x.log.10.gz', 'x.log.2.gz', 'x.log.1', 'x.log'],
    ],
    [
      ['x.log', 'x.log-20260102', 'x.log-20251231.gz'],
      ['x.log-20251231.gz', 'x.log-20260102', 'x.log'],
    ],
    [
      ['x.log', 'x-20260102.log', 'x-20251231.log.gz'],
      ['x-20251231.log.gz', 'x-20260102.log', 'x.log'],
    ],
    [
      ['x.log.2026-01-01_9', 'x.log.2026-01-01_10', 'x.log'],
      ['x.log.2026-01-01_9', 'x.log.2026-01-01_10', 'x.log'],
    ],
    [
      ['x.log-20260101-20', 'x.log-20260101-3', 'x.log-20260101'],
      ['x.log-20260101', 'x.log-20260101-3', 'x.log-20260101-20'],
    ],
    // Sets stay where they were named, and do not mix.
    [
      ['b.log', 'a.log.1', 'b.log.1', 'a.log'],
      ['b.log.1', 'b.log', 'a.log.1', 'a.log'],
    ],
    [['x.log', 'x.log', './x.log'], ['x.log']],
  ])('%j', (names, want) => {
    const own = mkdtempSync(join(folder, 'set-'));
    for (const name of names) writeFileSync(join(own, name), name);
    expect(inputsOf(names.map((name) => join(own, name))).inputs.map(({ path }) => path)).toEqual(want.map((name) => join(own, name)));
  });

  test('and all of it is the set of the newest', () => {
    for (const name of ['x.log.3.gz', 'x.log-20260101', 'x.log']) expect(readName(name).base).toBe('x.log');
  });
});

test('a folder is taken with all below it, but for hidden things and links; what was named is taken whatever it is', () => {
  const own = mkdtempSync(join(folder, 'tree-'));
  mkdirSync(join(own, 'nova'));
  mkdirSync(join(own, '.git'));
  for (const name of ['syslog', 'syslog.1', 'nova/nova-api.log', '.hidden', '.git/x.log']) writeFileSync(join(own, name), 'x\n');
  symlinkSync(join(own, 'syslog'), join(own, 'current'));
  utimesSync(join(own, 'syslog'), 1_500_000_000, 1_500_000_000);
  const { inputs, unread } = inputsOf([own]);
  expect(inputs.map(({ path, isFound }) => [path.slice(own.length + 1), isFound])).toEqual([
    ['nova/nova-api.log', true],
    ['syslog.1', true],
    ['syslog', true],
  ]);
  expect(unread).toEqual([]);
  expect(inputs[2]).toMatchObject({ bytes: 2, modifiedUs: 1_500_000_000_000_000, program: 'syslog' });
  expect(inputsOf([join(own, 'current'), join(own, '.hidden')]).inputs.map(({ isFound }) => isFound)).toEqual([false, false]);
});

test('what cannot be looked at is told, and costs only itself', () => {
  const own = mkdtempSync(join(folder, 'some-'));
  writeFileSync(join(own, 'x.log'), 'x\n');
  symlinkSync('loop', join(own, 'loop'));
  const { inputs, unread } = inputsOf([join(own, 'nothing.log'), '-', join(own, 'x.log'), join(own, 'loop'), '/dev/null']);
  expect(inputs.map(({ path }) => path)).toEqual(['-', join(own, 'x.log')]);
  expect(unread).toEqual([
    { path: join(own, 'nothing.log'), why: 'is not there' },
    { path: join(own, 'loop'), why: 'is a link to itself' },
    { path: '/dev/null', why: 'is no file' },
  ]);
});
