/**
 * Pushes of real clients that come as Python packages: OpenTelemetry's exporter (OTLP/HTTP, protobuf, gzip) and python-logging-loki
 * (JSON). Optional: without them the tests are skipped and say so (`pip install opentelemetry-sdk
 * opentelemetry-exporter-otlp-proto-http python-logging-loki`, and that Python first in the PATH); bodies made by hand are in
 * ../api/pushes.test.ts.
 */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { startService } from './service.ts';

const OTLP = `
import logging, sys
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
if len(sys.argv) < 2: sys.exit()
provider = LoggerProvider(resource=Resource.create({'service.name': 'nova-api', 'host.name': 'c01'}))
provider.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(endpoint=sys.argv[1] + '/v1/logs', compression=Compression.Gzip)))
log = logging.getLogger('nova.compute.manager')
log.addHandler(LoggingHandler(logger_provider=provider))
for number in range(50): log.error('otlp line %d', number, extra={'project_id': 'p1', 'list': [1, 'a']})
provider.shutdown()
`;

const LOKI = `
import logging, sys
import logging_loki
if len(sys.argv) < 2: sys.exit()
log = logging.getLogger('cinder')
log.addHandler(logging_loki.LokiHandler(url=sys.argv[1] + '/loki/api/v1/push', tags={'host': 'c02', 'job': 'openstack/cinder-volume'}, version='1'))
for number in range(10): log.warning('loki line %d', number)
`;

/** Can this Python run it? */
function has(script: string, what: string): boolean {
  const { status } = spawnSync('python3', ['-c', script], { timeout: 30_000 });
  if (status !== 0) process.stderr.write(`skipped: no Python with ${what}\n`);
  return status === 0;
}

test.skipIf(!has(OTLP, 'opentelemetry-exporter-otlp-proto-http'))('OpenTelemetry’s exporter', async () => {
  const service = await startService();
  const { status, stderr } = spawnSync('python3', ['-c', OTLP, service.url], { encoding: 'utf8', timeout: 60_000 });
  expect(status, stderr).toBe(0);
  const records = await service.search('"otlp line"');
  expect(records.map(({ message }) => message)).toEqual(Array.from({ length: 50 }, (_, index) => `otlp line ${index}`));
  expect(records[7]).toMatchObject({
    host: 'c01',
    program: 'nova-api',
    service: 'nova',
    level: 'ERROR',
    logger: 'nova.compute.manager',
    project: 'p1',
  });
  expect(records[7]!.structuredData).toContain('telemetry.sdk.language="python"');
  expect(records[7]!.structuredData).toContain('list="[\\"1\\",\\"a\\"\\]"');
  await service.stop();
});

test.skipIf(!has(LOKI, 'python-logging-loki'))('python-logging-loki', async () => {
  const service = await startService();
  const { status, stderr } = spawnSync('python3', ['-c', LOKI, service.url], { encoding: 'utf8', timeout: 60_000 });
  expect(status, stderr).toBe(0);
  const records = await service.search('"loki line"');
  expect(records.length).toBe(10);
  expect(records[3]).toMatchObject({
    host: 'c02',
    program: 'cinder-volume',
    service: 'cinder',
    level: 'WARNING',
    message: 'loki line 3',
    logger: 'cinder',
  });
  await service.stop();
});
