/** Writes the protobuf and Snappy that clients send, by the documents of both formats and apart from the code that reads them. */

export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(left & 0x7fn);
    left >>= 7n;
    bytes.push(left === 0n ? low : low | 0x80);
  } while (left !== 0n);
  return Buffer.from(bytes);
}

/** Field with text, bytes or a message. */
export function bytesField(field: number, value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value as Uint8Array);
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
}

export function numberField(field: number, value: number | bigint): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

export function fixed64Field(field: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return Buffer.concat([varint(field * 8 + 1), bytes]);
}

export function doubleField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varint(field * 8 + 1), bytes]);
}

/** A block of literals only, at most 65,536 bytes each. */
export function snappy(body: Uint8Array): Buffer {
  const parts = [varint(body.length)];
  for (let at = 0; at < body.length; at += 65_536) {
    const piece = body.subarray(at, at + 65_536);
    parts.push(Buffer.from([61 << 2, (piece.length - 1) & 0xff, (piece.length - 1) >> 8]), Buffer.from(piece));
  }
  return Buffer.concat(parts);
}

export function lokiEntry(seconds: number, nanos: number, line: string | Uint8Array, metadata: Record<string, string> = {}): Buffer {
  const pairs = Object.entries(metadata).map(([name, value]) => bytesField(3, Buffer.concat([bytesField(1, name), bytesField(2, value)])));
  const time = Buffer.concat([numberField(1, seconds), numberField(2, nanos)]);
  return bytesField(2, Buffer.concat([bytesField(1, time), bytesField(2, line), ...pairs]));
}

export function lokiPushOf(labels: string, entries: readonly Buffer[]): Buffer {
  return bytesField(1, Buffer.concat([bytesField(1, labels), ...entries, numberField(3, 2n ** 64n - 1n)]));
}

export const otlpText = (text: string): Buffer => bytesField(1, text);

export function otlpAttribute(field: number, key: string, value: Buffer): Buffer {
  return bytesField(field, Buffer.concat([bytesField(1, key), bytesField(2, value)]));
}

/** One resource, one scope, these log records. */
export function otlpLogsOf(resource: Buffer, scope: Buffer, logRecords: readonly Buffer[]): Buffer {
  const scopeLogs = Buffer.concat([bytesField(1, scope), ...logRecords.map((record) => bytesField(2, record))]);
  return bytesField(1, Buffer.concat([bytesField(1, resource), bytesField(2, scopeLogs)]));
}
