/**
 * The conformance inputs of other syslog parsers (../shared/cases, 464 of them) where that folder is there:
 * nothing throws, no text is lost, and our values equal the suites' `expect` except where they are named
 * below with the policy that decides. Without the folder there is nothing to go further with.
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse, write } from '../../parsers/index.ts';
import { procidOf } from '../../parsers/rfc5424.ts';
import { readStructuredData } from '../../parsers/structured-data.ts';
import type { Given, LogRecord } from '../../src/model.ts';

const FILE = new URL('../../../shared/cases/syslog-cases.jsonl', import.meta.url);

interface Case {
  id: string;
  group: string;
  mode?: unknown;
  input?: string;
  input_b64?: string;
  expect: Record<string, unknown>;
}

const cases: Case[] = existsSync(FILE)
  ? readFileSync(FILE, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Case)
  : [];

/** Where we answer otherwise on purpose. */
const DISAGREEMENTS: Readonly<Record<string, string>> = {
  // No tag unless it ends in `:` or has `[pid]`; flagged `no-tag`.
  C295: 'a lone word is text',
  C297: 'a bare word is text',
  C316: 'a bare word is text',
  C586: 'a bare word is text',
  C593: 'a bare word is text (C594 and C608 of the same input agree)',
  C596: 'a bare word is text',
  C623: 'a bare word is text',
  C581: '`name:` behind the time is the program, not the host (second row)',
  C609: '`su:` is the program, as in all other suites',
  C627: '`name:` behind the time is the program, not the host',
  C633: '`pinger[1334]:` is program and pid, not a host',
  // No stamp, no host.
  C619: 'no PRI, no stamp: all of it is text',
  C621: 'no stamp: no host and no bare tag',
  C634: 'no stamp: no host',
  C636: 'no stamp: no host',
  // Times and numbers.
  C339: 'a BSD tag has a number for a pid or none; `2340:0` stays in the raw text',
  C388: 'the text is in the zone, it is not converted into it; every other suite agrees',
  C611: 'the year inside the stamp is understood: 2011-03-05T22:21:02',
  C635: 'the year inside the stamp is understood, so the host is found',
  C647: 'no PRI: facility and severity stay absent (sixth row)',
  // Structured data.
  C287: 'not RFC 5424: kept as text, flagged bad-sd (fourth row)',
  C313: 'not RFC 5424: kept as text, flagged bad-sd',
  C571: 'not RFC 5424: kept as text, flagged bad-sd; the suite loses the element',
  C572: 'not RFC 5424: kept as text, flagged bad-sd; the suite loses the element',
  C580: 'only `"`, `\\` and `]` are escaped in a value (fifth row)',
  C626: 'the chained host a/b is kept whole, the answer is a list of another shape',
  C637: 'structured data stands before the message, not behind it',
  C638: 'structured data stands before the message, not behind it',
  C318: 'the case holds only the message of the text that its answer speaks of',
};

/** Inputs that a strict parser refuses: what it had understood until then, we say too, but for these. */
const PARTIAL_DISAGREEMENTS: Readonly<Record<string, string>> = {
  C049: '`Z+07:00` is two zones: not taken for a header, the whole text stays',
  C072: 'a name of more than 32 characters is no reason to lose it',
  C100: 'an SD-ID twice is kept and flagged odd-sd',
  ...Object.fromEntries(['C108', 'C109', 'C110'].map((id) => [id, 'an unescaped `]` inside quotes is kept and flagged odd-sd'])),
  ...Object.fromEntries(['C111', 'C112', 'C113', 'C114', 'C115'].map((id) => [id, 'unbalanced quotes: kept as text, flagged bad-sd'])),
  C116: '`\\n` in a value is kept as written',
};

const ids = (from: number, to: number, reason: string): Record<string, string> =>
  Object.fromEntries(Array.from({ length: to - from + 1 }, (_, index) => [`C${String(from + index).padStart(3, '0')}`, reason]));

/** What strict parsers refuse and we have nothing to say against. */
const UNFLAGGED: Readonly<Record<string, string>> = {
  C001: 'an empty message is one',
  ...Object.fromEntries(['C011', 'C013', 'C403', 'C404', 'C578', 'C595'].map((id) => [id, 'no header: text'])),
  ...Object.fromEntries(['C019', 'C021', 'C024', 'C025', 'C026', 'C027', 'C401'].map((id) => [id, 'a PRI, then text'])),
  C029: 'a small z is a zone',
  ...ids(53, 60, 'no name is too long to be kept'),
  ...ids(71, 72, 'no name is too long to be kept'),
  C116: '`\\n` in a value is kept as written',
};

function inputOf({ input, input_b64 }: Case): { text: string; flag: Given['flag'] } {
  if (input !== undefined) return { text: input, flag: undefined };
  const bytes = Buffer.from(input_b64!, 'base64');
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), flag: undefined };
  } catch {
    return { text: bytes.toString('latin1'), flag: 'latin1' };
  }
}

function givenOf({ mode, expect }: Case, flag: Given['flag']): Given {
  const options = (typeof mode === 'object' && mode !== null ? mode : {}) as Record<string, unknown>;
  const stamp = typeof expect.timestamp === 'string' ? expect.timestamp : '';
  const year = Number(options.currentYear ?? options.year ?? (/^\d{4}/.exec(stamp)?.[0] || 2020));
  // Nearest year: arrive on the day itself where a year is expected, so that the suites' own rules do not matter.
  const day = /^\d{4}-\d\d-\d\d/.exec(stamp)?.[0] ?? `${year}-06-15`;
  return { received: Date.parse(`${day}T12:00:00Z`) * 1000, transport: 'udp', peer: '192.0.2.9', zone: zoneOf(stamp, mode), flag };
}

/** Where the suite read a stamp without a zone in one, ours is told so. */
function zoneOf(stamp: string, mode: unknown): number {
  return JSON.stringify(mode ?? '').includes('year_rule') && stamp.endsWith('+01:00') ? 60 : 0;
}

/** Our record's values under the names of the cases. */
function answers(record: LogRecord, received: number): Record<string, unknown> {
  return {
    pri: record.facility === undefined || record.severity === undefined ? null : record.facility * 8 + record.severity,
    facility: record.facility ?? null,
    severity: record.severity ?? null,
    hostname: record.host === record.peer ? null : record.host,
    appname: record.program ?? null,
    procid: procidOf(record) ?? null,
    msgid: record.msgid ?? null,
    message: record.message,
    timestamp: record.time === received ? null : record.time,
    structured_data: Object.fromEntries(
      readStructuredData(record.structuredData ?? '').map(({ id, params }) => [id, Object.fromEntries(params)]),
    ),
    sd_text: record.structuredData ?? null,
  };
}

function expectedTime(value: string, time: unknown): boolean {
  if (typeof time !== 'number') return false;
  if (value.startsWith('--')) {
    const [, wanted = '', fraction = '0'] = /^--(\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?/.exec(value) ?? [];
    const iso = new Date(Math.floor(time / 1000)).toISOString();
    return iso.slice(5, 19) === wanted && time % 1e6 === Number(fraction.padEnd(6, '0').slice(0, 6));
  }
  const local = value.replace(/\[.*\]$/, 'Z');
  const fraction = (/\.(\d+)/.exec(local)?.[1] ?? '').padEnd(6, '0').slice(0, 6);
  const zoned = local.replace(/\.\d+/, '').replace(/([+-]\d\d)(\d\d)$/, '$1:$2');
  return Date.parse(zoned) * 1000 + Number(fraction) === time;
}

/** Null, '' and '-' are the same absence; one leading space of a message is insignificant. */
function same(name: string, want: unknown, ours: unknown): boolean {
  const absent = (value: unknown) => value === null || value === undefined || value === '' || value === '-';
  if (name === 'timestamp') return want === null ? ours === null : typeof want === 'string' && expectedTime(want, ours);
  if (absent(want) && absent(ours)) return true;
  // A pid is a number: `015` is 15.
  if (name === 'procid' && /^\d+$/.test(String(want))) return Number(want) === Number(ours);
  if (name === 'message') {
    const bytes = (want as { b64?: string } | null)?.b64;
    const text = bytes === undefined ? String(want) : Buffer.from(bytes, 'base64').toString('latin1');
    // A BOM is an encoding mark: stripped and remembered.
    return [text, ` ${text}`, text.replace(/^ /, '')].some((candidate) => candidate.replace(/^\ufeff/, '').replace(/\n$/, '') === ours);
  }
  return JSON.stringify(want) === JSON.stringify(ours);
}

function differences(entry: Case, expected = entry.expect): string[] {
  const { text, flag } = inputOf(entry);
  const given = givenOf(entry, flag);
  const ours = answers(parse(text, given), given.received);
  return Object.entries(expected)
    .filter(([name, want]) => name in ours && !same(name, want, ours[name]))
    .map(([name, want]) => `${name}: theirs ${JSON.stringify(want)}, ours ${JSON.stringify(ours[name])}`);
}

/** A partial message is what stood before the error; ours is the whole text, so only its fields are compared. */
function withoutText({ message: _, ...fields }: Record<string, unknown>): Record<string, unknown> {
  return fields;
}

describe.skipIf(cases.length === 0)('conformance cases', () => {
  const used = cases.filter(({ group }) => group === 'rfc3164' || group === 'rfc5424' || group === 'malformed');

  test('no case throws or loses text', () => {
    for (const entry of used) {
      const { text, flag } = inputOf(entry);
      const record = parse(text, givenOf(entry, flag));
      expect(record.raw ?? write(record), entry.id).toBe(text);
    }
  });

  test.each(['rfc3164', 'rfc5424'])('%s: what differs is named, and why', (group) => {
    const differing = used.filter((entry) => entry.group === group).filter((entry) => differences(entry).length > 0);
    const unnamed = differing
      .filter(({ id }) => !(id in DISAGREEMENTS))
      .map((entry) => `${entry.id} ${JSON.stringify(entry.input)} ${differences(entry).join('; ')}`);
    expect(unnamed).toEqual([]);
  });

  test('malformed: what a strict parser understood before it gave up, we say too', () => {
    const unnamed = used
      .filter(({ group, id, expect: wanted }) => group === 'malformed' && 'partial' in wanted && !(id in PARTIAL_DISAGREEMENTS))
      .map((entry) => ({ entry, found: differences(entry, withoutText(entry.expect.partial as Record<string, unknown>)) }))
      .filter(({ found }) => found.length > 0)
      .map(({ entry, found }) => `${entry.id} ${JSON.stringify(inputOf(entry).text)} ${found.join('; ')}`);
    expect(unnamed).toEqual([]);
  });

  test('malformed: what is wrong with a message is flagged, but for these', () => {
    const unflagged = used
      .filter(({ group, expect: wanted }) => group === 'malformed' && wanted.valid === false)
      .filter((entry) => {
        const { text, flag } = inputOf(entry);
        return parse(text, givenOf(entry, flag)).flags === undefined;
      })
      .map(({ id }) => id);
    expect(unflagged).toEqual(
      Object.keys(UNFLAGGED)
        .filter((id) => unflagged.includes(id))
        .sort(),
    );
    expect(Object.keys(UNFLAGGED).filter((id) => !unflagged.includes(id))).toEqual([]);
  });

  test('every named disagreement is one', () => {
    const find = (id: string) => cases.find((entry) => entry.id === id)!;
    const agreeing = [
      ...Object.keys(DISAGREEMENTS).filter((id) => differences(find(id)).length === 0),
      ...Object.keys(PARTIAL_DISAGREEMENTS).filter(
        (id) => differences(find(id), withoutText(find(id).expect.partial as object as never)).length === 0,
      ),
    ];
    expect(agreeing).toEqual([]);
  });
});
