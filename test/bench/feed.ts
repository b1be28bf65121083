/**
 * Feeds a corpus to a subject over one TCP connection (LF framing), as fast as its socket takes it, and waits until
 * the line sent last is found by search: then all before it are durable and searchable, too.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Corpus } from './corpus.ts';
import type { Subject } from './service.ts';

/** What rsyslog's own senders are of the order of; larger ones measure only the bench. */
const CHUNK_BYTES = 256 * 1024;
const POLL_MS = 10;

/** Seconds from the first byte until all is found. Throws when it takes longer than `msMax`. */
export async function feed(subject: Subject, source: Corpus, msMax: number): Promise<{ seconds: number; sentSeconds: number }> {
  const socket = await connect(subject);
  const stopAt = AbortSignal.timeout(msMax);
  const startedMs = performance.now();
  try {
    await sendFile(socket, source, stopAt);
    const marker = `marker${randomBytes(8).toString('hex')}`;
    socket.write(syslogLine(`the last line ${marker}`));
    const sentSeconds = (performance.now() - startedMs) / 1000;
    // Searchable first, then durable: what is counted as stored is on disk.
    while (!(await subject.found(marker)) || !(await isAccounted(subject, source.lines + 1, stopAt))) await sleep(POLL_MS);
    return { seconds: (performance.now() - startedMs) / 1000, sentSeconds };
  } finally {
    socket.destroy();
  }
}

/** Lost lines would look like speed and compression: a run that lost any never ends well. */
async function isAccounted(subject: Subject, lines: number, stopAt: AbortSignal): Promise<boolean> {
  const kept = await subject.kept?.();
  if (kept !== undefined && (kept > lines || (kept < lines && stopAt.aborted)))
    throw new Error(`${subject.name} accounts for ${kept} of ${lines} lines`);
  return kept === undefined || kept === lines;
}

export async function connect(subject: Subject): Promise<net.Socket> {
  const socket = net.connect({ ...subject.tcp, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

async function sendFile(socket: net.Socket, source: Corpus, stopAt: AbortSignal): Promise<void> {
  const file = await open(source.file);
  try {
    for (let at = 0; at < source.bytes; ) {
      stopAt.throwIfAborted();
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, source.bytes - at));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) throw new Error(`${source.file} became shorter`);
      at += bytesRead;
      if (!socket.write(buffer.subarray(0, bytesRead))) await once(socket, 'drain', { signal: stopAt });
    }
  } finally {
    await file.close();
  }
}

/** A line of the bench's own, as rsyslog would forward it, stamped now. */
export function syslogLine(text: string): string {
  const [, month, day, , time] = /^\w+ (\w+) (\d+) (\d+) (\S+)/.exec(new Date().toString())!;
  return `<134>${month} ${String(Number(day)).padStart(2, ' ')} ${time} bench01 bench: ${text}\n`;
}
