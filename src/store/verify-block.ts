/**
 * Checks one sealed block: every checksum, and unless it must be quick every record, and that the index knows each of its words.
 * Not here: the file around it (verify-day.ts). Nothing is repaired.
 */
import { crc32 } from 'node:zlib';
import { ByteReader } from '../base/bytes.ts';
import { toMessage } from '../base/errors.ts';
import { tokensOf } from '../base/tokens.ts';
import { addressesIn, addressText } from '../base/whole-ids.ts';
import type { Filter, LogRecord } from '../model.ts';
import { idFinder } from '../query/ids.ts';
import { TEXT_FIELDS } from '../query/match.ts';
import type { BlockRow } from './block-read.ts';
import type { DayFile } from './day-file.ts';
import { indexExpression } from './index-query.ts';
import type { Sqlite } from './sqlite.ts';

const PARTS_PER_BLOCK = 64;
/** Words of one question to the index; FTS5 takes expressions up to a depth of 256. */
const WORDS_AT_ONCE = 64;
/** Missing words named one by one; more of them are one damage. */
const WORDS_NAMED_MAX = 5;

export interface BlockCheck {
  readonly file: DayFile;
  readonly database: Sqlite;
  readonly row: BlockRow;
  /** Checksums only. */
  readonly isQuick: boolean;
}

/** What is wrong, a sentence each; `records` are those that could be read (none when it is quick). */
export function checkBlock(check: BlockCheck): { wrong: string[]; records: LogRecord[] } {
  const wrong = wrongChecksums(check);
  if (check.isQuick || wrong.length > 0) return { wrong, records: [] };
  const { file, row } = check;
  const records: LogRecord[] = [];
  try {
    const block = file.block(row);
    for (let index = 0; index < row.count; index++) records.push(block.record(index));
    block.oddHeads();
  } catch (error) {
    return { wrong: [toMessage(error).message], records };
  }
  const times = records.map(({ time }) => time);
  const min = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const max = times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (min !== row.minTime || max !== row.maxTime) wrong.push('its times are not those of its records: searches by time may miss it');
  wrong.push(...wrongWords(check, records));
  return { wrong, records };
}

function wrongChecksums({ database, row }: BlockCheck): string[] {
  const head = database.prepare('SELECT head FROM block WHERE id = ?').pluck().get(row.id) as Buffer | undefined;
  if (head === undefined) return ['its row is gone'];
  if (crc32(head) !== row.checksum) return ['its head does not match its checksum'];
  const read = database.prepare('SELECT data FROM part WHERE id = ?').pluck();
  const wrong: string[] = [];
  const input = new ByteReader(head);
  const parts = input.varint();
  for (let part = 0; part < parts; part++) {
    const checksum = input.block(4).readUInt32LE();
    // An empty part has no row, and the crc32 of nothing is 0.
    const data = (read.get(row.id * PARTS_PER_BLOCK + part) as Buffer | undefined) ?? Buffer.alloc(0);
    if (crc32(data) === checksum) continue;
    wrong.push(data.length === 0 ? `its part ${part} is missing` : `its part ${part} does not match its checksum`);
  }
  return wrong;
}

/** Every word of the records, and every address, which is asked for as a whole. */
function askedOf(records: readonly LogRecord[]): { word: string; filter: Filter }[] {
  const words = new Set<string>();
  const addresses = new Set<string>();
  for (const record of records)
    for (const field of TEXT_FIELDS) {
      const text = record[field];
      if (typeof text !== 'string') continue;
      for (const token of tokensOf(text)) words.add(token);
      for (const address of addressesIn(text)) {
        const id = addressText(address);
        if (!addresses.has(id) && idFinder(id)(text)) addresses.add(id);
      }
    }
  return [
    ...[...words].map((word) => ({ word, filter: { kind: 'phrase', tokens: [word], text: word } as const })),
    ...[...addresses].map((id) => ({ word: id, filter: { kind: 'id', id, text: id } as const })),
  ];
}

/** An index that does not know a word hides the block from whoever searches for it. */
function wrongWords({ database, row }: BlockCheck, records: readonly LogRecord[]): string[] {
  const asked = askedOf(records).flatMap(({ word, filter }) => {
    const expression = indexExpression(filter);
    return expression === undefined ? [] : [{ word, expression }];
  });
  const missing: string[] = [];
  try {
    // Not `rowid = ?`: better-sqlite3 binds numbers as REAL, and FTS5 passes over equality with one, so that all blocks count.
    const inBlock = database.prepare('SELECT count(*) FROM word WHERE word MATCH ? AND rowid BETWEEN ? AND ?').pluck();
    const finds = (expression: string): boolean => inBlock.get(expression, row.id, row.id) === 1;
    for (let from = 0; from < asked.length; from += WORDS_AT_ONCE) {
      const some = asked.slice(from, from + WORDS_AT_ONCE);
      if (finds(some.map(({ expression }) => `(${expression})`).join(' AND '))) continue;
      for (const { word, expression } of some) if (!finds(expression)) missing.push(word);
    }
  } catch (error) {
    return [`its index cannot be read: ${toMessage(error).message}`];
  }
  if (missing.length === 0) return [];
  const more = missing.length > WORDS_NAMED_MAX ? ` and ${missing.length - WORDS_NAMED_MAX} more` : '';
  const named = missing.slice(0, WORDS_NAMED_MAX).map((word) => JSON.stringify(word.slice(0, 64)));
  return [`its index does not know ${named.join(', ')}${more}: searches for that do not find it`];
}
