/**
 * The door of xz-decompress: .xz bytes in, unpacked bytes out; several streams one behind the other and padding between them
 * are read through (test/cli/archive.test.ts). What the package calls error 8 is an archive that breaks off.
 * Not here: gzip and zstd, which Node unpacks (archive.ts). Source: the .xz format 1.2.1.
 */
import xz from 'xz-decompress';

/** Codes of its XZ Embedded that a damaged file can cause; others are told by number. */
const TROUBLES: Readonly<Record<string, string>> = {
  '5': 'what follows is no xz',
  '6': 'it uses options that are not supported',
  '7': 'its data are damaged',
  '8': 'unexpected end of file',
};

/** Throws plain errors with a sentence; what was unpacked before has been handed out. */
export async function* unxz(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const chunks = packed[Symbol.asyncIterator]();
  const source = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    },
    // Nothing is read ahead: what is unpacked is asked for.
    { highWaterMark: 0 },
  );
  const reader = new xz.XzReadableStream(source).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      if (value.length > 0) yield Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
  } catch (error) {
    const code = /error code (\d+)$/.exec((error as Error).message)?.[1] ?? '';
    throw new Error(TROUBLES[code] ?? (error as Error).message);
  } finally {
    await reader.cancel().catch(() => undefined);
    await chunks.return?.();
  }
}
