/** Pushes over HTTP as their clients send them: compressed, answered item by item, bounded, refused so that they send again. */
import zlib from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { versionFor } from '../../src/api/elastic.ts';
import { checkHost, checkOrigin } from '../../src/api/guard.ts';
import { CodedError } from '../../src/base/errors.ts';
import { limits } from '../../src/base/limits.ts';
import { bytesField, lokiEntry, lokiPushOf, otlpAttribute, otlpLogsOf, otlpText, snappy } from '../receive/protobuf-write.ts';
import { testApi } from './parts.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function started() {
  const { api, ingest } = await testApi();
  open.push(api);
  const send = async (url: string, payload: string | Buffer, headers: Record<string, string> = {}, method: 'POST' | 'PUT' = 'POST') => {
    const { statusCode, body, headers: said } = await api.inject({ method, url, headers, payload });
    return { status: statusCode, body, headers: said, json: body.startsWith('{') ? JSON.parse(body) : undefined };
  };
  const records = async (): Promise<Record<string, unknown>[]> => {
    const { body } = await api.inject({ method: 'GET', url: '/api/v1/search?direction=forward&raw=true' });
    return JSON.parse(body).records;
  };
  return { api, ingest, send, records };
}

const JSON_TYPE = { 'content-type': 'application/json' };
const PROTOBUF = { 'content-type': 'application/x-protobuf' };

// ------------------------------------------------------------------------------------------- compression

const PACKS = { gzip: zlib.gzipSync, 'x-gzip': zlib.gzipSync, deflate: zlib.deflateSync, zstd: zlib.zstdCompressSync } as const;

describe.each(Object.entries(PACKS))('%s', (encoding, pack) => {
  const headers = { 'content-encoding': encoding, 'content-type': 'text/plain' };

  test('is unpacked', async () => {
    const { send, records } = await started();
    expect(await send('/api/v1/ingest', pack(Buffer.from('one\ntwo\n')), headers)).toMatchObject({ status: 200, json: { accepted: 2 } });
    expect((await records()).map(({ message }) => message)).toEqual(['one', 'two']);
  });

  test('a bomb is refused at its limit, and leaves room for the next', async () => {
    const { send, ingest } = await started();
    const bomb = pack(Buffer.alloc(64 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(100_000);
    for (let count = 0; count < 6; count++)
      expect(await send('/api/v1/ingest', bomb, headers)).toMatchObject({ status: 413, json: { code: 'too-large' } });
    expect(ingest.runs).toEqual([]);
    expect((await send('/api/v1/ingest', pack(Buffer.from('x')), headers)).status).toBe(200);
  });

  test('half a body and bytes that were never packed are refused', async () => {
    const { send } = await started();
    const packed = pack(Buffer.from('one\ntwo\n'.repeat(100)));
    expect((await send('/api/v1/ingest', packed.subarray(0, -9), headers)).json.code).toBe('bad-body');
    expect((await send('/api/v1/ingest', Buffer.from('plain'), headers)).json.code).toBe('bad-body');
  });
});

test('more packed bodies at once than there is room for wait for each other', async () => {
  const { send, ingest } = await started();
  const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index} of ${(index * 2_654_435_761).toString(36)}`);
  const body = zlib.gzipSync(lines.join('\n'));
  // Each may become so large that no more than four fit at once.
  expect(body.length * limits.unpackRatioMax * 5).toBeGreaterThan(limits.unpackedBytesMax);
  const answers = await Promise.all(Array.from({ length: 20 }, () => send('/api/v1/ingest', body, { 'content-encoding': 'gzip' })));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(ingest.lastSeq).toBe(20 * 20_000);
});

test('an encoding that nobody knows', async () => {
  const { send } = await started();
  expect((await send('/_bulk', 'x', { 'content-encoding': 'constructor' })).json).toMatchObject({ code: 'bad-body' });
});

// ------------------------------------------------------------------------------------------------- _bulk

/** As fluent-plugin-opensearch sends it for Kolla (logstash_format, suppress_type_name). */
const KOLLA = `{"index":{"_index":"flog-2026.11.22"}}
{"Hostname":"cmp1","programname":"nova-compute","log_level":"ERROR","python_module":"nova.compute.manager","request_id":"38101a0b-2096-447d-96ea-a692162415ae","Payload":"boom","@timestamp":"2026-11-22T08:24:11.548000000+00:00"}
`;

test('_bulk answers item by item; a bad one costs only itself', async () => {
  const { send, records } = await started();
  const body = `${KOLLA}{"create":{"_index":"a","_id":"7"}}\n{"message":\n{"delete":{"_id":"8"}}\n\n{"create":{"_index":"a"}}\r\n{"log":"last"}\r\n`;
  const { status, json, headers } = await send('/_bulk', body, { 'content-type': 'application/x-ndjson' });
  expect({ status, product: headers['x-elastic-product'] }).toEqual({ status: 200, product: 'Elasticsearch' });
  expect(json.errors).toBe(true);
  expect(json.items).toEqual([
    { index: { _index: 'flog-2026.11.22', _version: 1, result: 'created', _shards: { total: 1, successful: 1, failed: 0 }, status: 201 } },
    {
      create: {
        _index: 'a',
        _id: '7',
        status: 400,
        error: { type: 'mapper_parsing_exception', reason: expect.stringContaining('not JSON') },
      },
    },
    { delete: { _index: '', _id: '8', status: 400, error: expect.anything() } },
    { create: { _index: 'a', _version: 1, result: 'created', _shards: { total: 1, successful: 1, failed: 0 }, status: 201 } },
  ]);
  const [kolla, last] = await records();
  expect(kolla).toMatchObject({
    transport: 'http',
    host: 'cmp1',
    program: 'nova-compute',
    service: 'nova',
    level: 'ERROR',
    logger: 'nova.compute.manager',
    request: 'req-38101a0b-2096-447d-96ea-a692162415ae',
    message: 'boom',
    time: '2026-11-22T08:24:11.548000Z',
    structuredData: '[item index._index="flog-2026.11.22"]',
    raw: KOLLA.trimEnd(),
  });
  expect(last).toMatchObject({ message: 'last', raw: '{"create":{"_index":"a"}}\r\n{"log":"last"}' });
});

test.each([
  ['', 'no items'],
  ['{"message":"x"}\n', 'Item 1 begins with no action'],
  ['{"index":{}}\n', 'no document'],
  ['{"index":7}\n{"message":"x"}\n', 'no action'],
  [`{"index":{}}\n{"message":"x"}\nnonsense\n{}\n`, 'Item 2'],
])('_bulk %j is refused as a whole', async (body, why) => {
  const { send, ingest } = await started();
  expect((await send('/_bulk', body)).json).toMatchObject({ code: 'bad-body', detail: expect.stringContaining(why) });
  expect(ingest.runs).toEqual([]);
});

test('a document that is not UTF-8 is kept', async () => {
  const { send, ingest } = await started();
  const body = Buffer.concat([Buffer.from('{"index":{}}\n{"message":"f'), Buffer.from([0xfc]), Buffer.from('r"}\n')]);
  expect((await send('/_bulk', body)).json.errors).toBe(false);
  expect(Buffer.from(ingest.runs[0]!.bytes)).toEqual(body.subarray(0, -1));
});

test('Fluent Bit’s address with a pipeline', async () => {
  const { send, records } = await started();
  const body = '{"create":{"_index":"fluent-bit","_type":"_doc"}}\n{"@timestamp":"2026-11-22T08:24:11.548Z","log":"x"}\n';
  expect((await send('/_bulk/?pipeline=p', body, { 'user-agent': 'Fluent-Bit' })).json.errors).toBe(false);
  expect(await records()).toMatchObject([{ message: 'x', time: '2026-11-22T08:24:11.548000Z' }]);
});

test('an index in the path is that of items that name none', async () => {
  const { send, records } = await started();
  expect((await send('/logs-x/_bulk', '{"index":{}}\n{"message":"x"}\n', {}, 'PUT')).json.items[0].index._index).toBe('logs-x');
  expect(await records()).toMatchObject([{ message: 'x', structuredData: '[item _index="logs-x"]' }]);
});

// ------------------------------------------------------------------------------------------- Loki and OTLP

const LABELS = '{job="openstack/nova-api", host="c01", level="error"}';

test('Loki: protobuf in Snappy', async () => {
  const { send, records } = await started();
  const body = snappy(lokiPushOf(LABELS, [lokiEntry(1795335851, 548123456, 'boom', { request_id: 'req-1' })]));
  expect(await send('/loki/api/v1/push', body, PROTOBUF)).toMatchObject({ status: 204, body: '' });
  expect(await records()).toMatchObject([
    {
      message: 'boom',
      host: 'c01',
      service: 'nova',
      level: 'ERROR',
      request: 'req-1',
      time: '2026-11-22T08:24:11.548123Z',
      raw: '{"stream":{"job":"openstack/nova-api","host":"c01","level":"error"},"values":[["1795335851548123456","boom",{"request_id":"req-1"}]]}',
    },
  ]);
});

test('Loki: JSON, gzip; entries that are none are said after the good ones were stored', async () => {
  const { send, records } = await started();
  const push = (values: unknown[]) => zlib.gzipSync(JSON.stringify({ streams: [{ stream: { host: 'c01' }, values }] }));
  const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' };
  expect((await send('/loki/api/v1/push', push([['1', 'a']]), headers)).status).toBe(204);
  const { json } = await send('/loki/api/v1/push', push([['x', 'b'], ['2', 'c'], 7, ['3', 'd', 'e']]), headers);
  expect(json).toMatchObject({ code: 'bad-body', detail: expect.stringContaining('3 entries') });
  expect((await records()).map(({ message }) => message)).toEqual(['a', 'c']);
});

test('labels that would make a push many times larger are refused', async () => {
  const { send, ingest } = await started();
  const stream = { a: 'x'.repeat(100_000) };
  const body = JSON.stringify({ streams: [{ stream, values: Array.from({ length: 1000 }, () => ['1', 'b']) }] });
  expect((await send('/loki/api/v1/push', body, JSON_TYPE)).json).toMatchObject({ code: 'too-large' });
  const resource = { attributes: [{ key: 'a', value: { stringValue: stream.a } }] };
  const otlp = JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: Array.from({ length: 1000 }, () => ({})) }] }] });
  expect((await send('/v1/logs', otlp, JSON_TYPE)).json).toMatchObject({ code: 'too-large' });
  expect(ingest.runs).toEqual([]);
});

test('OTLP: protobuf is answered with protobuf', async () => {
  const { send, records } = await started();
  const logRecord = Buffer.concat([bytesField(3, 'WARN'), bytesField(5, otlpText('late')), bytesField(9, Buffer.alloc(16, 0xab))]);
  const body = otlpLogsOf(otlpAttribute(1, 'service.name', otlpText('nova-api')), bytesField(1, 'nova.api'), [logRecord]);
  const answer = await send('/v1/logs', zlib.gzipSync(body), { ...PROTOBUF, 'content-encoding': 'gzip' });
  expect(answer).toMatchObject({ status: 200, body: '' });
  expect(answer.headers['content-type']).toBe('application/x-protobuf');
  expect(await records()).toMatchObject([
    {
      message: 'late',
      level: 'WARNING',
      program: 'nova-api',
      logger: 'nova.api',
      structuredData: expect.stringContaining(`traceId="${'ab'.repeat(16)}"`),
    },
  ]);
});

test('OTLP: JSON; log records that are none are counted', async () => {
  const { send, records } = await started();
  const scopeLogs = [{ logRecords: [{ body: { stringValue: 'a' } }, 7, null] }, { logRecords: [] }];
  const { json } = await send('/v1/logs', JSON.stringify({ resourceLogs: [{ scopeLogs }] }), JSON_TYPE);
  expect(json.partialSuccess).toMatchObject({ rejectedLogRecords: '2' });
  expect((await records()).map(({ message }) => message)).toEqual(['a']);
  expect((await send('/v1/logs', '{}', JSON_TYPE)).json).toEqual({});
});

// ------------------------------------------------------------------------------------------------ refusals

const GOOD: readonly (readonly [path: string, body: string | Buffer, headers: Record<string, string>])[] = [
  ['/api/v1/ingest', '{"message":"x"}', JSON_TYPE],
  ['/_bulk', KOLLA, JSON_TYPE],
  ['/loki/api/v1/push', '{"streams":[{"stream":{},"values":[["1","x"]]}]}', JSON_TYPE],
  ['/loki/api/v1/push', snappy(lokiPushOf('{}', [lokiEntry(1, 0, 'x')])), PROTOBUF],
  ['/v1/logs', '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]}', JSON_TYPE],
];

test.each(GOOD)('%s: what cannot be stored is asked for again', async (path, body, headers) => {
  const { send, ingest } = await started();
  ingest.trouble = new CodedError('disk-full', 'no space left');
  expect(await send(path, body, headers)).toMatchObject({ status: 503, json: { code: 'disk-full' }, headers: { 'retry-after': '1' } });
  ingest.trouble = undefined;
  ingest.pendingBytes = limits.intakeBytesMax + 1;
  expect(await send(path, body, headers)).toMatchObject({ status: 503, json: { code: 'overloaded' } });
  ingest.pendingBytes = 0;
  expect((await send(path, body, headers)).status).toBeLessThan(300);
  expect(ingest.lastSeq).toBe(1);
});

test.each(['/loki/api/v1/push', '/v1/logs'])('%s: bodies that are none', async (path) => {
  const { send } = await started();
  for (const body of ['', '[]', '7', '{"streams":7,"resourceLogs":7}', '{"a"'])
    expect((await send(path, body, JSON_TYPE)).json, body).toMatchObject({ code: 'bad-body' });
  expect((await send(path, '['.repeat(100_000), JSON_TYPE)).json).toMatchObject({ code: 'too-large' });
  expect((await send(path, `[${'[],'.repeat(3_000_000)}[]]`, JSON_TYPE)).json).toMatchObject({ code: 'too-large' });
  expect((await send(path, 'nonsense', PROTOBUF)).json).toMatchObject({ code: 'bad-body' });
});

test('machines are let in under any name on an address that others reach; pages of other sites are not', () => {
  expect(() => checkHost('stacktrail.example.com:5580', { bound: '0.0.0.0', names: [] })).not.toThrow();
  expect(() => checkOrigin({ host: '10.0.0.9:5580', 'user-agent': 'Fluent-Bit' }, [])).not.toThrow();
  expect(() => checkOrigin({ host: '10.0.0.9:5580', origin: 'http://evil.example' }, [])).toThrow(CodedError);
});

// ---------------------------------------------------------------------------------------------- handshake

test.each([
  ['opensearch-ruby/3.4.0 (RUBY_VERSION: 3.2.2; linux x86_64; Faraday v2.7.10)', { number: '2.19.0', distribution: 'opensearch' }],
  ['Elastic-filebeat/9.1.3 (linux; amd64; abc; 2026-01-01)', { number: '9.1.3' }],
  ['Elastic-metricbeat/7.17.0 (linux)', { number: '7.17.0' }],
  ['Fluent-Bit', { number: '8.19.0' }],
  ['', { number: '8.19.0' }],
])('the version for %j', (agent, want) => expect(versionFor(agent)).toEqual(want));

test('what clients ask before they send', async () => {
  const { api } = await started();
  const ask = async (method: 'GET' | 'HEAD' | 'PUT', url: string, headers: Record<string, string> = {}) => {
    const { statusCode, body, headers: said } = await api.inject({ method, url, headers, ...(method === 'PUT' && { payload: '{}' }) });
    expect(said['x-elastic-product'], url).toBe('Elasticsearch');
    return { status: statusCode, json: body.startsWith('{') ? JSON.parse(body) : body };
  };
  // opensearch-ruby, elasticsearch-ruby
  const agent = { 'user-agent': 'opensearch-ruby/3.4.0' };
  expect((await ask('GET', '/', agent)).json.version).toMatchObject({ number: '2.19.0', distribution: 'opensearch' });
  expect((await ask('HEAD', '/')).status).toBe(200);
  expect((await ask('GET', '/_nodes/http', { host: 'localhost:5580' })).json.nodes.stacktrail.http.publish_address).toBe('localhost:5580');
  // omelasticsearch
  expect(await ask('HEAD', '/_cat/health')).toMatchObject({ status: 200 });
  // Filebeat, Logstash
  expect((await ask('GET', '/_license')).json.license).toMatchObject({ status: 'active', type: 'basic' });
  expect((await ask('GET', '/_xpack?accept_enterprise=true')).json.features.ilm.available).toBe(false);
  expect((await ask('GET', '/_cluster/health?wait_for_status=yellow')).json.status).toBe('green');
  for (const path of [
    '/_index_template/filebeat',
    '/_template/kolla',
    '/_ilm/policy/filebeat',
    '/_data_stream/filebeat',
    '/_ingest/pipeline/x',
  ]) {
    expect((await ask('HEAD', path)).status, path).toBe(404);
    expect((await ask('PUT', `${path}?master_timeout=30s`)).json, path).toEqual({ acknowledged: true });
    expect((await ask('GET', path)).status, path).toBe(404);
  }
});
