/** Stories that are hard to show: hostile lines, thousands of records, ids that nobody has, a service in trouble, a path of a proxy before it. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, openPage, type Page } from './chromium.ts';
import { settled } from './looking.ts';
import { startProxy } from './proxy.ts';
import { HOSTILE, type Scene, startScene } from './scene.ts';
import { addStories, EVIL, failedInstance, LONG, LONG_RECORDS } from './story-scene.ts';

let scene: Scene;
let instance: string;
beforeAll(async () => {
  if (!CHROMIUM) return;
  scene = await startScene();
  await addStories(scene);
  instance = await failedInstance(scene);
});
afterAll(() => scene?.service.stop());

const told = (page: Page): Promise<unknown> => page.locator('.story-records .row').first().waitFor();
/** How many records the story says that it shows. */
const count = async (page: Page): Promise<number> => Number((await page.locator('.story-records .count b').innerText()).replace(/\D/g, ''));
const seqs = (page: Page): Promise<number[]> =>
  page.locator('.story-records .row').evaluateAll((rows) => rows.map((row) => Number((row as HTMLElement).dataset.seq)));
const open = async (path: string) => {
  const opened = await openPage(`${scene.service.url}/${path}`);
  await told(opened.page);
  return opened;
};

const FORBIDDEN = '#app script, #app img, #app iframe, #app [onerror], #app [onload], #app a[href^="javascript" i]';

describe.skipIf(!CHROMIUM)('a story in trouble', () => {
  test('of hostile lines shows them as text, in its head, its rows and their details', async () => {
    const { page, close } = await open(`story/${EVIL}`);
    const text = await page.locator('.story-records').innerText();
    // Colours are oslo's own, and taken away when a line is read.
    for (const { seen, say } of HOSTILE) expect(text, say).toContain(seen.replace(/\\x1b\[\d+m/g, ''));
    expect(await page.locator('.fault.is-bad').first().innerText()).toContain(HOSTILE[0]!.seen);
    await page.locator('.row-open').first().click();
    expect(await page.locator('.details-text').innerText()).toContain(HOSTILE[0]!.seen);
    expect(await page.locator(FORBIDDEN).count()).toBe(0);
    await close();
  });

  test('below a path of a proxy loads, leads on and is downloaded from there', async () => {
    const proxy = await startProxy(scene.service.url, '/ops/logs/');
    const { page, close } = await openPage(`${proxy.url}story/${instance}`);
    await told(page);
    const hrefs = await page.locator('a').evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).pathname));
    expect(hrefs.filter((path) => !path.startsWith('/ops/logs/'))).toEqual([]);
    await page.getByRole('button', { name: 'Download' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: /^Text/ }).click();
    expect(readFileSync(await (await download).path(), 'utf8')).toContain(instance);
    await page.getByRole('link', { name: 'Errors' }).click();
    await page.locator('.group').first().waitFor();
    await page.locator('.group-link').first().click();
    await page.locator('.group-head').waitFor();
    await page.reload();
    await page.locator('.group-head').waitFor();
    expect(new URL(page.url()).pathname).toMatch(/^\/ops\/logs\/errors\//);
    await close();
    await proxy.stop();
  });

  test('of thousands of records draws those that are seen, at its beginning and at its end', async () => {
    const { page, close } = await open(`story/${LONG}?each=true`);
    expect(await count(page)).toBe(LONG_RECORDS);
    expect(await page.locator('.story-records .row').count()).toBeLessThan(300);
    await page.locator('.story').evaluate((box) => box.scrollTo(0, box.scrollHeight));
    await page.getByText(`step number${LONG_RECORDS - 1}.`).waitFor();
    expect(await page.locator('.story-records .row').count()).toBeLessThan(300);
    const last = (await seqs(page)).at(-1);
    await close();
    const linked = await open(`story/${LONG}?each=true&line=${last}`);
    await expect
      .poll(() =>
        linked.page.locator(`.row[data-seq="${last}"]`).evaluate((row) => {
          const { top, bottom } = row.getBoundingClientRect();
          return top > 0 && bottom <= innerHeight;
        }),
      )
      .toBe(true);
    await linked.close();
  });

  test('of an id that nobody has says what was nearly meant, and leads there', async () => {
    const mistyped = `${instance.slice(0, -1)}${instance.endsWith('0') ? '1' : '0'}`;
    const { page, close } = await openPage(`${scene.service.url}/story/${mistyped}`);
    await page.locator('.trouble').waitFor();
    await page.getByRole('link', { name: instance }).click();
    await told(page);
    expect(new URL(page.url()).pathname).toBe(`/story/${instance}`);
    await close();
  });

  test('of a project leads to a search', async () => {
    const project = (await scene.service.search('project:*', { limit: '1' }))[0]!.project!;
    const { page, close } = await openPage(`${scene.service.url}/story/${project}`);
    await page.locator('.trouble').waitFor();
    await page.getByRole('link', { name: `project:${project}` }).click();
    await settled(page);
    expect(new URL(page.url()).searchParams.get('q')).toBe(`project:${project}`);
    await close();
  });

  test.each([
    [
      'that takes too long',
      {
        status: 504,
        contentType: 'application/problem+json',
        body: '{"code":"timeout","title":"The query took too long","status":504,"detail":"8 s"}',
      },
      /took too long/,
    ],
    ['of a proxy', { status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' }, /A strange answer/],
    ['of a dead service', undefined, /cannot be reached/],
  ])('an answer %s is said, and asking again works', async (_say, answer, says) => {
    const { page, close } = await openPage(`${scene.service.url}/story`);
    await page.route('**/api/v1/trace/**', (route) => (answer === undefined ? route.abort() : route.fulfill(answer)));
    await page.getByLabel('Story of another id').fill(instance);
    await page.keyboard.press('Enter');
    await page.locator('.trouble').getByText(says).waitFor();
    await page.unroute('**/api/v1/trace/**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await told(page);
    await close();
  });
});
