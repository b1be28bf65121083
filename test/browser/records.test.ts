/**
 * What one record and all that were found offer: tracebacks folded, ids, fields, the text as received, columns, zones, export, saved searches. Against
 * the real service with the demo cloud's records. Not here: finding them (search.test.ts).
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, openPage, type Page, type PageOptions, type WatchedPage } from './chromium.ts';
import { found, queryOf, settled } from './looking.ts';
import { type Scene, startScene } from './scene.ts';

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

describe.skipIf(!CHROMIUM)('records', () => {
  test('a traceback is one row with class and culprit, and opens where it stands', async () => {
    const page = await open('search?q=exception:*&from=all&rows=full');
    await settled(page);
    const folded = page
      .locator('.row')
      .filter({ has: page.locator('.culprit') })
      .filter({ has: page.locator('.more') })
      .first();
    const row = page.locator(`.row[data-seq="${await folded.getAttribute('data-seq')}"]`);
    expect(await row.locator('.thrown b').innerText()).toMatch(/^[A-Z]\w+$/);
    expect(await row.innerText()).not.toContain('Traceback');
    await row.locator('.more').click();
    await expect.poll(() => row.innerText()).toContain('Traceback (most recent call last)');
    await opened.close();
  });

  test('an id offers what can be done with it', async () => {
    const page = await open('search?q=service:nova+instance:*');
    await settled(page);
    const id = page.locator('.row a.id').first();
    const text = (await id.getAttribute('data-id'))!;
    await id.click();
    await page.getByRole('button', { name: 'Only records with it' }).click();
    await expect.poll(() => queryOf(page)).toBe(`service:nova instance:* ${text}`);
    await settled(page);
    expect(await found(page)).toBeGreaterThan(0);
    await opened.close();
  });

  test('fields of a record narrow the search; the text as received is there to the byte', async () => {
    const page = await open('search?q=service:keystone');
    await settled(page);
    await page.locator('.row-open').first().click();
    await page.getByRole('button', { name: 'As received' }).click();
    const seq = (await page.locator('.row').first().getAttribute('data-seq'))!;
    const answer = await fetch(`${scene.service.url}/api/v1/records/${seq}/context?before=0&after=0&raw=true`);
    const { records } = (await answer.json()) as { records: { raw: string; host: string }[] };
    await expect.poll(() => page.locator('.raw').innerText()).toBe(records[0]!.raw);
    await page.getByRole('button', { name: 'Message and fields' }).click();
    await page
      .locator('.details')
      .getByRole('button', { name: `Without host ${records[0]!.host}` })
      .click();
    await expect.poll(() => queryOf(page)).toBe(`service:keystone -host:${records[0]!.host}`);
    await opened.close();
  });

  test('columns, zone and range are in the address, and come back from it', async () => {
    const page = await open('search');
    await settled(page);
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByLabel('logger').check();
    await page.keyboard.press('Escape');
    await page.locator('.times-range').click();
    await page.getByLabel('Zone', { exact: true }).selectOption('Asia/Tokyo');
    await page.getByLabel('From').fill('yesterday 14:00');
    await page.getByRole('button', { name: 'Show this time' }).click();
    await settled(page);
    const address = new URL(page.url()).searchParams;
    expect(address.get('columns')).toBe('service,host,logger');
    expect(address.get('zone')).toBe('Asia/Tokyo');
    // 14:00 in Tokyo, whatever the day.
    expect(address.get('from')).toMatch(/T05:00:00Z$/);
    const time = await page.locator('.row-time').first().getAttribute('title');
    expect(time).toMatch(/\+09:00$/);
    const shown = await page.locator('.row').first().innerText();
    await page.reload();
    await settled(page);
    expect(await page.locator('.row').first().innerText()).toBe(shown);
    expect(await page.locator('.row .cell-logger').count()).toBeGreaterThan(0);
    await opened.close();
  });

  test('everything that was found is exported in three forms', async () => {
    const page = await open('search?q=level:error&from=all');
    await settled(page);
    const total = await found(page);
    for (const [name, ending, extra] of [
      [/^NDJSON/, '.ndjson', 0],
      [/^Text/, '.log', undefined],
    ] as const) {
      await page.getByRole('button', { name: 'Export' }).click();
      const coming = page.waitForEvent('download');
      await page.getByRole('link', { name }).click();
      const download = await coming;
      expect(download.suggestedFilename()).toMatch(new RegExp(`^stacktrail-.*\\${ending}$`));
      const text = readFileSync((await download.path())!, 'utf8');
      if (extra !== undefined) expect(text.trimEnd().split('\n').length).toBe(total + extra);
      else expect(text).toContain('ERROR');
    }
    await page.getByRole('button', { name: 'Export' }).click();
    const coming = page.waitForEvent('download');
    await page.getByRole('link', { name: /^CSV/ }).click();
    expect(readFileSync((await (await coming).path())!, 'utf8')).toMatch(/^time,/);
    await opened.close();
  });

  test('a search is kept by the service, asked again and forgotten', async () => {
    const page = await open('search?q=level:error&from=6h');
    await settled(page);
    await page.getByRole('button', { name: 'Saved' }).click();
    await page.getByLabel('Keep this search as').fill('trouble');
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    await page.getByText('Saved', { exact: true }).last().waitFor();
    await opened.close();
    const other = await open('search');
    await settled(other);
    await other.getByRole('button', { name: 'Saved' }).click();
    await other.getByRole('button', { name: /^trouble/ }).click();
    await expect.poll(() => queryOf(other)).toBe('level:error');
    expect(new URL(other.url()).searchParams.get('from')).toBe('6h');
    await other.getByRole('button', { name: 'Saved' }).click();
    await other.getByRole('button', { name: 'Forget trouble' }).click();
    await other.getByText('Nothing is saved yet').waitFor();
    await opened.close();
  });
});
