/**
 * The ids of a block that begin with some digits, for whoever asks for one that is nearly it: those of its table, and those in messages that
 * came once and therefore have no shape. Not here: which beginnings are near (story-nothing.ts), fresh batches (story-fresh.ts).
 */
import { isHexKey, keyOf } from '../report/story-id.ts';
import type { Block } from './block-read.ts';

const ID_BYTES = 16;
const UUIDS = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z])/g;
const HEAD_DIGITS = 8;

export function* keysIn(block: Block, heads: ReadonlySet<string>): Generator<string> {
  const table = block.idTable();
  for (let at = 0; at < table.length; at += ID_BYTES)
    if (heads.has(table.toString('hex', at, at + 4))) yield table.toString('hex', at, at + ID_BYTES);
  const { codes, counts } = block.shapes();
  if ((counts[0] ?? 0) === 0) return;
  for (let index = 0; index < block.count; index++) {
    if (codes[index] !== 0) continue;
    for (const [id] of block.message(index).toLowerCase().matchAll(UUIDS)) {
      const key = keyOf(id);
      if (heads.has(key.slice(0, HEAD_DIGITS)) && isHexKey(key)) yield key;
    }
  }
}
