/** The cloud over real sockets: what it says it sent arrives, and a broken connection heals. */
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type RunningCloud, startCloud } from '../../src/demo/send.ts';

const open: { close(): unknown }[] = [];
let cloud: RunningCloud | undefined;
afterEach(async () => {
  await cloud?.stop();
  cloud = undefined;
  for (const each of open.splice(0)) each.close();
});

/** A TCP server that collects bytes and lets the test wait for them. */
async function collector(): Promise<{ port: number; text(): string; sockets: net.Socket[]; until(done: () => boolean): Promise<void> }> {
  const chunks: Buffer[] = [];
  const sockets: net.Socket[] = [];
  let wake = (): void => {};
  const server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      wake();
    });
    socket.on('end', () => socket.end());
    socket.on('close', () => wake());
    wake();
  });
  server.listen(0, '127.0.0.1');
  open.push(server);
  await once(server, 'listening');
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { port: (server.address() as net.AddressInfo).port, text: () => Buffer.concat(chunks).toString(), sockets, until };
}

it('sends by UDP and TCP, LF and octet counting, with stamps of now', async () => {
  const tcp = await collector();
  const udp = dgram.createSocket('udp4');
  const datagrams: string[] = [];
  udp.on('message', (bytes) => datagrams.push(bytes.toString()));
  udp.bind(0, '127.0.0.1');
  await once(udp, 'listening');
  open.push(udp);
  cloud = startCloud({
    udp: { host: '127.0.0.1', port: udp.address().port },
    tcp: { host: '127.0.0.1', port: tcp.port },
    rate: 3000,
    seed: 2,
  });
  const running = cloud;
  await tcp.until(() => datagrams.length > 200 && running.firstInstance() !== undefined && / sto0\d /.test(tcp.text()));
  await running.stop();
  const text = tcp.text();
  expect(text).toMatch(/(^|\n)<\d+>\w{3} [ \d]\d \d\d:\d\d:\d\d ctl01 nova-api: \d{4}-/);
  expect(text).toMatch(/<\d+>1 \S+ ctl01 neutron-server - - - {2}\d{4}-/);
  expect(text).toMatch(/\d+ <134>\w{3} [ \d]\d \d\d:\d\d:\d\d sto0\d (object|container|account)-server: /);
  expect(datagrams.every((each) => /^<\d+>(1 |\w{3} )/.test(each))).toBe(true);
  expect(text.includes(running.firstInstance()!) || datagrams.some((each) => each.includes(running.firstInstance()!))).toBe(true);
  expect(running.sent().tcp).toBe((text.match(/<\d+>(1 \d{4}-|\w{3} [ \d]\d )/g) ?? []).length);
});

it('connects again after the server hung up', async () => {
  const tcp = await collector();
  cloud = startCloud({ tcp: { host: '127.0.0.1', port: tcp.port }, rate: 3000, seed: 2 });
  await tcp.until(() => tcp.sockets.length === 2);
  for (const socket of tcp.sockets) socket.destroy();
  await tcp.until(() => tcp.sockets.length === 4);
  expect(cloud.sent().reconnects).toBe(2);
});

it('ends by itself after its duration', async () => {
  const tcp = await collector();
  cloud = startCloud({ tcp: { host: '127.0.0.1', port: tcp.port }, rate: 1000, seed: 2, durationMs: 100 });
  await cloud.done;
  const after = cloud.sent();
  await tcp.until(() => tcp.sockets.every((socket) => socket.destroyed));
  expect(cloud.sent()).toEqual(after);
});

it('lives faster than life: begins in the past, and what it says ends now', async () => {
  const tcp = await collector();
  const begunMs = Date.now();
  const kinds: string[] = [];
  const hourMs = 3_600_000;
  cloud = startCloud({
    tcp: { host: '127.0.0.1', port: tcp.port },
    rate: 0.5,
    seed: 2,
    durationMs: 2 * hourMs,
    speed: 7200,
    onOperation: ({ kind }) => kinds.push(kind),
  });
  await cloud.done;
  expect(Date.now() - begunMs).toBeLessThan(20_000);
  const stamps = [...tcp.text().matchAll(/<\d+>1 (\d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d:\d\d) /g)].map((match) => Date.parse(match[1]!));
  expect(stamps.length).toBeGreaterThan(50);
  expect(Math.min(...stamps)).toBeLessThan(begunMs - 1.5 * hourMs);
  expect(Math.max(...stamps)).toBeGreaterThan(begunMs - 0.5 * hourMs);
  expect(Math.max(...stamps)).toBeLessThan(Date.now());
  expect(cloud.sent().lines).toBeGreaterThan(1000);
  expect(cloud.sent().dropped).toBe(0);
  expect(kinds).toContain('boot');
});
