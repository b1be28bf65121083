/**
 * The contract of `config/signatures.yaml`: every entry has a sample in fixtures/errors that it matches and no other does, and the parsers
 * read the sample as what it is. And what reading a wrong file says.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from '../../parsers/index.ts';
import { readSignatureFile } from '../../src/base/config.ts';
import { LEVELS, type LogRecord, type SignatureEntry } from '../../src/model.ts';
import { KnownErrors } from '../../src/report/known-signatures.ts';
import { temporaryFolder } from '../e2e/program.ts';
import { ROOT } from '../house/tables.ts';

const ENTRIES = readSignatureFile(join(ROOT, 'config/signatures.yaml'));
const KNOWN = new KnownErrors(ENTRIES);
const read = (line: string): LogRecord =>
  parse(line, { received: Date.UTC(2026, 10, 22, 8, 24, 12) * 1000, transport: 'tcp', peer: '192.0.2.1', zone: 0 });
const SAMPLES = ['known.log', 'known.built.log'].flatMap((file) =>
  readFileSync(join(ROOT, 'fixtures/errors', file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t') as [name: string, line: string]),
);

test('there are at least 60 known errors, each with one sample', () => {
  expect(ENTRIES.length).toBeGreaterThanOrEqual(60);
  expect(SAMPLES.map(([name]) => name).toSorted()).toEqual(ENTRIES.map(({ known }) => known.name).toSorted());
});

test.each(SAMPLES)('%s is its own sample, and nobody else’s', (name, line) => {
  const record = read(line);
  expect(KNOWN.all(record).map((known) => known.name)).toEqual([name]);
  expect(KNOWN.of(record)?.name).toBe(name);
  // What only warns is counted where the entry says so, and nowhere else.
  const entry = ENTRIES.find(({ known }) => known.name === name)!;
  expect(KNOWN.countsWarning(record)).toBe(entry.warning);
});

test('what is counted although it only warns is a warning somewhere: its sample, or an error besides', () => {
  const isStrong = (record: LogRecord): boolean => LEVELS.indexOf(record.level ?? 'INFO') >= LEVELS.indexOf('ERROR');
  const weak = SAMPLES.filter(([, line]) => !isStrong(read(line))).map(([name]) => name);
  const silent = weak.filter((name) => !ENTRIES.find(({ known }) => known.name === name)!.warning);
  // Logins that fail are no fault of the cloud; a leader that moves is news only when it happens all the time.
  expect(silent.toSorted()).toEqual(['auth-failed', 'ovn-not-leader']);
});

test('everybody is told what it means and what to look at', () => {
  for (const { known, source } of ENTRIES) {
    expect([known.name, known.meaning.length > 40, known.check.length > 0, source.length > 3]).toEqual([known.name, true, true, true]);
    for (const link of known.links)
      expect(link).toMatch(/^https:\/\/(?:docs\.openstack\.org|www\.rabbitmq\.com|docs\.ceph\.com|bugs\.launchpad\.net)\//);
  }
});

// ------------------------------------------------------------------------------------------- matching

const entry = (match: string[], more: Partial<SignatureEntry> = {}, services?: string[]): SignatureEntry => ({
  known: { name: 'x', title: 'x', meaning: 'x', check: [], commands: [], links: [], ...(services ? { services } : {}) },
  ...{ match, unless: [], warning: false, source: 'x', place: 'x' },
  ...more,
});

test.each<[match: string[], text: string, want: boolean]>([
  [['server on * is unreachable'], 'AMQP server on a:5672 is unreachable: timed out', true],
  [['server on * is unreachable'], 'is unreachable: server on a', false],
  [['server on * is unreachable'], `server on ${'x'.repeat(5000)} is unreachable`, false],
  [['server on * is unreachable'], `server on ${'x'.repeat(5000)} server on y is unreachable`, true],
  [['aaaaaa*bbbbbb*cccccc'], 'aaaaaa cccccc bbbbbb cccccc', true],
  [['aaaaaa*bbbbbb*cccccc'], 'aaaaaa cccccc bbbbbb', false],
  [['nothing', 'Deadlock found'], 'x Deadlock found y', true],
  [['Deadlock found'], 'deadlock found', false],
  [['*gone away*'], 'MySQL server has gone away', true],
])('%j in %.60s: %s', (match, text, want) => {
  expect(new KnownErrors([entry(match)]).of({ message: text, service: undefined }) !== undefined).toBe(want);
});

test('services and exceptions', () => {
  const known = new KnownErrors([entry(['no space'], { unless: ['swap'] }, ['nova', 'glance'])]);
  const is = (message: string, service?: string): boolean => known.of({ message, service }) !== undefined;
  expect([is('no space', 'nova'), is('no space', 'glance'), is('no space', 'cinder'), is('no space')]).toEqual([true, true, false, false]);
  expect(is('no space for swap', 'nova')).toBe(false);
});

test('a match is found wherever its pieces stand in order and near to each other', () => {
  const piece = fc.constantFrom('unreachable', 'server on', 'retrying in', 'exceeded timeout');
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 4 }), fc.string({ maxLength: 40 }), (pieces, noise) => {
      const known = new KnownErrors([entry([pieces.join('*')])]);
      expect(known.of({ message: `${noise}${pieces.join(noise)}${noise}`, service: undefined })).toBeDefined();
    }),
  );
});

// ------------------------------------------------------------------------------------------- wrong files

const GOOD = '- name: a-b\n  title: t\n  match: something\n  meaning: m\n  check: c\n  source: s\n';
test.each<[text: string, message: RegExp]>([
  ['a: b\n', /s\.yaml:1:1: signatures are a list/],
  ['- x\n', /s\.yaml:1:3: a signature is written as/],
  [GOOD.replace('title', 'tittle'), /s\.yaml:2:3: tittle is no part of a signature; did you mean title\?$/],
  [GOOD.replace('  meaning: m\n', ''), /s\.yaml:1:3: a signature without meaning$/],
  [GOOD.replace('a-b', 'A b'), /s\.yaml:1:9: "A b" is no name/],
  [GOOD.replace('something', '"a*b"'), /s\.yaml:3:10: "a\*b" fits nearly everything/],
  [GOOD.replace('something', '[]'), /s\.yaml:3:10: match is empty/],
  [`${GOOD}  warning: yes please\n`, /s\.yaml:7:12: warning is true or false/],
  [`${GOOD}  links: http://x\n`, /s\.yaml:7:10: "http:\/\/x" is no https address/],
  [GOOD + GOOD, /s\.yaml:7:3: a second signature a-b$/],
  [`${GOOD}  title: u\n`, /s\.yaml:7:3: this is not YAML/],
  ['- [\n', /this is not YAML/],
])('%j is refused with its place', (text, message) => {
  const path = join(temporaryFolder(), 's.yaml');
  writeFileSync(path, text);
  expect(() => readSignatureFile(path)).toThrow(expect.objectContaining({ code: 'bad-setting', message: expect.stringMatching(message) }));
});
