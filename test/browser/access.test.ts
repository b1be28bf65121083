/**
 * For everybody: axe-core finds nothing in any state of the search, the live tail and the status, in both schemes, wide and narrow; what the keyboard alone can do; what fits
 * into 400 pixels. The pictures of each state lie in a temporary folder, to be looked at: STACKTRAIL_PICTURES names another.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openUdp } from '../receive/senders.ts';
import { violations } from './axe.ts';
import { CHROMIUM, openPage, type Page, PICTURES } from './chromium.ts';
import { settled } from './looking.ts';
import { sendNumbered } from './numbered.ts';
import { type Scene, startScene } from './scene.ts';

let scene: Scene;
beforeAll(async () => {
  if (CHROMIUM) scene = await startScene();
  mkdirSync(PICTURES, { recursive: true });
});
afterAll(() => scene?.service.stop());

/** A state by its name: how to come there. */
const STATES: readonly (readonly [name: string, path: string, act?: (page: Page) => Promise<unknown>])[] = [
  ['search', 'search'],
  ['search-errors', 'search?q=level:>=warning&rows=full'],
  [
    'search-details',
    'search?q=exception:*',
    async (page) => {
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await page.locator('.fields').waitFor();
    },
  ],
  [
    'search-context',
    'search?q=exception:*',
    async (page) => {
      await page.keyboard.press('j');
      await page.keyboard.press('c');
      await page.locator('.around-row').first().waitFor();
    },
  ],
  ['search-wrong', 'search?q=level:error+servce:nova', (page) => page.locator('.wrong').waitFor()],
  ['search-nothing', 'search?q=nosuchword', (page) => page.locator('.empty').waitFor()],
  [
    'search-completion',
    'search',
    async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.type('host:c');
      await page.getByRole('option').first().waitFor();
    },
  ],
  ['search-time', 'search', (page) => page.locator('.times-range').click()],
  ['search-columns', 'search', (page) => page.getByRole('button', { name: 'Columns' }).click()],
  [
    'search-saved',
    'search?q=level:error',
    async (page) => {
      const body = JSON.stringify({ query: 'level:>=warning "AMQP server"', since: '6h', title: 'Trouble with the broker' });
      await fetch(`${scene.service.url}/api/v1/saved/broker`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body });
      await page.getByRole('button', { name: 'Saved' }).click();
      await page.getByText('Trouble with the broker').waitFor();
      // What came later made the panel wider, not wider than the window.
      await expect
        .poll(() => page.locator('.menu:popover-open').evaluate((panel) => panel.getBoundingClientRect().right - innerWidth))
        .toBeLessThanOrEqual(0);
    },
  ],
  ['search-id', 'search', (page) => page.locator('.row a.id').first().click()],
  ['search-help', 'search', (page) => page.keyboard.press('?')],
  ['live', 'search?live=1', (page) => page.locator('.live-list .row').nth(10).waitFor()],
  ['live-errors', 'search?live=1&q=level:>=warning&rows=full', (page) => page.locator('.live-list .row').nth(3).waitFor()],
  [
    'live-paused',
    'search?live=1',
    async (page) => {
      await page.locator('.live-list .row').nth(10).waitFor();
      await page.keyboard.press('k');
      await page.keyboard.press('k');
      await page.keyboard.press('Enter');
      await page.locator('.fields').waitFor();
    },
  ],
  ['live-nothing', 'search?live=1&q=nosuchword', (page) => page.getByText('Waiting for lines').waitFor()],
  ['live-wrong', 'search?live=1&q=level:error+servce:nova', (page) => page.locator('.wrong').waitFor()],
  [
    'live-lost',
    'search?live=1',
    async (page) => {
      await page.locator('.live-list .row').nth(10).waitFor();
      await page.route('**/api/v1/tail**', (route) => route.abort());
      // The same question again: its connection does not come about.
      await page.getByRole('button', { name: 'Search', exact: true }).click();
      await page.locator('.live-trouble').waitFor();
    },
  ],
  [
    'status',
    'status',
    async (page) => {
      const sender = await openUdp(scene.service.udp);
      for (let number = 0; number < 3; number++) await sender.send('');
      await sendNumbered(scene.service.tcp, { from: 1, count: 700, perSecond: 100 });
      await page.locator('.losses').waitFor();
      await page.getByRole('link', { name: 'ctl01' }).waitFor();
      await sender.close();
    },
  ],
  [
    'status-gone',
    'status',
    async (page) => {
      await page.getByRole('heading', { name: 'Listeners' }).waitFor();
      await page.route('**/api/**', (route) => route.abort());
      await page.getByRole('alert').waitFor();
    },
  ],
];
const WIDTHS = [1280, 400] as const;

describe.skipIf(!CHROMIUM)('for everybody', () => {
  test.each(STATES.flatMap(([name, path, act]) => WIDTHS.map((width) => ({ name, path, act, width }))))(
    '$name at $width',
    async (state) => {
      const { name, path, act, width } = state;
      const { page, close } = await openPage(`${scene.service.url}/${path}`, { width, height: width < 600 ? 860 : 800 });
      if (name.startsWith('search') && name !== 'search-wrong') await settled(page);
      await act?.(page);
      for (const scheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: scheme });
        expect(await violations(page, scheme === 'light' ? 'all' : 'colours'), scheme).toEqual([]);
        // Nothing makes the page itself wider than the screen.
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
        await page.screenshot({ path: join(PICTURES, `${name}-${width}-${scheme}.png`) });
      }
      await close();
    },
  );

  test('levels are told by their word, not by colour alone', async () => {
    const { page, close } = await openPage(`${scene.service.url}/search?q=level:>=warning`);
    await settled(page);
    for (const text of await page.locator('.row .level').allInnerTexts()) expect(['WARN', 'ERROR', 'CRIT']).toContain(text);
    await close();
  });

  test('the keyboard alone reaches the query, the filters, the tools and the list', async () => {
    const { page, close } = await openPage(`${scene.service.url}/search`);
    await settled(page);
    const reached = new Set<string>();
    for (let step = 0; step < 200; step++) {
      await page.keyboard.press('Tab');
      reached.add(
        await page.evaluate(() => {
          const active = document.activeElement!;
          return active.closest('.query')
            ? 'query'
            : active.closest('.facets')
              ? 'filters'
              : active.closest('.tools')
                ? 'tools'
                : active.closest('.records')
                  ? 'list'
                  : 'head';
        }),
      );
    }
    expect([...reached].sort()).toEqual(['filters', 'head', 'list', 'query', 'tools']);
    await close();
  });
});
