/**
 * The search as a person uses it: typing a query with completion and mistakes, filters, the histogram, an endless list, links to a line, keys. Against
 * the real service with the demo cloud's records. Not here: what one record offers (records.test.ts).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, openPage, type Page, type PageOptions, type WatchedPage } from './chromium.ts';
import { found, queryOf, settled } from './looking.ts';
import { DEMO_LINES, type Scene, startScene } from './scene.ts';

let scene: Scene;
let opened: WatchedPage;
beforeAll(async () => {
  if (CHROMIUM) scene = await startScene();
});
afterAll(() => scene?.service.stop());

async function open(path: string, options: PageOptions = {}): Promise<Page> {
  opened = await openPage(`${scene.service.url}/${path}`, options);
  return opened.page;
}

describe.skipIf(!CHROMIUM)('search', () => {
  test('the root shows the search, its records and its counts', async () => {
    const page = await open('');
    await settled(page);
    expect(new URL(page.url()).pathname).toBe('/search');
    expect(await page.title()).toBe('Search · Stacktrail');
    const total = await found(page);
    expect(total).toBeGreaterThan(DEMO_LINES / 2);
    expect(await page.locator('.row').count()).toBeGreaterThan(50);
    expect(await page.locator('.chart').getAttribute('aria-label')).toContain(`${total} records`);
    await opened.close();
  });

  test('a query is typed with completion of fields and of values, and found words are marked', async () => {
    const page = await open('search');
    await settled(page);
    await page.keyboard.press('/');
    await page.keyboard.type('servi');
    await page.getByRole('option', { name: /^service:/ }).waitFor();
    await page.keyboard.press('Tab');
    await page.getByRole('option', { name: /^nova / }).waitFor();
    await page.keyboard.type('no');
    await page.getByRole('option', { name: /^nova / }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await page.getByLabel('Query', { exact: true }).inputValue()).toBe('service:nova ');
    await page.keyboard.type('instance');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=service:nova\+instance/);
    await settled(page);
    expect(await page.locator('.row mark').first().innerText()).toMatch(/^instance$/i);
    const services = await page.locator('.row .cell-service').allInnerTexts();
    expect(new Set(services)).toEqual(new Set(['nova']));
    await opened.close();
  });

  test('a wrong query is underlined at the wrong characters, and the right one is a click away', async () => {
    const page = await open('search?q=level:error+servce:nova');
    await page.locator('.query-mirror .wrong').waitFor();
    expect(await page.locator('.query-mirror .wrong').innerText()).toBe('servce');
    expect(await page.locator('.query-wrong').innerText()).toContain('there is no field');
    await page.getByRole('button', { name: 'level:error service:nova' }).click();
    await settled(page);
    expect(queryOf(page)).toBe('level:error service:nova');
    expect(await page.locator('.query-wrong').count()).toBe(0);
    await opened.close();
  });

  test('filters include and exclude by a click, beside each other, and take back', async () => {
    const page = await open('search');
    await settled(page);
    const value = (name: string) => page.locator('.facet .value').filter({ hasText: new RegExp(`^(✓ )?${name}`) });
    const nova = Number((await value('nova').locator('.value-count').first().innerText()).replace(/\D/g, ''));
    await value('nova').first().locator('.value-in').click();
    await expect.poll(() => queryOf(page)).toBe('service:nova');
    await expect.poll(() => found(page)).toBe(nova);
    await value('neutron').first().locator('.value-in').click();
    await expect.poll(() => queryOf(page)).toBe('(service:nova OR service:neutron)');
    await value('nova').first().locator('.value-in').click();
    await expect.poll(() => queryOf(page)).toBe('service:neutron');
    await value('neutron').first().locator('.value-out').click();
    await expect.poll(() => queryOf(page)).toBe('-service:neutron');
    await settled(page);
    expect(await page.locator('.row .cell-service').allInnerTexts()).not.toContain('neutron');
    await page.goBack();
    await expect.poll(() => queryOf(page)).toBe('service:neutron');
    await opened.close();
  });

  test('dragging over the histogram zooms, a click takes one bar, the legend a level', async () => {
    const page = await open('search');
    await settled(page);
    const chart = (await page.locator('.chart .u-over').boundingBox())!;
    const y = chart.y + chart.height / 2;
    await page.mouse.move(chart.x + chart.width * 0.5, y);
    await page.mouse.down();
    await page.mouse.move(chart.x + chart.width * 0.9, y, { steps: 6 });
    await page.mouse.up();
    await page.waitForURL(/from=.*to=/);
    await settled(page);
    const zoomed = new URL(page.url()).searchParams;
    const width = (words: URLSearchParams): number => Date.parse(words.get('to')!) - Date.parse(words.get('from')!);
    expect(width(zoomed)).toBeGreaterThan(20 * 60_000);
    expect(width(zoomed)).toBeLessThan(28 * 60_000);
    const again = (await page.locator('.chart .u-over').boundingBox())!;
    await page.mouse.click(again.x + again.width * 0.6, again.y + again.height / 2);
    await expect.poll(() => width(new URL(page.url()).searchParams)).toBeLessThan(2 * 60_000);
    await page.locator('.legend-level').first().click();
    await expect.poll(() => queryOf(page)).toMatch(/^level:/);
    await opened.close();
  });

  test('the list goes on to the last record, and draws only what is near', async () => {
    const page = await open('search?from=all&q=service:nova');
    await settled(page);
    const total = await found(page);
    const newest = await page.locator('.row').first().getAttribute('data-seq');
    const seen = new Set<string>();
    await expect
      .poll(
        async () => {
          const { seqs, drawn, isAtEnd } = await page.evaluate(async () => {
            const box = document.querySelector('.records')!;
            const shown = new Set<string>();
            let most = 0;
            for (let step = 0; step < 8; step++) {
              box.scrollTop += 800;
              // What comes near is drawn some frames later: what is seen always is, in the end.
              const { top, bottom } = box.getBoundingClientRect();
              const isBlank = (chunk: Element): boolean => {
                const place = chunk.getBoundingClientRect();
                return place.bottom > top && place.top < bottom && chunk.querySelector('.row') === null;
              };
              do await new Promise(requestAnimationFrame);
              while ([...box.querySelectorAll('.chunk')].some(isBlank));
              const rows = [...document.querySelectorAll<HTMLElement>('.row')];
              most = Math.max(most, rows.length);
              for (const row of rows) shown.add(row.dataset.seq!);
            }
            // Both of one moment: a page that comes later would make neither of them wrong.
            const isAll = box.textContent!.includes('Nothing older in this range');
            const isAtEnd = isAll && box.scrollTop + box.clientHeight >= box.scrollHeight - 2;
            return { seqs: [...shown], drawn: most, isAtEnd };
          });
          for (const seq of seqs) seen.add(seq);
          expect(drawn).toBeLessThan(300);
          return isAtEnd;
        },
        { timeout: 120_000, interval: 30 },
      )
      .toBe(true);
    expect(seen.size).toBe(total);
    // More than is kept: on the way back what was let go is asked for again.
    expect(total).toBeGreaterThan(2500);
    await expect
      .poll(
        async () => {
          await page.evaluate(() => {
            document.querySelector('.records')!.scrollTop -= 4000;
          });
          return page.locator(`.row[data-seq="${newest}"]`).count();
        },
        { timeout: 120_000, interval: 30 },
      )
      .toBe(1);
    await opened.close();
  }, 300_000);

  test('a link to a line shows it in its place, and the list goes on both ways without moving what is read', async () => {
    const records = await scene.service.search('level:error', { limit: '400' });
    const record = records[Math.floor(records.length / 2)]!;
    const page = await open(`search?q=level:error&from=all&line=${record.seq}`);
    const row = page.locator(`.row[data-seq="${record.seq}"]`);
    await row.waitFor();
    await settled(page);
    expect(await row.getAttribute('aria-current')).toBe('true');
    await expect.poll(() => row.isVisible()).toBe(true);
    const around = await page.locator('.row').evaluateAll((rows) => rows.map((one) => Number((one as HTMLElement).dataset.seq)));
    const wanted = records.map(({ seq }) => seq).toReversed();
    const at = wanted.indexOf(around[0]!);
    expect(around).toEqual(wanted.slice(at, at + around.length));
    expect(around.indexOf(record.seq)).toBeGreaterThan(0);
    await opened.close();
  });

  test('keys: j and k move, enter opens, c shows what stood around, w shows whole messages, ? says all', async () => {
    const page = await open('search?q=exception:*&from=all');
    await settled(page);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    const first = await page.locator('.row').first().getAttribute('data-seq');
    expect(new URL(page.url()).searchParams.get('line')).toBe(first);
    await page.keyboard.press('Enter');
    await page.locator('.details-text').waitFor();
    expect(await page.locator('.details-text').innerText()).toContain('Traceback (most recent call last)');
    await page.keyboard.press('Enter');
    await page.locator('.details').waitFor({ state: 'detached' });
    await page.keyboard.press('c');
    await page.locator('.around-row[aria-current="true"]').waitFor();
    const near = await page.locator('.around-row').count();
    await page.getByRole('button', { name: 'all', exact: true }).click();
    await page.getByRole('button', { name: 'more before' }).click();
    await expect.poll(() => page.locator('.around-row').count()).toBeGreaterThan(near);
    await page.keyboard.press('Escape');
    await page.locator('.details').waitFor({ state: 'detached' });
    await page.keyboard.press('w');
    await page.waitForURL(/rows=full/);
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Line before').waitFor();
    await page.keyboard.press('Escape');
    await opened.close();
  });
});
