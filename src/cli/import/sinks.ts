/**
 * Where imported parts go: a running server over HTTP, or a data folder that no server owns, through an ingest thread of our
 * own. Both answer when a part is on disk, and both know how far a log was taken. Not here: what the parts are.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '../../base/config.ts';
import { Counters } from '../../base/counters.ts';
import { CodedError, isCoded } from '../../base/errors.ts';
import { nowUs } from '../../base/time.ts';
import { facilityServices } from '../../ingest/facilities.ts';
import { startIngest } from '../../ingest.ts';
import type { Ingest, Position, Source } from '../../model.ts';
import { ask, type Server } from '../server.ts';
import type { Part } from './parts.ts';

export interface PartFrom {
  readonly source: Source;
  readonly position: Required<Position>;
}

export interface Sink {
  readonly name: string;
  /** Parts of a log that are on their way at once: the disk must not wait for the reader. */
  readonly partsAtOnce: number;
  positions(sources: readonly string[]): Promise<Position[]>;
  /** Resolves when the part is on disk; rejects with a coded error, `position-moved` where somebody else has taken it. */
  take(part: Part, from: PartFrom): Promise<void>;
  close(): Promise<void>;
}

/** 8 MiB: at 30 MiB/s of log the longest commit under load and a slow flush of the disk are bridged. */
const PARTS_AT_ONCE = 8;
/** A server that has too much to do is asked again: first soon, then less often. */
const BUSY_MS = { first: 100, longest: 2000 };

/** How often it is looked whether the disk is full. */
const LOOK_MS = 250;

/** Takes the folder; throws `store-busy` where a server owns it. */
export async function folderSink(settings: Settings): Promise<Sink> {
  const ingest = await openFolder(settings);
  let full: CodedError | undefined;
  // A server would hold what it has taken until there is room. Nobody makes room here while we wait: the end settles what is open.
  const looking = setInterval(() => {
    if (!ingest.isReadOnly) return;
    full ??= new CodedError('disk-full', `the disk of ${settings.data} is full, or nearly (disk.reserve is kept back)`);
    void ingest.stop();
  }, LOOK_MS).unref();
  const orFull = <T>(asked: Promise<T>): Promise<T> => asked.catch((error) => Promise.reject(full ?? error));
  return {
    name: settings.data,
    partsAtOnce: PARTS_AT_ONCE,
    positions: (sources) => orFull(ingest.positions(sources)),
    take: ({ bytes, spans, flags }, from) => orFull(ingest.accept({ ...from, received: nowUs(), bytes, spans, ...(flags && { flags }) })),
    async close() {
      clearInterval(looking);
      await ingest.stop();
    },
  };
}

async function openFolder(settings: Settings): Promise<Ingest> {
  const { keepSettings } = await import('../../service.ts');
  try {
    return await startIngest({
      folder: settings.data,
      zone: settings.zone === 'auto' ? undefined : settings.zone,
      facilities: facilityServices(settings.facilities),
      counters: new Counters(),
      keep: keepSettings(settings),
    });
  } catch (error) {
    if (!isCoded(error) || error.code !== 'store-busy') throw error;
    throw new CodedError('store-busy', `a server uses the data folder ${settings.data}; leave --data out to import into that server`);
  }
}

export function serverSink(server: Server): Sink {
  // A part that was sent is waited for: cut off, nobody would know whether it is on disk.
  const signal = new AbortController().signal;
  return {
    name: server.url,
    partsAtOnce: PARTS_AT_ONCE,
    async positions(sources) {
      const response = await ask(server, {
        path: '/api/v1/positions',
        accept: 'application/json',
        arguments: { sources: sources.join(',') },
        signal,
      });
      return ((await response.json()) as { positions: Position[] }).positions;
    },
    take: (part, from) => post({ server, signal }, part, from),
    close: async () => {},
  };
}

async function post(
  { server, signal }: { server: Server; signal: AbortSignal },
  part: Part,
  { source, position }: PartFrom,
): Promise<void> {
  const { hints = {} } = source;
  for (let waitMs = BUSY_MS.first; ; waitMs = Math.min(waitMs * 2, BUSY_MS.longest)) {
    try {
      const response = await ask(server, {
        path: '/api/v1/import',
        method: 'POST',
        accept: 'application/json',
        headers: { 'content-type': 'text/plain; charset=utf-8' },
        arguments: {
          ...position,
          path: source.peer,
          host: hints.host,
          program: hints.program,
          service: hints.service,
          nearUs: hints.nearUs?.toFixed(0),
          zone: hints.zone?.toString(),
          cut: part.cut ? 'true' : undefined,
        },
        body: part.bytes as Uint8Array<ArrayBuffer>,
        signal,
      });
      await response.arrayBuffer();
      return;
    } catch (error) {
      if (!isCoded(error) || error.code !== 'overloaded') throw error;
      await sleep(waitMs, undefined, { signal });
    }
  }
}
