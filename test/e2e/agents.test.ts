/**
 * The snippets for fluentd, Fluent Bit and Vector in config/: what is written there leads to a running service, and what such an agent then sends - the
 * questions before, addresses, headers, packing and bodies - arrives with its fields. The agents themselves cannot be had from the registries that
 * tests may use (no package of Debian, npm or PyPI), so their requests are played; what was sent is by their documents and sources.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import zlib from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bytesField, lokiEntry, lokiPushOf, otlpAttribute, otlpLogsOf, otlpText, snappy } from '../receive/protobuf-write.ts';
import { openTcp } from '../receive/senders.ts';
import { eventually, type RunningService, startService } from './service.ts';

const CONFIG = join(import.meta.dirname, '..', '..', 'config');
const LINE = '2026-11-22 08:24:11.548 77 ERROR nova.compute.manager [req-38101a0b-2096-447d-96ea-a692162415ae - - - - -] boom of ';
const LINE_FIELDS = { level: 'ERROR', logger: 'nova.compute.manager', request: 'req-38101a0b-2096-447d-96ea-a692162415ae' };
const NDJSON = 'application/x-ndjson';
const PROTOBUF = 'application/x-protobuf';

let service: RunningService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

interface Push {
  readonly path: string;
  readonly agent: string;
  readonly type: string;
  readonly encoding?: 'gzip';
  readonly body: string | Buffer;
  /** What it asks before. */
  readonly before?: readonly string[];
}

async function push({ path, agent, type, encoding, body, before = [] }: Push): Promise<void> {
  const about = { 'user-agent': agent };
  for (const question of before) {
    const [method, asked] = question.split(' ') as [string, string];
    const answer = await fetch(`${service.url}${asked}`, { method, headers: about });
    expect([question, answer.status, answer.headers.get('x-elastic-product')]).toEqual([question, 200, 'Elasticsearch']);
    await answer.text();
  }
  const headers = { ...about, 'content-type': type, ...(encoding && { 'content-encoding': encoding }) };
  const answer = await fetch(`${service.url}${path}`, {
    method: 'POST',
    headers,
    body: encoding ? zlib.gzipSync(body) : Buffer.from(body),
  });
  const said = await answer.text();
  expect({ status: Math.floor(answer.status / 100), said }).toEqual({ status: 2, said: expect.not.stringContaining('"errors":true') });
}

const otlp = (text: string): Buffer =>
  otlpLogsOf(otlpAttribute(1, 'host.name', otlpText('cmp1')), bytesField(1, 'nova'), [bytesField(5, otlpText(text))]);

const syslog = (text: string): string => `<131>1 2026-11-22T08:24:11.548Z cmp1 - - - - ${text}\n`;

async function lines(...texts: string[]): Promise<void> {
  const sender = await openTcp(service.tcp);
  for (const text of texts) await sender.send(text);
  await sender.close();
}

/** Name; file; what the file must say for this; how it sends; fields beside message and host. */
const AGENTS: readonly (readonly [
  name: string,
  file: string,
  says: readonly string[],
  send: (text: string) => Promise<void>,
  want?: object,
])[] = [
  [
    'fluentd opensearch',
    'fluentd-stacktrail.conf',
    ['@type opensearch', 'host stacktrail.example.com', 'port 5580', 'scheme http', 'logstash_prefix flog', 'suppress_type_name true'],
    (text) =>
      push({
        before: ['GET /'],
        path: '/_bulk',
        agent: 'opensearch-ruby/3.4.0 (RUBY_VERSION: 3.2.2; linux x86_64; Faraday v2.7.10)',
        type: NDJSON,
        body: `{"index":{"_index":"flog-2026.11.22"}}\n${JSON.stringify({ Hostname: 'cmp1', programname: 'nova-compute', log_level: 'ERROR', python_module: 'nova.compute.manager', request_id: '38101a0b-2096-447d-96ea-a692162415ae', Payload: text, '@timestamp': '2026-11-22T08:24:11.548000000+00:00' })}\n`,
      }),
    { service: 'nova' },
  ],
  ['fluentd remote_syslog', 'fluentd-stacktrail.conf', ['@type remote_syslog', 'port 5514', 'protocol tcp'], (text) => lines(syslog(text))],
  [
    'Fluent Bit opensearch',
    'fluent-bit-stacktrail.yaml',
    ['name: opensearch', 'host: stacktrail.example.com', 'port: 5580', 'index: fluent-bit', 'compress: gzip'],
    (text) =>
      push({
        path: '/_bulk',
        agent: 'Fluent-Bit',
        type: NDJSON,
        encoding: 'gzip',
        body: `{"create":{"_index":"fluent-bit"}}\n${JSON.stringify({ '@timestamp': '2026-11-22T08:24:12.000Z', log: text, host: 'cmp1' })}\n`,
      }),
  ],
  [
    'Fluent Bit loki',
    'fluent-bit-stacktrail.yaml',
    ['name: loki', 'uri: /loki/api/v1/push', 'labels: job=nova', 'line_format: json', 'drop_single_key: raw'],
    (text) =>
      push({
        path: '/loki/api/v1/push',
        agent: 'Fluent-Bit',
        type: 'application/json',
        body: JSON.stringify({
          streams: [{ stream: { job: 'nova', host: 'cmp1' }, values: [['1795335852000000000', text]] }],
        }),
      }),
  ],
  [
    'Fluent Bit opentelemetry',
    'fluent-bit-stacktrail.yaml',
    ['name: opentelemetry', 'logs_uri: /v1/logs', 'logs_body_key: log'],
    (text) => push({ path: '/v1/logs', agent: 'Fluent-Bit', type: PROTOBUF, encoding: 'gzip', body: otlp(text) }),
  ],
  [
    'Fluent Bit syslog',
    'fluent-bit-stacktrail.yaml',
    ['name: syslog', 'port: 5514', 'mode: tcp', 'syslog_format: rfc5424', 'syslog_message_key: log'],
    (text) => lines(syslog(text)),
  ],
  [
    'Vector elasticsearch',
    'vector-stacktrail.yaml',
    ['type: elasticsearch', "endpoints: ['http://stacktrail.example.com:5580']", 'mode: bulk', 'action: create', 'compression: gzip'],
    (text) =>
      push({
        before: ['GET /_cluster/health', 'GET /'],
        path: '/_bulk?timeout=60s',
        agent: 'Vector/0.51.0 (x86_64-unknown-linux-gnu)',
        type: NDJSON,
        encoding: 'gzip',
        body: `{"create":{"_index":"vector"}}\n${JSON.stringify({ file: '/var/log/nova/nova-compute.log', host: 'cmp1', message: text, source_type: 'file', timestamp: '2026-11-22T08:24:12.000Z' })}\n`,
      }),
  ],
  [
    'Vector http',
    'vector-stacktrail.yaml',
    ['uri: http://stacktrail.example.com:5580/api/v1/ingest', 'method: newline_delimited', `content-type: ${NDJSON}`],
    (text) =>
      push({
        path: '/api/v1/ingest',
        agent: 'Vector/0.51.0 (x86_64-unknown-linux-gnu)',
        type: NDJSON,
        encoding: 'gzip',
        body: `${JSON.stringify({ host: 'cmp1', message: text, timestamp: '2026-11-22T08:24:12.000Z' })}\n`,
      }),
  ],
  [
    'Vector loki',
    'vector-stacktrail.yaml',
    ['type: loki', 'endpoint: http://stacktrail.example.com:5580', 'path: /loki/api/v1/push', 'compression: snappy', 'codec: text'],
    (text) =>
      push({
        path: '/loki/api/v1/push',
        agent: 'Vector/0.51.0 (x86_64-unknown-linux-gnu)',
        type: PROTOBUF,
        body: snappy(lokiPushOf('{host="cmp1",job="nova"}', [lokiEntry(1795335852, 0, text)])),
      }),
  ],
  [
    'Vector opentelemetry',
    'vector-stacktrail.yaml',
    ['type: opentelemetry', 'uri: http://stacktrail.example.com:5580/v1/logs', 'codec: otlp'],
    (text) => push({ path: '/v1/logs', agent: 'Vector/0.51.0 (x86_64-unknown-linux-gnu)', type: PROTOBUF, body: otlp(text) }),
  ],
];

test.each(AGENTS.map(([name, file, says, send, want]) => ({ name, file, says, send, want })))(
  '$name',
  async ({ name, file, says, send, want = {} }) => {
    const options = readFileSync(join(CONFIG, file), 'utf8')
      .split('\n')
      .map((line) => line.replace(/^\s*(# +)?(- )?/, '').trim());
    expect(options).toEqual(expect.arrayContaining([...says]));
    const text = `${LINE}${name}`;
    await send(text);
    const found = await eventually(async () => {
      const records = await service.search(`"boom of ${name}"`);
      expect(records).toHaveLength(1);
      return records[0];
    });
    expect(found).toMatchObject({ host: 'cmp1', ...LINE_FIELDS, message: `boom of ${name}`, time: '2026-11-22T08:24:11.548000Z', ...want });
  },
);
