/**
 * What the tests of all parsers share: a record to read into, how a text comes to a body parser, and the pieces that logs are made of.
 */
import fc from 'fast-check';
import { BODIES, ENVELOPES, parse, write } from '../../parsers/index.ts';
import { NOT_MINE } from '../../parsers/parser.ts';
import { emptyRecord } from '../../src/base/record.ts';
import type { Given, LogRecord } from '../../src/model.ts';

export const given: Given = { received: Date.UTC(2026, 10, 22, 10) * 1000, transport: 'udp', peer: '192.0.2.9', zone: 0 };

export const SAMPLES: readonly string[] = [...ENVELOPES, ...BODIES].flatMap(({ samples }) => samples);

export function fresh(): LogRecord {
  return emptyRecord(given.received, given.transport, given.peer);
}

/** A record as a body parser meets it: the first envelope that knows the text has read its header. */
export function behindEnvelope(text: string): { record: LogRecord; at: number } {
  for (const envelope of ENVELOPES) {
    const record = fresh();
    const at = envelope.read(text, record, given);
    if (at !== NOT_MINE) return { record, at };
  }
  throw new Error('no envelope took the text');
}

/** Parses, and fails where the text could not be had back from the record. */
export function exact(text: string, how: Given = given): LogRecord {
  const record = parse(text, how);
  const back = record.raw ?? write(record);
  if (back !== text) throw new Error(`lost: ${JSON.stringify(text)} -> ${JSON.stringify(back)}`);
  return record;
}

const PIECES = [
  [
    '<134>',
    '<13>',
    '<191>',
    '<192>',
    '<>',
    '<013>',
    '1 ',
    '- ',
    ' ',
    '  ',
    ': ',
    ':',
    '[',
    ']',
    '[-] ',
    '%t',
    '%',
    '|',
    '+',
    '~',
    '?',
    '$',
  ],
  ['\n', '\t', '\0', '\ufeff', '\r\n', '#012', '#011', '#033[01;36m', '\x1b[00m', 'ö', '𐌼', '"', '{', '}', '%m', '%c', '%z', '[instance: '],
  ['May 16 00:00:00 ', 'Feb 29 12:00:00 ', 'May 06 23:59:60 ', 'août 19 11:08:37 ', '7-Jun-2015::03:42:28', '161109  9:25:42 '],
  ['2017-05-16T00:00:00.008+01:00 ', '2017-05-16 00:00:00.008 ', '2017-02-30 00:00:00 ', '2017-05-16 00:00:00,123.123 '],
  ['2022-02-10T16:09:19.414Z|00118|', '2022-02-10 16:18:33.029+0000', '2022-02-10 16:18:33.029123+02:00 ', '2023-01-02  3:04:05 0 '],
  [
    'Tue Mar 28 03:56:00.804140 2017',
    '[25/Feb/2019:16:19:48.143] ',
    '[20/Jul/2009:22:59:26 +0000] "',
    '02 May 2023 10:00:00.123 * ',
    '2023/05/02 10:00:00 ',
  ],
  [
    '25746 ',
    'INFO ',
    'ERROR ',
    'TRACE ',
    'WARN ',
    '    INFO ',
    '[info] ',
    '[Note] ',
    ': error : ',
    'INFO: ',
    '|INFO|',
    '<0.8.0> ',
    '29#29: ',
    '1:M ',
  ],
  [
    'nova.compute.manager ',
    'nova ',
    'nova-nova.x ',
    'host ',
    'nova-api: ',
    'nova-api[12]: ',
    'nova-api ',
    'proxy-server ',
    'haproxy[7]: ',
    'kernel: ',
  ],
  [
    '[req-38101a0b-2096-447d-96ea-a692162415ae 113d None - ] ',
    '[None ',
    '[- - - - -] ',
    '[instance: a015cf14-84bb-4156-a48d-7c4824ac7a9d] ',
  ],
  [
    'Traceback (most recent call last):',
    'tx0a1b2c3d4e5f60718293a4b5c6d7e8f9',
    '09/Jun/2014/15/41/42 ',
    '[id a="b"] ',
    '[id a="]"]',
    '%SYS-5-CONFIG_I: ',
  ],
  [
    '=ERROR REPORT==== ',
    ' ===',
    'message repeated 3 times: [ ',
    'last message repeated 2 times',
    '[pid: 1|app: 0|req: 1/1] ',
    'ovs|00001|x|WARN|',
    'nova-api.log.1 ',
  ],
  [
    '{"message": "m", ',
    '"asctime": "2023-05-02 15:40:49", ',
    '"name": "nova.x", "levelname": "INFO"',
    '7f8e071ead80 -1 ',
    'qemu-kvm: warning: ',
  ],
].flat();

/** A piece of a log line, as like as not of another format than its neighbours. */
export const piece = fc.constantFrom(...PIECES);
export const anySample = fc.constantFrom(...SAMPLES);

/** Texts that look like logs without being any. */
export const pieces = fc.array(piece, { maxLength: 14 }).map((parts) => parts.join(''));

/** A real line with a piece in it, or with some characters less. */
export const changed = fc
  .tuple(anySample, fc.nat(300), fc.nat(4), piece)
  .map(([sample, at, cut, put]) => sample.slice(0, at) + put + sample.slice(at + cut));
