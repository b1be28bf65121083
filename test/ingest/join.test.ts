/** The joiner: one record of a traceback, whichever way it came, with nothing of others in it and every byte recoverable. */
import { describe, expect, test } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import type { LogRecord } from '../../src/model.ts';
import { exactText, joined } from '../../src/store/merge.ts';
import { bare, Commits, line, record, type Speaker, TRACEBACK } from './commits.ts';

const WHOLE = ['Failed', ...TRACEBACK].join('\n');
const I1 = '903b85d0-5b1a-4bd3-a9b7-000000000001';
const I2 = '903b85d0-5b1a-4bd3-a9b7-000000000002';

const messages = (rows: readonly LogRecord[]): string[] => rows.map(({ message }) => message);
const lines = (speaker: Speaker = {}): string[] => TRACEBACK.map((text) => line(text, speaker));

/** All texts in one commit. */
function rowsOf(...texts: readonly string[]): LogRecord[] {
  return new Commits().add(...texts).commit();
}

describe('the wire shapes give the same record', () => {
  const shapes: [name: string, texts: string[]][] = [
    ['one message with #012', [record(`Failed#012${TRACEBACK.join('#012')}`)]],
    ['one message with newlines', [record(`Failed\n${TRACEBACK.join('\n')}`)]],
    [
      'one message with newlines, each with the prefix',
      [[record('Failed'), ...TRACEBACK.map((text) => line(text).slice(line('').indexOf('2026')))].join('\n')],
    ],
    ['one message a line, with the prefix of today', [record('Failed'), ...lines()]],
    ['one message a line, with the prefix TRACE', [record('Failed'), ...lines({ prefix: 'TRACE' })]],
    ['one message a line, without a prefix', [record('Failed'), ...TRACEBACK.map((text) => bare(text))]],
  ];

  test.each(shapes)('%s', (_name, texts) => {
    const [joinedOne, ...others] = rowsOf(...texts);
    expect(others).toEqual([]);
    expect(joinedOne).toMatchObject({
      message: WHOLE,
      level: 'ERROR',
      host: 'c01',
      program: 'nova-compute',
      logger: 'nova.compute.manager',
      pid: 4156,
      request: 'req-5c0a0d43-1e49-4c2e-9a07-000000000001',
      user: 'alice',
      project: 'demo',
      of: undefined,
      more: undefined,
    });
    expect(exactText(joinedOne!)).toBe(texts.join('\n'));
  });

  test.each(shapes.filter(([, texts]) => texts.length > 1))('%s, committed line by line', (_name, texts) => {
    const commits = new Commits();
    for (const text of texts) {
      commits.add(text);
      expect(commits.commit()).toHaveLength(1);
    }
    const [parent, ...children] = commits.rows;
    for (const child of children) {
      const { request, user, project, time } = parent!;
      expect(child).toMatchObject({ of: 1, request, user, project, time });
    }
    const whole = joined(parent!, children, true);
    expect(whole.message).toBe(WHOLE);
    expect(exactText(whole)).toBe(texts.join('\n'));
    expect(whole.more!.filter((_, index) => index % 2 === 0)).toEqual(children.map(({ seq }) => seq));
  });

  test.each(shapes.filter(([, texts]) => texts.length > 1))('%s, cut by a commit at any place', (_name, texts) => {
    for (let cut = 1; cut < texts.length; cut++) {
      const commits = new Commits().add(...texts.slice(0, cut));
      commits.commit();
      commits.add(...texts.slice(cut));
      expect(commits.commit(), `after ${cut}`).toHaveLength(1);
      const [parent, child] = commits.rows;
      expect(child!.of).toBe(1);
      expect(exactText(joined(parent!, [child!], true))).toBe(texts.join('\n'));
    }
  });
});

describe('who belongs to whom', () => {
  test.each<[name: string, texts: string[], want: string[]]>([
    ['a record alone', [record('Failed')], ['Failed']],
    ['two processes, line by line', interleave({ pid: 1 }, { pid: 2 }), [WHOLE, WHOLE]],
    ['two hosts with one pid', interleave({ host: 'a' }, { host: 'b' }), [WHOLE, WHOLE]],
    ['two programs with one pid', interleave({ program: 'nova-api' }, { program: 'nova-conductor' }), [WHOLE, WHOLE]],
    ['two loggers of one process', interleave({ logger: 'nova.a' }, { logger: 'nova.b' }), [WHOLE, WHOLE]],
    ['two milliseconds of one process', interleave({ ms: '001' }, { ms: '002' }), [WHOLE, WHOLE]],
    ['two instances of one process in one millisecond', interleave({ instance: I1 }, { instance: I2 }), [WHOLE, WHOLE]],
    ['two records of one millisecond, each with its block', [record('Failed'), ...lines(), record('Failed'), ...lines()], [WHOLE, WHOLE]],
    ['another millisecond: a block of its own', [record('Failed', { ms: '001' }), line('Boom', { ms: '002' })], ['Failed', 'Boom']],
    ['another logger: a block of its own', [record('Failed'), line('Boom', { logger: 'nova.other' })], ['Failed', 'Boom']],
    ['another pid: a block of its own', [record('Failed', { pid: 1 }), line('Boom', { pid: 2 })], ['Failed', 'Boom']],
    ['another instance: a block of its own', [record('Failed', { instance: I1 }), line('Boom', { instance: I2 })], ['Failed', 'Boom']],
    ['a block whose record never came', lines(), [TRACEBACK.join('\n')]],
    ['two blocks whose records never came', [...lines({ pid: 1 }), ...lines({ pid: 2 })], [TRACEBACK.join('\n'), TRACEBACK.join('\n')]],
    [
      'a record without a pid (Grizzly), its lines with one',
      [record('Failed', { pid: undefined }), ...lines({ prefix: 'TRACE' })],
      [WHOLE],
    ],
    ['other records of the program in between', [record('Failed'), record('Next', { ms: '457' }), ...lines()], [WHOLE, 'Next']],
    ['a bare traceback without a record', TRACEBACK.map((text) => bare(text)), [TRACEBACK.join('\n')]],
    [
      'a bare traceback behind a record that is no error',
      [bare('all is well'), ...TRACEBACK.map((text) => bare(text))],
      ['all is well', TRACEBACK.join('\n')],
    ],
    [
      'bare lines that are none of a traceback: indented ones are of the text directly before them',
      [record('Failed'), bare('  indented'), bare('KeyError: 1'), bare('  of nobody')],
      ['Failed\n  indented', 'KeyError: 1', '  of nobody'],
    ],
    [
      'bare lines behind the end of a traceback',
      [record('Failed'), bare(TRACEBACK[0]), bare('KeyError: 1'), bare('KeyError: 2')],
      [`Failed\n${TRACEBACK[0]}\nKeyError: 1`, 'KeyError: 2'],
    ],
    ['a bare line of another program', [record('Failed'), bare(TRACEBACK[0], { program: 'nova-api' })], ['Failed', TRACEBACK[0]]],
  ])('%s', (_name, texts, want) => {
    const rows = rowsOf(...texts);
    expect(messages(rows)).toEqual(want);
    expect(rows.map(exactText).sort()).toEqual(groupsOf(rows, texts).sort());
    expect(rows.flatMap((row) => exactText(row).split('\n')).sort()).toEqual([...texts].sort());
  });

  function interleave(one: Speaker, other: Speaker): string[] {
    const a = [record('Failed', one), ...lines(one)];
    const b = [record('Failed', other), ...lines(other)];
    return a.flatMap((text, index) => [text, b[index]!]);
  }

  /** What each row must be as received: as many texts as it has lines. */
  function groupsOf(rows: readonly LogRecord[], texts: readonly string[]): string[] {
    const left = [...texts];
    return rows.map((row) => {
      const own = exactText(row).split('\n');
      for (const text of own) left.splice(left.indexOf(text), 1);
      return own.join('\n');
    });
  }

  test('forty workers that fail in the same millisecond', () => {
    const workers = Array.from(
      { length: 40 },
      (_, pid): Speaker => ({ pid: 100 + pid, context: `req-5c0a0d43-1e49-4c2e-9a07-${String(pid).padStart(12, '0')} a b - - -` }),
    );
    const texts = [
      ...workers.map((worker) => record(`Failed ${worker.pid}`, worker)),
      ...TRACEBACK.flatMap((text) => workers.map((worker) => line(text, worker))),
    ];
    const rows = rowsOf(...texts);
    expect(messages(rows)).toEqual(workers.map(({ pid }) => `Failed ${pid}\n${TRACEBACK.join('\n')}`));
    expect(new Set(rows.map(({ request }) => request)).size).toBe(40);
  });

  test('what the line has itself is not inherited', () => {
    const commits = new Commits().add(record('Failed'));
    commits.commit();
    commits.add(line('Boom', { instance: I1 }));
    expect(commits.commit()).toMatchObject([{ of: 1, instance: I1, request: 'req-5c0a0d43-1e49-4c2e-9a07-000000000001' }]);
  });
});

describe('bounds', () => {
  test('lines: the rest is a record of its own, and nothing is lost', () => {
    const texts = Array.from({ length: limits.joinLinesMax + 10 }, (_, index) => line(`  line ${index}`));
    const rows = rowsOf(record('Failed'), ...texts);
    expect(rows.length).toBe(2);
    expect(rows[0]!.message.split('\n')).toHaveLength(limits.joinLinesMax + 1);
    expect(messages(rows).join('\n').split('\n')).toHaveLength(texts.length + 1);
  });

  test('bytes', () => {
    const size = limits.joinBytesMax / 4;
    const rows = rowsOf(record('Failed'), ...Array.from({ length: 6 }, () => line('x'.repeat(size))));
    expect(rows.map(({ message }) => Math.floor(message.length / size))).toEqual([4, 2]);
  });

  test.each([true, false])('time: what comes later than this after the record stands alone (committed in between: %s)', (isCommitted) => {
    const commits = new Commits().add(record('Failed'));
    for (let count = 0; count < 6; count++) {
      if (isCommitted) commits.commit();
      commits.nowUs += (limits.joinAfterMs / 4) * 1000 - 1000;
      commits.add(line(`line ${count}`));
    }
    commits.commit();
    // The fifth begins a block of its own, which the sixth joins.
    if (isCommitted) expect(commits.rows.map(({ of }) => of)).toEqual([undefined, 1, 1, 1, 1, undefined, 6]);
    else expect(messages(commits.rows)).toEqual(['Failed\nline 0\nline 1\nline 2\nline 3', 'line 4\nline 5']);
  });

  test.each<[name: string, speaker: (index: number) => Speaker]>([
    ['hosts', (index) => ({ host: `h${index}` })],
    ['programs of one host', (index) => ({ program: `p${index}` })],
    ['processes of one program', (index) => ({ pid: index })],
  ])('made-up %s push out the oldest, not the newest', (_name, speaker) => {
    const commits = new Commits().add(record('First', speaker(0)));
    const count = limits.joinSourcesMax * 2;
    for (let index = 1; index <= count; index++) {
      commits.nowUs -= 1000;
      commits.add(record('Failed', speaker(index)));
    }
    commits.add(line('Boom', speaker(count)), line('Boom', speaker(0)));
    const rows = commits.commit();
    expect(rows[count]!.message).toBe('Failed\nBoom');
    expect(rows[0]!.message).toBe('First');
    expect(rows.at(-1)!.message).toBe('Boom');
  });

  test('who was silent for longer than a line may be late is forgotten, others are not', () => {
    const commits = new Commits().add(record('Quiet', { pid: 1 }));
    commits.commit();
    commits.nowUs += limits.joinAfterMs * 2000;
    commits.add(record('Loud', { host: 'b' }));
    commits.commit();
    commits.add(line('Boom', { host: 'b' }), line('Boom', { pid: 1 }));
    commits.commit();
    expect(commits.rows.map(({ of }) => of)).toEqual([undefined, undefined, 2, undefined]);
  });
});

describe('commits', () => {
  test('size and joinedCount count rows and lines', () => {
    const commits = new Commits().add(record('Failed'), ...lines());
    expect([commits.joiner.size, commits.joiner.joinedCount]).toEqual([1, TRACEBACK.length]);
    commits.commit();
    expect([commits.joiner.size, commits.joiner.joinedCount]).toEqual([0, 0]);
    commits.add(...lines());
    expect([commits.joiner.size, commits.joiner.joinedCount]).toEqual([1, TRACEBACK.length - 1]);
    expect(commits.commit()).toHaveLength(1);
    expect(commits.commit()).toEqual([]);
  });

  test('after a restart lines join what is remembered', () => {
    const before = new Commits().add(record('Failed'), record('Other', { pid: 7 }));
    before.commit();
    const after = new Commits();
    after.joiner.remember(before.rows);
    after.rows.push(...before.rows);
    after.nowUs = before.nowUs;
    after.add(...lines(), line('Boom', { pid: 7 }));
    expect(after.commit()).toMatchObject([
      { seq: 3, of: 1, message: TRACEBACK.join('\n'), user: 'alice' },
      { seq: 4, of: 2, message: 'Boom' },
    ]);
  });

  test('after a commit that failed nothing joins what is not there', () => {
    const commits = new Commits().add(record('Failed'));
    commits.joiner.finish();
    commits.joiner.forget();
    commits.add(line('Boom'));
    expect(commits.commit()).toMatchObject([{ of: undefined, message: 'Boom' }]);
  });

  test('records that were given are not changed by joining', () => {
    const commits = new Commits().add(record('Failed'));
    const [parent] = commits.commit();
    const before = { ...parent! };
    commits.add(...lines());
    commits.commit();
    expect(parent).toEqual(before);
  });
});
