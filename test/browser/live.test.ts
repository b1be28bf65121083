/**
 * The live tail in a real browser against the real service, through a proxy below a path: the same query and filters as the search, held still without losing
 * anything, and across restarts of the service nothing missed and nothing twice. Not here: how much it can take (live-speed.test.ts).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningService, temporaryFolder } from '../e2e/service.ts';
import { openUdp } from '../receive/senders.ts';
import { CHROMIUM, openPage, type Page } from './chromium.ts';
import { allNumbersOf, ingestNumbered, isOpen, numbersOf, startLive } from './live-scene.ts';
import { queryOf } from './looking.ts';
import { startProxy } from './proxy.ts';
import { HOSTILE } from './scene.ts';

const upTo = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

let service: RunningService;
let next = 1;
beforeAll(async () => {
  // Whoever sends datagrams from here loses them, which is said.
  if (CHROMIUM) service = await startLive({ words: ['--udp-allow', '10.0.0.0/8'] });
});
afterAll(() => service?.stop());

async function more(count: number): Promise<number[]> {
  const from = next;
  next += count;
  await ingestNumbered(service, from, count);
  return upTo(from, count);
}

async function open(path: string): Promise<{ page: Page; close(): Promise<void> }> {
  const opened = await openPage(`${service.url}/${path}`);
  await isOpen(opened.page);
  return opened;
}

const shown = async (page: Page, want: readonly number[]): Promise<void> => {
  await expect.poll(async () => (await numbersOf(page)).slice(-want.length)).toEqual(want);
};

describe.skipIf(!CHROMIUM)('live', () => {
  test('l makes the search live with its query, and back; the address says so', async () => {
    await more(12);
    const { page, close } = await openPage(`${service.url}/search?q=level:error&columns=host`);
    await page.locator('.row').first().waitFor();
    await page.keyboard.press('l');
    await page.waitForURL(/live=1/);
    expect(queryOf(page)).toBe('level:error');
    await isOpen(page);
    await shown(page, [5, 11]);
    await more(12);
    await shown(page, [5, 11, 17, 23]);
    expect(new Set(await page.locator('.row .level').allInnerTexts())).toEqual(new Set(['ERROR']));
    // A filter by click is the query, live as well.
    await page.locator('.facet .value').filter({ hasText: 'WARNING' }).first().locator('.value-in').click();
    await expect.poll(() => queryOf(page)).toBe('(level:error OR level:warning)');
    await shown(page, [15, 17, 21, 23]);
    await page.keyboard.press('l');
    await page.locator('.histogram').waitFor();
    expect(page.url()).not.toContain('live');
    expect(queryOf(page)).toBe('(level:error OR level:warning)');
    await page.goBack();
    await isOpen(page);
    await close();
  });

  test('p holds it still and goes on, x clears; what comes meanwhile is counted and then there', async () => {
    const { page, close } = await open('search?live=1&q=number');
    const first = await more(20);
    await shown(page, first);
    await page.keyboard.press('p');
    await page.getByText('Paused', { exact: true }).waitFor();
    const second = await more(15);
    await page.getByRole('button', { name: '15 new lines' }).waitFor();
    await shown(page, first);
    await page.getByRole('button', { name: '15 new lines' }).click();
    await shown(page, [...first.slice(-5), ...second]);
    await page.keyboard.press('x');
    await expect.poll(() => numbersOf(page)).toEqual([]);
    const third = await more(3);
    await expect.poll(() => numbersOf(page)).toEqual(third);
    await close();
  });

  test('scrolling up holds it still where it is, scrolling to the end goes on', async () => {
    await more(150);
    const { page, close } = await open('search?live=1&q=number');
    await shown(page, upTo(next - 20, 20));
    const box = (await page.locator('.live-list').boundingBox())!;
    await page.mouse.move(box.x + 300, box.y + 200);
    await page.mouse.wheel(0, -120);
    await page.getByText('Reading', { exact: true }).waitFor();
    const top = () =>
      page.evaluate(() => {
        const list = document.querySelector('.live-list')!.getBoundingClientRect();
        const row = [...document.querySelectorAll('.live-list .row')].find((one) => one.getBoundingClientRect().top >= list.top)!;
        return { seq: (row as HTMLElement).dataset.seq, at: Math.round(row.getBoundingClientRect().top) };
      });
    const before = await top();
    await more(40);
    await page.getByRole('button', { name: '40 new lines' }).waitFor();
    expect(await top()).toEqual(before);
    await page.mouse.wheel(0, -20_000);
    await page.getByText('What came before: search').waitFor();
    await page.mouse.wheel(0, 20_000);
    await isOpen(page);
    await shown(page, upTo(next - 20, 20));
    // A line that is looked into stays, until somebody says otherwise.
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await page.locator('.details-text').waitFor();
    expect(await page.locator('.details-text').innerText()).toContain(`number ${next - 2} `);
    await more(5);
    await page.getByRole('button', { name: '5 new lines' }).waitFor();
    expect(await page.locator('.details-text').count()).toBe(1);
    await close();
  });

  test('a line that grows later grows where it is', async () => {
    const { page, close } = await open('search?live=1&q=program:nova-grows');
    const stamp = `${new Date().toISOString().slice(0, 23).replace('T', ' ')} 2001`;
    const line = (text: string) => `<131>1 ${new Date().toISOString()} c01 nova-grows 2001 - - ${stamp} ERROR nova.manager ${text}`;
    await service.ingest(line('[req-5d1c9b8e-6ad8-41f2-8d3e-0a9c5d1b7e42 - - - - -] It broke'));
    await page.locator('.live-list .row').getByText('It broke').waitFor();
    await service.ingest(line('Traceback (most recent call last):'));
    await service.ingest(line('ValueError: it broke'));
    await page.getByText('+2 lines').waitFor();
    expect(await page.locator('.live-list .row').count()).toBe(1);
    await close();
  });

  test('a wrong query is marked where it is wrong', async () => {
    const { page, close } = await openPage(`${service.url}/search?live=1&q=level:error+servce:nova`);
    await page.locator('.wrong').waitFor();
    expect(await page.locator('.wrong').innerText()).toContain('servce');
    await page.locator('.query-wrong button').click();
    await isOpen(page);
    await close();
  });

  test('what is lost on the way in is a line among the others, and a number that leads to the status', async () => {
    const { page, close } = await open('search?live=1&q=number');
    const sender = await openUdp(service.udp);
    for (let number = 0; number < 7; number++) await sender.send('<13>refused');
    await page.locator('.live-said.is-loss').getByText('from outside the allow list, 127.0.0.1').first().waitFor();
    await page.getByRole('link', { name: '7 lost on the way in' }).click();
    await page.getByRole('heading', { name: 'Listeners' }).waitFor();
    await sender.close();
    await close();
  });

  test('hostile lines are text', async () => {
    const { page, close } = await open('search?live=1&q=host:evil02&rows=full');
    const now = new Date().toISOString();
    await service.ingest(HOSTILE.map(({ text }) => `<11>1 ${now} evil02 "><b>prog - - - ${text}`).join('\n'));
    for (const { seen } of HOSTILE) await page.locator('.live-list .row').getByText(seen).first().waitFor();
    expect(await page.locator('#app script, #app img, #app .row svg, #app iframe, #app [onerror], #app [onload]').count()).toBe(0);
    await close();
  });
});

describe.skipIf(!CHROMIUM)('a tail that is cut', () => {
  test('misses and repeats nothing while its service is stopped and killed, below a path of a proxy', async () => {
    const data = `${temporaryFolder()}/data`;
    let cut = await startLive({ data });
    const http = `127.0.0.1:${cut.http.port}`;
    const proxy = await startProxy(cut.url, '/logs/');
    const { page, close } = await openPage(`${proxy.url}search?live=1&q=number`);
    await isOpen(page);
    let number = 1;
    for (const end of ['stop', 'kill', 'stop'] as const) {
      await ingestNumbered(cut, number, 60);
      await cut[end]();
      await page.locator('.live-trouble').waitFor();
      cut = await startLive({ data, http });
      // Taken while the tail is still away, or while it comes back.
      await ingestNumbered(cut, number + 60, 40);
      number += 100;
      await isOpen(page);
      await page.locator('.live-trouble').waitFor({ state: 'detached' });
      await ingestNumbered(cut, number, 1);
      number += 1;
      await shown(page, [number - 1]);
    }
    await page.keyboard.press('p');
    expect(await allNumbersOf(page)).toEqual(upTo(1, number - 1));
    await page.evaluate(() => {
      document.querySelector('.live-list')!.scrollTop = 0;
    });
    await page
      .getByText(/Connected again after \d+ s, nothing missed/)
      .first()
      .waitFor();
    await close();
    await proxy.stop();
    await cut.stop();
  });

  test('that comes back to other data says so', async () => {
    let cut = await startLive();
    const http = `127.0.0.1:${cut.http.port}`;
    await ingestNumbered(cut, 1, 30);
    const { page, close } = await openPage(`${cut.url}/search?live=1&q=number`);
    await isOpen(page);
    await shown(page, upTo(11, 20));
    await cut.stop();
    await page.locator('.live-trouble').waitFor();
    cut = await startLive({ http });
    await page.getByText('The service has other data than before; going on with what comes now').waitFor();
    await isOpen(page);
    await ingestNumbered(cut, 1000, 2);
    await shown(page, [1000, 1001]);
    await close();
    await cut.stop();
  });
});
