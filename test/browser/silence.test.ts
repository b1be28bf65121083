/** An answer that goes on coming is waited for, however long it takes in all; one that falls silent is given up. The page's clock is set forward: nothing waits for real seconds. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, openPage } from './chromium.ts';
import { settled } from './looking.ts';
import { type Scene, startScene } from './scene.ts';

/** Less than the page waits in silence (web/src/api/ask.ts); two of them are more. */
const PAUSE_MS = 40_000;

let scene: Scene;
beforeAll(async () => {
  if (CHROMIUM) scene = await startScene();
});
afterAll(() => scene?.service.stop());

interface Slow {
  readonly url: string;
  /** Resolves when a search for `slowly` has been asked, and gives its answer into our hands. */
  readonly asked: Promise<http.ServerResponse>;
  stop(): void;
}

/** The service, but for one search, whose answer the test writes as it likes. */
async function startSlow(target: string): Promise<Slow> {
  const { promise: asked, resolve } = Promise.withResolvers<http.ServerResponse>();
  const server = http.createServer((request, response) => {
    if (/^\/api\/v1\/search\?.*slowly/.test(request.url!))
      return resolve(response.writeHead(200, { 'content-type': 'application/x-ndjson' }));
    const { hostname, port } = new URL(target);
    const own = http.request({ hostname, port, method: request.method, path: request.url, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    own.on('error', () => response.destroy());
    request.pipe(own);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, stop };
}

interface Read {
  readText: string;
}

/** Runs in the page: what of answers its script has read. */
function keepReads(): void {
  const page = globalThis as unknown as Read;
  const { read } = ReadableStreamDefaultReader.prototype;
  page.readText = '';
  ReadableStreamDefaultReader.prototype.read = async function kept(this: ReadableStreamDefaultReader) {
    const result = await read.call(this);
    if (typeof result.value === 'string') page.readText += result.value;
    return result;
  };
}

describe.skipIf(!CHROMIUM)('an answer', () => {
  test.each([
    ['that goes on coming is waited for', true],
    ['that falls silent is given up', false],
  ])('%s', async (_say, goesOn) => {
    const slow = await startSlow(scene.service.url);
    const { page, close } = await openPage('about:blank');
    await page.clock.install();
    await page.addInitScript(keepReads);
    await page.goto(`${slow.url}/search`);
    await settled(page);
    await page.getByLabel('Query', { exact: true }).fill('slowly');
    await page.keyboard.press('Enter');
    const answer = await slow.asked;
    const [record] = await scene.service.search('level:error', { limit: '1' });
    const pieces = [`${JSON.stringify({ ...record, piece: 1 })}\n`, '{"piece":2,', '"stats":{"piece":3},"next":null}\n'];
    for (const piece of goesOn ? pieces : pieces.slice(0, 1)) {
      answer.write(piece);
      await expect.poll(() => page.evaluate(() => (globalThis as unknown as Read).readText)).toContain(piece.trimEnd());
      await page.clock.fastForward(PAUSE_MS);
    }
    if (goesOn) {
      answer.end();
      await page.locator(`.row[data-seq="${record!.seq}"]`).waitFor();
      await expect.poll(() => page.locator('.row').count()).toBe(1);
    } else {
      await page.clock.fastForward(PAUSE_MS);
      await page.getByText('Nothing has come from the service for 45 seconds').waitFor();
    }
    await close();
    slow.stop();
  });
});
