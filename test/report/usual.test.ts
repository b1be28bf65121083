/** The usual course of an operation, and what a run lacks against it. */
import { describe, expect, it } from 'vitest';
import { learn, RUNS_MIN } from '../../src/report/usual.ts';
import { compareRun } from '../../src/report/usual-compare.ts';
import { operationOf, type Run, runOf, stepText } from '../../src/report/usual-run.ts';

/** `program: text @ms` a line. */
function run(text: string, startMs = 0): Run {
  const records = text
    .trim()
    .split('\n')
    .map((line, index) => {
      const [, program, level, said, at] = /^\s*([\w-]+)(!?): (.*) @(\d+)$/.exec(line)!;
      const orderUs = (startMs + Number(at)) * 1000;
      return { seq: index + 1, orderUs, level: level === '!' ? 'ERROR' : 'INFO', service: program!.split('-')[0], program, text: said! };
    })
    .sort((a, b) => a.orderUs - b.orderUs);
  return runOf('req-1', records);
}

/** api, then compute and the agent beside each other, then compute again when both are done. */
function boot(number: number, change: (lines: string[]) => string[] = (lines) => lines): Run {
  const [agentMs, leaseMs] = number % 2 === 0 ? [310, 330] : [180, 900];
  const lines = [
    `nova-api: accepted ${number} @0`,
    'nova-compute: starting @100',
    `nova-compute: claim of ${number} MB @150`,
    `neutron-agent: filters for 0a1b2c3d${number} @${agentMs}`,
    `neutron-agent: device up @${agentMs + 10}`,
    `dnsmasq: DHCPACK 10.0.0.${number} @${leaseMs}`,
    'nova-compute: image ready @250',
    `nova-compute: waited ${number} s @${400 + number}`,
    'nova-compute: spawned @500',
  ];
  return run(change(lines).join('\n'), number * 10_000);
}

const without = (word: string) => (lines: string[]) => lines.filter((line) => !line.includes(word));
const upTo = (word: string) => (lines: string[]) => lines.filter((_, index) => index < lines.findIndex((line) => line.includes(word)));
const usual = Array.from({ length: 12 }, (_, index) => boot(index + 1));
const LATE_US = 1e9;

function missing(of: Run, runs = usual, knownUntilUs = LATE_US): string[] {
  const course = learn(runs);
  const told = course && compareRun({ operation: 'boot', course, run: of, knownUntilUs });
  return (told?.steps ?? []).map(({ state, program, text }) => `${state} ${program}: ${text}`);
}

describe('the usual course', () => {
  it('is a partial order: what runs beside each other has none', () => {
    const course = learn(usual)!;
    const at = (word: string): number => course.steps.findIndex(({ text }) => text.includes(word));
    expect(course.isBefore(at('accepted'), at('starting'))).toBe(true);
    expect(course.isBefore(at('filters'), at('device up'))).toBe(true);
    expect(course.isBefore(at('filters'), at('image'))).toBe(false);
    expect(course.isBefore(at('image'), at('filters'))).toBe(false);
  });

  it('knows how long a step takes after the one before it', () => {
    const course = learn(usual)!;
    const claim = course.steps.find(({ text }) => text.startsWith('claim'))!;
    expect(course.steps[claim.previous]!.text).toBe('starting');
    expect([claim.p50Us, claim.p95Us, claim.share]).toEqual([50_000, 50_000, 1]);
  });

  it('needs runs enough, and learns nothing from failed ones', () => {
    expect(learn(usual.slice(0, RUNS_MIN - 1))).toBeUndefined();
    expect(learn(usual.slice(0, RUNS_MIN))?.runs).toBe(RUNS_MIN);
    const failed = usual.map((_, index) => boot(index, (lines) => [...lines, 'nova-compute!: failed @600']));
    expect(learn([...usual.slice(0, RUNS_MIN - 1), ...failed])).toBeUndefined();
  });
});

describe('what did not come', () => {
  const table: [name: string, run: Run, want: string[]][] = [
    ['nothing in a run like the others', boot(20), []],
    [
      'the rest of a run that stops, the first step first',
      boot(20, upTo('image')),
      ['missing nova-compute: image ready', 'missing nova-compute: waited <*> s', 'missing nova-compute: spawned'],
    ],
    [
      'a branch that never begins, before what waits for it',
      boot(20, (lines) => without('agent')(without('waited')(without('spawned')(lines)))),
      [
        'missing neutron-agent: filters for <*>',
        'missing neutron-agent: device up',
        'missing nova-compute: waited <*> s',
        'missing nova-compute: spawned',
      ],
    ],
    ['not a line that was lost on the way', boot(20, without('claim')), []],
    ['not the only line that a program says, when others went on', boot(20, without('accepted')), []],
    ['the last line, lost or not said', boot(20, without('spawned')), ['missing nova-compute: spawned']],
    ['not what is said besides', boot(20, (lines) => [...lines, 'nova-compute: something new @420']), []],
    [
      'a step that took unusually long',
      boot(20, (lines) =>
        lines.map((line) => line.replace('image ready @250', 'image ready @9250').replace(/(waited.*|spawned) @\d+/, '$1 @9300')),
      ),
      ['slow nova-compute: image ready'],
    ],
  ];
  it.each(table)('%s', (_, of, want) => {
    expect(missing(of)).toEqual(want);
  });

  it('is not missed before it is due', () => {
    const begun = boot(20, upTo('image'));
    expect(missing(begun, usual, begun.steps.at(-1)!.timeUs + 500_000)).toEqual([]);
    expect(missing(begun, usual, begun.steps.at(-1)!.timeUs + 2_500_000)).not.toEqual([]);
  });

  it('is not missed while what comes before it still may come', () => {
    const slow = (number: number): Run =>
      run(
        `nova-api: accepted @0\nnova-compute: copied a @${4000 + number}\nnova-compute: copied b @${8000 + number}\nnova-compute: done @${8001 + number}`,
      );
    const begun = run('nova-api: accepted @0');
    const runs = Array.from({ length: 12 }, (_, index) => slow(index));
    // `done` comes 1 ms after `copied b`, which is 8 s after what came here.
    expect(missing(begun, runs, 5_000_000)).toEqual([]);
    expect(missing(begun, runs, 13_000_000)).toEqual(['missing nova-compute: copied a']);
    expect(missing(begun, runs, LATE_US).length).toBe(3);
  });

  it('is not missed when one run in five does without it', () => {
    const some = usual.map((_, index) => boot(index + 1, index < 3 ? without('DHCPACK') : undefined));
    expect(missing(boot(20, without('DHCPACK')), some)).toEqual([]);
    expect(missing(boot(20, without('DHCPACK')))).toEqual(['missing dnsmasq: DHCPACK <*>']);
  });

  it('is the same when one line in twenty of the runs is lost', () => {
    let line = 0;
    const lossy = Array.from({ length: 30 }, (_, index) => boot(index + 1, (lines) => lines.filter(() => ++line % 20 !== 0)));
    expect(
      missing(
        boot(40, (lines) => upTo('waited')(without('agent')(lines))),
        lossy,
      )[0],
    ).toBe('missing neutron-agent: filters for <*>');
  });

  it('says since when, and after which record', () => {
    const told = compareRun({ operation: 'boot', course: learn(usual)!, run: boot(20, upTo('image')), knownUntilUs: LATE_US })!;
    expect(told).toMatchObject({ operation: 'boot', request: 'req-1', learnedFrom: 12 });
    expect(told.steps[0]).toMatchObject({
      usualPercent: 100,
      service: 'nova',
      afterSeq: expect.any(Number),
      due: expect.stringMatching(/^1970-01-01T00:03:2/),
    });
  });
});

describe('steps', () => {
  it.each([
    ['Successfully created port: 17a9c1d2-8c52-4d5c-9d3d-2f7f3d2b5a11', 'Successfully created port: <*>'],
    ['10.0.0.10 "GET /v2.1/servers" status: 200', '<*> "GET /<*>/servers" status: <*>'],
    ['first line 1\nTraceback', 'first line <*>'],
    ['', ''],
  ])('%j is %j', (message, want) => {
    expect(stepText(message)).toBe(want);
  });

  it('that are said more than three times are told apart no further', () => {
    const { steps } = run(Array.from({ length: 9 }, (_, index) => `nova-api: again ${index} @${index}`).join('\n'));
    expect(steps.length).toBe(3);
    expect(new Set(steps.map(({ key }) => key)).size).toBe(3);
  });

  it.each([
    ['GET', '/v2.1/servers/903b85d0-bacc-4855-a206-10ed41d97f26?x=1', 'GET /v2.1/servers/<*>'],
    ['POST', 'http://10.0.0.10:8776/v3/0c7bd0aa0c7bd0aa0c7bd0aa0c7bd0aa/volumes', 'POST /v3/<*>/volumes'],
    ['POST', '/v2.1/servers/903b85d0-bacc-4855-a206-10ed41d97f26/os-volume_attachments', 'POST /v2.1/servers/<*>/os-volume_attachments'],
  ])('%s %s is the operation %s', (method, path, want) => {
    expect(operationOf({ method, path })).toBe(want);
  });
});
