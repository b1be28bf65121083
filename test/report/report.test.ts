/** Reports: which group is what, how long the disk lasts, what the forms hold, and that a hostile title is text in each of them. */
import { describe, expect, test } from 'vitest';
import { UTC } from '../../src/base/zone.ts';
import type { ErrorGroup, GroupState } from '../../src/model.ts';
import { kindOf, makeReport, type ReportParts } from '../../src/report/report.ts';
import { capacityOf } from '../../src/report/report-capacity.ts';
import { REPORT_FORMS } from '../../src/report/report-forms.ts';
import { bytesText, changeOf, lookIn, number } from '../../src/report/report-rows.ts';

const HOUR = 3600e6;
const START = Date.parse('2026-11-21T00:00:00Z') * 1000;
const HOSTILE = '<script>alert(1)</script> | `x` [a](javascript:b) http://evil.example password=hunter2 \x1b[2J';

function group(signature: string, count: number, state: GroupState, more: Partial<ErrorGroup> = {}): ErrorGroup {
  return {
    ...{ signature, title: `title of ${signature}`, parts: { by: 'shape' }, state, level: 'ERROR', count, total: count },
    ...{ firstSeen: '2026-11-21T01:00:00.000000Z', lastSeen: '2026-11-21T02:00:00.000000Z' },
    ...{ services: [{ name: 'nova', count }], hosts: [{ name: 'c01', count }], samples: [7] },
    radius: { hosts: 1, services: 1, requests: 1, instances: 1, projects: 1 },
    sparkline: [0, count, 0],
    ...more,
  };
}

function parts(more: Partial<ReportParts> = {}): ReportParts {
  return {
    range: { startUs: START, endUs: START + 24 * HOUR },
    madeUs: START + 24 * HOUR,
    ...{ records: 1000, recordsBefore: 500, levels: [{ name: 'INFO', count: 900 }] },
    ...{
      services: [
        { name: 'nova', count: 600 },
        { name: 'cinder', count: 400 },
      ],
      hosts: [{ name: 'c01', count: 800 }],
      programs: [],
    },
    ...{ hostErrors: [{ name: 'c01', count: 30 }], programErrors: [], groups: [], groupsBefore: [] },
    endpoints: { endpoints: [], lines: 0, oneOf: 1 },
    ...{ losses: [], silent: [], damaged: [] },
    store: { records: 1000, bytes: 20_000, days: [] },
    keeping: { freeBytes: 1e9, reserveBytes: 0, bytesMax: undefined, ageMaxHours: undefined },
    ...more,
  };
}

test.each([
  ['new', 1, 0, 'new'],
  ['regressed', 1, 0, 'back'],
  ['ongoing', 20, 10, 'grown'],
  ['quiet', 20, 10, 'grown'],
  ['ongoing', 19, 10, 'steady'],
  ['ongoing', 9, 1, 'steady'],
  ['ongoing', 10, 0, 'grown'],
] as const)('%s, %i after %i, is %s', (state, count, before, want) => {
  expect(kindOf({ state, count }, before)).toBe(want);
});

test('groups, services and talkers of a time beside those of the time before', () => {
  const made = makeReport(
    parts({
      groups: [
        group('a', 5, 'new'),
        group('b', 40, 'ongoing'),
        group('c', 3, 'regressed'),
        group('d', 4, 'ongoing', { services: [{ name: 'glance', count: 4 }] }),
      ],
      groupsBefore: [
        group('b', 10, 'ongoing'),
        group('d', 4, 'ongoing'),
        group('e', 6, 'ongoing', { services: [{ name: 'cinder', count: 6 }] }),
      ],
    }),
  );
  const told = Object.fromEntries(
    Object.entries(made.groups).map(([kind, { top }]) => [kind, top.map((one) => [one.signature, one.count, one.before])]),
  );
  expect(told).toEqual({ new: [['a', 5, 0]], back: [['c', 3, 0]], grown: [['b', 40, 10]], steady: [['d', 4, 4]], over: [['e', 0, 6]] });
  expect([made.errors, made.errorsBefore, made.errorSteps]).toEqual([52, 20, [0, 52, 0]]);
  expect(made.services).toEqual([
    { name: 'nova', records: 600, errors: 48, errorsBefore: 14, new: 1, back: 1, grown: 1 },
    { name: 'glance', records: 0, errors: 4, errorsBefore: 0, new: 0, back: 0, grown: 0 },
    { name: 'cinder', records: 400, errors: 0, errorsBefore: 6, new: 0, back: 0, grown: 0 },
  ]);
  expect(made.talkers.hosts).toEqual([{ name: 'c01', records: 800, errors: 30, share: 0.8 }]);
  expect(made.groups.new.top[0]!.path).toBe(
    '/?q=level%3Aerror+service%3A%22nova%22&from=2026-11-21T00%3A00%3A00.000000Z&to=2026-11-22T00%3A00%3A00.000000Z&line=7',
  );
});

test('an endpoint that fails is told, however rare it is', () => {
  const many = Array.from({ length: 60 }, (_, index) => ({
    endpoint: `GET /${index}`,
    service: 'nova',
    count: 1000 - index,
    clientErrors: 0,
    serverErrors: 0,
  }));
  const duration = { count: 4, p50: 0.01, p95: 0.25, p99: 1.23456, max: 2 };
  const failing = { endpoint: 'POST /x', service: 'glance', count: 4, clientErrors: 1, serverErrors: 1, duration };
  const made = makeReport(parts({ endpoints: { endpoints: [...many, failing], lines: 1, oneOf: 3 } }));
  expect(made.endpoints).toHaveLength(25);
  expect(made.endpoints.at(-1)).toEqual({
    ...{ endpoint: 'POST /x', service: 'glance', count: 4, clientErrors: 1, serverErrors: 1, errorRate: 0.25 },
    ...{ p50Ms: 10, p95Ms: 250, p99Ms: 1234.6, maxMs: 2000 },
  });
  expect(made.endpointsFromOneOf).toBe(3);
});

describe('capacity', () => {
  const day = (name: string, bytes: number) => ({ name, bytes });
  const days = [day('2026-11-18', 1), day('2026-11-19', 100), day('2026-11-20', 150), day('2026-11-20.1', 150), day('2026-11-21', 7)];
  const keeping = { freeBytes: 10_000, reserveBytes: 2000, bytesMax: undefined, ageMaxHours: undefined };
  const of = (more: object, kept = days) =>
    capacityOf({ madeUs: START + 6 * HOUR, store: { records: 10, bytes: 1000, days: kept }, keeping: { ...keeping, ...more } });

  test.each([
    ['days that are whole', {}, days, { bytesPerDay: 200, daysLeft: 40, end: 'refuse' }],
    ['retention comes first', { bytesMax: 3000 }, days, { bytesPerDay: 200, daysLeft: 10, end: 'drop' }],
    ['retention by age comes before either', { ageMaxHours: 24 }, days, { bytesPerDay: 200 }],
    ['already full', { freeBytes: 1000 }, days, { bytesPerDay: 200, daysLeft: 0, end: 'refuse' }],
    ['a first day that is six hours old', {}, [day('2026-11-21', 500)], { bytesPerDay: 2000, daysLeft: 4, end: 'refuse' }],
    ['nothing kept', {}, [], {}],
  ])('%s', (_name, more, kept, want) => {
    const { bytesPerDay, daysLeft, end } = of(more, kept);
    expect(JSON.parse(JSON.stringify({ bytesPerDay, daysLeft, end }))).toEqual(want);
  });
});

describe('forms', () => {
  const known = { name: 'k', title: 'Known', meaning: HOSTILE, check: ['Look.'], commands: [], links: [] };
  const made = makeReport(
    parts({
      groups: [group('a', 5, 'new', { title: HOSTILE, hosts: [{ name: HOSTILE, count: 1 }], known }), group('b', 12, 'ongoing')],
      hosts: [{ name: HOSTILE, count: 5 }],
      losses: [{ reason: 'empty', source: HOSTILE, amount: 3, lastAt: START, remedy: 'Do.' }],
      silent: [{ host: HOSTILE, lastAt: START, silentSeconds: 600, usualPauseSeconds: 3 }],
      damaged: [HOSTILE],
    }),
  );
  const look = lookIn(UTC, 'https://logs.example.org');

  test.each(Object.keys(REPORT_FORMS) as (keyof typeof REPORT_FORMS)[])('%s tells all, and no secret', (form) => {
    const text = REPORT_FORMS[form].render(made, look);
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('\x1b');
    expect(text).toContain('password=***'.replace('*', form === 'md' ? '\\*' : '*').slice(0, 11));
    expect(text).toContain('title of b');
  });

  test('HTML has no markup but ours, no script, and forbids both', () => {
    const html = REPORT_FORMS.html.render(made, look);
    expect(html).not.toMatch(/<script|<img|<iframe|\son\w+=|style="/i);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toMatch(/Content-Security-Policy" content="default-src 'none'/);
    expect([...html.matchAll(/href="([^"]*)"/g)].every(([, href]) => href!.startsWith('https://logs.example.org/?q='))).toBe(true);
    expect(html.match(/<svg /g)!.length).toBe(3);
    const open = [...html.matchAll(/<(table|tr|td|th|svg|h1|h2|p|a|main|body|html)[ >]/g)].length;
    const close = [...html.matchAll(/<\/(table|tr|td|th|svg|h1|h2|p|a|main|body|html)>/g)].length;
    expect(open).toBe(close);
  });

  test('Markdown: every row of a table has the cells of its head, and no cell ends or links what it should not', () => {
    const text = REPORT_FORMS.md.render(made, look);
    for (const table of text.split('\n\n').filter((block) => block.startsWith('|'))) {
      const cells = table
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/\\./g, '').split('|').length);
      expect(new Set(cells).size, table).toBe(1);
    }
    expect(text).not.toMatch(/(?<!\\)<script|(?<!\\)\[a\]|[^\\]http:\/\/evil/);
  });

  test('text is aligned, and its numbers can be read', () => {
    const text = REPORT_FORMS.text.render(made, look);
    expect(text).toContain('17 errors (none before) · 1 new, 0 back, 1 grown, 0 over · 1,000 records · 3 lost\n');
    expect(text).toMatch(/^NEW ERRORS: 1 GROUP, 5 ERRORS\nNever seen before this time\.\ncount {2}before {2}error/m);
  });
});

test.each([
  [changeOf(22, 10), '+120 %'],
  [changeOf(5, 10), '-50 %'],
  [changeOf(10, 10), 'as before'],
  [changeOf(3, 0), 'none before'],
  [changeOf(0, 0), 'none'],
  [number(1234567), '1,234,567'],
  [bytesText(0), '0 bytes'],
  [bytesText(1536), '1.5 KiB'],
  [bytesText(3 * 1024 ** 5), '3072.0 TiB'],
])('%s', (text, want) => {
  expect(text).toBe(want);
});
