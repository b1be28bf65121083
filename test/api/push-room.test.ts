/** Pushes become objects: how much of them is in memory at once, of all requests. What a push says is test/api/pushes.test.ts. */
import zlib from 'node:zlib';
import { expect, test } from 'vitest';
import type { ApiParts, ApiRequest } from '../../src/api/route.ts';
import { withBody, withObjects } from '../../src/api/unpack.ts';
import { Counters } from '../../src/base/counters.ts';
import { limits } from '../../src/base/limits.ts';

const parts = (): ApiParts => ({ ingest: {} }) as unknown as ApiParts;
/** Half of all room. */
const HALF = new Uint8Array(limits.decodedBytesMax / limits.decodedRatio / 2);

test('two halves are read at once, eight wait in turn, further ones are asked for again; a failure gives its room back', async () => {
  const own = parts();
  const begun: number[] = [];
  const ends: ((failed: boolean) => void)[] = [];
  const pushes = Array.from({ length: 11 }, (_, index) =>
    withObjects(own, HALF, async () => {
      begun.push(index);
      const { promise, resolve } = Promise.withResolvers<boolean>();
      ends.push(resolve);
      if (await promise) throw new Error('refused');
      return index;
    }),
  );
  const settled = Promise.allSettled(pushes);
  await expect(pushes[10]).rejects.toMatchObject({ code: 'overloaded' });
  expect(begun).toEqual([0, 1]);
  for (let next = 0; next < 10; next++) {
    ends[next]!(next % 2 === 0);
    await pushes[next]!.catch(() => undefined);
    await Promise.resolve();
    expect(begun.length).toBeLessThanOrEqual(next + 3);
  }
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect((await settled).map(({ status }) => status)).toEqual([...Array(5).fill(['rejected', 'fulfilled']).flat(), 'rejected']);
  expect(await withObjects(own, HALF, () => Promise.resolve('free again'))).toBe('free again');
});

test('one that is larger than all room has it alone', async () => {
  const own = parts();
  const { promise, resolve } = Promise.withResolvers<string>();
  const large = withObjects(own, new Uint8Array(limits.ingestBodyBytesMax), () => promise);
  let isRead = false;
  const small = withObjects(own, new Uint8Array(1), async () => {
    isRead = true;
  });
  await Promise.resolve();
  expect(isRead).toBe(false);
  resolve('done');
  expect(await large).toBe('done');
  await small;
  expect(isRead).toBe(true);
});

test('a bomb is a loss of its sender: agents do not send such a push again', async () => {
  const counters = new Counters();
  const request = { peer: '10.0.0.7', body: zlib.gzipSync(Buffer.alloc(64 * 1024 * 1024)), headers: { 'content-encoding': 'gzip' } };
  const reading = withBody({ ...parts(), counters }, request as unknown as ApiRequest, () => Promise.resolve('never'));
  await expect(reading).rejects.toMatchObject({ code: 'too-large' });
  expect(counters.losses()).toMatchObject([{ reason: 'body-too-large', source: '10.0.0.7', amount: 1 }]);
});
