/**
 * A finished story as JSON: its head, and its records one a line in parts of whole lines. The first part is text, so that what people mostly
 * ask for is at hand; what a long story has besides is packed, a sixth to a tenth of it, since it waits for whoever reads it as slowly as he likes.
 * Not here: who may hold how much (api/story-room.ts).
 *
 * Invariant: the parts one after another are all records in their order, each line with its \n.
 */
import { visibleJson } from '../base/visible.ts';
import type { RenderedStory } from '../model.ts';
import type { Told, ToldRecord } from '../report/story.ts';
import { pack, unpack } from './compress.ts';

/** What is not packed: a story of 700 records; packing and unpacking it took 5 ms of it. */
const FIRST_CHARS = 1024 * 1024;
/** Packing one takes a millisecond. */
const PART_CHARS = 256 * 1024;

/** Yields between the parts. */
export function* renderSteps({ head, records }: Told): Generator<undefined, RenderedStory> {
  let first: string | undefined;
  const more: Uint8Array[] = [];
  let part = '';
  for (const record of records) {
    part += `${recordJson(record)}\n`;
    if (part.length < (first === undefined ? FIRST_CHARS : PART_CHARS)) continue;
    if (first === undefined) first = part;
    else more.push(packedPart(part));
    part = '';
    yield;
  }
  if (first !== undefined && part !== '') more.push(packedPart(part));
  return { head, ndjson: first ?? part, count: records.length, ...(more.length === 0 ? {} : { more }) };
}

/** The record's own JSON, made when it was read, and what the story knows of it behind. */
function recordJson({ piece, why, span, skewMs }: ToldRecord): string {
  let json = `${piece.json.slice(0, -1)},"why":${visibleJson(JSON.stringify(why))}`;
  if (span !== undefined) json += `,"span":${span}`;
  if (skewMs !== undefined) json += `,"skewMs":${skewMs}`;
  return `${json}}`;
}

/** With memory of its own: between threads a part of a pool would go with the whole of it. */
export function packedPart(text: string): Uint8Array {
  return new Uint8Array(pack(Buffer.from(text)));
}

export function partText(part: Uint8Array): string {
  return unpack(Buffer.from(part.buffer, part.byteOffset, part.byteLength)).toString();
}

/** The lines, part by part; nothing is unpacked before it is asked for. */
export function* partsOf({ ndjson, more = [] }: Pick<RenderedStory, 'ndjson' | 'more'>): Generator<string> {
  if (ndjson !== '') yield ndjson;
  for (const part of more) yield partText(part);
}
