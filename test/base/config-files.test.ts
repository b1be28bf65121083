/** The setting `files`, as a flag and in the file. */
import { expect, test } from 'vitest';
import { readConfigText } from '../../src/base/config.ts';
import { readFiles } from '../../src/base/config-files.ts';

test.each<[string, readonly string[] | undefined]>([
  ['/var/log/nova/*.log', ['/var/log/nova/*.log']],
  ['/a.log, /b/*.log,/a.log', ['/a.log', '/b/*.log']],
  ['/var/log/{nova,glance}/*.log,/x', ['/var/log/{nova,glance}/*.log', '/x']],
  ['off', undefined],
])('%s', (text, want) => expect(readFiles(text)).toEqual(want));

test.each([
  ['nova/*.log', /is not an absolute path or glob like/],
  ['/a,,/b', /"" is not an absolute path/],
  ['/var/log/', /is a folder; name its files, like \/var\/log\/\*\.log/],
  [`/${'x'.repeat(5000)}`, /is no path/],
  [Array.from({ length: 101 }, (_, number) => `/${number}`).join(','), /it has 101 patterns; 100 are the most/],
])('wrong: %s', (text, want) => expect(() => readFiles(text)).toThrow(want));

test.each([
  ['files: [/a.log, "/b/*.log"]', '/a.log,/b/*.log'],
  ['files:\n  - /a.log\nfiles.from: end', '/a.log'],
  ['files: /a.log,/b.log', '/a.log,/b.log'],
])('in the file: %j', (text, want) => expect(readConfigText(text, 'x.yaml').settings.get('files')?.text).toBe(want));

test('in the file: no list of texts', () => {
  expect(() => readConfigText('files: [{a: 1}]', 'x.yaml')).toThrow('x.yaml:1:1: files is a list of paths and globs');
});
