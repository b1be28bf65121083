/**
 * Requests by service and endpoint: how many, how many failed, how long they took, as they are added up, and as a block keeps its own
 * (column 81), so that a report over a week of whole blocks reads no line. Not here: which lines are requests (access-lines.ts).
 *
 *   crc32 of what follows, 4 bytes, little endian
 *   varint rules · varint lines · varint sums, each: service · endpoint (varint bytes, UTF-8) · varint count · client errors · server errors
 *     varint steps + 1, 0 where no line told its duration; else varint zeros · 8 bytes the longest (IEEE 754) · per step (sketch.ts)
 *     zigzag number, from the second on the difference to the one before · varint how many
 *
 * Bounded: ENDPOINTS_MAX are told apart in all, ENDPOINTS_OF_BLOCK_MAX in a block; what scanners make up counts as `''`.
 */
import { crc32 } from 'node:zlib';
import { ByteReader, ByteWriter } from '../base/bytes.ts';
import type { EndpointCount, EndpointList } from '../model.ts';
import { unpack } from './compress.ts';
import { Sketch, type SketchParts } from './sketch.ts';

/** Raise it when the same line becomes another endpoint, status or duration (parsers/marks-http.ts, report/endpoint.ts): blocks with the sums of other rules are read instead. */
export const ENDPOINT_RULES = 1;
/** A cloud has some hundred. */
const ENDPOINTS_MAX = 2000;
/** Of 8192 lines; a block must not grow by what strangers ask for. */
export const ENDPOINTS_OF_BLOCK_MAX = 400;

export interface Sum {
  readonly service: string;
  readonly endpoint: string;
  count: number;
  clientErrors: number;
  serverErrors: number;
  readonly durations: Sketch;
}

export class EndpointSums {
  readonly #of = new Map<string, Map<string, Sum>>();
  readonly #max: number;
  #size = 0;
  /** Lines that were added, each once whatever it stands for. */
  lines = 0;
  /** For how many lines one stands. */
  weight = 1;

  constructor(max = ENDPOINTS_MAX) {
    this.#max = max;
  }

  sumOf(service: string, endpoint: string): Sum {
    const known = this.#of.get(service)?.get(endpoint);
    if (known !== undefined) return known;
    // Services are few, but theirs is a text of senders, too.
    if (this.#size >= this.#max && endpoint !== '') return this.sumOf(service, '');
    if (this.#size >= 2 * this.#max && service !== '') return this.sumOf('', '');
    const sum: Sum = { service, endpoint, count: 0, clientErrors: 0, serverErrors: 0, durations: new Sketch() };
    const ofService = this.#of.get(service) ?? new Map<string, Sum>();
    this.#of.set(service, ofService);
    ofService.set(endpoint, sum);
    this.#size++;
    return sum;
  }

  /** One line; `duration` in seconds, NaN where it tells none. */
  add(sum: Sum, status: number, duration: number): void {
    this.lines++;
    sum.count += this.weight;
    if (status >= 500) sum.serverErrors += this.weight;
    else if (status >= 400) sum.clientErrors += this.weight;
    if (duration >= 0) sum.durations.add(duration, this.weight);
  }

  /** Adds what a block kept; false when that is damaged, or made by other rules: then nothing was added. */
  merge(packed: Buffer): boolean {
    const kept = decodeSums(packed);
    if (kept !== undefined) this.#addAll(kept.lines, kept.sums);
    return kept !== undefined;
  }

  /** What others have counted. */
  addAll(others: EndpointSums): void {
    this.#addAll(
      others.lines,
      others.#all().map((sum) => ({ ...sum, durations: sum.durations.parts() })),
    );
  }

  #addAll(lines: number, kept: readonly KeptSum[]): void {
    this.lines += lines;
    for (const { service, endpoint, count, clientErrors, serverErrors, durations } of kept) {
      const sum = this.sumOf(service, endpoint);
      sum.count += count;
      sum.clientErrors += clientErrors;
      sum.serverErrors += serverErrors;
      if (durations !== undefined) sum.durations.merge(durations);
    }
  }

  encode(): Buffer {
    const out = new ByteWriter(4096);
    out.take(4);
    out.varint(ENDPOINT_RULES);
    out.varint(this.lines);
    const sums = this.#all();
    out.varint(sums.length);
    for (const sum of sums) writeSum(out, sum);
    const data = out.view();
    data.writeUInt32LE(crc32(data.subarray(4)));
    return data;
  }

  #all(): Sum[] {
    return [...this.#of.values()].flatMap((ofService) => [...ofService.values()]).filter(({ count }) => count > 0);
  }

  /** Most frequent first. */
  list(oneOf: number): EndpointList {
    const endpoints = this.#all()
      .sort((one, other) => other.count - one.count || compare(one.endpoint, other.endpoint) || compare(one.service, other.service))
      .map(({ durations, ...sum }): EndpointCount => {
        const duration = durations.measured();
        return { ...sum, ...(duration === undefined ? {} : { duration }) };
      });
    return { endpoints, lines: this.lines, oneOf };
  }
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function writeSum(out: ByteWriter, { service, endpoint, count, clientErrors, serverErrors, durations }: Sum): void {
  out.string(service);
  out.string(endpoint);
  for (const number of [count, clientErrors, serverErrors]) out.varint(number);
  const { zeros, max, steps } = durations.parts();
  const isNone = zeros === 0 && steps.length === 0;
  out.varint(isNone ? 0 : steps.length + 1);
  if (isNone) return;
  out.varint(zeros);
  out.take(8).writeDoubleLE(max);
  let before = 0;
  for (const [step, times] of steps) {
    out.zigzag(step - before);
    out.varint(times);
    before = step;
  }
}

type KeptSum = Omit<Sum, 'durations'> & { readonly durations: SketchParts | undefined };

function decodeSums(packed: Buffer): { lines: number; sums: KeptSum[] } | undefined {
  try {
    const data = unpack(packed);
    if (data.length < 4 || crc32(data.subarray(4)) !== data.readUInt32LE()) return undefined;
    const input = new ByteReader(data, 4);
    if (input.varint() !== ENDPOINT_RULES) return undefined;
    const lines = input.varint();
    const sums = Array.from({ length: sizeOf(input, ENDPOINTS_MAX * 2) }, () => ({
      ...{ service: input.string(), endpoint: input.string() },
      ...{ count: input.varint(), clientErrors: input.varint(), serverErrors: input.varint() },
      durations: readDurations(input),
    }));
    return { lines, sums };
  } catch {
    return undefined;
  }
}

function readDurations(input: ByteReader): SketchParts | undefined {
  const size = sizeOf(input, 65_536);
  if (size === 0) return undefined;
  const zeros = input.varint();
  const max = input.block(8).readDoubleLE();
  const steps: [number, number][] = [];
  let step = 0;
  for (let left = size - 1; left > 0; left--) {
    step += input.zigzag();
    steps.push([step, input.varint()]);
  }
  return { zeros, max, steps };
}

function sizeOf(input: ByteReader, max: number): number {
  const size = input.varint();
  if (size > max) throw new Error('too many');
  return size;
}
