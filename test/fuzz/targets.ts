/**
 * What is fuzzed: each target takes any bytes and throws where an invariant of what reads them does not hold. Errors that tell the sender what is
 * wrong with his body (CodedError) are answers, not failures. Not here: how inputs come about (mutate.ts, engine.ts).
 */
import { isDeepStrictEqual } from 'node:util';
import { marks, parse, write } from '../../parsers/index.ts';
import { bulkItems } from '../../src/api/bulk-items.ts';
import { jsonMessages, plainMessages } from '../../src/api/ingest-messages.ts';
import { readOtlpJson } from '../../src/api/otlp-json.ts';
import { isCoded } from '../../src/base/errors.ts';
import { Joiner } from '../../src/ingest/join.ts';
import type { Given, Hints, MessageFlag } from '../../src/model.ts';
import { linesOf } from '../../src/receive/file-lines.ts';
import { pieceOf } from '../../src/receive/files-piece.ts';
import { Splitter } from '../../src/receive/framing.ts';
import { decodeLokiPush, readLabels, readLokiJson } from '../../src/receive/loki-push.ts';
import { decodeOtlpLogs } from '../../src/receive/otlp-logs.ts';
import { type RelpFrame, RelpSplitter } from '../../src/receive/relp-frames.ts';
import { unsnappy } from '../../src/receive/snappy.ts';
import * as seeds from './seeds.ts';

export interface Target {
  readonly name: string;
  readonly seeds: () => readonly (string | Uint8Array)[];
  /** Throws where an invariant does not hold. */
  readonly run: (bytes: Buffer) => void;
  /** The reading alone, where `run` does it many times over: what must not grow faster than its input. */
  readonly grow?: (bytes: Buffer) => void;
}

/** Unpacked bodies of a fuzzed size. */
const UNPACKED_BYTES_MAX = 1024 * 1024;
/** Inputs up to so many bytes are cut at every boundary, longer ones at some. */
const CUTS_ALL = 256;
const CUTS_MAX = 32;
const RECEIVED = Date.UTC(2026, 10, 22, 10) * 1000;

function sameOrThrow(one: unknown, other: unknown, what: string): void {
  if (!isDeepStrictEqual(one, other))
    throw new Error(`${what}: ${JSON.stringify(one)?.slice(0, 400)} is not ${JSON.stringify(other)?.slice(0, 400)}`);
}

function* cutsOf(length: number): Generator<number> {
  const step = length <= CUTS_ALL ? 1 : Math.ceil(length / CUTS_MAX);
  for (let at = 1; at < length; at += step) yield at;
}

/** Answers, or undefined where the body was refused in our words. */
function orRefused<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (isCoded(error) && (error.code === 'bad-body' || error.code === 'too-large')) return undefined;
    throw error;
  }
}

interface Frames {
  readonly texts: string[];
  readonly flags: MessageFlag[];
  counts: [empty: number, cut: number];
}

function framesOf(chunks: readonly Buffer[], messageBytesMax: number): Frames {
  const found: Frames = { texts: [], flags: [], counts: [0, 0] };
  const splitter = new Splitter(
    {
      deliver(bytes, spans, flags) {
        for (const [index, flag] of flags ?? []) found.flags[found.texts.length + index] = flag;
        for (let at = 0; at < spans.length; at += 2) {
          if (!(spans[at]! < spans[at + 1]! && spans[at + 1]! <= bytes.length))
            throw new Error(`a span outside: ${spans[at]} ${spans[at + 1]}`);
          found.texts.push(Buffer.from(bytes).toString('latin1', spans[at], spans[at + 1]));
        }
      },
      cut(bytes) {
        found.counts[1] += bytes;
      },
      empty(frames) {
        found.counts[0] += frames;
      },
    },
    { messageBytesMax },
  );
  for (const chunk of chunks) splitter.push(Buffer.from(chunk));
  splitter.end();
  return found;
}

function framing(bytes: Buffer): void {
  for (const max of [64, 4096]) {
    const whole = framesOf([bytes], max);
    const text = whole.texts.reduce((sum, one) => sum + one.length, 0);
    if (text + whole.counts[1] > bytes.length) throw new Error('more text than there was');
    if (whole.texts.some((one) => one.length > max)) throw new Error('longer than the limit');
    for (const at of cutsOf(bytes.length)) sameOrThrow(framesOf([bytes.subarray(0, at), bytes.subarray(at)], max), whole, `cut at ${at}`);
  }
  const single = [...bytes.subarray(0, 512)].map((byte) => Buffer.from([byte]));
  sameOrThrow(framesOf(single, 64), framesOf([bytes.subarray(0, 512)], 64), 'byte by byte');
}

function relpOf(chunks: readonly Buffer[]): unknown[] {
  const found: unknown[] = [];
  const splitter = new RelpSplitter(
    {
      frames(bytes, frames: readonly RelpFrame[]) {
        for (const { txnr, command, start, end, cutBytes } of frames) {
          if (start > end || end > bytes.length) throw new Error(`data outside: ${start} ${end}`);
          found.push([txnr, command, Buffer.from(bytes.subarray(start, end)).toString('latin1'), cutBytes]);
        }
      },
      wrong: (why) => void found.push(why),
    },
    { messageBytesMax: 64, budget: { bytesLeft: 1024 * 1024 } },
  );
  for (const chunk of chunks) splitter.push(Buffer.from(chunk));
  splitter.end();
  return found;
}

function relp(bytes: Buffer): void {
  const whole = relpOf([bytes]);
  for (const at of cutsOf(bytes.length)) sameOrThrow(relpOf([bytes.subarray(0, at), bytes.subarray(at)]), whole, `cut at ${at}`);
}

const givenOf = (hints?: Hints): Given => ({ received: RECEIVED, transport: 'udp', peer: '192.0.2.9', zone: 0, hints });

/** As the ingest worker reads it; the exact text can be had back, marks are found, and it is the same another time. */
function parseText(text: string, given: Given): void {
  const record = parse(text, given);
  const back = record.raw ?? write(record);
  if (back !== text) throw new Error(`lost: ${JSON.stringify(back)?.slice(0, 400)}`);
  if (!Number.isFinite(record.time)) throw new Error(`time ${record.time}`);
  marks(record);
  sameOrThrow(parse(text, given), record, 'parsed again');
}

function item(kind: NonNullable<Hints['item']>): (bytes: Buffer) => void {
  return (bytes) => parseText(bytes.toString('utf8'), givenOf({ item: kind }));
}

/** Lines of one sender, joined as in the ingest worker: nothing vanishes. */
function joining(bytes: Buffer): void {
  const joiner = new Joiner();
  let messages = 0;
  for (const line of bytes.toString('latin1').split('\n').slice(0, 2000)) {
    joiner.add(parse(line, givenOf()));
    messages++;
  }
  const { joinedCount } = joiner;
  const records = joiner.finish().length;
  if (records + joinedCount !== messages) throw new Error(`${records} records + ${joinedCount} joined of ${messages}`);
}

function spansIn(bytes: Uint8Array, spans: ArrayLike<number>): void {
  for (let at = 0; at < spans.length; at++) {
    if (spans[at]! < (spans[at - 1] ?? 0) || spans[at]! > bytes.length) throw new Error(`spans in no order: ${spans[at - 1]} ${spans[at]}`);
  }
}

function json(bytes: Buffer): void {
  for (const read of [plainMessages, jsonMessages]) spansIn(bytes, read(bytes).spans);
  for (const { start, end } of orRefused(() => bulkItems(bytes)) ?? []) spansIn(bytes, [start, end]);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return;
  }
  orRefused(() => readLokiJson(value));
  orRefused(() => readOtlpJson(value));
}

function loki(bytes: Buffer): void {
  orRefused(() => decodeLokiPush(bytes));
  const unpacked = orRefused(() => unsnappy(bytes, UNPACKED_BYTES_MAX));
  if (unpacked !== undefined) orRefused(() => decodeLokiPush(unpacked));
  readLabels(bytes.toString('utf8'));
}

function snappy(bytes: Buffer): void {
  const unpacked = orRefused(() => unsnappy(bytes, UNPACKED_BYTES_MAX));
  if (unpacked !== undefined && unpacked.length > bytes.length * 22) throw new Error(`${bytes.length} bytes became ${unpacked.length}`);
}

/** A file read in one piece, and in two wherever it may be cut: the same lines. */
function fileLines(bytes: Buffer): void {
  const textsOf = (part: Buffer): string[] => {
    const { spans, end } = linesOf(part);
    spansIn(part, spans);
    if (end !== part.length) throw new Error(`ends at ${end} of ${part.length}`);
    return Array.from({ length: spans.length / 2 }, (_, index) => part.toString('latin1', spans[index * 2], spans[index * 2 + 1]));
  };
  const whole = textsOf(bytes);
  for (const at of cutsOf(bytes.length)) {
    const end = bytes.indexOf(10, at - 1) + 1;
    if (end > 0) sameOrThrow([...textsOf(bytes.subarray(0, end)), ...textsOf(bytes.subarray(end))], whole, `cut at ${end}`);
  }
  for (const cut of [false, true]) {
    for (const isLast of [false, true]) {
      for (const isRest of [false, true]) {
        const piece = pieceOf(bytes, { cut, isRest, isLast });
        if (piece === undefined) continue;
        spansIn(piece.bytes, piece.spans);
        if (piece.bytes.length === 0 || piece.bytes.length > bytes.length) throw new Error(`a piece of ${piece.bytes.length}`);
      }
    }
  }
}

export const TARGETS: readonly Target[] = [
  { name: 'framing', seeds: seeds.streams, run: framing, grow: (bytes) => void framesOf([bytes], 4096) },
  { name: 'relp', seeds: seeds.relpStreams, run: relp, grow: (bytes) => void relpOf([bytes]) },
  {
    name: 'messages',
    seeds: seeds.messages,
    run(bytes) {
      parseText(bytes.toString('latin1'), givenOf());
      parseText(bytes.toString('utf8'), { ...givenOf({ host: 'c01', program: 'nova-api' }), transport: 'file', peer: '/var/log/x.log' });
    },
  },
  { name: 'joining', seeds: seeds.files, run: joining },
  { name: 'item object', seeds: seeds.objects, run: item('object') },
  { name: 'item bulk', seeds: seeds.bulks, run: item('bulk') },
  { name: 'item loki', seeds: seeds.objects, run: item('loki') },
  { name: 'item otlp', seeds: seeds.objects, run: item('otlp') },
  { name: 'json pushes', seeds: () => [...seeds.objects(), ...seeds.bulks()], run: json },
  { name: 'loki', seeds: seeds.lokiBodies, run: loki },
  { name: 'otlp', seeds: seeds.otlpBodies, run: (bytes) => void orRefused(() => decodeOtlpLogs(bytes)) },
  { name: 'snappy', seeds: seeds.lokiBodies, run: snappy },
  { name: 'file lines', seeds: seeds.files, run: fileLines, grow: (bytes) => void linesOf(bytes) },
];
