/**
 * Joining that survives life: files with texts of many lines, streams that were split at their newlines, datagrams that a relay cut
 * or split, what oslo.log and SQLAlchemy put between a record and its traceback, and the bounds. Lines are of public logs.
 */
import { describe, expect, test } from 'vitest';
import { parse } from '../../parsers/index.ts';
import { limits } from '../../src/base/limits.ts';
import { Joiner } from '../../src/ingest/join.ts';
import { exactText } from '../../src/store/merge.ts';
import { bare, Commits, join, line, RECEIVED_US, record, TRACEBACK } from './commits.ts';

const STAMP = '2015-10-20 09:03:05.417';
const head = (message: string, pid = 27920, level = 'INFO') =>
  `${STAMP} ${pid} ${level} nova.virt.libvirt.host [req-f5726ccc-1e80-4483-8196-a8635eceb9d0 ] ${message}`;

describe('a file', () => {
  test.each([1e9, 1, 2, 3])('lines without a stamp belong to the one before them, whatever they say (a commit after %d lines)', (every) => {
    const texts = [
      head('Libvirt host capabilities <capabilities>'),
      '',
      '  <host>',
      '    <uuid>544160f1-8405-407b-ae76-721bf7dee053</uuid>',
      'INFO is a word that a text may begin with',
      '</capabilities>',
      head('next'),
      'The only non-default choice, ``noauth2``, is for internal development and',
      ').  Its value may be silently ignored in the future.',
    ];
    const rows = join(texts, { every });
    expect(rows.map(({ message }) => message.split('\n').length)).toEqual([6, 3]);
    expect(rows.map(exactText).join('\n')).toBe(texts.join('\n'));
  });

  test('tells which lines are records of their own', () => {
    const joiner = new Joiner();
    const own = ['before', head('one'), 'of one', head('two'), 'of two'].map((text) =>
      joiner.add(parse(text, { received: RECEIVED_US, transport: 'import', peer: '/a.log', zone: 0 })),
    );
    expect(own).toEqual([true, true, false, true, false]);
  });

  test('what stands before the first stamp stands alone, and so does a file without any', () => {
    expect(join(['tail of something', 'more of it', head('first')]).map(({ message }) => message)).toEqual([
      'tail of something',
      'more of it',
      'first',
    ]);
  });

  test.each(['2024-01-31 a format that nobody knows', '2024-01-31T10:00:00 too', '[31/01/24 10:00] another', '10:20:30 a third'])(
    'a stamp of its own: %s',
    (text) => {
      expect(join([head('one'), text])).toHaveLength(2);
      expect(join([head('one'), '02:42:11:aa:bb:cc', '10.0.0.3', '20240131'])).toHaveLength(1);
    },
  );

  test('another file is another text', () => {
    const joiner = new Joiner();
    const add = (text: string, peer: string) => joiner.add(parse(text, { received: RECEIVED_US, transport: 'file', peer, zone: 0 }));
    add(head('one'), '/a.log');
    add(head('two'), '/b.log');
    add('of one', '/a.log');
    add('of two', '/b.log');
    expect(joiner.finish().map(({ message }) => message)).toEqual(['one\nof one', 'two\nof two']);
  });

  test('a summary of several lines between the record and its block', () => {
    const prefix = `${STAMP} 27920 ERROR nova.virt.libvirt.host `;
    const texts = [
      head('DB exception wrapped.: DBError: (pymysql.err.InternalError) (1054, "Unknown column")', 27920, 'ERROR'),
      '[SQL: SELECT services.id',
      'FROM services]',
      '(Background on this error at: http://sqlalche.me/e/2j85)',
      `${prefix}Traceback (most recent call last):`,
      `${prefix}  File "/usr/lib/python3/dist-packages/nova/x.py", line 1, in f`,
      `${prefix}DBError: x`,
      prefix,
    ];
    const rows = join(texts);
    expect(rows).toHaveLength(1);
    expect(rows[0]!.message.split('\n')).toHaveLength(8);
    expect(exactText(rows[0]!)).toBe(texts.join('\n'));
  });

  test('blocks of three processes, line by line, with bare lines behind them', () => {
    const pids = [1, 2, 3];
    const block = (pid: number, text: string) => `${STAMP} ${pid} TRACE nova.virt.libvirt.host ${text}`;
    const texts = [
      ...pids.map((pid) => head(`failed ${pid}`, pid, 'ERROR')),
      ...Array.from({ length: 1500 }, (_, index) => `  File "/usr/lib/python2.7/site-packages/nova/x.py", line ${index}, in f`).flatMap(
        (text) => pids.map((pid) => block(pid, text)),
      ),
      ...pids.map((pid) => block(pid, 'KeyError')),
      'a bare line',
    ];
    const rows = join(texts, { every: 1000 });
    expect(rows.map(({ message }) => message.split('\n').length)).toEqual([1502, 1502, 1503]);
    for (const [index, row] of rows.entries()) expect(row.message.startsWith(`failed ${index + 1}\n  File`)).toBe(true);
    expect(rows.reduce((sum, row) => sum + exactText(row).split('\n').length, 0)).toBe(texts.length);
  });

  test('more lines than one record may have: both records are flagged and have the ids', () => {
    const texts = [head('dump'), ...Array.from({ length: limits.joinLinesMax + 20 }, (_, index) => `line ${index}`)];
    const rows = join(texts);
    expect(rows.map(({ message }) => message.split('\n').length)).toEqual([limits.joinLinesMax + 1, 20]);
    expect(rows.map(({ flags }) => flags)).toEqual(['cut', 'cut']);
    expect(rows.map(({ request }) => request)).toEqual([
      'req-f5726ccc-1e80-4483-8196-a8635eceb9d0',
      'req-f5726ccc-1e80-4483-8196-a8635eceb9d0',
    ]);
    expect(rows.map(exactText).join('\n')).toBe(texts.join('\n'));
  });

  test('a parent that is committed is not changed: only the rest is flagged', () => {
    const texts = [head('dump'), ...Array.from({ length: limits.joinLinesMax + 20 }, (_, index) => `line ${index}`)];
    expect(join(texts, { every: limits.joinLinesMax + 1 }).map(({ flags }) => flags)).toEqual([undefined, 'cut']);
  });
});

describe('a stream', () => {
  test('that was split at the newlines of one message', () => {
    const own = line('').slice(line('').indexOf('2026'));
    const texts = [record('Failed'), ...TRACEBACK.map((text) => own + text)];
    const rows = join(texts, { transport: 'tcp', peer: '10.0.0.9' });
    expect(rows.map(({ message }) => message)).toEqual([['Failed', ...TRACEBACK].join('\n')]);
    expect(rows[0]).toMatchObject({ host: 'c01', program: 'nova-compute' });
  });

  test('the same, without prefixes', () => {
    const texts = [record('Failed'), ...TRACEBACK];
    const rows = join(texts, { transport: 'tcp', peer: '10.0.0.9' });
    expect(rows.map(({ message }) => message)).toEqual([['Failed', ...TRACEBACK].join('\n')]);
  });

  test.each(['hello', 'a test of somebody with netcat', '[SQL is nice]'])('what somebody else says there is his own: %s', (text) => {
    expect(join([record('Failed'), text], { transport: 'tcp', peer: '10.0.0.9' })).toHaveLength(2);
  });
});

describe('one message a line', () => {
  test('a summary of its own lines', () => {
    const summary = [
      ': keystoneauth1.exceptions.http.Unauthorized: The request you have made',
      '[SQL: SELECT 1]',
      '(Background on this error at: http://x)',
    ];
    const rows = new Commits().add(record('Failed'), ...summary.map((text) => bare(text)), ...TRACEBACK.map((text) => line(text))).commit();
    expect(rows.map(({ message }) => message)).toEqual([['Failed', ...summary, ...TRACEBACK].join('\n')]);
  });

  test('XML that a shipper of files sends line by line, while others speak', () => {
    const xml = ['<capabilities>', '', '  <host>', '\t<uuid>544160f1-8405-407b-ae76-721bf7dee053</uuid>', '</capabilities>'];
    const other = { host: 'c02' };
    const texts = [record('Libvirt host capabilities'), ...xml.flatMap((text) => [bare(text), record('Other', other)])];
    const rows = new Commits().add(...texts).commit();
    expect(rows[0]!.message).toBe(['Libvirt host capabilities', ...xml].join('\n'));
    expect(rows.slice(1).map(({ message }) => message)).toEqual(xml.map(() => 'Other'));
  });

  test('bare text of a program that never writes another format stands alone, line by line', () => {
    expect(new Commits().add(bare('Liberty says this'), bare('  and this')).commit()).toHaveLength(2);
  });

  test('a block whose last line is the prefix alone', () => {
    const rows = new Commits().add(record('Failed'), ...TRACEBACK.map((text) => line(text)), line('').trimEnd()).commit();
    expect(rows.map(({ message }) => message)).toEqual([`${['Failed', ...TRACEBACK].join('\n')}\n`]);
  });

  test('a block whose record never came is one record', () => {
    const rows = new Commits().add(...TRACEBACK.map((text) => line(text, { pid: 7 })), record('Other', { pid: 8 })).commit();
    expect(rows.map(({ message }) => message)).toEqual([TRACEBACK.join('\n'), 'Other']);
  });

  test('two blocks of one process in one millisecond, each behind its record, and one of another instance between them', () => {
    const other = { instance: '903b85d0-5b1a-4bd3-a9b7-000000000001' };
    const texts = [
      record('One'),
      ...TRACEBACK.map((text) => line(text)),
      record('Two'),
      record('Three', other),
      line('KeyError: 3', other),
      line('KeyError: 2'),
    ];
    expect(
      new Commits()
        .add(...texts)
        .commit()
        .map(({ message }) => message),
    ).toEqual([['One', ...TRACEBACK].join('\n'), 'Two\nKeyError: 2', 'Three\nKeyError: 3']);
  });
});

describe('cut and split by a relay', () => {
  const prefix = line('').slice(line('').indexOf('2026'));
  const whole = [record('Failed'), ...TRACEBACK.map((text) => prefix + text)].join('#012');

  test('within the last prefix: the rest of it is no line of the traceback', () => {
    const [row] = new Commits().add(whole.slice(0, whole.lastIndexOf('ERROR nova') + 9)).commit();
    expect(row!.message).toBe(['Failed', ...TRACEBACK.slice(0, -1)].join('\n'));
    expect(row!.flags).toBe('cut');
    expect(exactText(row!)).toBe(whole.slice(0, whole.lastIndexOf('ERROR nova') + 9));
  });

  test.each([1024, 2048, 8096, 8192])('at %d characters', (size) => {
    const long = [record('Failed'), ...Array.from({ length: 200 }, (_, index) => `${prefix}  File "/a.py", line ${index}, in f`)].join(
      '#012',
    );
    const cut = (length: number) => parse(long.slice(0, length), { received: RECEIVED_US, transport: 'udp', peer: 'p', zone: 0 }).flags;
    expect(cut(size)).toBe('cut');
    expect(
      parse(`<14>Mar  1 10:20:30 c01 x: ${'a'.repeat(size - 27)}`, { received: RECEIVED_US, transport: 'udp', peer: 'p', zone: 0 }).flags,
    ).toBeUndefined();
  });

  test('every cut of a datagram gives back its bytes and is no error', () => {
    for (let end = 1; end <= whole.length; end++) {
      const [row] = new Commits().add(whole.slice(0, end)).commit();
      expect(exactText(row!)).toBe(whole.slice(0, end));
    }
  });

  test('into two datagrams, the second with a header that the relay made up of its words', () => {
    const at = whole.indexOf('_build') + 3;
    const texts = [whole.slice(0, at), `<13>Mar  1 10:20:31 ${whole.slice(at)}`];
    const rows = new Commits().add(...texts).commit();
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ host: 'c01', program: 'nova-compute', request: 'req-5c0a0d43-1e49-4c2e-9a07-000000000001' });
    expect(rows[0]!.message).toBe(['Failed', ...TRACEBACK].join('\n').replace('_build', '_bu\nild'));
    expect(exactText(rows[0]!)).toBe(texts.join('\n'));
  });

  test('into two with the same header; the record is committed in between', () => {
    const at = whole.indexOf('_build') + 3;
    const commits = new Commits().add(whole.slice(0, at));
    commits.commit();
    commits.add(bare(whole.slice(at)));
    expect(commits.commit()).toMatchObject([{ of: 1, request: 'req-5c0a0d43-1e49-4c2e-9a07-000000000001' }]);
  });

  test('a foreign text with #012 is no fragment', () => {
    expect(new Commits().add(whole, '<13>Mar  1 10:20:31 some thing#012else#012entirely').commit()).toHaveLength(2);
  });
});
