/**
 * A disk that fills up under a running service: it refuses what cannot wait, holds what can, goes on answering, and goes on storing
 * by itself when there is room - and every line that was acknowledged, or sent over TCP, is there in the end.
 * On a file system of its own, which only root can mount.
 */
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { smallDisk } from '../small-disk.ts';
import { eventually, type RunningService, startService, temporaryFolder } from './service.ts';

const MIB = 1024 * 1024;
const DISK_MIB = 48;
const RESERVE = '12MiB';

const disk = join(temporaryFolder(), 'disk');
const isMounted = smallDisk(disk, DISK_MIB) !== undefined;
const ballast = join(disk, 'ballast');

function freeBytes(): number {
  const { bsize, bavail } = statfsSync(disk);
  return bsize * bavail;
}

/** Others fill the disk until so much is left. */
function fillUpTo(leftBytes: number): void {
  const bytes = freeBytes() - leftBytes;
  if (bytes <= 0) return;
  try {
    writeFileSync(ballast, Buffer.alloc(bytes, 1), { flag: 'a' });
  } catch (error) {
    // The service has written meanwhile: then the disk is as full as can be.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

interface Keeping {
  readonly disk: string;
  readonly diskSinceUs: number;
  readonly freeBytes: number;
  readonly reserveBytes: number;
}

async function keepingOf(service: RunningService): Promise<Keeping> {
  return ((await service.status()) as unknown as { keeping: Keeping }).keeping;
}

function lines(prefix: string, count: number): string {
  return Array.from({ length: count }, (_, index) => `<14>Mar  1 10:20:30 c01 nova-api: ${prefix} ${index}\n`).join('');
}

/** All records with a word, in the order of seq, as their last number. */
async function numbersOf(service: RunningService, word: string): Promise<number[]> {
  const words = new URLSearchParams({ query: word, direction: 'forward' });
  const response = await fetch(`${service.url}/api/v1/search?${words}`, { headers: { accept: 'application/x-ndjson' } });
  const texts = (await response.text()).split('\n').filter((line) => line !== '');
  return texts.map((line) => Number((JSON.parse(line) as { message: string }).message.split(' ').at(-1)));
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

test.skipIf(!isMounted)('low, full, and back again', async () => {
  const service = await startService({ data: join(disk, 'data'), words: ['--disk-reserve', RESERVE, '--retention-size', 'none'] });
  expect(await service.ingest(lines('before', 500))).toMatchObject({ status: 200 });
  expect(await keepingOf(service)).toMatchObject({ disk: 'ok', reserveBytes: 12 * MIB });

  // Below the reserve: HTTP is refused, UDP counted, TCP held back; searches go on.
  fillUpTo(8 * MIB);
  await eventually(async () => expect((await keepingOf(service)).disk).toBe('low'));
  const { body, status } = await service.ingest(lines('refused', 10));
  expect(status).toBe(503);
  expect(body).toMatchObject({ code: 'disk-full', detail: expect.stringContaining('disk.reserve') });
  const socket = net.connect(service.tcp.port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(lines('held', 3000));
  await new Promise<void>((resolve) => socket.write(lines('later', 10), () => resolve()));
  const udp = await import('node:dgram').then(({ createSocket }) => createSocket('udp4'));
  await new Promise((resolve) => udp.send(lines('datagram', 1), service.udp.port, '127.0.0.1', resolve));
  await eventually(async () => {
    const { losses } = await service.status();
    expect(losses).toEqual([expect.objectContaining({ reason: 'disk-full', amount: 1 })]);
  });
  expect(await numbersOf(service, 'before')).toEqual(upTo(500));
  expect(await numbersOf(service, 'held')).toEqual([]);
  const ready = async (): Promise<string> => {
    const response = await fetch(`${service.url}/-/ready`);
    return `${response.status} ${await response.text()}`;
  };
  expect(await ready()).toMatch(/^503 not ready: the disk is low/);
  const since = (await keepingOf(service)).diskSinceUs;
  expect(Math.abs(Date.now() * 1000 - since)).toBeLessThan(60e6);

  // Really full: the file that was kept back makes room for searches to work in.
  fillUpTo(0);
  await eventually(() => expect(freeBytes()).toBeGreaterThan(MIB));
  expect(await numbersOf(service, 'before')).toEqual(upTo(500));

  // Room again: by itself, what TCP has sent first.
  rmSync(ballast);
  await eventually(async () => expect((await keepingOf(service)).disk).toBe('ok'));
  await eventually(async () => expect((await numbersOf(service, 'later')).length).toBe(10));
  expect(await ready()).toBe('200 ready\n');
  expect(await numbersOf(service, 'held')).toEqual(upTo(3000));
  expect(await service.ingest(lines('after', 100))).toMatchObject({ status: 200 });
  expect(await numbersOf(service, 'refused')).toEqual([]);
  expect(await service.counted('messages.lost')).toBe(1);
  socket.destroy();
  udp.close();
  expect(service.program.err()).toMatch(/the disk is low.*\n[\s\S]*the disk has room again/);
  expect((await service.stop()).code).toBe(0);
});

test.skipIf(!isMounted)('a service that stops while the disk is low stores what it holds', async () => {
  rmSync(ballast, { force: true });
  const data = join(disk, 'data');
  const words = ['--disk-reserve', RESERVE, '--retention-size', 'none'];
  const service = await startService({ data, words });
  fillUpTo(10 * MIB);
  await eventually(async () => expect((await keepingOf(service)).disk).toBe('low'));
  const socket = net.connect(service.tcp.port, '127.0.0.1');
  await new Promise<void>((resolve) => socket.end(lines('last', 200), () => resolve()));
  await eventually(async () => expect((await service.status()).pendingBytes).toBeGreaterThan(200 * 30));
  const ended = await service.stop();
  expect(ended.code).toBe(0);
  rmSync(ballast);
  const again = await startService({ data, words });
  expect(await numbersOf(again, 'last')).toEqual(upTo(200));
  await again.stop();
});

test.skipIf(!isMounted)('without a reserve: a commit that the disk refuses is tried again until there is room', async () => {
  rmSync(ballast, { force: true });
  const service = await startService({ data: join(disk, 'bare'), words: ['--disk-reserve', 'none', '--retention-size', 'none'] });
  expect(await service.ingest(lines('before', 100))).toMatchObject({ status: 200 });
  fillUpTo(0);
  const socket = net.connect(service.tcp.port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  // More than the log may still have room for.
  await new Promise<void>((resolve) => socket.write(lines('refused at first', 20_000), () => resolve()));
  // On its way before anybody knows: the client hears in bounded time that it may come yet, and comes.
  const unsure = service.ingest(lines('unsure', 2000));
  await eventually(async () => expect((await keepingOf(service)).disk).toBe('full'));
  expect((await service.ingest(lines('http', 1))).status).toBe(503);
  const { status, body } = await unsure;
  expect({ status, body }).toMatchObject({ status: 503, body: { code: 'disk-full', detail: expect.stringMatching(/no room|more room/) } });
  expect(await numbersOf(service, 'before')).toEqual(upTo(100));
  rmSync(ballast);
  await eventually(async () => expect((await numbersOf(service, '"refused at first"')).length).toBe(20_000));
  expect(await numbersOf(service, '"refused at first"')).toEqual(upTo(20_000));
  const isTold = (body as { detail: string }).detail.includes('may be there twice');
  expect(await numbersOf(service, 'unsure')).toEqual(isTold ? upTo(2000) : []);
  expect(await service.counted('messages.lost')).toBe(0);
  socket.destroy();
  await service.stop();
});
