/**
 * Exception lines and the three wire shapes of one traceback: `#012`, real newlines,
 * one message per line. All three give the same record and go back to the same bytes.
 */
import { describe, expect, test } from 'vitest';
import { isContinuation, isRawContinuation, parse, write } from '../../parsers/index.ts';
import type { Given, LogRecord } from '../../src/model.ts';

const given: Given = { received: Date.UTC(2026, 10, 22, 10) * 1000, transport: 'udp', peer: '192.0.2.9', zone: 0 };
const REQ = 'req-38101a0b-2096-447d-96ea-a692162415ae';
const USER = '113d3a99c3da401fbd62cc2caa5b96d2';
const PROJECT = '54fadb412c4e40cdbaed9335e4c35a9e';
const INSTANCE = 'a015cf14-84bb-4156-a48d-7c4824ac7a9d';

/** Parsed, and exact without raw text. */
function exact(text: string): LogRecord {
  const record = parse(text, given);
  expect(record.raw, 'needs no raw text').toBeUndefined();
  expect(write(record)).toBe(text);
  return record;
}

const STAMP = '2013-09-07 14:53:08.490';
const PREFIX = `${STAMP} 31835 TRACE nova.compute.manager [instance: ${INSTANCE}] `;
const FIRST = `${STAMP} ERROR nova.compute.manager [${REQ} ${USER} ${PROJECT}] [instance: ${INSTANCE}] Instance failed to spawn`;
const TRACE = [
  'Traceback (most recent call last):',
  '  File "/opt/nova/manager.py", line 1, in _spawn',
  '    block_device_info)',
  'ImageNotFound: Image x could not be found.',
  '',
];

describe('a traceback', () => {
  const message = ['Instance failed to spawn', ...TRACE].join('\n');
  const identity = { level: 'ERROR', request: REQ, instance: INSTANCE, pid: 31835, logger: 'nova.compute.manager', message };

  test.each([['#012'], ['\n']])('in one message, lines separated by %j', (separator) => {
    const text = `<131>Sep  7 14:53:08 devstack01 ${[FIRST, ...TRACE.map((line) => PREFIX + line)].join(separator)}`;
    expect(exact(text)).toMatchObject({ ...identity, host: 'devstack01' });
  });

  test('one message per line: exception lines are continuations, and the joined record writes all of them', () => {
    const head = '<131>Sep  7 14:53:08 devstack01 ';
    const texts = [head + FIRST, ...TRACE.map((line) => head + PREFIX + line)];
    const [first, ...rest] = texts.map((text) => exact(text)) as [LogRecord, ...LogRecord[]];
    expect(isContinuation(first)).toBe(false);
    for (const line of rest)
      expect(line).toMatchObject({
        time: first.time,
        host: first.host,
        logger: first.logger,
        instance: INSTANCE,
        pid: 31835,
        level: 'TRACE',
      });
    expect(rest.every(isContinuation)).toBe(true);
    const joined = {
      ...first,
      pid: rest[0]!.pid,
      form: `${first.form}+${rest[0]!.form}`,
      message: [first, ...rest].map((line) => line.message).join('\n'),
    };
    expect(joined).toMatchObject(identity);
    expect(write(joined)).toBe(texts.join('\n'));
  });

  test('the last line may have lost its final space', () => {
    const text = [FIRST, ...TRACE.map((line) => (PREFIX + line).trimEnd())].join('#012');
    expect(exact(text).message).toBe(message);
  });

  test('lines between record and traceback (error_summary) stay as they are', () => {
    const lines = [
      '2022-02-04 10:21:58.881 7 ERROR nova.db [-] boom: DBError',
      '[SQL: SELECT 1]',
      '(Background on this error)',
      '2022-02-04 10:21:58.881 7 ERROR nova.db Traceback (most recent call last):',
      '2022-02-04 10:21:58.881 7 ERROR nova.db ',
    ];
    expect(exact(lines.join('#012')).message).toBe(
      'boom: DBError\n[SQL: SELECT 1]\n(Background on this error)\nTraceback (most recent call last):\n',
    );
  });

  test('cut off inside a prefix: the text is kept raw, the other lines are read, what is left of the prefix is none of them', () => {
    const text = [FIRST, PREFIX + TRACE[0], PREFIX.slice(0, 40)].join('#012');
    const record = parse(text, given);
    expect(record).toMatchObject({ raw: text, message: `Instance failed to spawn\n${TRACE[0]}`, flags: 'cut' });
  });

  test('tabs come back from #011', () => {
    expect(exact(`${STAMP} 1 INFO nova.x [-] a#011b#012c#011d`).message).toBe('a\tb\nc\td');
    const both = `${STAMP} 1 INFO nova.x [-] a#011b\tc`;
    expect(exact(both).message).toBe('a#011b\tc');
  });

  test.each([
    ['2022-02-04 10:21:58.881 284971 ERROR nova.compute.manager Traceback (most recent call last):', true],
    ['2013-02-25 21:05:51 17409 TRACE cinder', true],
    ['2013-02-25 21:05:51 17409 TRACE cinder ', true],
    ['2012-07-05 22:00:30 TRACE nova.rpc.amqp     raise rpc_common.Timeout()', true],
    [`2022-02-04 10:21:58.881 1 ERROR nova.x [instance: ${INSTANCE}] Traceback (most recent call last):`, true],
    ['2022-02-04 10:21:58.881 1 ERROR nova.db [SQL: SELECT 1]', true],
    [`ERROR nova.compute.manager [instance: ${INSTANCE}] Traceback`, true],
    ['2022-02-04 10:21:58.881 1 ERROR nova.x [-] a record', false],
    [`2022-02-04 10:21:58.881 1 ERROR nova.x [${REQ} - - - - -] a record`, false],
    [`2022-02-04 10:21:58.881 1 ERROR nova.x [None ${REQ} - - - - - -] a record`, false],
    ['2022-02-04 10:21:58.881 1 WARNING nova.x no context', false],
    ['ERROR something.else happened', false],
  ])('%j is an exception line: %s', (text, want) => {
    expect(isContinuation(exact(text))).toBe(want);
  });

  test.each([
    ['<131>Sep  7 14:53:08 h nova-api: Traceback (most recent call last):', true],
    ['<131>Sep  7 14:53:08 h nova-api:   File "x.py", line 1, in y', true],
    ['<131>Sep  7 14:53:08 h nova-api: Auditing locally', false],
    ['2022-02-04 10:21:58.881 1 ERROR nova.x Traceback (most recent call last):', false],
  ])('%j is a bare line of a traceback: %s', (text, want) => {
    expect(isRawContinuation(exact(text))).toBe(want);
  });
});
