/** Rules of a site in a configuration file: what is read, and that a wrong one says where it stands and what would be right. */
import { expect, test } from 'vitest';
import { readConfigText } from '../../src/base/config.ts';
import { compilePattern, compileWildcard, WrongPattern } from '../../src/base/pattern.ts';

const refused = (message: RegExp) => expect.objectContaining({ code: 'bad-setting', message: expect.stringMatching(message) });
const PATTERN = 'patterns:\n  - name: a\n    pattern: x\n    samples: [x]\n';

test('services and patterns beside settings', () => {
  const { settings, site } = readConfigText(
    'log: {level: warn}\nservices:\n  billingd: billing\n  "acme-*": acme\npatterns:\n  - name: bill\n    program: billingd\n' +
      "    pattern: '^(?P<level>[A-Z]+) (?<message>.*)'\n    fields: {logger: bill, pid: 0012}\n    samples:\n      - INFO x\n      - WARN y\n",
    'c.yaml',
  );
  expect([...settings.keys()]).toEqual(['log.level']);
  expect(site.services).toEqual([
    { program: 'billingd', service: 'billing' },
    { program: 'acme-*', service: 'acme' },
  ]);
  expect(site.patterns).toEqual([
    {
      name: 'bill',
      program: 'billingd',
      pattern: '^(?P<level>[A-Z]+) (?<message>.*)',
      fields: { logger: 'bill', pid: '0012' },
      samples: [
        { text: 'INFO x', place: 'c.yaml:11:9' },
        { text: 'WARN y', place: 'c.yaml:12:9' },
      ],
      place: 'c.yaml:8:14',
    },
  ]);
});

test.each(['', 'services:\n', 'services: {}\n', 'patterns: []\n'])('%j has no rules', (text) => {
  expect(readConfigText(text, 'c.yaml').site).toEqual({ services: [], patterns: [] });
});

test.each<[string, RegExp]>([
  ['services: [a]\n', /^c\.yaml:1:11: services is written as program: service$/],
  ['services:\n  billingd: a b\n', /^c\.yaml:2:13: "a b" is no name of a service/],
  ['services:\n  billingd: [a]\n', /^c\.yaml:2:13: the service of billingd has no single value/],
  ['servces:\n  billingd: a\n', /^c\.yaml:1:1: servces is not a setting; did you mean services\?/],
  ['patterns: {a: b}\n', /^c\.yaml:1:11: patterns is a list/],
  ['patterns:\n  - x\n', /^c\.yaml:2:5: a pattern is written as name/],
  ['patterns:\n  - name: a\n    patern: x\n', /^c\.yaml:3:5: patern is no part of a pattern; did you mean pattern\?$/],
  ['patterns:\n  - name: a\n    zzz: x\n', /^c\.yaml:3:5: zzz is no part of a pattern; there are name, program, pattern, fields, samples$/],
  ['patterns:\n  - pattern: x\n', /^c\.yaml:2:5: a pattern without name$/],
  ['patterns:\n  - name: a\n    samples: [x]\n', /^c\.yaml:2:5: a pattern without pattern$/],
  ['patterns:\n  - name: a\n    pattern: x\n', /^c\.yaml:2:5: a pattern without samples$/],
  ['patterns:\n  - name: a\n    pattern: x\n    samples: []\n', /^c\.yaml:4:14: the pattern a has no samples/],
  ['patterns:\n  - name: a b\n    pattern: x\n    samples: [x]\n', /^c\.yaml:2:11: "a b" is no name/],
  [`${PATTERN}  - name: a\n    pattern: y\n    samples: [y]\n`, /^c\.yaml:5:5: a second pattern a$/],
  [PATTERN.replace(': x\n', ": 'a(b'\n"), /^c\.yaml:3:14: the pattern a cannot be read: missing closing \), at character 2: \(b$/],
  [PATTERN.replace(': x\n', ": 'a(?=b)'\n"), /unsupported Perl syntax \(\?=, at character 2: \(\?=b\)$/],
  [
    PATTERN.replace(': x\n', ": '(?P<levl>x)'\n"),
    /^c\.yaml:3:14: at character 2 of the pattern a: levl is no field that a pattern can set; did you mean level\?$/,
  ],
  [`${PATTERN}    fields: {logger: [x]}\n`, /^c\.yaml:5:22: logger has no single value$/],
  [`${PATTERN}    fields: {time: x}\n`, /^c\.yaml:5:14: time cannot be the same for every line$/],
  [`${PATTERN}    fields: {colour: x}\n`, /^c\.yaml:5:14: colour is no field that a pattern can set; there are time, level/],
  [`${PATTERN.replace(': x\n', ": '(?P<pid>x)'\n")}    fields: {pid: 1}\n`, /pid is both a group of the pattern a and one of its fields/],
  ['patterns: &p\n  - name: a\n    pattern: x\n    samples: *p\n', /no single value|nested too deeply|not YAML/],
])('the file %j is refused', (text, want) => {
  expect(() => readConfigText(text, 'c.yaml')).toThrow(refused(want));
});

test.each<[string, number]>([
  ['(a', 0],
  ['x(a(b)', 1],
  ['a)b', 1],
  ['[(]x(', 4],
  ['\\((', 2],
  ['ab[z-a]', 3],
  ['a{2000}', 1],
  ['x\\k', 1],
])('the mistake of the pattern %j is at %i', (source, offset) => {
  expect(() => compilePattern(source)).toThrow(WrongPattern);
  expect(() => compilePattern(source)).toThrow(expect.objectContaining({ offset }));
});

test('groups that took no part are left out; a pattern of half a line costs linear time on hostile text', () => {
  const pattern = compilePattern('(?P<a>x)|(?P<b>y)');
  expect([...pattern.find('-y')!]).toEqual([['b', [1, 2]]]);
  expect(pattern.find('z')).toBeUndefined();
  const hostile = 'a'.repeat(64 * 1024);
  expect(compilePattern('(a+)+$').matches(`${hostile}b`)).toBe(false);
  expect(compilePattern('^(a|aa)+$').find(`${hostile}b`)).toBeUndefined();
});

test.each<[string, string, boolean]>([
  ['acme-*', 'acme-api', true],
  ['acme-*', 'macme-api', false],
  ['*', '', true],
  ['a.c', 'abc', false],
  ['a*c*', 'abcd', true],
])('the wildcard %j fits %j: %j', (wildcard, text, want) => {
  expect(compileWildcard(wildcard).matches(text)).toBe(want);
});
