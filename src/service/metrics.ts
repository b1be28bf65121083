/**
 * What `GET /metrics` shows: the counters, and how things stand, as families of Prometheus. Names are `stacktrail_*` with their units at
 * the end; labels are words of our own tables (transports, reasons, flags, routes), never what a sender chose, but for services, which are
 * words and at most a hundred (ingest/by-service.ts), and signatures, which are hashes of ours, fifty at a time (base/group-counts.ts).
 * A counter that has counted nothing is 0, and so is every reason of a loss: alerts need to see them before the first one.
 */
import { COUNTERS, type CounterName, type Counters, LOSS_REASONS } from '../base/counters.ts';
import type { Family, Sample } from '../base/exposition.ts';
import { SHOWN_MAX } from '../base/group-counts.ts';
import { nowUs } from '../base/time.ts';
import { version } from '../base/version.ts';
import { silentStatus } from '../ingest/heard.ts';
import type { StatusParts } from './status.ts';

/** What the words behind a counter's name are. */
const LABELS: Partial<Record<CounterName, string>> = {
  'messages.received': 'transport',
  'bytes.received': 'transport',
  'messages.flagged': 'flag',
};

export async function metricsOf(parts: StatusParts): Promise<Family[]> {
  const { counters, startedUs, ingest, follow, reader } = parts;
  const store = await reader.status();
  const { disk, freeBytes = 0 } = ingest.keeping ?? {};
  return [
    gauge('stacktrail_info', 'Always 1; the version that runs', [{ labels: { version: version() }, value: 1 }]),
    ...counted(counters),
    byService(counters),
    byGroup(counters),
    ...receiving(parts),
    gauge('stacktrail_pending_bytes', 'Bytes received and not yet on disk', ingest.pendingBytes),
    histogram('stacktrail_commit_seconds', 'From the arrival of a run of messages until it is on disk', counters.commits.samples()),
    histogram(
      'stacktrail_http_request_seconds',
      'Answers of the API, by route',
      [...counters.requests].flatMap(([route, one]) => one.samples({ route })),
    ),
    gauge('stacktrail_followers', 'Who follows now (tail)', follow.followers),
    counter('stacktrail_query_workers_restarted_total', 'Query workers that died or hung and were replaced', reader.replaced),
    gauge('stacktrail_store_records', 'Records kept', store.records),
    gauge('stacktrail_store_bytes', 'Bytes of the data folder', store.bytes),
    gauge('stacktrail_store_days', 'Day files', store.days.length),
    gauge('stacktrail_store_damaged_files', 'Files of the folder that cannot be read or were set aside', store.damaged?.length ?? 0),
    gauge('stacktrail_disk_free_bytes', 'Free for us on the file system of the data folder', freeBytes),
    gauge(
      'stacktrail_disk_refusing',
      '1 while nothing new is stored, because the disk is low or full',
      disk === undefined || disk === 'ok' ? 0 : 1,
    ),
    gauge('stacktrail_silent_hosts', 'Hosts that pause much longer than they usually do', silentStatus(parts.heard, nowUs()).hosts.length),
    gauge('process_start_time_seconds', 'When this process was started, Unix time', startedUs / 1e6),
    gauge('process_resident_memory_bytes', 'Memory of this process', process.memoryUsage.rss()),
    counter('process_cpu_seconds_total', 'Processor time of this process, all threads', cpuSeconds()),
  ];
}

function counted(counters: Counters): Family[] {
  return (Object.keys(COUNTERS) as CounterName[]).map((name) => {
    const value = counters.read()[name] ?? 0;
    const label = LABELS[name] ?? 'reason';
    const values = typeof value === 'number' ? { '': value } : value;
    const known =
      name === 'messages.lost' ? { ...Object.fromEntries(Object.keys(LOSS_REASONS).map((reason) => [reason, 0])), ...values } : values;
    if (name === 'messages.lost') delete (known as Record<string, number>)[''];
    const samples = Object.entries(known).map(
      ([word, amount]): Sample => ({ ...(word === '' ? {} : { labels: { [label]: word } }), value: amount }),
    );
    return { name: metricName(name), type: 'counter', help: COUNTERS[name], samples };
  });
}

function byService(counters: Counters): Family {
  const samples = [...counters.services].flatMap(([service, levels]) =>
    [...levels].map(([level, value]): Sample => ({ labels: { service, level }, value })),
  );
  const help = 'Records committed to disk, by service and level; beyond a hundred services, `other`';
  return { name: 'stacktrail_records_total', type: 'counter', help, samples };
}

/** Titles are words of senders: a signature leads to its group (`stacktrail errors SIGNATURE`). */
function byGroup({ groups }: Counters): Family {
  const shown = groups.shown().map(({ signature, level, count }): Sample => ({ labels: { signature, level }, value: count }));
  const samples = [...shown, { labels: { signature: 'other', level: 'other' }, value: groups.others }];
  const help = `Errors counted since the start, by error group; those of others than the ${SHOWN_MAX} most frequent are signature other`;
  return { name: 'stacktrail_error_groups_records_total', type: 'counter', help, samples };
}

/** `messages.received` -> `stacktrail_messages_received_total`, `bytes.dropped` -> `stacktrail_dropped_bytes_total`. */
function metricName(name: CounterName): string {
  const words = name.split('.');
  if (words[0] === 'bytes') words.push(words.shift()!);
  return `stacktrail_${words.join('_')}_total`;
}

function receiving({ receivers }: StatusParts): Family[] {
  const statuses = receivers.map((receiver) => receiver.status()).filter((status) => status.connections !== undefined);
  const of = (read: (status: (typeof statuses)[number]) => number | undefined): Sample[] =>
    statuses.map((status) => ({ labels: { receiver: status.receiver }, value: read(status) ?? 0 }));
  return [
    gauge(
      'stacktrail_connections',
      'Open connections of senders',
      of((status) => status.connections),
    ),
    gauge(
      'stacktrail_connections_paused',
      'Connections that wait for the disk',
      of((status) => status.paused),
    ),
  ];
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function gauge(name: string, help: string, value: number | Sample[]): Family {
  return { name, type: 'gauge', help, samples: typeof value === 'number' ? [{ value }] : value };
}

function counter(name: string, help: string, value: number): Family {
  return { name, type: 'counter', help, samples: [{ value }] };
}

function histogram(name: string, help: string, samples: Sample[]): Family {
  return { name, type: 'histogram', help, samples };
}
