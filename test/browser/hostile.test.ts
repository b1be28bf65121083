/**
 * Log lines that would do harm if they were more than text, and a service that does not answer as it should: nothing runs, nothing
 * is hidden, nothing is blank. Whatever the policy of the page refuses, a dialog or an error fails a test (chromium.ts).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, openPage } from './chromium.ts';
import { settled } from './looking.ts';
import { startProxy } from './proxy.ts';
import { HOSTILE, LONG_CHARS, type Scene, startScene } from './scene.ts';

let scene: Scene;
beforeAll(async () => {
  if (CHROMIUM) scene = await startScene();
});
afterAll(() => scene?.service.stop());

/** What log text may not have become. */
const FORBIDDEN = '#app script, #app img, #app svg, #app iframe, #app [onerror], #app [onload], #app a[href^="javascript" i]';

describe.skipIf(!CHROMIUM)('hostile lines', () => {
  test('are text in rows, in details, as received, in context, in filters and in completion', async () => {
    const { page, close } = await openPage(`${scene.service.url}/search?q=host:evil01&columns=host,program,logger`);
    await settled(page);
    const rows = await page.locator('.row').allInnerTexts();
    for (const { say, seen } of HOSTILE)
      expect(
        rows.some((row) => row.includes(seen)),
        say,
      ).toBe(true);
    expect(await page.locator(FORBIDDEN).count()).toBe(0);
    for (const { say, seen } of HOSTILE) {
      const seq = await page.locator('.row').filter({ hasText: seen }).last().getAttribute('data-seq');
      const row = page.locator(`.row[data-seq="${seq}"]`);
      await row.locator('.row-open').click();
      expect(await row.locator('.details-text').innerText(), say).toContain(seen);
      await row.getByRole('button', { name: 'As received' }).click();
      await expect.poll(() => row.locator('.raw').innerText()).toContain(seen.slice(0, 20));
      await row.getByRole('button', { name: 'Context' }).click();
      await row.locator('.around-row').first().waitFor();
      expect(await page.locator(FORBIDDEN).count(), say).toBe(0);
      await page.keyboard.press('Escape');
    }
    expect(await page.locator(FORBIDDEN).count()).toBe(0);
    await page.getByLabel('Query', { exact: true }).fill('program:prog');
    await page.getByLabel('Query', { exact: true }).press('End');
    await page.getByRole('option', { name: /"><b>prog/ }).waitFor();
    expect(await page.locator(FORBIDDEN).count()).toBe(0);
    await close();
  });

  test('in the address are text, too', async () => {
    const words = '"<img src=x onerror=alert(1)>"';
    const { page, close } = await openPage(
      `${scene.service.url}/search?q=${encodeURIComponent(words)}&line=1&columns=%3Cb%3E&zone=%3Cb%3E&from=%3Cb%3E`,
    );
    await page.locator('.trouble, .empty, .row').first().waitFor();
    expect(await page.getByLabel('Query', { exact: true }).inputValue()).toBe(words);
    expect(await page.locator(FORBIDDEN).count()).toBe(0);
    await close();
  });

  test('of a megabyte are cut in their row, and whole when they are asked for', async () => {
    const { page, close } = await openPage(`${scene.service.url}/search?q=hostile10&rows=full`);
    await settled(page);
    const row = page.locator('.row').first();
    expect((await row.innerText()).length).toBeLessThan(8000);
    await row.getByRole('button', { name: /show all/ }).click();
    await expect.poll(async () => (await row.innerText()).length).toBeGreaterThan(LONG_CHARS);
    expect(await row.innerText()).toContain('theEnd');
    await close();
  });

  test('patterns that would run for ever are not run in the page', async () => {
    const { page, close } = await openPage(`${scene.service.url}/search?q=${encodeURIComponent('/(x+x+)+y|hostile10/')}`);
    await settled(page);
    expect(await page.locator('.row').count()).toBe(1);
    await close();
  });
});

describe.skipIf(!CHROMIUM)('a service in trouble', () => {
  test('that is gone says so, and the page goes on when it is back', async () => {
    const proxy = await startProxy(scene.service.url, '/');
    const { page, close } = await openPage(`${proxy.url}search`);
    await settled(page);
    await page.route('**/api/**', (route) => route.abort());
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.locator('.records').getByText('The service cannot be reached').waitFor();
    await page.unroute('**/api/**');
    await page.locator('.records').getByRole('button', { name: 'Try again' }).click();
    await page.locator('.row').first().waitFor();
    await close();
    await proxy.stop();
  });

  test.each([
    [
      'a query that takes too long',
      504,
      'application/problem+json',
      '{"code":"timeout","title":"The query took too long","status":504,"detail":"It looked for 30 s"}',
      /A shorter range/,
    ],
    [
      'a cursor that has expired',
      410,
      'application/problem+json',
      '{"code":"gone","title":"The data was dropped by retention","status":410,"detail":"gone"}',
      /Retention has dropped/,
    ],
    ['a page of a proxy', 502, 'text/html', '<h1>Bad Gateway</h1>', /A strange answer/],
    ['an answer that breaks off', 200, 'application/json', '{"records":[{"seq":1,', /A strange answer/],
  ])('%s', async (_name, status, contentType, body, says) => {
    const { page, close } = await openPage(`${scene.service.url}/search`);
    await settled(page);
    await page.route('**/api/v1/search**', (route) => route.fulfill({ status, contentType, body }));
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.locator('.records').getByText(says).waitFor();
    await close();
  });

  test('a count that takes too long says so, and leaves no number of the question before', async () => {
    const { page, close } = await openPage(`${scene.service.url}/search`);
    await settled(page);
    const body = '{"code":"timeout","title":"The query took too long","status":504,"detail":"It looked for 30 s"}';
    await page.route(/\/(histogram|facets)\?/, (route) => route.fulfill({ status: 504, contentType: 'application/problem+json', body }));
    await page.getByLabel('Query', { exact: true }).fill('service:nova');
    await page.keyboard.press('Enter');
    await page.getByText('not counted').waitFor();
    await page.getByText(/A shorter range/).waitFor();
    expect(await page.locator('.count b, .value-count, .legend-level').count()).toBe(0);
    expect(await page.locator('.row .cell-service').first().innerText()).toBe('nova');
    await close();
  });

  test('a place in the list that has expired is gone on from by time, without a gap or a repetition', async () => {
    const { page, close } = await openPage(`${scene.service.url}/search?q=service:nova&from=all`);
    await settled(page);
    let refusals = 0;
    await page.route(/cursor=/, (route) => {
      if (refusals++ > 0) return route.continue();
      return route.fulfill({
        status: 410,
        contentType: 'application/problem+json',
        body: '{"code":"gone","title":"The data was dropped by retention","status":410,"detail":"gone"}',
      });
    });
    await page.evaluate(() => {
      document.querySelector('.records')!.scrollTop = 1e6;
    });
    await page.getByRole('button', { name: 'Try again' }).click();
    const wanted = await scene.service.search('service:nova', { direction: 'backward', limit: '200' });
    const seqs = new Set<number>();
    await expect
      .poll(async () => {
        const shown = await page.locator('.row').evaluateAll((rows) => rows.map((row) => Number((row as HTMLElement).dataset.seq)));
        for (const seq of shown) seqs.add(seq);
        expect(new Set(shown).size).toBe(shown.length);
        await page.mouse.move(700, 500);
        await page.mouse.wheel(0, shown.length > 0 && seqs.has(wanted.at(-1)!.seq) ? -300 : 300);
        return wanted.filter(({ seq }) => !seqs.has(seq)).length;
      })
      .toBe(0);
    await close();
  }, 60_000);

  test('a link to a record that is not there says so, and shows what there is', async () => {
    const { page, close } = await openPage(`${scene.service.url}/search?line=99999999`);
    await page.getByText(/There is no record 99999999/).waitFor();
    await page.locator('.row').first().waitFor();
    await close();
  });

  test('below a path of a proxy everything works by relative addresses', async () => {
    const proxy = await startProxy(scene.service.url, '/ops/logs/');
    const { page, close } = await openPage(proxy.url);
    await settled(page);
    expect(new URL(page.url()).pathname).toBe('/ops/logs/search');
    await page.locator('.value-in').first().click();
    await expect.poll(() => page.url()).toContain('/ops/logs/search?q=');
    await page.reload();
    await settled(page);
    await page.locator('.row').first().waitFor();
    const hrefs = await page.locator('a').evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).pathname));
    expect(hrefs.filter((path) => !path.startsWith('/ops/logs/'))).toEqual([]);
    await close();
    await proxy.stop();
  });
});
