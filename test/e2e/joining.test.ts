/**
 * One Python traceback in the three shapes that it has on the wire (design, "Joining"), from several processes at
 * once: each becomes one record with the ids of the line that it belongs to, found by the request id, and given back
 * as it was sent. A line that comes after its record is on disk is folded by search, and sent to tail as `more`.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PublicRecord } from '../../src/base/public.ts';
import { openTcp, openUdp, type Sender } from '../receive/senders.ts';
import { eventually, type RunningService, startService } from './service.ts';

const LOGGER = 'nova.compute.manager';
const TIME = '2026-03-01 10:20:30.456';
const USER = '0481e16fe3d642039a6d72191d89c4d5';
const PROJECT = 'c6e21a95552c464d97c1e96851825dd7';

/** Who fails: four processes that differ in as little as possible. */
interface Process {
  readonly host: string;
  readonly pid: number;
  readonly number: number;
}

interface Failure extends Process {
  readonly request: string;
  readonly instance: string;
  readonly header: string;
  /** As oslo.log writes them: the record's line, then one line of the exception each, the last one empty. */
  readonly lines: readonly string[];
  readonly message: string;
}

function failureOf({ host, pid, number }: Process): Failure {
  const tail = number.toString().padStart(12, '0');
  const request = `req-5c0a0d43-1e49-4c2e-9a07-${tail}`;
  const instance = `903b85d0-5b1a-4bd3-a9b7-${tail}`;
  const exception = [
    'Traceback (most recent call last):',
    '  File "/usr/lib/python3/dist-packages/nova/compute/manager.py", line 2878, in _build_resources',
    '    yield resources',
    '',
    'During handling of the above exception, another exception occurred:',
    '',
    'Traceback (most recent call last):',
    '  File "/usr/lib/python3/dist-packages/nova/virt/libvirt/guest.py", line 165, in launch',
    `    raise Failed(${number})`,
    `nova.exception.Failed: process ${pid} on ${host} failed`,
    '',
  ];
  const prefix = `${TIME} ${pid} ERROR ${LOGGER} [instance: ${instance}] `;
  return {
    host,
    pid,
    number,
    request,
    instance,
    header: `<131>Mar  1 10:20:30 ${host} nova-compute: `,
    lines: [
      `${TIME} ${pid} ERROR ${LOGGER} [${request} ${USER} ${PROJECT} - - -] [instance: ${instance}] Instance failed to spawn`,
      ...exception.map((line) => prefix + line),
    ],
    message: ['Instance failed to spawn', ...exception].join('\n'),
  };
}

function wanted({ host, pid, request, instance, message }: Failure): Partial<PublicRecord> {
  return {
    host,
    pid,
    request,
    instance,
    message,
    program: 'nova-compute',
    service: 'nova',
    logger: LOGGER,
    level: 'ERROR',
    user: USER,
    project: PROJECT,
    time: '2026-03-01T10:20:30.456000Z',
    exception: {
      class: 'nova.exception.Failed',
      message: `process ${pid} on ${host} failed`,
      culprit: expect.stringMatching(/guest\.py:165 launch$/),
    },
  };
}

/** Two hosts; three processes of one of them, one of the other with a pid that is known from the first. */
const PROCESSES: readonly Omit<Process, 'number'>[] = [
  { host: 'compute-01', pid: 4156 },
  { host: 'compute-01', pid: 4157 },
  { host: 'compute-02', pid: 4156 },
  { host: 'compute-01', pid: 99 },
];

/** What each message of a failure is, one datagram or frame each. */
const asOne = (separator: string) => (failure: Failure) => [failure.header + failure.lines.join(separator)];
const lineByLine = (failure: Failure) => failure.lines.map((line) => failure.header + line);

const SHAPES: { name: string; messages: (failure: Failure) => string[]; open: (service: RunningService) => Promise<Sender> }[] = [
  { name: 'one datagram with #012', messages: asOne('#012'), open: ({ udp }) => openUdp(udp) },
  { name: 'one line of a stream with #012', messages: asOne('#012'), open: ({ tcp }) => openTcp(tcp) },
  { name: 'one datagram with real newlines', messages: asOne('\n'), open: ({ udp }) => openUdp(udp) },
  { name: 'one counted frame with real newlines', messages: asOne('\n'), open: ({ tcp }) => openCounted(tcp) },
  { name: 'a datagram per line', messages: lineByLine, open: ({ udp }) => openUdp(udp) },
  { name: 'a line of a stream per line', messages: lineByLine, open: ({ tcp }) => openTcp(tcp) },
  { name: 'a counted frame per line', messages: lineByLine, open: ({ tcp }) => openCounted(tcp) },
];

describe('whatever the shape on the wire', () => {
  // Every shape has hosts of its own.
  const rows = SHAPES.map((shape, row) => {
    const failures = PROCESSES.map(({ host, pid }, index) => failureOf({ host: `${host}-${row}`, pid, number: row * 100 + index }));
    return { ...shape, failures };
  });
  const sent = rows.flatMap(({ failures, messages }) => failures.flatMap(messages)).length;
  let service: RunningService;
  beforeAll(async () => {
    service = await startService();
    for (const { failures, messages, open } of rows) {
      const sender = await open(service);
      await sender.send(...interleaved(failures.map(messages)));
      await sender.close();
    }
    await eventually(async () => expect((await service.counted('records.stored')) + (await service.counted('lines.joined'))).toBe(sent));
  });
  afterAll(() => service.stop());

  describe.each(rows)('$name', ({ failures, messages }) => {
    test.each(failures)('of pid $pid on $host is one record, found by its request, and given back as it was sent', async (failure) => {
      const [record, ...others] = await service.search(failure.request, { raw: 'true' });
      expect(record).toMatchObject(wanted(failure));
      expect(others).toEqual([]);
      expect(record?.raw).toBe(messages(failure).join('\n'));
    });

    test('goes out of the terminal as it was sent', async () => {
      const [failure] = failures as [Failure];
      const { code, out } = await service.run('search', '-o', 'raw', failure.request);
      expect({ code, out }).toEqual({ code: 0, out: `${messages(failure).join('\n')}\n` });
    });
  });

  test('nothing else was made of it', async () => {
    expect(await service.search('')).toHaveLength(SHAPES.length * PROCESSES.length);
    expect(await service.search('"Instance failed to spawn" level:error')).toHaveLength(SHAPES.length * PROCESSES.length);
  });
});

describe('a line that comes when its record is on disk', () => {
  let service: RunningService;
  let sender: Sender;
  beforeEach(async () => {
    service = await startService();
    sender = await openTcp(service.tcp);
  });
  afterEach(async () => {
    await sender.close();
    await service.stop();
  });

  // All its lines have 5 s from the first on (limits.joinAfterMs): on a machine that is busy for longer a new service tries again.
  test('is folded by search, comes to tail as `more`, and survives a restart', { retry: 3 }, async () => {
    const failure = failureOf({ host: 'compute-01', pid: 4156, number: 7 });
    const other = failureOf({ host: 'compute-02', pid: 4156, number: 8 });
    const events = await follow(service);
    const tail = service.begin('tail', '-n', '0');
    await eventually(async () => expect((await service.status()) as unknown).toMatchObject({ followers: 2 }));

    const [first, ...rest] = lineByLine(failure);
    await sender.send(first!);
    const [parent] = await eventually(async () => {
      const found = await service.search(failure.request);
      expect(found).toHaveLength(1);
      return found;
    });
    expect(parent?.message).toBe('Instance failed to spawn');
    // In three commits, with a stranger's record in between.
    for (const [index, part] of [rest.slice(0, 1), rest.slice(1, 4), rest.slice(4)].entries()) {
      const before = await service.counted('records.stored');
      if (index === 1) await sender.send(lineByLine(other)[0]!);
      await sender.send(...part);
      await eventually(async () => expect(await service.counted('records.stored')).toBeGreaterThan(before));
    }
    const want = { ...wanted(failure), seq: parent?.seq };
    const words = [failure.request, failure.instance, '_build_resources', '"nova.exception.Failed"', 'level:error host:compute-01'];
    for (const query of words) await eventually(async () => expect(await service.search(query), query).toMatchObject([want]));

    const more = await eventually(() => {
      const seen = events.seen().filter((event) => event.name === 'more');
      expect(seen.map((event) => event.record.message).join('\n')).toBe(failure.message.slice('Instance failed to spawn\n'.length));
      return seen;
    });
    expect(more.map((event) => event.record.of)).toEqual(more.map(() => parent?.seq));
    expect(more.map((event) => event.record.request)).toEqual(more.map(() => failure.request));
    const records = events.seen().filter((event) => event.name === 'record');
    expect(records.map((event) => event.record.request)).toEqual([failure.request, other.request]);
    events.close();

    await eventually(() => expect(tail.out()).toContain('    nova.exception.Failed: process 4156 on compute-01 failed\n'));
    expect(tail.out().split('\n')[1]).toBe('    Traceback (most recent call last):');
    tail.signal('SIGINT');
    await tail.ended;

    const raw = await service.run('search', '-o', 'raw', failure.request);
    expect(raw.out).toBe(`${lineByLine(failure).join('\n')}\n`);
    await sender.close();
    await service.stop();
    service = await startService({ data: service.data });
    sender = await openTcp(service.tcp);
    for (const query of words) expect(await service.search(query), query).toMatchObject([want]);
  });
});

test("swift's own #012 is one record with its transaction", async () => {
  const service = await startService();
  const sender = await openUdp(service.udp);
  const text =
    '<131>Mar  1 10:20:30 proxy-01 proxy-server: Error: An error occurred: #012Traceback (most recent call last):#012  File "/usr/lib/python3/swift/proxy/server.py", line 7, in handle#012    raise KeyError(name)#012KeyError: \'name\' (txn: tx4b41c78a86b246c59725d-005c48267b)';
  await sender.send(text);
  const records = await eventually(async () => {
    const found = await service.search('tx4b41c78a86b246c59725d-005c48267b');
    expect(found).toHaveLength(1);
    return found;
  });
  expect(records).toMatchObject([{ service: 'swift', host: 'proxy-01', level: 'ERROR', exception: { class: 'KeyError' } }]);
  expect(records[0]?.message.split('\n')).toHaveLength(5);
  expect((await service.run('search', '-o', 'raw', '')).out).toBe(`${text}\n`);
  await sender.close();
  await service.stop();
});

/** First messages of all, second messages of all … */
function interleaved(lists: readonly string[][]): string[] {
  const longest = Math.max(...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1))).flat();
}

async function openCounted(address: { host: string; port: number }): Promise<Sender> {
  const tcp = await openTcp(address);
  return {
    send: async (...messages) => {
      for (const message of messages) await tcp.write(Buffer.concat([Buffer.from(`${Buffer.byteLength(message)} `), Buffer.from(message)]));
    },
    close: () => tcp.close(),
  };
}

interface Seen {
  readonly name: string;
  readonly record: PublicRecord;
}

/** The stream of `GET /tail` as a browser reads it. */
async function follow(service: RunningService): Promise<{ seen(): Seen[]; close(): void }> {
  const closing = new AbortController();
  const response = await fetch(`${service.url}/api/v1/tail`, { signal: closing.signal });
  let text = '';
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) text += decoder.decode(chunk, { stream: true });
  })();
  // It ends by being aborted.
  reading.catch(() => undefined);
  return {
    seen: () =>
      [...text.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(([, name, data]) => ({
        name: name!,
        record: JSON.parse(data!) as PublicRecord,
      })),
    close: () => closing.abort(),
  };
}
