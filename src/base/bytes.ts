/**
 * Writing and reading of small binary structures: bytes, varints (LEB128, up to 2^53), zigzag, strings
 * with their length before them. Readers check bounds: damaged bytes end in an Error, never in a wild read.
 */
const INITIAL_BYTES = 1024;

export class ByteWriter {
  bytes: Buffer;
  length = 0;

  constructor(capacity = INITIAL_BYTES) {
    this.bytes = Buffer.allocUnsafe(capacity);
  }

  #reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + more));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Unsigned integer up to 2^53 - 1. */
  varint(value: number): void {
    this.#reserve(8);
    while (value > 0x7fffffff) {
      this.bytes[this.length++] = (value % 128) | 128;
      value = Math.floor(value / 128);
    }
    while (value > 127) {
      this.bytes[this.length++] = (value & 127) | 128;
      value >>>= 7;
    }
    this.bytes[this.length++] = value;
  }

  /** Signed integer, |value| up to 2^52. */
  zigzag(value: number): void {
    this.varint(value < 0 ? -value * 2 - 1 : value * 2);
  }

  string(text: string): void {
    const size = Buffer.byteLength(text);
    this.varint(size);
    this.#reserve(size);
    this.length += this.bytes.write(text, this.length);
  }

  block(data: Uint8Array): void {
    this.#reserve(data.length);
    this.bytes.set(data, this.length);
    this.length += data.length;
  }

  /** The next `size` bytes, for the caller to fill. */
  take(size: number): Buffer {
    this.#reserve(size);
    this.length += size;
    return this.bytes.subarray(this.length - size, this.length);
  }

  /** A view of what was written; valid until the next write. */
  view(): Buffer {
    return this.bytes.subarray(0, this.length);
  }
}

export class ByteReader {
  readonly bytes: Buffer;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new Error('ends too early');
    return value;
  }

  varint(): number {
    const { bytes, at } = this;
    // Fast path - most numbers are one to three bytes; behind the end there is `undefined`, which is below nothing.
    const low = bytes[at]!;
    if (low < 128) {
      this.at = at + 1;
      return low;
    }
    const middle = bytes[at + 1]!;
    if (middle < 128) {
      this.at = at + 2;
      return (low & 127) | (middle << 7);
    }
    const high = bytes[at + 2]!;
    if (high < 128) {
      this.at = at + 3;
      return (low & 127) | ((middle & 127) << 7) | (high << 14);
    }
    return this.#longVarint();
  }

  #longVarint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
      if (scale > 2 ** 56) throw new Error('number too long');
    }
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  string(): string {
    const size = this.varint();
    const from = this.at;
    this.skip(size);
    return this.bytes.toString('utf8', from, this.at);
  }

  /** Goes past the next `size` bytes. */
  skip(size: number): void {
    if (this.at + size > this.bytes.length) throw new Error('ends too early');
    this.at += size;
  }

  /** A view, not a copy. */
  block(size: number): Buffer {
    if (this.at + size > this.bytes.length) throw new Error('ends too early');
    const data = this.bytes.subarray(this.at, this.at + size);
    this.at += size;
    return data;
  }
}
