/**
 * Messages of a request to the intake: in runs of about 1 MiB, as the receivers make them, counted, and waited for until all
 * of them are on disk. Not here: how a body is divided into messages.
 *
 * Invariant: resolves only when every message is durable; where one run cannot be, the request fails as a whole, and its client
 * sends again - what was stored before then is there twice, and nothing is missing.
 */
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { nowUs } from '../base/time.ts';
import type { Hints, MessageFlag, MessageRun } from '../model.ts';
import type { ApiParts } from './route.ts';

export interface Arrival {
  readonly peer: string;
  readonly bytes: Uint8Array;
  /** start0, end0, start1, end1 … into `bytes`. */
  readonly spans: readonly number[];
  readonly hints?: Hints;
}

/** For `refuse` of routes: before the body is read. */
export function refuseOverload(parts: ApiParts): void {
  if (parts.ingest.pendingBytes > limits.intakeBytesMax)
    throw new CodedError('overloaded', 'Too much is waiting for the disk; send again in a second');
}

/** Resolves when all is durable; the runs wait for the disk together, not one after another. */
export async function acceptAll(parts: ApiParts, arrival: Arrival): Promise<void> {
  const { counters } = parts;
  const waiting: Promise<void>[] = [];
  for (const run of runsOf(arrival, counters && ((bytes) => counters.lose('truncated-bytes', arrival.peer, bytes)))) {
    counters?.add('messages.received', run.spans.length / 2, 'http');
    counters?.add('bytes.received', run.bytes.length, 'http');
    // When too much is on its way to the disk, only after what this request sent before.
    if (parts.ingest.pendingBytes > limits.intakeBytesMax) await Promise.all(waiting);
    const durable = parts.ingest.accept(run);
    // It may fail before it is waited for; `all` below throws it.
    durable.catch(() => {});
    waiting.push(durable);
  }
  await Promise.all(waiting);
}

/** The same for texts that are made of the body one by one. */
export async function acceptTexts(parts: ApiParts, texts: Iterable<string>, about: Omit<Arrival, 'bytes' | 'spans'>): Promise<void> {
  const waiting: Promise<void>[] = [];
  let chunks: Buffer[] = [];
  let spans: number[] = [];
  let length = 0;
  const send = async (): Promise<void> => {
    if (parts.ingest.pendingBytes > limits.intakeBytesMax) await Promise.all(waiting);
    const durable = acceptAll(parts, { ...about, bytes: Buffer.concat(chunks, length), spans });
    durable.catch(() => {});
    waiting.push(durable);
    chunks = [];
    spans = [];
    length = 0;
  };
  for (const text of texts) {
    const bytes = Buffer.from(text);
    if (length > 0 && length + bytes.length > limits.batchBytesMax) await send();
    spans.push(length, length + bytes.length);
    chunks.push(bytes);
    length += bytes.length;
  }
  if (length > 0) await send();
  await Promise.all(waiting);
}

/** Too long messages are cut and flagged. */
function* runsOf(arrival: Arrival, onCut: ((bytes: number) => void) | undefined): Generator<MessageRun> {
  const { spans, bytes, hints } = arrival;
  const source = { transport: 'http', peer: arrival.peer, ...(hints && { hints }) } as const;
  const received = nowUs();
  for (let index = 0; index < spans.length; ) {
    const base = spans[index]!;
    const own: number[] = [];
    const flags = new Map<number, MessageFlag>();
    while (index < spans.length && (own.length === 0 || spans[index + 1]! - base <= limits.batchBytesMax)) {
      const start = spans[index]!;
      const end = Math.min(spans[index + 1]!, start + limits.messageBytesMax);
      if (end < spans[index + 1]!) {
        flags.set(own.length / 2, 'truncated');
        onCut?.(spans[index + 1]! - end);
      }
      own.push(start - base, end - base);
      index += 2;
    }
    yield { source, received, bytes: bytes.subarray(base, base + own.at(-1)!), spans: own, flags };
  }
}
