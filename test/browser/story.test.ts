/** The story of an instance in a real browser: what is shown is what the service tells, every click is in the address, and nothing that a sender wrote is more than text. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Story } from '../../src/model.ts';
import { CHROMIUM, openPage, type Page } from './chromium.ts';
import { settled } from './looking.ts';
import { HOSTILE, type Scene, startScene } from './scene.ts';
import { addStories, EVIL, failedInstance, LONG, SECRET } from './story-scene.ts';

let scene: Scene;
let instance: string;
let story: Story;
beforeAll(async () => {
  if (!CHROMIUM) return;
  scene = await startScene();
  await addStories(scene);
  instance = await failedInstance(scene);
  story = (await (await fetch(`${scene.service.url}/api/v1/trace/${instance}?tree=true`)).json()) as Story;
});
afterAll(() => scene?.service.stop());

const told = (page: Page): Promise<unknown> => page.locator('.story-records .row').first().waitFor();
const seqsOf = (records: readonly { seq: number }[]): number[] => records.map(({ seq }) => seq);
/** How many records the story says that it shows. */
const count = async (page: Page): Promise<number> => Number((await page.locator('.story-records .count b').innerText()).replace(/\D/g, ''));
const seqs = (page: Page): Promise<number[]> =>
  page.locator('.story-records .row').evaluateAll((rows) => rows.map((row) => Number((row as HTMLElement).dataset.seq)));
/** Only rows that are near to what is seen are drawn; those are the first ones, in order, and the count says how many there are in all. */
async function expectShown(page: Page, wanted: readonly number[]): Promise<void> {
  await expect.poll(() => count(page)).toBe(wanted.length);
  await expect
    .poll(async () => {
      const drawn = await seqs(page);
      return drawn.length > 0 && drawn.every((seq, index) => seq === wanted[index]);
    })
    .toBe(true);
}
/** Repetitions one by one, unless a test says otherwise. */
const open = async (path = `story/${instance}?each=true`) => {
  const opened = await openPage(`${scene.service.url}/${path}`);
  await told(opened.page);
  return opened;
};

describe.skipIf(!CHROMIUM)('a story', () => {
  test('begins with what went wrong first, and shows every row and record that the service tells', async () => {
    const { page, close } = await open(`story/${instance}?debug=true&each=true`);
    expect(await page.locator('.story-head').innerText()).toContain(instance);
    expect(await page.title()).toContain('instance');
    const error = page.locator('.fault.is-bad').last();
    expect(await error.innerText()).toContain('First error');
    expect((await error.innerText()).replace(/\s+/g, ' ')).toContain(story.firstError!.message.split('\n')[0]!.slice(0, 60));
    expect(await page.locator('.tree-row').count()).toBe(story.tree!.rows.length);
    await expectShown(page, seqsOf(story.records));
    expect(await page.locator('.entity').count()).toBe(Math.min(25, story.entities.length));
    await close();
  });

  test('shows only the records of a row that is clicked, and all of them again; pointing at it says its times', async () => {
    const { page, close } = await open(`story/${instance}?debug=true&each=true`);
    const index = story.tree!.rows.findIndex(({ spans, times }) => spans.length === 1 && times === 1);
    const span = story.tree!.rows[index]!.spans[0]!;
    const row = page.locator('.tree-row').nth(index);
    await row.hover();
    await expect.poll(() => page.locator('.tree-said').innerText()).toMatch(/\d\d:\d\d:\d\d\.\d+ to \d\d:\d\d:\d\d\.\d+, .*records?$/);
    await row.click();
    await expectShown(page, seqsOf(story.records.filter((record) => record.span === span)));
    expect(new URL(page.url()).searchParams.get('only')).toBe(`spans:${span}`);
    await page.locator('.picked').click();
    await expect.poll(() => count(page)).toBe(story.records.length);
    await close();
  });

  test('tells what repeats once, with how often and until when, and one by one to whoever wants that', async () => {
    const { records } = (await (await fetch(`${scene.service.url}/api/v1/trace/${LONG}?tree=true`)).json()) as Story;
    const { page, close } = await open(`story/${LONG}`);
    // Every tenth is a warning, those between are alike.
    await expect.poll(() => page.locator('.story-records .folded').first().innerText()).toMatch(/^9 times, until \+\d+\.\d+/);
    expect((await seqs(page)).slice(0, 4)).toEqual([0, 1, 10, 11].map((index) => records[index]!.seq));
    expect(await count(page)).toBe(records.length);
    // j goes from what is told to what is told.
    for (let step = 0; step < 3; step++) await page.keyboard.press('j');
    await expect.poll(() => page.locator('.row.is-selected').getAttribute('data-seq')).toBe(String(records[10]!.seq));
    await page.locator('.story-records .folded button').first().click();
    await expect.poll(async () => (await seqs(page)).slice(0, 12)).toEqual(seqsOf(records.slice(0, 12)));
    await page.getByRole('button', { name: /^Repetitions/ }).click();
    await expectShown(page, seqsOf(records));
    expect(new URL(page.url()).searchParams.get('each')).toBe('true');
    await close();
    // A link to one of those that are folded tells them all.
    const linked = await open(`story/${LONG}?line=${records[15]!.seq}`);
    await expect.poll(() => linked.page.locator('.row.is-selected').getAttribute('data-seq')).toBe(String(records[15]!.seq));
    await linked.close();
  });

  test('as a table tells who made each request, and leads to the record that proves it', async () => {
    const { page, close } = await open();
    await page.getByRole('button', { name: `${story.requests.length} requests` }).click();
    expect(await page.locator('.requests tbody tr').count()).toBe(story.requests.length);
    const edge = story.edges.find(({ by, to }) => by === 'called' && story.requests.some(({ id }) => id === to))!;
    const row = page.locator('.requests tbody tr').filter({ hasText: edge.to }).first();
    expect(await row.innerText()).toContain(`called by #${story.requests.findIndex(({ id }) => id === edge.from) + 1}`);
    await row
      .getByRole('button', { name: /proves it/ })
      .first()
      .click();
    await page.locator('.row.is-selected').waitFor();
    expect(story.edges.filter(({ to }) => to === edge.to).map(({ seq }) => String(seq))).toContain(
      new URL(page.url()).searchParams.get('line'),
    );
    await close();
  });

  test('filters by one of its ids, and leads to the story of that', async () => {
    const { page, close } = await open(`story/${instance}?debug=true&each=true`);
    const entity = story.entities.find(({ kind }) => kind === 'port') ?? story.entities[1]!;
    const item = page.locator('.entity').filter({ hasText: entity.id });
    await item.locator('.entity-pick').click();
    await expect.poll(() => count(page)).toBeLessThan(story.records.length);
    for (const seq of await seqs(page)) expect(JSON.stringify(story.records.find((one) => one.seq === seq))).toContain(entity.id);
    await item.getByRole('link').click();
    await expect.poll(() => page.locator('.story-title').innerText()).toContain(entity.id);
    await page.goBack();
    await expect.poll(() => page.locator('.story-title').innerText()).toContain(instance);
    expect(new URL(page.url()).searchParams.get('only')).toBe(`id:${entity.id}`);
    await close();
  });

  test('is searched by words, warnings, and with or without DEBUG', async () => {
    const { page, close } = await open();
    const debug = story.records.filter(({ level }) => level === 'DEBUG').length;
    const before = await count(page);
    expect(before).toBeLessThan(story.records.length);
    expect(before).toBeGreaterThanOrEqual(story.records.length - debug);
    await page.getByRole('button', { name: /^DEBUG/ }).click();
    await expect.poll(() => count(page)).toBe(story.records.length);
    await page.keyboard.press('/');
    await page.keyboard.type('port -debug');
    const wanted = story.records.filter((record) => {
      const text = [record.message, record.host, record.program, record.service, record.level].join('\n').toLowerCase();
      return text.includes('port') && !text.includes('debug');
    });
    await expectShown(page, seqsOf(wanted));
    expect(await page.locator('.row mark').first().innerText()).toMatch(/port/i);
    await page.getByLabel('Find in this story').fill('');
    await page.getByRole('button', { name: 'Warnings' }).click();
    const bad = story.records.filter(({ level }) => ['WARNING', 'ERROR', 'CRITICAL'].includes(String(level)));
    await expectShown(page, seqsOf(bad));
    await page.getByLabel('Find in this story').fill('nosuchword');
    await page.getByRole('button', { name: 'All its records' }).click();
    await expect.poll(() => count(page)).toBe(story.records.length);
    await close();
  });

  test('is read by the keyboard: from the search with t, lines with j k Enter, the first error with e, the keys with ?', async () => {
    const { page, close } = await openPage(`${scene.service.url}/search?q=instance:${instance}&from=24h`);
    await settled(page);
    await page.keyboard.press('j');
    await page.keyboard.press('t');
    await told(page);
    expect(new URL(page.url()).pathname).toBe(`/story/${instance}`);
    await page.keyboard.press('e');
    await expect.poll(() => page.locator('.row.is-selected').getAttribute('data-seq')).toBe(String(story.firstError!.seq));
    await expect
      .poll(() => page.locator('.row.is-selected').evaluate((row) => row.getBoundingClientRect().bottom <= innerHeight))
      .toBe(true);
    const all = await seqs(page);
    await page.keyboard.press('k');
    await expect
      .poll(() => page.locator('.row.is-selected').getAttribute('data-seq'))
      .toBe(String(all[all.indexOf(story.firstError!.seq) - 1]));
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('.row.is-selected .details').waitFor();
    await page.keyboard.press('?');
    expect(await page.locator('dialog.help').innerText()).toContain('The first error');
    await close();
  });

  test('of an address is the same for whoever opens it', async () => {
    const { page, close } = await open(`story/${instance}?debug=true&each=true&show=requests&zone=UTC`);
    await page.getByLabel('Find in this story').fill('port');
    await page.locator('.row').nth(1).click();
    const [url, rows] = [page.url(), await seqs(page)];
    await page.reload();
    await told(page);
    expect(await seqs(page)).toEqual(rows);
    await close();
    const other = await openPage(url);
    await told(other.page);
    expect(await seqs(other.page)).toEqual(rows);
    expect(await other.page.locator('.requests').count()).toBe(1);
    expect(await other.page.locator('.row.is-selected').count()).toBe(1);
    await other.close();
  });

  test('is asked for with clocks put right, when somebody wants that', async () => {
    const { page, close } = await open();
    const asked = page.waitForRequest(/deskew=true/);
    await page.getByLabel('Order by corrected clocks').check();
    await asked;
    expect(new URL(page.url()).searchParams.get('deskew')).toBe('true');
    await told(page);
    await close();
  });

  test('is kept as a page that opens by itself, and holds no secret', async () => {
    const { page, close } = await open(`story/${EVIL}`);
    await page.getByRole('button', { name: 'Download' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: /A page/ }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe(`stacktrail-instance-${EVIL}.html`);
    const path = await file.path();
    const html = readFileSync(path, 'utf8');
    expect(html).not.toContain(SECRET);
    const kept = await openPage('about:blank');
    await kept.page.setContent(html);
    for (const { seen } of HOSTILE)
      expect(await kept.page.locator('body').innerText()).toContain(seen.replace(/\\x1b\[\d+m/g, '').slice(0, 20));
    await kept.page.context().close();
    await close();
  });
});
