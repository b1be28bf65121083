/** The page of a story: nothing on it is obeyed by a browser, nothing is fetched, nothing is lost, and its links lead somewhere. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stampOf } from '../../src/base/stamp.ts';
import { UTC } from '../../src/base/zone.ts';
import type { Story } from '../../src/model.ts';
import { type HtmlStyle, storyHtml } from '../../src/report/story-html.ts';
import { at, BOOT, failedBoot, recordOf, requestOf, storyOf } from './told.ts';

const STYLE: HtmlStyle = { time: stampOf('full', UTC), zone: 'UTC', madeBy: ['Made by a test.'], command: 'stacktrail trace x' };
const pageOf = (story: Story): string => [...storyHtml(story, STYLE)].join('');

test('the policy allows its own style and nothing else', () => {
  const page = pageOf(failedBoot());
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)![1]!;
  const hash = createHash('sha256').update(style).digest('base64');
  expect(page).toContain(
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">`,
  );
  expect(page.match(/<style/g)).toHaveLength(1);
  expect(page).not.toMatch(/<(script|link|img|iframe|object|embed|form|base)\b|\son\w+=|\sstyle=|javascript:|url\(|@import|https?:/i);
});

/** Elements of a text of HTML; throws where they do not fit into each other. */
function elements(page: string): string[] {
  const open: string[] = [];
  const all: string[] = [];
  for (const [, close, name = '', rest = ''] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^">])*)>/g)) {
    if (close === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> does not fit`);
    } else {
      all.push(name + rest);
      if (!/^(meta|input)$/.test(name) && !rest.endsWith('/')) open.push(name);
    }
  }
  if (open.length > 0) throw new Error(`open: ${open.join()}`);
  return all;
}

test('it is well-formed, each record is there once, and every link leads to it', () => {
  const page = pageOf(whole('text'));
  const ids = elements(page).flatMap((element) => /\sid="([^"]+)"/.exec(element)?.[1] ?? []);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => /^s\d+$/.test(id))).toEqual(failedBoot().records.map(({ seq }) => `s${seq}`));
  const links = [...page.matchAll(/href="([^"]*)"/g)].map((match) => match[1]!);
  expect(links.length).toBeGreaterThan(10);
  expect(links.filter((link) => !ids.includes(link.slice(1)))).toEqual([]);
});

test('whatever a sender wrote is text', () => {
  const nasty = fc.oneof(
    fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)), maxLength: 60 }),
    fc.constantFrom(
      '</style><script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "' onclick='x",
      '<!--',
      ']]>',
      '&lt;b&gt;',
      '</pre></details>',
    ),
  );
  const clean = elements(pageOf(whole('text')));
  fc.assert(
    fc.property(nasty, (text) => {
      const page = pageOf(whole(text));
      expect(elements(page).join('\n') === clean.join('\n')).toBe(true);
      expect(page).not.toMatch(/[^\P{Cc}\n\t]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
    }),
  );
});

test('a text comes out as it went in', () => {
  const page = pageOf(storyOf({ records: [recordOf({ seq: 1, ms: 0, message: `<b>"it's" & so on</b>` })] }));
  expect(page).toContain('<td class="m">&lt;b&gt;&quot;it&#39;s&quot; &amp; so on&lt;/b&gt;</td>');
});

test('the traceback of the first error is open, others are folded with their last line', () => {
  const page = pageOf(failedBoot());
  expect(page).toContain('<details open><summary>22 lines</summary><pre>Traceback');
  expect(page).toContain('<details><summary>22 lines: libvirt.libvirtError: internal error: qemu died</summary><pre>Traceback');
});

test('DEBUG is there and hidden, unless there is nothing else', () => {
  const debug = recordOf({ seq: 1, ms: 0, level: 'DEBUG' });
  const picked = (story: Story): string => /id="show-(\w+)" checked/.exec(pageOf(story))![1]!;
  expect(picked(failedBoot())).toBe('info');
  expect(picked(storyOf({ records: [debug] }))).toBe('all');
  expect(pageOf(failedBoot())).toContain('class="l-debug"');
});

test('a line of a mebibyte is shown in part, and is there', () => {
  const page = pageOf(storyOf({ records: [recordOf({ seq: 1, ms: 0, message: 'x'.repeat(1024 * 1024) })] }));
  expect(page).toContain(`${'x'.repeat(800)}<details><summary>1047776 characters more</summary>`);
});

/** Every part, with the same text wherever there is one that somebody else wrote. */
function whole(wrote: string): Story {
  const text = `A${wrote}Z`;
  const story = failedBoot();
  const step = { state: 'slow' as const, text, program: text, usualPercent: 98, usualMs: 900, tookMs: 4200, seq: 5, due: at(1) };
  return {
    ...story,
    id: text,
    note: text,
    requests: [
      requestOf(BOOT, { operation: text, outcome: 'failed', user: text, project: text, global: text }),
      ...story.requests.slice(1),
    ],
    spans: story.spans.map((span) => ({ ...span, host: text, program: text, service: text })),
    records: story.records.map((record) => ({
      ...record,
      message: `${text}\n${text}`,
      host: text,
      level: text,
    })),
    firstError: { ...story.firstError!, seq: 5, message: `${text}\n${text}`, request: text, exception: { class: text, culprit: text } },
    firstFault: { state: 'missing', time: at(5), text, program: text },
    missing: [{ operation: text, request: BOOT, learnedFrom: 41, steps: [step] }],
    skew: [{ host: text, against: text, skewMs: -1200, errorMs: 18, pairs: 14 }],
    entities: [{ kind: 'port', id: `${text}.`, records: 1, through: { id: text, seq: 5 } }],
    limits: [{ what: 'records', text }],
    stats: { ...story.stats, damaged: [text] },
  };
}
