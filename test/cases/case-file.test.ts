/** The runner of cases can fail: wrong output, order, exit codes and placeholders are told apart. */
import { expect, test } from 'vitest';
import { matches, outcomeLines, PLACEHOLDERS, printCase, readCase } from './case-file.ts';

const TEXT = `# what it shows
needs: cloud

@ a.yaml
: zone: CET
:
$ one |
>   two
< in
<
| out
!
= 2
$ three
`;

test('a file is read and printed as it is', () => {
  const file = readCase(TEXT);
  expect(file.needs).toBe('cloud');
  expect([...file.files]).toEqual([['a.yaml', 'zone: CET\n\n']]);
  expect(file.steps).toEqual([
    { line: 7, command: 'one |\n  two', input: ['in', ''], expected: ['| out', '!', '= 2'] },
    { line: 14, command: 'three', input: [], expected: [] },
  ]);
  expect(
    printCase(
      file,
      file.steps.map((step) => step.expected),
    ),
  ).toBe(TEXT);
  expect(printCase(file, [['| x'], ['= 1']])).toBe(TEXT.replace('| out\n!\n= 2', '| x').replace('three\n', 'three\n= 1\n'));
});

test.each(['nonsense', '| output before a command', '> more', ': content'])('%j is none of a case', (line) => {
  expect(() => readCase(line)).toThrow(/line 1 is none of a case/);
});

test.each<[string, string, number, string[], string[]]>([
  ['a\nb\n', 'c\n', 1, [], ['| a', '| b', '! c', '= 1']],
  ['', '', 0, ['| a'], []],
  ['a', '', 0, [], ['| a', '\\ no newline at the end']],
  ['\n', '', 0, [], ['|']],
  ['took 12 ms\n', '', 0, ['| took {n} ms'], ['| took {n} ms']],
  ['took x ms\n', '', 0, ['| took {n} ms'], ['| took x ms']],
  ['new\n1\n2\n', '', 0, ['| {n}', '| {n}'], ['| new', '| {n}', '| {n}']],
  ['1\n', '', 0, ['| {n}', '| {n}'], ['| {n}']],
  ['1\n2\n3\n', '', 0, ['| {n}', '| {n}'], ['| {n}', '| {n}', '| 3']],
])('%j, %j, %i beside %j', (out, err, code, expected, want) => {
  expect(outcomeLines({ out, err, code }, expected)).toEqual(want);
});

test.each<[string, string, boolean]>([
  ['a', 'a', true],
  ['a', 'b', false],
  ['a.c', 'abc', false],
  ['{n}', '12.5', true],
  ['{n}', '', false],
  ['{time} x', '2024-03-04 08:00:00.123 x', true],
  ['{time}', '2024-03-04T08:00:00.123456Z', true],
  ['{time}', 'now', false],
  ['a {any} (b)', 'a  (b)', true],
  ['{"n":1}', '{"n":1}', true],
  ['{"n":1}', '{"n":2}', false],
])('%j fits %j: %j', (expected, line, want) => {
  expect(matches(expected, line)).toBe(want);
  expect(Object.keys(PLACEHOLDERS)).toEqual(['n', 'time', 'any']);
});
