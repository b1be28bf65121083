/**
 * The commands that README.md shows run, and what it shows of their output comes out. Every line of an example that is a command is
 * either run here against a real server, or listed with the reason why not; so is every example of `stacktrail help VERB`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseArguments } from '../../src/base/arguments.ts';
import { VERBS } from '../../src/cli/verbs.ts';
import { matches, readCase } from '../cases/case-file.ts';
import { type Place, placeOf, runStep } from '../cases/run-case.ts';
import { needBinary } from '../need.ts';

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

/** Commands that cannot run here as they stand, and why. The rest of a command that begins so is free. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'npm ci && npm start': 'installs packages; .ci/run does it, test/e2e/demo.test.ts runs what it starts',
  'npm ci && npm test': 'is what runs this test',
  'npx stacktrail serve --data /var/lib/stacktrail': 'writes outside of the test; every end-to-end test runs serve',
  'npx stacktrail tail': 'prints for ever; run below with --no-follow',
  'journalctl -o short-iso | npx stacktrail import': 'reads the journal of this machine; test/cases/usage/import.case imports stdin',
  "npx stacktrail serve --files '/var/log/nova/*.log,/var/log/kolla/*/*.log'":
    'runs for ever on the default ports; test/e2e/files.test.ts follows files',
  'npx stacktrail report --since yesterday --until today -o html --smtp': 'needs a mail server; test/e2e/report.test.ts has one',
  'npx stacktrail serve --data ./restored': 'runs for ever; every end-to-end test runs serve',
};

/** Files that examples speak of; the folder of the example has them instead. */
const LINE = '2024-03-04 08:00:00.000 1 INFO nova.api [-] hello\n';
const FILES: Readonly<Record<string, string>> = {
  '/var/log/billingd.log': 'WARN invoice=1 tenant=243349698a7aad7bb43c282894530071 request=req-1 x\n',
  '/var/log/syslog': 'Mar  4 08:00:00 host1 sshd[7]: hello\n',
  '/var/log/nova/nova-api.log': LINE,
  'sosreport/var/log/nova-api.log': LINE,
  'old.log.xz': LINE,
  'stacktrail.yaml': 'udp:\n  reciever: auto\n',
};
/** Paths of a real machine, in the folder of the examples. */
const PATHS: readonly (readonly [RegExp, string])[] = [
  [/(?<=[\s=])\/var\/log/g, './var/log'],
  [/(?<=[\s=])\/var\/lib\/stacktrail/g, './data'],
  [/(?<=[\s=])\/backup/g, './backup'],
];

interface Example {
  readonly line: number;
  readonly command: string;
  /** What stands beneath a command that was shown with its prompt. */
  readonly output: readonly string[];
}

/** Indented or fenced lines that begin like a command; a comment behind two spaces is none of it. */
function examplesOf(document: string): Example[] {
  const lines = document.split('\n');
  const examples: Example[] = [];
  for (const [index, line] of lines.entries()) {
    const command = /^ {4,}(?:\$ )?((?:npx stacktrail|stacktrail(?!:)|npm|curl|[a-z]+ .*\| npx stacktrail) .*?)(?: {2,}# .*)?$/.exec(
      line,
    )?.[1];
    if (command === undefined) continue;
    const output: string[] = [];
    if (/^ {4,}\$ /.test(line)) for (let at = index + 1; /^ {4,}(?!\$ )\S/.test(lines[at] ?? ''); at++) output.push(lines[at]!.trim());
    examples.push({ line: index + 1, command, output });
  }
  return examples;
}

const HAS_CURL = needBinary('curl') !== undefined;
const EXAMPLES = examplesOf(README).filter(({ command }) => HAS_CURL || !command.startsWith('curl '));
const reasonOf = (command: string): string | undefined => Object.entries(NOT_RUN).find(([begin]) => command.startsWith(begin))?.[1];

/** A folder with the files and the data folder that examples speak of; they run one after the other in it. */
async function exampleFolder(): Promise<string> {
  const block = ([name, text]: [string, string]): string => `@ ${name.replace(/^\//, './')}\n${text.replace(/^(?=.)/gm, ': ')}`;
  return (await placeOf(readCase(`needs: folder cloud\n${Object.entries(FILES).map(block).join('\n')}\n$ true\n`))).folder;
}

/** The rules of the site that README.md shows: only where an example shows a mistake the file has one. */
function writeConfig(folder: string, { command }: Example): void {
  const right = /```yaml\n(services:[\s\S]*?)```/.exec(README)?.[1] ?? '';
  writeFileSync(join(folder, 'stacktrail.yaml'), command.includes('config check') ? FILES['stacktrail.yaml']! : right);
}

describe('README.md', () => {
  let url: string;
  let folder: string;
  beforeAll(async () => {
    folder = await exampleFolder();
    // Of its own: an example saves a search.
    url = (await placeOf(readCase('needs: server cloud\n\n$ true\n'))).url;
  });

  test('its examples are found, and no reason is left over', () => {
    expect(EXAMPLES.length).toBeGreaterThan(8);
    for (const begin of Object.keys(NOT_RUN)) expect(EXAMPLES.map((one) => one.command)).toContainEqual(expect.stringContaining(begin));
  });

  test.each(EXAMPLES.filter(({ command }) => reasonOf(command) === undefined))('$line: $command', { timeout: 60_000 }, async (example) => {
    writeConfig(folder, example);
    const place: Place = { folder, url };
    // Seqs begin with the day's first record.
    const here = example.command.replaceAll('http://127.0.0.1:5580', url).replace('/records/4711/', `/records/${await firstSeq(url)}/`);
    // curl says nothing of a refusal unless it is told to.
    const command = local(here.replace(/^curl /, 'curl -sS --fail-with-body '));
    const { out, err, code } = await runStep({ line: example.line, command, input: [], expected: [] }, place);
    if (example.output.length > 0) {
      const said = `${out}${err}`.trimEnd().split('\n');
      for (const [index, line] of example.output.entries()) expect(matches(line.replaceAll('…', '{any}'), said[index] ?? '')).toBe(true);
    } else if (code > 1 || /^stacktrail: .*\bno such\b/m.test(err)) {
      // 1: nothing of the sort is in the data of this test.
      throw new Error(`exit code ${code}: ${err}`);
    }
  });

  describe('tail', () => {
    let place: Place;
    beforeAll(async () => {
      place = { url: (await placeOf(readCase('needs: cloud\n\n$ true\n'))).url, folder: await exampleFolder() };
    });

    test.each(EXAMPLES.filter(({ command }) => command.startsWith('npx stacktrail tail')))('$line: $command', async ({ line, command }) => {
      const { err, code } = await runStep({ line, command: `${local(command)} --no-follow`, input: [], expected: [] }, place);
      expect([err.replace('stacktrail: nothing found\n', ''), code < 2]).toEqual(['', true]);
    });

    test('a wrong query is answered as it is shown', async () => {
      const shown = /( {4}stacktrail: there is no field[\s\S]*?)\n\n/.exec(README)![1]!.replace(/^ {4}/gm, '');
      const query = shown.split('\n')[1]!.trim();
      const { err, code } = await runStep({ line: 0, command: `stacktrail search '${query}'`, input: [], expected: [] }, place);
      expect([err.trimEnd(), code]).toEqual([shown, 2]);
    });
  });
});

function local(command: string): string {
  return PATHS.reduce((text, [path, here]) => text.replace(path, here), command);
}

async function firstSeq(url: string): Promise<number> {
  const answer = (await (await fetch(`${url}/api/v1/search?limit=1`)).json()) as { records: { seq: number }[] };
  return answer.records[0]!.seq;
}

/** The words of the first command of a line as a shell would read them. */
function shellWords(line: string): string[] {
  const [text] = /^(?:'[^']*'|"[^"]*"|[^'"|<>])*/.exec(line)!;
  return [...text.matchAll(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g)].map(([word]) => word.replace(/'([^']*)'|"([^"]*)"|\\(.)/g, '$1$2$3'));
}

describe('help', () => {
  test.each(VERBS.flatMap((verb) => verb.examples.map((example) => ({ verb, words: example.words }))))(
    'stacktrail $words',
    ({ verb, words }) => {
      const [name, ...rest] = shellWords(words);
      expect(name).toBe(verb.name);
      expect(parseArguments(verb.flags, rest).words.length).toBeLessThanOrEqual(verb.wordsMax ?? Number.POSITIVE_INFINITY);
    },
  );
});
