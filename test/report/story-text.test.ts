/** A story in a terminal: all of it as it stands there, at every width, without and with colours, and whatever a sender wrote. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stampOf } from '../../src/base/stamp.ts';
import { columns } from '../../src/base/width.ts';
import { UTC } from '../../src/base/zone.ts';
import type { Story } from '../../src/model.ts';
import { storyText, type TextStyle } from '../../src/report/story-text.ts';
import { at, BOOT, failedBoot, recordOf, requestOf, spanOf, storyOf } from './told.ts';

const STYLE: TextStyle = { columns: 100, color: false, full: false, time: stampOf('full', UTC), zone: 'UTC' };
const textOf = (story: Story, style: Partial<TextStyle> = {}): string[] => [...storyText(story, { ...STYLE, ...style })];

test('a failed boot', () => {
  expect(textOf(failedBoot()).join('\n')).toBe(
    `
instance d7c488fc-e169-4c04-b244-c1f82e8e0aac
  2026-11-22 08:24:11.000 to 08:24:26.500 UTC, 15.5 s: 10 records of 5 requests
  nova glance dnsmasq on ctl01 cmp02 net01
  with mac fa:16:3e:29:5a:71

First error  08:24:26.400 (+15.400)  nova-compute@cmp02  req-903b85d0-dbd8-4a29-97a6-1b1a7a5d1c1b
  ERROR Instance failed to spawn: libvirt.libvirtError: internal error: qemu died
    Traceback (most recent call last):
      File "/usr/lib/python3/nova/virt/0.py", line 0, in spawn
      File "/usr/lib/python3/nova/virt/1.py", line 1, in spawn
    … 10 lines (--full)
      File "/usr/lib/python3/nova/virt/12.py", line 12, in spawn
      File "/usr/lib/python3/nova/virt/13.py", line 13, in spawn
      File "/usr/lib/python3/nova/virt/14.py", line 14, in spawn
      File "/usr/lib/python3/nova/virt/15.py", line 15, in spawn
      File "/usr/lib/python3/nova/virt/16.py", line 16, in spawn
      File "/usr/lib/python3/nova/virt/17.py", line 17, in spawn
      File "/usr/lib/python3/nova/virt/18.py", line 18, in spawn
      File "/usr/lib/python3/nova/virt/19.py", line 19, in spawn
    libvirt.libvirtError: internal error: qemu died

Requests                                      start      took    itself  │0                  15.5 s│
#1 POST /v2.1/servers failed                 +0.000    15.4 s            │━━━━━━━━━━━━━━━━━━━━━━━┄━│
  nova-api@ctl01                             +0.000     41 ms            │━                      ┊ │
    #2 GET /v2/images/{i… glance-api@ctl01   +0.045      0 ms            │━                      ┊ │
    nova-compute@cmp02 ERROR                 +0.400    15.0 s            │   ━━━━━━━━━━━━━━━━━━━━┄━│
#3 GET /v2.1/servers/{i… nova-api@ctl01 x3   +1.000      0 ms            │       ━       ━       ━ │
dnsmasq-dhcp@net01                          +15.500      0 ms            │                       ┊━│

#1 req-903b85d0-dbd8-4a29-97a6-1b1a7a5d1c1b  POST /v2.1/servers, failed
#2 req-14126b62-e8bd-4b6a-9456-c8f492aaaa62  GET /v2/images/{id}
#3 req-33333333-dbd8-4a29-97a6-1b1a7a5d1c1b  GET /v2.1/servers/{id}
#4 req-44444444-dbd8-4a29-97a6-1b1a7a5d1c1b  GET /v2.1/servers/{id}
#5 req-55555555-dbd8-4a29-97a6-1b1a7a5d1c1b  GET /v2.1/servers/{id}

Records  (without 1 record of DEBUG; --full shows them)
 +0.000  nova-api@ctl01     #1 INFO  10.0.0.9 "POST /v2.1/servers HTTP/1.1" status: 202 time: 0.2
 +0.040  nova-api@ctl01     #1 DEBUG GET call to image used request id req-14126b62…  -> #2
 +0.045  glance-api@ctl01   #2 INFO  "GET /v2/images/31eb08b2" 200
 +0.400  nova-compute@cmp02 #1 INFO  Creating image(s)
 +1.000  nova-api@ctl01     #3 INFO  10.0.0.9 "GET /v2.1/servers/d7c488fc…
                                     HTTP/1.1" status: 200 time: 0.04  x3 until +3.000
-- 12.4 s nothing --
+15.400  nova-compute@cmp02 #1 ERROR Instance failed to spawn: libvirt.libvirtError: internal error:
                                     qemu died
    … 22 lines, above
+15.500  dnsmasq-dhcp@net01    INFO  DHCPRELEASE fa:16:3e:29:5a:71
`.trim(),
  );
});

test('--full has every record, every line of a traceback, and why a record is there', () => {
  const text = textOf(failedBoot(), { full: true }).join('\n');
  for (const { message } of failedBoot().records) {
    const last = String(message).split('\n').at(-1)!.slice(-20);
    expect(text).toContain(last);
  }
  expect(text).not.toContain('--full');
  expect(text.match(/virt\/7\.py/g)).toHaveLength(2);
  expect(text).toContain('(here by mac fa:16:3e:29:5a:71)');
  expect(text).toContain('user u1, project p1');
  expect(text).not.toMatch(/ x3\b/);
});

test.each([60, 80, 100, 120, 200])('no line is wider than %i columns', (width) => {
  const lines = textOf(strange(), { columns: width });
  expect(lines.length).toBeGreaterThan(40);
  expect(lines.filter((line) => columns(line) > width)).toEqual([]);
});

test.each<[string, Partial<TextStyle>]>([
  ['into a file or pipe', { columns: undefined }],
  ['with --full', { full: true }],
])('%s texts are whole', (_name, style) => {
  const message = `begin ${'x'.repeat(500)} ${BOOT} end`;
  const lines = textOf(storyOf({ records: [recordOf({ seq: 1, ms: 0, message })] }), style);
  expect(lines.filter((line) => line.includes(message))).toHaveLength(1);
});

test('colours are ours, and nothing is said by them alone', () => {
  const plain = textOf(strange());
  const colored = textOf(strange(), { color: true });
  expect(colored.map((line) => line.replaceAll(/\x1b\[[\d;]+m/g, ''))).toEqual(plain);
  expect(colored.join('')).toContain('\x1b[31mERROR\x1b[0m');
});

test('nothing a terminal would obey gets through', () => {
  // Any units, halves of characters too; 'binary' of fast-check takes seconds to begin.
  const nasty = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)), maxLength: 60 });
  fc.assert(
    fc.property(nasty, fc.boolean(), (text, full) => {
      const lines = textOf(strange(`\x1b[2J\x9b31m\n${text}`), { full });
      expect(lines.filter((line) => /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(line))).toEqual([]);
    }),
  );
});

/** Every part of a story, with texts that somebody else wrote. */
function strange(
  text = 'Übergröße 日本語 with many words and /a/very/long/path/that/cannot/be/broken/anywhere/at/all/because/it/has/no/spaces',
): Story {
  const story = failedBoot();
  return {
    ...story,
    id: `d7c488fc ${text}`,
    note: text,
    requests: [
      requestOf(BOOT, { operation: text, outcome: 'failed', user: text, global: text, isShared: true }),
      ...story.requests.slice(1),
    ],
    spans: story.spans.map((span) => ({ ...span, host: text, program: text, service: text })),
    records: story.records.map((record) => ({ ...record, message: `${text} ${String(record.message)}`, host: text, level: record.level })),
    firstError: { ...story.firstError!, message: text, exception: { class: text, culprit: text } },
    firstFault: { state: 'missing', time: at(5), text, program: text },
    missing: [{ operation: text, request: BOOT, learnedFrom: 41, steps: [step(text, 'missing'), step(text, 'slow')] }],
    skew: [{ host: text, against: text, skewMs: -1200, errorMs: 18, pairs: 14 }],
    entities: [{ kind: 'port', id: text, records: 1 }],
    limits: [{ what: 'records', text }],
    stats: { ...story.stats, damaged: [text] },
  };
}

function step(text: string, state: 'missing' | 'slow') {
  return { state, text, program: 'nova-compute', usualPercent: 98, usualMs: 900, tookMs: 4200, afterSeq: 5, due: at(100) };
}

const MISSING: Partial<Story> = {
  requests: [requestOf(BOOT)],
  firstFault: { state: 'missing', time: at(5000), text: 'VM Started <*>', program: 'nova-compute', request: BOOT },
  missing: [{ operation: 'boot', request: BOOT, learnedFrom: 41, steps: [step('VM Started <*>', 'missing')] }],
};
test.each<[string, Partial<Story>, string[]]>([
  ['what did not come stands first', MISSING, ['First: this did not come  due by 08:24:16.000 (+5.000)  nova-compute', '  VM Started <*>']],
  [
    'steps that did not come',
    MISSING,
    [
      'Unlike other runs of boot #1  (41 runs that went well)',
      '  missing  nova-compute: VM Started <*>',
      '           usually comes in 98 of 100, within 900 ms after the step before; took 4.2 s here',
    ],
  ],
  [
    'of many steps that did not come the first ones, without where DEBUG says it stands in the code',
    {
      ...MISSING,
      missing: [
        {
          ...MISSING.missing![0]!,
          steps: ['a', 'b do_it /usr/lib/<*>/nova/x.py:<*>', 'c', 'd', 'e'].map((text) => step(text, 'missing')),
        },
      ],
    },
    [
      '  missing  nova-compute: b',
      '           usually comes in 98 of 100, within 900 ms after the step before; took 4.2 s here',
      '  missing  nova-compute: c',
      '           usually comes in 98 of 100, within 900 ms after the step before; took 4.2 s here',
      '  … and 2 steps after these, of nova-compute (--full)',
    ],
  ],
  [
    'clocks',
    { skew: [{ host: 'cmp03', against: 'ctl01', skewMs: 1204, errorMs: 18, pairs: 14 }] },
    ['Clocks  (times are as written; --deskew corrects them)', '  cmp03 is 1.2 s ahead of ctl01 (±18 ms, 14 requests with answer)'],
  ],
  [
    'clocks, corrected',
    { deskewed: true, skew: [{ host: 'cmp03', against: 'ctl01', skewMs: -3, errorMs: 18, pairs: 1 }] },
    ['Clocks  (times are corrected by this)', '  cmp03 is 3.0 ms behind ctl01 (±18 ms, 1 request with answer)'],
  ],
  ['limits', { limits: [{ what: 'records', text: '17 records are left out' }] }, ['Not all of it', '  17 records are left out']],
  [
    'damage',
    { stats: { tookMs: 1, searches: 1, recordsScanned: 1, damaged: ['2026-11-22.db block 7'] } },
    ['Not all of it', '  1 place of the store cannot be read: 2026-11-22.db block 7'],
  ],
])('%s', (_name, words, want) => {
  const lines = textOf(storyOf({ records: [recordOf({ seq: 1, ms: 0 })], spans: [spanOf(0, {})], ...words }));
  const begin = lines.indexOf(want[0]!);
  expect(lines.slice(begin, begin + want.length)).toEqual(want);
});

test('a day that ends within the story is said', () => {
  const records = [recordOf({ seq: 1, ms: 0 }), recordOf({ seq: 2, ms: 86_400_000 })];
  expect(textOf(storyOf({ records }))).toContain('--- 2026-11-23 ---');
});

test('an id without any record has a head', () => {
  expect(textOf(storyOf({ note: 'nothing is known' }))).toEqual(['instance d7c488fc-e169-4c04-b244-c1f82e8e0aac', '  nothing is known']);
});
