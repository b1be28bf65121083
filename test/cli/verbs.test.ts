/** Help is the table of verbs, and wrong use is one clear sentence and exit 2. */
import { expect, test } from 'vitest';
import { parseArguments } from '../../src/base/arguments.ts';
import { helpOf, overview, spelling, verbsMarkdown } from '../../src/cli/help-text.ts';
import { queryText } from '../../src/cli/query-flags.ts';
import { VERBS } from '../../src/cli/verbs.ts';
import { testShell } from './shell.ts';

const search = VERBS.find((verb) => verb.name === 'search')!;

test('the overview and the table of README.md name every verb and flag', () => {
  for (const verb of VERBS) {
    expect(overview()).toContain(`  ${verb.name}`);
    expect(overview().replace(/\s+/g, ' ')).toContain(verb.say);
    // A bar would end the cell.
    const words = `${verb.name} ${verb.words}`.trim().replaceAll('|', '\\|');
    expect(verbsMarkdown()).toContain(`| \`${words}\` | ${verb.say} |`);
    for (const flag of verb.flags) expect(verbsMarkdown()).toContain(`--${flag.name}`);
  }
});

test.each(VERBS.map((verb) => [verb.name, verb] as const))(
  'help of %s says all of the table, and its flags can be parsed',
  async (name, verb) => {
    const one = (text: string) => text.replace(/\s+/g, ' ');
    const help = one(helpOf(verb));
    for (const flag of verb.flags) expect(help).toContain(one(`${spelling(flag)} ${flag.say}`));
    for (const example of verb.examples) {
      expect(help).toContain(one(example.words));
      expect(example.words.split(' ')[0]).toBe(name);
    }
    expect(parseArguments(verb.flags, []).words).toEqual([]);
    for (const line of `${helpOf(verb)}${overview()}`.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    const terminal = testShell();
    expect([await terminal.run(name, '--help'), terminal.out()]).toEqual([0, helpOf(verb)]);
    const other = testShell();
    expect([await other.run('help', name), other.out()]).toEqual([0, helpOf(verb)]);
  },
);

test.each([
  [['--help'], 0, 'usage: stacktrail VERB', ''],
  [['help'], 0, 'usage: stacktrail VERB', ''],
  [['--version'], 0, 'stacktrail 0.', ''],
  [['version'], 0, 'stacktrail 0.', ''],
  [[], 2, '', 'usage: stacktrail VERB'],
  [['serach', 'x'], 2, '', 'stacktrail: serach is not a verb; did you mean search?\n'],
  [['search', '--sinze', '1h'], 2, '', 'did you mean --since?'],
  [['search', '--since', '15', 'x'], 2, '', '15m'],
  [['search', '-n', 'many'], 2, '', '--limit is a whole number'],
  [['search', '-o', 'xml'], 2, '', '--output is one of default, raw, json, jsonl, csv'],
  [['search', '--url', 'ftp://x', 'a'], 2, '', 'not a URL'],
  [['search', '--url', 'http://127.0.0.1:1', 'a'], 2, '', 'no server answers at http://127.0.0.1:1'],
  [['tail', '--url', 'http://127.0.0.1:1'], 2, '', 'no server answers at http://127.0.0.1:1'],
  [['status', 'now'], 2, '', 'status takes no words'],
  [['help', 'a', 'b'], 2, '', 'help takes 1 word'],
  [['help', 'everything\x1b[2J'], 2, '', 'everything\\x1b[2J is not a verb'],
  [['demo', '--no-serve'], 2, '', '--to HOST:PORT'],
  [['demo', '--rate', 'fast'], 2, '', '--rate is a number'],
] as [string[], number, string, string][])('%j exits with %i', async (words, code, out, err) => {
  const shell = testShell();
  expect(await shell.run(...words)).toBe(code);
  expect(shell.out()).toContain(out);
  expect(shell.err()).toContain(err);
  expect(code === 0 ? shell.err() : shell.out()).toBe('');
});

test('a wrong query is shown with a caret under the wrong characters', async () => {
  const shell = testShell();
  expect(await shell.run('search', 'nova', 'levl:error')).toBe(2);
  const [sentence, query, caret, type] = shell.err().split('\n');
  expect(sentence).toMatch(/^stacktrail: /);
  expect(query).toBe('  nova levl:error');
  expect(caret).toMatch(/^ {7}\^+$/);
  expect(type).toBe('type: nova level:error');
});

test.each([
  [[], ''],
  [['nova', 'error'], 'nova error'],
  [['-s', 'nova'], 'service:nova'],
  [['-s', 'nova,cinder', 'x'], 'x (service:nova OR service:cinder)'],
  [['-s', 'nova', '-s', 'cinder'], 'service:nova OR service:cinder'],
  [['-l', '>=warning', '--host', 'c0*', 'a OR b'], '(a OR b) level:>=warning host:c0*'],
])('%j asks for %j', (words, want) => {
  expect(queryText(parseArguments(search.flags, words))).toBe(want);
});

test.each([[['-s', 'nova OR x']], [['-s', '']], [['--host', 'a b']], [['-l', 'loud']], [['-s', ') x (']]])('%j is refused', (words) => {
  expect(() => queryText(parseArguments(search.flags, words))).toThrow(expect.objectContaining({ code: expect.stringMatching(/^bad-/) }));
});
