/**
 * Real logs of others, every line: none is lost, every header is understood, every traceback is with its record. Checked against an
 * independent reader of another method (words.ts). Excerpts always; whole files where ../shared/corpus is (`npm test` says when not).
 * The figures of the last full run stand in parsers/README.md.
 */
import { describe, expect, test } from 'vitest';
import type { LogRecord } from '../../src/model.ts';
import { exactText } from '../../src/store/merge.ts';
import { hasCorpus, logs, recordOf, recordsOf, WHERE } from './files.ts';
import { countOf, groupsOf, type Header, headerOf, identityOf } from './words.ts';

const FILES = logs();
const HEAD = 'Traceback (most recent call last)';
/** Lines of other daemons stand between those of OpenStack; the words' reader does not know where those begin. */
const MIXED = [
  'ops-guide-samples.log',
  'goldstone-wire.log',
  'goldstone-server/wire_messages_extracted.log',
  'hotsos/syslog.compute',
  'hotsos/unit_test_agents.log',
  'gate-c-vol.log',
  'os-loganalyze/devstack@c-vol.service.log.txt',
];
/** Logs of OpenStack's own. */
const OWN = FILES.filter(({ name, lines }) => !MIXED.includes(name) && lines.some((line) => headerOf(line) !== undefined));

test.skipIf(hasCorpus)(WHERE, () => {
  expect(FILES.every(({ lines }) => lines.length > 0)).toBe(true);
});

test('the corpus is what it is called', () => {
  const lines = FILES.reduce((sum, file) => sum + file.lines.length, 0);
  expect(lines).toBeGreaterThan(hasCorpus ? 100_000 : 300);
  expect(OWN.length).toBeGreaterThan(hasCorpus ? 40 : 4);
});

describe('no line is lost', () => {
  test.each(FILES)('$name', (file) => {
    const texts = recordsOf(file).flatMap((record) => exactText(record).split('\n'));
    expect(texts.length).toBe(file.lines.length);
    expect(differing(texts, file.lines)).toEqual([]);
  });
});

/** What one has and the other has not, each as often as it stands there. */
function differing(one: readonly string[], other: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of one) counts.set(text, (counts.get(text) ?? 0) + 1);
  for (const text of other) counts.set(text, (counts.get(text) ?? 0) - 1);
  return [...counts].filter(([, count]) => count !== 0).map(([text]) => text);
}

describe('headers', () => {
  test('at least 99.9 % of the lines with a header of oslo yield what stands in it', () => {
    let headers = 0;
    const wrong: string[] = [];
    for (const { name, lines } of FILES) {
      for (const line of lines) {
        const header = headerOf(line);
        if (header === undefined) continue;
        headers++;
        const differences = differencesOf(header, recordOf(line));
        if (differences.length > 0) wrong.push(`${name}: ${differences.join(', ')}: ${line.slice(0, 200)}`);
      }
    }
    expect(headers).toBeGreaterThan(hasCorpus ? 40_000 : 200);
    expect(1 - wrong.length / headers, wrong.slice(0, 20).join('\n')).toBeGreaterThanOrEqual(0.999);
    // The excerpts are few: there every line counts.
    if (!hasCorpus) expect(wrong).toEqual([]);
  });

  test('the reader of words can tell: a wrong record is seen', () => {
    const line = '2017-05-16 00:00:00.008 25746 INFO nova.x [req-38101a0b-2096-447d-96ea-a692162415ae u p - - -] hi';
    const record = recordOf(line);
    expect(differencesOf(headerOf(line)!, record)).toEqual([]);
    const change: Partial<LogRecord> = { level: 'ERROR', logger: 'nova', pid: 1, time: record.time + 1000, request: undefined, user: 'x' };
    for (const [field, value] of Object.entries(change))
      expect(differencesOf(headerOf(line)!, { ...record, [field]: value }), field).toHaveLength(1);
  });
});

/** What the words say and the record does not. */
function differencesOf(header: Header, record: LogRecord): string[] {
  const iso = new Date(record.time / 1000).toISOString();
  const { request, globalRequest, names } = identityOf(header.context ?? []);
  const isIdentified = header.context !== undefined && names.length >= 2;
  const said: Record<string, readonly [want: unknown, got: unknown]> = {
    level: [header.level === 'WARN' ? 'WARNING' : header.level, record.level],
    logger: [header.logger, record.logger],
    pid: header.pid === undefined ? [0, 0] : [Number(header.pid), record.pid],
    date: header.date === undefined ? [0, 0] : [header.date, iso.slice(0, 10)],
    clock: [header.clock, iso.slice(11, 19)],
    fraction: header.fraction.length === 3 ? [header.fraction, iso.slice(20, 23)] : [0, 0],
    request: [request, record.request],
    globalRequest: [globalRequest, record.globalRequest],
    instance: [header.instance, record.instance],
    // Two words are ids or, at the gate, names, whose order changed over the years.
    who: isIdentified ? [whoOf(names.slice(0, 2)), whoOf([record.user, record.project])] : [0, 0],
  };
  return Object.keys(said).filter((name) => said[name]![0] !== said[name]![1]);
}

function whoOf(names: readonly (string | undefined)[]): string {
  return names.filter(Boolean).toSorted().join(' ');
}

describe('every line is with the record that it belongs to', () => {
  test.each(OWN)('$name', (file) => {
    const texts = recordsOf(file).map(exactText);
    expect(differing(texts, groupsOf(file.lines))).toEqual([]);
  });

  test('every traceback is with its record where that is in the file', () => {
    let tracebacks = 0;
    let orphans = 0;
    for (const file of OWN) {
      const whole = countOf(file.lines.join('\n'), HEAD);
      const groups = groupsOf(file.lines).filter((group) => group.includes(HEAD));
      const without = groups.filter((group) => headerOf(group.split('\n')[0]!)?.isException !== false);
      const rows = recordsOf(file).filter(({ message }) => message.includes(HEAD));
      expect(
        rows.reduce((sum, { message }) => sum + countOf(message, HEAD), 0),
        file.name,
      ).toBe(whole);
      expect(rows.length, file.name).toBe(groups.length);
      tracebacks += whole;
      orphans += without.reduce((sum, group) => sum + countOf(group, HEAD), 0);
    }
    // One excerpt begins in the middle of a block. How many records are not in the files of a corpus is the corpus' own affair.
    if (hasCorpus) expect(tracebacks).toBeGreaterThan(250);
    else expect({ tracebacks, orphans }).toEqual({ tracebacks: 7, orphans: 1 });
  });
});

test('a datagram with #012 is a record of its lines, without prefixes and escapes', () => {
  let folded = 0;
  for (const line of FILES.flatMap(({ lines }) => lines)) {
    if (!line.includes('#012') || headerOf(line) === undefined) continue;
    folded++;
    const { message, flags } = recordOf(line);
    expect(message).not.toContain('#012');
    const lines = message.split('\n');
    // What a relay cut within a prefix is none of the traceback's lines.
    expect([0, flags?.includes('cut') ? 1 : 0]).toContain(countOf(line, '#012') + 1 - lines.length);
    for (const one of lines.slice(1)) expect(headerOf(one), one).toBeUndefined();
  }
  expect(folded).toBeGreaterThan(2);
});

test('the two datagrams that a relay cut at 2048 bytes say so', () => {
  const cut = FILES.find(({ name }) => name === 'goldstone-wire.log')!.lines.filter((line) => line.length === 2048);
  expect(cut.map((line) => recordOf(line).flags)).toEqual(['cut', 'cut']);
});
