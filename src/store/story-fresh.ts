/**
 * Where ids stand in a fresh batch. Its texts are folded and its ids' beginnings noted once, as long as the batch is fresh: a story asks in
 * every round, and so does the next one.
 *
 * Fast path - a batch is asked for a hundred ids at once; testing each of its records for each took 100 ms a round (bench:correlation).
 */
import { marks } from '../../parsers/index.ts';
import type { LogRecord } from '../model.ts';
import { compile } from '../query/match.ts';
import { isHexKey, keyOf } from '../report/story-id.ts';
import { freshText } from './fresh-text.ts';
import type { Needle } from './story-needles.ts';
import type { NeedleHits } from './story-scan.ts';

interface FreshOutline {
  /** The searched texts of all records, folded, one after another. */
  readonly text: string;
  /** Where each record's begins. */
  readonly starts: Int32Array;
  /** Eight digits that an id may begin with -> records. */
  readonly heads: ReadonlyMap<string, number[]>;
}

const outlines = new WeakMap<readonly LogRecord[], FreshOutline>();
const HEAD_DIGITS = 8;
/** 1: 0-9 and a-f. */
const HEX = new Uint8Array(128);
for (const digit of '0123456789abcdef') HEX[digit.charCodeAt(0)] = 1;

export function scanFresh(records: readonly LogRecord[], needles: readonly Needle[]): NeedleHits {
  const { text, starts, heads } = outlineOf(records);
  const hits = new Map<Needle, number[]>();
  for (const needle of needles) {
    const places = needle.hex === undefined ? placesOf(needle.part, text, starts) : (heads.get(needle.part) ?? []);
    if (places.length === 0) continue;
    const matches = compile(needle.filter, marks);
    const found = places.filter((index) => matches(records[index]!));
    if (found.length > 0) hits.set(needle, found);
  }
  return hits;
}

const UUID_CHARS = 36;

/** Keys of the ids of a batch that begin with any of these eight digits. */
export function freshKeys(records: readonly LogRecord[], wanted: ReadonlySet<string>): Set<string> {
  const { text, heads } = outlineOf(records);
  const keys = new Set<string>();
  for (const head of wanted) {
    if (!heads.has(head)) continue;
    for (let at = text.indexOf(head); at >= 0; at = text.indexOf(head, at + 1)) {
      const key = keyOf(text.slice(at, at + UUID_CHARS));
      if (isHexKey(key)) keys.add(key);
    }
  }
  return keys;
}

function outlineOf(records: readonly LogRecord[]): FreshOutline {
  let outline = outlines.get(records);
  if (outline === undefined) {
    outline = makeOutline(records);
    outlines.set(records, outline);
  }
  return outline;
}

function makeOutline(records: readonly LogRecord[]): FreshOutline {
  const { folded, starts } = freshText(records);
  const heads = new Map<string, number[]>();
  for (let index = 0; index < records.length; index++) noteHeads(folded.slice(starts[index], starts[index + 1]), index, heads);
  return { text: folded, starts, heads };
}

/** Runs of hex digits begin an id, where they are long enough; glued to a word they may, too (`volume_<uuid>`). */
function noteHeads(text: string, index: number, heads: Map<string, number[]>): void {
  let run = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    run = code < 128 && HEX[code] === 1 ? run + 1 : 0;
    if (run !== HEAD_DIGITS) continue;
    const head = text.slice(at + 1 - HEAD_DIGITS, at + 1);
    const list = heads.get(head);
    if (list === undefined) heads.set(head, [index]);
    else if (list.at(-1) !== index) list.push(index);
  }
}

function placesOf(part: string, text: string, starts: Int32Array): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(part); at >= 0; ) {
    const index = recordAt(starts, at);
    places.push(index);
    const next = starts[index + 1];
    at = next === undefined ? -1 : text.indexOf(part, next);
  }
  return places;
}

/** The record whose text holds the place. */
function recordAt(starts: Int32Array, place: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= place) low = middle;
    else high = middle;
  }
  return low;
}
