/** The command line: every way to spell a flag, and what a wrong one is answered. */
import { expect, test } from 'vitest';
import { type Flag, parseArguments, settingFlags } from '../../src/base/arguments.ts';

const FLAGS: Flag[] = [
  { name: 'limit', short: 'n', value: 'N', say: '' },
  { name: 'since', value: 'TIME', say: '' },
  { name: 'include', short: 'i', value: 'REGEX', say: '' },
  { name: 'follow', short: 'f', say: '' },
  { name: 'quiet', short: 'q', say: '' },
  { name: 'timezone', short: 'z', also: ['tz'], value: 'ZONE', say: '' },
];

function read(argv: readonly string[]) {
  const read = parseArguments(FLAGS, argv);
  const answer: Record<string, unknown> = {};
  for (const { name, value } of FLAGS) {
    const got = value === undefined ? read.is(name) : read.all(name).length > 1 ? read.all(name) : read.text(name);
    if (got !== undefined) answer[name] = got;
  }
  return { words: read.words, ...answer };
}

test.each<[string[], object]>([
  [[], { words: [] }],
  [['level:error', '--limit', '5'], { words: ['level:error'], limit: '5' }],
  [['--limit=5', 'a', 'b'], { words: ['a', 'b'], limit: '5' }],
  [['--limit=', 'a'], { words: ['a'], limit: '' }],
  [['--since=a=b'], { words: [], since: 'a=b' }],
  [['-n', '5', '-n6'], { words: [], limit: ['5', '6'] }],
  [['-n=7'], { words: [], limit: '7' }],
  [['-fqn8'], { words: [], follow: true, quiet: true, limit: '8' }],
  [['-fi', 'x'], { words: [], follow: true, include: 'x' }],
  [['--since', '-2h'], { words: [], since: '-2h' }],
  [['--no-follow'], { words: [], follow: false }],
  [['--follow', '--no-follow', '--follow'], { words: [], follow: true }],
  [['--tz', 'UTC'], { words: [], timezone: 'UTC' }],
  [['-', 'a'], { words: ['-', 'a'] }],
  [['--', '--limit', '-x', '--'], { words: ['--limit', '-x', '--'] }],
  [['-i', '--', '-f'], { words: [], include: '--', follow: true }],
])('%j', (argv, want) => {
  expect(read(argv)).toEqual(want);
});

test.each<[string[], RegExp]>([
  [['--sinse', '1h'], /^--sinse is not a flag here; did you mean --since\?$/],
  [['-since', '1h'], /^-since is not a flag here; did you mean --since\?$/],
  [['--xyzzy'], /^--xyzzy is not a flag here; --help/],
  [['-fx'], /^-x is not a flag here/],
  [['-dry run'], /-dry run is not a flag here; .*-- before it makes it a word/],
  [['--limit'], /^--limit needs a value: --limit N$/],
  [['-n'], /^-n needs a value: -n N$/],
  [['--since', '--limit', '5'], /--since needs a value.*--since=--limit/],
  [['--follow=yes'], /^--follow takes no value$/],
  [['--no-limit'], /^--no-limit is not a flag here; did you mean --limit\?$/],
  [['--__proto__'], /^--__proto__ is not a flag/],
  [[`-${'q'.repeat(3)}${'w'.repeat(500)}`], /^-qqqwwww.{32}… is not a flag|^-w is not/],
])('%j is refused', (argv, want) => {
  expect(() => read(argv)).toThrow(expect.objectContaining({ code: 'bad-argument', message: expect.stringMatching(want) }));
});

test('flags of settings say their environment name and default', () => {
  expect(settingFlags(['udp', 'udp.receiver', 'token'])).toEqual([
    { name: 'udp', value: 'HOST:PORT', say: expect.stringContaining('(STACKTRAIL_UDP; default 0.0.0.0:5514)') },
    { name: 'udp-receiver', value: 'auto|batch|dgram|syslog-server', say: expect.stringContaining('STACKTRAIL_UDP_RECEIVER') },
    { name: 'token', value: 'TEXT', say: expect.stringMatching(/\(STACKTRAIL_TOKEN\)$/) },
  ]);
});
