/** Where fuzzing begins: samples of the parsers, streams with their framing, bodies of pushes. Not here: what becomes of them. */
import { SAMPLES } from '../parsers/pieces.ts';
import {
  bytesField,
  fixed64Field,
  lokiEntry,
  lokiPushOf,
  numberField,
  otlpAttribute,
  otlpLogsOf,
  otlpText,
  snappy,
} from '../receive/protobuf-write.ts';

const HEADERS = ['<134>1 2026-11-22T10:00:00.000001+00:00 c01 nova-api 4711 - - ', '<134>Nov 22 10:00:00 c01 nova-api[4711]: ', '<13>'];

export const messages = (): string[] => [
  ...SAMPLES,
  ...SAMPLES.map((sample, index) => `${HEADERS[index % HEADERS.length]}${sample}`),
  '<165>1 2003-10-11T22:14:15.003Z h app - ID47 [a@1 b="c\\"d\\]" b="e"][x y="z"] \ufeffBOM text',
];

export const streams = (): string[] => [
  '<13>one\n<13>two\r\n\n',
  '7 <13>one9 <13>twoab\n12 {"a":"b"}   x',
  '0 <1>x\n1234567 <1>y\n12345678 <1>z\n',
  ...SAMPLES.slice(0, 40).map((sample) => `${Buffer.byteLength(sample)} ${sample}${sample}\n`),
];

export const relpStreams = (): string[] => [
  '1 open 51 relp_version=0\nrelp_software=test,1,-\ncommands=syslog\n2 syslog 7 <13>one\n3 syslog 3 abc\n4 close 0\n',
  '2 syslog 100 <13>one\n',
  `999999999 syslog 70 ${'x'.repeat(70)}\n1 syslog 0\n`,
];

export const files = (): string[] => [
  `${SAMPLES.slice(0, 8).join('\n')}\n`,
  `${SAMPLES.filter((sample) => sample.includes('Traceback') || sample.includes('ERROR'))
    .slice(0, 12)
    .join('\n')}\n\0\0\n`,
  '2026-11-22 10:00:00.001 1 ERROR a.b [-] x\n2026-11-22 10:00:00.001 1 ERROR a.b Traceback (most recent call last):\n2026-11-22 10:00:00.001 1 ERROR a.b   File "x", line 1\n  bare\n',
];

export const objects = (): string[] => [
  '{"message":"2026-11-22 10:00:00.001 1 INFO a.b [-] x","host":"c01","programname":"nova-api","Timestamp":"2026-11-22","severity":3}',
  '{"@timestamp":"2026-11-22T10:00:00Z","log":{"level":"error"},"kubernetes":{"pod":{"name":"x"}},"list":[1,[2],{"a":null}]}',
  '{"labels":{"job":"openstack/nova","host":"c01"},"time":"1795335851548000000","line":"<13>x","metadata":{"level":"warn"}}',
  '{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"nova"}}]},"log":{"timeUnixNano":"1795335851548000000","severityNumber":17,"body":{"kvlistValue":{"values":[{"key":"a","value":{"intValue":"1"}}]}}}}',
  '{"streams":[{"stream":{"a":"b"},"values":[["1795335851548000000","line",{"m":"n"}],["x"]]}]}',
  '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"x"}}]}]}]}',
];

export const bulks = (): string[] => [
  '{"index":{"_index":"flog-2026.11.22","_id":"1"}}\n{"Payload":"x","Hostname":"c01","Logger":"openstack.nova","log_level":"ERROR"}\n',
  '{"create":{}}\n{"message":"y"}\n{"delete":{"_id":"2"}}\n\n{"update":{}}\n{"doc":{}}\n',
];

export function lokiBodies(): Buffer[] {
  const push = lokiPushOf('{job="nova", host="c\\"01"}', [
    lokiEntry(1795335851, 548, 'line', { level: 'warn' }),
    lokiEntry(1, 2, 'x'.repeat(200)),
  ]);
  return [
    push,
    snappy(push),
    Buffer.concat([snappy(Buffer.alloc(100, 'ab')), Buffer.from([0, 1, 2])]),
    Buffer.from([10, 0, 0x61, 0x22, 1, 0]),
  ];
}

export function otlpBodies(): Buffer[] {
  const record = Buffer.concat([
    fixed64Field(1, 1795335851548123456n),
    numberField(2, 17),
    bytesField(3, 'ERROR'),
    bytesField(5, otlpText('broken')),
    otlpAttribute(6, 'm', bytesField(6, otlpAttribute(1, 'k', bytesField(5, bytesField(1, otlpText('v')))))),
    bytesField(9, Buffer.alloc(16, 7)),
  ]);
  return [otlpLogsOf(otlpAttribute(1, 'host.name', otlpText('c01')), bytesField(1, 'nova.compute'), [record, record])];
}
