/**
 * The chain from a log line to an alert, whole: an outage of RabbitMQ of the simulated cloud over TCP into a real service that is twenty minutes
 * old; a real HTTP receiver hears of it once within two minutes, with the broker named, and once more when it is over, and of nothing else. The time
 * by which minutes are judged and messages wait is the cloud's, set forward where nothing happens.
 */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readSettings } from '../../src/base/config.ts';
import { CONTROLLER } from '../../src/demo/world.ts';
import type { SpikeList } from '../../src/model.ts';
import { startService } from '../../src/service.ts';
import { openTcp } from '../receive/senders.ts';
import { type CloudLine, cloudLines, MINUTE_US, START_US } from './cloud-lines.ts';
import { eventually, temporaryFolder } from './service.ts';

const CALM_MINUTES = 20;
const OUTAGE_MINUTES = 5;
const AFTER_MINUTES = 30;
const BROKER = `${CONTROLLER}:5672`;
/** For a busy machine; what is asserted is the cloud's time. */
const WAIT_MS = 90_000;

interface Message {
  readonly atUs: number;
  readonly body: {
    readonly alerts: readonly {
      status: string;
      id: string;
      title: string;
      dependency?: string;
      evidence: string[];
      url: string;
      foldedCount: number;
    }[];
  };
}

/** Time goes on by itself, and is set forward. */
class CloudClock {
  #fromUs = START_US;
  #setMs = performance.now();
  readonly now = (): number => this.#fromUs + Math.floor((performance.now() - this.#setMs) * 1000);

  /** To a time since START_US; it never goes back. */
  forward(us: number): void {
    this.#fromUs = Math.max(this.now(), START_US + us);
    this.#setMs = performance.now();
  }
}

async function receiver(clock: CloudClock): Promise<{ url: string; messages: Message[] }> {
  const messages: Message[] = [];
  const server = createServer((request, response) => {
    const atUs = clock.now();
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      messages.push({ atUs, body: JSON.parse(body) as Message['body'] });
      response.end('thanks');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, messages };
}

test('an outage of the broker: one message within two minutes, one when it is over, no other', { timeout: 600_000 }, async () => {
  const clock = new CloudClock();
  const { url, messages } = await receiver(clock);
  const folder = temporaryFolder();
  const config = join(folder, 'c.yaml');
  writeFileSync(
    config,
    `data: ${join(folder, 'data')}\nhttp: 127.0.0.1:0\ntcp: 127.0.0.1:0\nudp: off\nlog: {level: error}\nreceivers:\n  - {name: oncall, webhook: '${url}'}\n`,
  );
  const effective = readSettings({ environment: { STACKTRAIL_CONFIG: config } });
  const service = await startService(effective.values, { effective, clock: clock.now });
  onTestFinished(() => service.stop());
  const ask = async <T>(path: string): Promise<T> =>
    (await (await fetch(`http://127.0.0.1:${service.addresses.http!.port}/api/v1/${path}`)).json()) as T;
  const sender = await openTcp(service.addresses.tcp!);
  onTestFinished(() => sender.close());
  let sent = 0;
  /** All of these are stored and counted. */
  const send = async (lines: readonly CloudLine[]): Promise<void> => {
    await sender.send(...lines.map(({ text }) => text));
    sent += lines.length;
    // Lines of one traceback become one record, so records are fewer.
    await eventually(async () => {
      const { counters, pendingBytes } = await ask<{ counters: Record<string, Record<string, number>>; pendingBytes: number }>('status');
      expect([counters['messages.received']!.tcp, pendingBytes]).toEqual([sent, 0]);
    }, WAIT_MS);
    await ask('errors?since=2026-01-01&settled=true');
  };
  const judged = (minute: number): Promise<void> =>
    eventually(async () => {
      const { watermark } = await ask<SpikeList>('spikes?since=2026-01-01');
      expect(Date.parse(watermark) * 1000).toBeGreaterThanOrEqual(START_US + minute * MINUTE_US);
    }, WAIT_MS);

  const outageUs = CALM_MINUTES * MINUTE_US;
  const calm = { 'broker outage': 0 };
  const usual = cloudLines({
    seed: 7,
    weights: calm,
    linesPerSecond: 2,
    fromMinute: 0,
    minutes: CALM_MINUTES + OUTAGE_MINUTES + AFTER_MINUTES,
  });
  const away = cloudLines({
    seed: 8,
    weights: { 'broker outage': 1e9 },
    linesPerSecond: 60,
    fromMinute: CALM_MINUTES,
    minutes: OUTAGE_MINUTES,
  });
  const during = (fromUs: number, untilUs: number): CloudLine[] =>
    [...usual, ...away].filter(({ atUs }) => atUs >= fromUs && atUs < untilUs).sort((one, other) => one.atUs - other.atUs);

  await send(during(0, outageUs));
  clock.forward(outageUs);
  await judged(CALM_MINUTES - 1);
  expect(messages).toEqual([]);

  // Its first ten seconds are enough, as they come.
  clock.forward(outageUs + 10e6);
  await send(during(outageUs, outageUs + 10e6));
  const [first] = await eventually(() => {
    expect(messages).toHaveLength(1);
    return messages;
  }, WAIT_MS);
  expect(first!.body.alerts).toMatchObject([
    {
      status: 'firing',
      title: `Message broker ${BROKER} is away or refuses`,
      dependency: `broker ${BROKER}`,
      url: expect.stringMatching(/^http/),
    },
  ]);
  expect(first!.body.alerts[0]!.evidence.join('\n')).toMatch(/AMQP server|MessagingTimeout/);
  expect(first!.atUs - (START_US + outageUs)).toBeLessThanOrEqual(2 * MINUTE_US);

  const endMinute = CALM_MINUTES + OUTAGE_MINUTES + AFTER_MINUTES;
  for (let minute = CALM_MINUTES; minute < endMinute; minute += 5) {
    await send(during(Math.max(minute * MINUTE_US, outageUs + 10e6), (minute + 5) * MINUTE_US));
    clock.forward((minute + 5) * MINUTE_US + 6e6);
    await judged(minute + 5);
  }
  await eventually(() => expect(messages.length).toBeGreaterThanOrEqual(2), WAIT_MS);
  const { spikes } = await ask<SpikeList>('spikes?since=2026-01-01');
  expect(spikes).toMatchObject([{ dependency: { kind: 'broker', address: BROKER }, until: expect.any(String) }]);
  expect(messages.slice(1).map(({ body }) => body.alerts)).toMatchObject([[{ status: 'resolved', id: spikes[0]!.id }]]);
});
