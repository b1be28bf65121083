/** For everybody, also here: axe-core finds nothing in any state of stories and errors, in both schemes, wide and narrow, and nothing is wider than the screen. Leaves pictures. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { CHROMIUM, openPage, type Page, PICTURES } from './chromium.ts';
import { type Scene, startScene } from './scene.ts';
import { addStories, EVIL, failedInstance, LONG } from './story-scene.ts';

let scene: Scene;
let instance: string;
beforeAll(async () => {
  if (!CHROMIUM) return;
  scene = await startScene();
  await addStories(scene);
  instance = await failedInstance(scene);
  mkdirSync(PICTURES, { recursive: true });
});
afterAll(() => scene?.service.stop());

/** A state by its name: where it is, what says that it is there, how to come there. `FAILED` stands for an instance. */
const STATES: readonly (readonly [name: string, path: string, there: string, act?: (page: Page) => Promise<unknown>])[] = [
  ['story', 'story/FAILED', '.row'],
  ['story-records', 'story/FAILED?only=level:warning', '.row', (page) => page.keyboard.press('e')],
  ['story-requests', 'story/FAILED?show=requests&debug=true', '.row'],
  [
    'story-details',
    'story/FAILED',
    '.row',
    async (page) => {
      await page.keyboard.press('e');
      await page.keyboard.press('Enter');
      await page.locator('.fields').waitFor();
    },
  ],
  ['story-hostile', `story/${EVIL}`, '.row'],
  ['story-long', `story/${LONG}`, '.row', (page) => page.locator('.story').evaluate((box) => box.scrollTo(0, 20_000))],
  ['story-nothing', 'story/903b85d0-0000-4bd3-a9b7-7bfe4e1f1d8c', '.trouble'],
  ['story-beginning', 'story', '.story-form'],
  ['story-download', 'story/FAILED', '.row', (page) => page.getByRole('button', { name: 'Download' }).click()],
  ['errors', 'errors', '.group'],
  ['errors-hour', 'errors?from=1h&sort=count', '.group', (page) => page.keyboard.press('j')],
  ['errors-nothing', 'errors?text=nosuchword', '.empty'],
  [
    'errors-group',
    'errors?from=1h&text=libvirtError',
    '.group',
    (page) =>
      page
        .locator('.group-link')
        .first()
        .click()
        .then(() => page.locator('.samples .row').first().waitFor()),
  ],
];

describe.skipIf(!CHROMIUM)('for everybody', () => {
  test.each(STATES.flatMap(([name, path, there, act]) => [1280, 400].map((width) => ({ name, path, there, act, width }))))(
    '$name at $width',
    async (state) => {
      const { name, path, there, act, width } = state;
      const url = `${scene.service.url}/${path.replace('FAILED', instance)}`;
      const { page, close } = await openPage(url, { width, height: width < 600 ? 860 : 800 });
      await page.locator(there).first().waitFor();
      await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
      await act?.(page);
      for (const scheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: scheme });
        expect(await violations(page, scheme === 'light' ? 'all' : 'colours'), scheme).toEqual([]);
        // Neither wider nor higher: what scrolls is the view.
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
        expect(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBeLessThanOrEqual(0);
        await page.screenshot({ path: join(PICTURES, `${name}-${width}-${scheme}.png`) });
      }
      await close();
    },
  );

  test('the keyboard alone reaches the waterfall, the records, the ids and the tools', async () => {
    const { page, close } = await openPage(`${scene.service.url}/story/${instance}`);
    await page.locator('.row').first().waitFor();
    await page.keyboard.press('j');
    const reached = new Set<string>();
    for (let step = 0; step < 120; step++) {
      await page.keyboard.press('Tab');
      const within = await page.evaluate(() =>
        ['.tree', '.story-side', '.story-find', '.rows', '.story-deeds'].find((part) => document.activeElement!.closest(part)),
      );
      if (within !== undefined) reached.add(within);
    }
    expect([...reached].sort()).toEqual(['.rows', '.story-deeds', '.story-find', '.story-side', '.tree']);
    await close();
  });
});
