/** The head of a block: where its columns lie, and what its parts must add up to. Written by block-write.ts. */
import { ByteReader } from '../base/bytes.ts';
import { COLUMN_BY_NUMBER } from './columns.ts';

export interface BlockHead {
  /** crc32 of each part as it lies in the file. */
  readonly checksums: readonly number[];
  /** By name of the column; those that this version does not know are left out. */
  readonly directory: ReadonlyMap<string, { readonly part: number; readonly offset: number; readonly length: number }>;
}

/** [number of parts] then 4 bytes each, little endian: their checksums; then columns until the end. Throws when it is damaged. */
export function readHead(head: Buffer): BlockHead {
  const input = new ByteReader(head);
  const checksums: number[] = [];
  for (let parts = input.varint(); parts > 0; parts--) checksums.push(input.block(4).readUInt32LE());
  const directory = new Map<string, { part: number; offset: number; length: number }>();
  while (!input.done) {
    const number = input.varint();
    const entry = { part: input.varint(), offset: input.varint(), length: input.varint() };
    const column = COLUMN_BY_NUMBER.get(number);
    if (column) directory.set(column.name, entry);
  }
  return { checksums, directory };
}
