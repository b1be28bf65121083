/** Items of HTTP pushes as records: what each client calls our fields, that texts within are understood, and that nothing is lost. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from '../../parsers/index.ts';
import { readStructuredData } from '../../parsers/structured-data.ts';
import type { Hints, ItemKind, LogRecord } from '../../src/model.ts';

const RECEIVED = Date.UTC(2026, 10, 22, 9) * 1000;
const TIME = Date.UTC(2026, 10, 22, 8, 24, 11, 548) * 1000;

function read(text: string, item: ItemKind = 'object', more: Hints = {}): LogRecord {
  return parse(text, { received: RECEIVED, transport: 'http', peer: '10.0.0.3', zone: 0, hints: { item, ...more } });
}

function readObject(value: object): LogRecord {
  return read(JSON.stringify(value));
}

const UUID = '38101a0b-2096-447d-96ea-a692162415ae';
const GLOBAL = '5a1f4a9e-95c1-4d0e-9c3a-2a8a2e1c6f10';

const ITEMS: readonly (readonly [what: string, item: object, want: Partial<LogRecord>])[] = [
  [
    'Kolla: fluentd has read the line already, and the ids have lost their req-',
    {
      Hostname: 'cmp1',
      Logger: 'openstack.nova',
      programname: 'nova-compute',
      log_level: 'AUDIT',
      Pid: '7',
      python_module: 'nova.compute.manager',
      global_request_id: GLOBAL,
      request_id: UUID,
      user_id: 'u1',
      tenant_id: 'p1',
      domain_id: '-',
      system_scope: 'all',
      user_domain: 'default',
      project_domain: 'Default',
      Payload: 'Instance spawned',
      Timestamp: '2026-11-22 08:24:11.548',
      '@timestamp': '2026-11-22T08:24:11.548000000+00:00',
    },
    {
      host: 'cmp1',
      program: 'nova-compute',
      service: 'nova',
      level: 'AUDIT',
      pid: 7,
      logger: 'nova.compute.manager',
      request: `req-${UUID}`,
      globalRequest: `req-${GLOBAL}`,
      user: 'u1',
      project: 'p1',
      domain: undefined,
      systemScope: 'all',
      userDomain: 'default',
      projectDomain: 'Default',
      message: 'Instance spawned',
      time: TIME,
      structuredData: '[item Logger="openstack.nova" domain_id="-" Timestamp="2026-11-22 08:24:11.548"]',
    },
  ],
  [
    'Kolla since 2024: the text keeps its space, and the instance',
    { log_level: 'INFO', Payload: ` [instance: ${UUID}] Took 7 seconds`, Hostname: 'cmp1' },
    { message: `[instance: ${UUID}] Took 7 seconds`, instance: UUID, format: 'item' },
  ],
  [
    'a line of a traceback stays one, for the joiner',
    { log_level: 'ERROR', python_module: 'nova.x', Payload: '   File "/x.py", line 1, in f', Hostname: 'cmp1' },
    { message: '  File "/x.py", line 1, in f', format: 'plain' },
  ],
  [
    'Kolla without a program: the logger names the service',
    { Hostname: 'ctl1', Logger: 'openstack.cinder', Payload: 'x' },
    { host: 'ctl1', service: 'cinder', logger: 'openstack.cinder', structuredData: undefined },
  ],
  [
    'a line of oslo.log within: what it says wins',
    { log: `2026-11-22 08:24:11.548 25746 ERROR nova.compute.manager [req-${UUID} u p - - -] boom`, host: 'c07', level: 'info', pid: 1 },
    {
      host: 'c07',
      pid: 25746,
      level: 'ERROR',
      logger: 'nova.compute.manager',
      request: `req-${UUID}`,
      message: 'boom',
      time: TIME,
      format: 'oslo',
      service: 'nova',
    },
  ],
  [
    'a line of syslog within, as Filebeat reads it from a file',
    {
      '@timestamp': '2026-11-22T08:30:00.000Z',
      message: '<11>1 2026-11-22T08:24:11.548Z c01 nova-api 7 - - text',
      host: { name: 'shipper' },
      log: { file: { path: '/var/log/syslog' }, offset: 77 },
    },
    {
      host: 'c01',
      program: 'nova-api',
      pid: 7,
      severity: 3,
      level: 'ERROR',
      time: TIME,
      message: 'text',
      structuredData: '[item @timestamp="2026-11-22T08:30:00.000Z" host.name="shipper" log.file.path="/var/log/syslog" log.offset="77"]',
    },
  ],
  [
    'a daemon that is known by its program',
    { program: 'dnsmasq-dhcp', host: 'net1', message: 'DHCPACK(tapbaba8ae3-bd) 10.0.0.4 fa:16:3e:11:22:33 host-10-0-0-4' },
    { program: 'dnsmasq-dhcp', service: 'dnsmasq', format: 'dnsmasq', host: 'net1' },
  ],
  [
    'rsyslog’s properties',
    {
      message: 'x',
      fromhost: 'c02',
      facility: 'local0',
      priority: 'warning',
      timereported: '2026-11-22T09:24:11.548+01:00',
      syslogtag: 'glance-api[9]:',
    },
    {
      host: 'c02',
      facility: 16,
      level: 'WARNING',
      time: TIME,
      program: 'glance-api',
      service: 'glance',
      structuredData: '[item facility="local0" syslogtag="glance-api[9\\]:"]',
    },
  ],
  [
    'GELF',
    { short_message: 'x', level: 4, timestamp: 1795335851.548, host: 'c03' },
    { severity: 4, level: 'WARNING', time: TIME, host: 'c03' },
  ],
  ['milliseconds', { message: 'x', time: 1795335851548 }, { time: TIME }],
  ['nanoseconds as text', { message: 'x', ts: '1795335851548000000' }, { time: TIME }],
  ['a space that somebody means', { message: ' x', level: 'info', request_id: 'req-1' }, { message: ' x', format: 'item' }],
  ['only a message', { message: 'x' }, { message: 'x', host: '10.0.0.3', structuredData: undefined }],
  ['no message: all of it is the text', { a: 1, b: { c: [2] } }, { message: '{"a":1,"b":{"c":[2]}}', structuredData: undefined }],
  [
    'values that do not fit stay with the rest',
    { message: 'x', level: 'loud', host: 7, pid: 'many', 'a "b"': { c: null, d: ']' } },
    { level: undefined, pid: undefined, host: '10.0.0.3', structuredData: '[item level="loud" host="7" pid="many" a%20%22b%22.d="\\]"]' },
  ],
  [
    'the members of Object are names like others',
    JSON.parse('{"message":"x","__proto__":"y","constructor":{"name":"z"}}'),
    { structuredData: '[item __proto__="y" constructor.name="z"]' },
  ],
];

test.each(ITEMS)('%s', (_what, item, want) => {
  const record = readObject(item);
  expect(record).toMatchObject(want);
  expect(record.raw).toBe(JSON.stringify(item));
  expect(record.envelope).toBe('item');
});

test('an item of _bulk is its action and its document; an index of the path is kept', () => {
  const text = '{"index":{"_index":"flog-2026.11.22","_type":"_doc"}}\n{"Payload":"x","Hostname":"c01"}';
  expect(read(text, 'bulk')).toMatchObject({
    message: 'x',
    host: 'c01',
    structuredData: '[item index._index="flog-2026.11.22" index._type="_doc"]',
    raw: text,
  });
  expect(read('{"update":{"_id":"7"}}\n{"doc":{"message":"y"},"doc_as_upsert":true}', 'bulk', { index: 'logs' })).toMatchObject({
    message: 'y',
    structuredData: '[item doc_as_upsert="true" update._id="7" _index="logs"]',
  });
});

test('an entry of Loki', () => {
  const text = `{"stream":{"job":"openstack/nova-api","host":"c01","level":"warn","filename":"/var/log/x"},"values":[["1795335851548000000","text",{"request_id":"req-${UUID}"}]]}`;
  expect(read(text, 'loki')).toMatchObject({
    message: 'text',
    time: TIME,
    host: 'c01',
    program: 'nova-api',
    service: 'nova',
    level: 'WARNING',
    request: `req-${UUID}`,
    raw: text,
  });
});

describe('a log record of OTLP', () => {
  const otlp = (logRecord: object, resource: object = {}) =>
    read(JSON.stringify({ resource, scope: { name: 'nova.api', version: '2' }, logRecord }), 'otlp');
  const attribute = (key: string, value: object) => ({ key, value });

  test('with its resource and scope', () => {
    const logRecord = {
      timeUnixNano: '1795335851548000000',
      severityNumber: 18,
      severityText: 'ERROR2',
      body: { stringValue: 'boom' },
      attributes: [attribute('process.pid', { intValue: '9' }), attribute('code.lineno', { intValue: '12' })],
      traceId: 'abcd',
    };
    const resource = {
      attributes: [attribute('host.name', { stringValue: 'c01' }), attribute('service.name', { stringValue: 'nova-api' })],
    };
    expect(otlp(logRecord, resource)).toMatchObject({
      message: 'boom',
      time: TIME,
      level: 'ERROR',
      host: 'c01',
      program: 'nova-api',
      service: 'nova',
      pid: 9,
      logger: 'nova.api',
      structuredData: '[item severity_text="ERROR2" severity_number="18" code.lineno="12" traceId="abcd" scope.version="2"]',
    });
  });

  test.each([
    [
      { body: { kvlistValue: { values: [attribute('a', { arrayValue: { values: [{ boolValue: true }] } })] } } },
      { message: '{"a":[true]}' },
    ],
    [{ observedTimeUnixNano: '1795335851548000000', body: { stringValue: 'x' } }, { time: TIME }],
    [{ severityNumber: 'SEVERITY_NUMBER_WARN3', body: { stringValue: 'x' } }, { level: 'WARNING' }],
    [{ severityNumber: 1, body: { stringValue: 'x' } }, { level: 'TRACE' }],
    [{ severityText: 'critical', body: { stringValue: 'x' } }, { level: 'CRITICAL' }],
    [{ attributes: 7, body: { stringValue: 'x' } }, { message: 'x' }],
  ])('%j', (logRecord, want) => expect(otlp(logRecord)).toMatchObject(want));
});

test('a text that is no item is a text like others', () => {
  for (const item of ['object', 'bulk', 'loki', 'otlp'] as const) {
    expect(read('{"message":"cut', item)).toMatchObject({ message: '{"message":"cut', envelope: 'bare' });
    expect(read('[1]', item).message).toBe('[1]');
    expect(read(`{"a":${'['.repeat(100_000)}`, item).format).toBe('plain');
  }
});

test('any JSON: the text is kept, and what is no field stands in the structured data as it was', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ maxLength: 12 }), fc.jsonValue({ maxDepth: 3 })), (value) => {
      const text = JSON.stringify({ ...value, message: 'm' });
      const record = read(text);
      expect(record.raw ?? record.message).toBe(text);
      if (record.structuredData === undefined) return;
      const [element] = readStructuredData(record.structuredData);
      expect(element!.id).toBe('item');
    }),
    { numRuns: 1000 },
  );
});

test('any text as any item: no throw, and the text is kept', () => {
  const kinds = fc.constantFrom<ItemKind>('object', 'bulk', 'loki', 'otlp');
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.json().map((json) => `{"index":{}}\n${json}`),
      ),
      kinds,
      (text, kind) => {
        const record = read(text, kind);
        expect(record.raw ?? text).toBe(text);
      },
    ),
    { numRuns: 2000 },
  );
});
