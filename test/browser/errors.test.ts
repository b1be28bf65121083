/** Error groups in a real browser: the list says what the service counts, filters are in the address, a group leads to its records, its stories and what to do. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ErrorGroup, ErrorList } from '../../src/model.ts';
import { CHROMIUM, openPage, type Page, PICTURES } from './chromium.ts';
import { type Scene, startScene } from './scene.ts';
import { addStories } from './story-scene.ts';

let scene: Scene;
let groups: readonly ErrorGroup[];
beforeAll(async () => {
  if (!CHROMIUM) return;
  scene = await startScene();
  await addStories(scene);
  groups = ((await (await fetch(`${scene.service.url}/api/v1/errors?settled=true&limit=1000`)).json()) as ErrorList).groups;
});
afterAll(() => scene?.service.stop());

const open = async (path = 'errors') => {
  const opened = await openPage(`${scene.service.url}/${path}`);
  await opened.page.locator('.group, .group-head').first().waitFor();
  return opened;
};
const titles = (page: Page): Promise<string[]> =>
  page.locator('.group-link').evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).pathname.split('/').at(-1)!));
const signatures = (of: readonly ErrorGroup[]): string[] => of.map(({ signature }) => signature);

describe.skipIf(!CHROMIUM)('error groups', () => {
  test('are those of the service, in its order, with counts, state and whom they hit', async () => {
    const { page, close } = await open();
    expect(await titles(page)).toEqual(signatures(groups));
    const known = groups.findIndex((group) => group.known !== undefined && group.radius.instances > 0);
    const text = await page.locator('.group').nth(known).innerText();
    const { state, count, radius, known: remedy } = groups[known]!;
    for (const part of [state, String(count), `${radius.instances} instance`, remedy!.title]) expect(text).toContain(part);
    await close();
  });

  test('are narrowed by state, service and words, and ordered; the address says how, and a link shows the same', async () => {
    const { page, close } = await open();
    await page.getByLabel('Service').selectOption('swift');
    await expect
      .poll(async () => (await titles(page)).length)
      .toBe(groups.filter(({ services }) => services.some(({ name }) => name === 'swift')).length);
    await page.getByLabel('Service').selectOption('');
    await page.getByLabel('Order').selectOption('last');
    const byLast = groups.toSorted((a, b) => (a.lastSeen < b.lastSeen ? 1 : a.lastSeen > b.lastSeen ? -1 : 0));
    await expect.poll(() => titles(page)).toEqual(signatures(byLast));
    await page.keyboard.press('Tab');
    await page.getByLabel('Find among the groups').fill('LIBVIRT');
    const wanted = byLast.filter((group) =>
      JSON.stringify([group.title, group.parts, group.services, group.known?.title]).toLowerCase().includes('libvirt'),
    );
    await expect.poll(() => titles(page)).toEqual(signatures(wanted));
    await page.getByRole('button', { name: /^new/ }).click();
    const shown = signatures(wanted.filter(({ state }) => state === 'new'));
    await expect.poll(() => titles(page)).toEqual(shown);
    const url = page.url();
    await close();
    const other = await openPage(url);
    await other.page.locator('.group').first().waitFor();
    expect(await titles(other.page)).toEqual(shown);
    await other.page.getByLabel('Find among the groups').fill('nosuchword');
    await other.page.getByRole('button', { name: 'Show all groups' }).click();
    await expect.poll(async () => (await titles(other.page)).length).toBe(groups.length);
    await other.close();
  });

  test('are gone through by the keyboard', async () => {
    const { page, close } = await open();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('.group-head').waitFor();
    expect(new URL(page.url()).pathname).toBe(`/errors/${groups[1]!.signature}`);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('.samples .details').waitFor();
    await page.keyboard.press('u');
    await expect.poll(() => titles(page)).toEqual(signatures(groups));
    await close();
  });
});

describe.skipIf(!CHROMIUM)('the report', () => {
  test('of the time that is shown is a click away, in the zone that is shown', async () => {
    const { page, close } = await open('errors?from=6h&zone=Asia/Tokyo');
    await page.getByRole('link', { name: 'Report' }).click();
    await page.getByRole('heading').first().waitFor();
    const asked = new URL(page.url()).searchParams;
    expect([asked.get('since'), asked.get('timezone'), asked.get('form')]).toEqual(['6h', 'Asia/Tokyo', 'html']);
    expect(await page.locator('body').innerText()).toContain('libvirtError');
    mkdirSync(PICTURES, { recursive: true });
    for (const [width, scheme] of [
      [1280, 'light'],
      [1280, 'dark'],
      [400, 'light'],
      [400, 'dark'],
    ] as const) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme: scheme });
      await page.screenshot({ path: join(PICTURES, `report-${width}-${scheme}.png`) });
    }
    await close();
  });
});

describe.skipIf(!CHROMIUM)('one group', () => {
  test('says what makes it one, whom it hits and what to do, and leads to records and stories', async () => {
    const group = groups.find(
      ({ known, parts, radius }) => known !== undefined && parts.by === 'exception' && radius.instances + radius.requests > 0,
    )!;
    const { page, close } = await openPage(`${scene.service.url}/errors/${group.signature}`, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.locator('.group-head').waitFor();
    const text = await page.locator('.errors').innerText();
    for (const part of [
      group.parts.exception!,
      ...(group.parts.frames ?? []),
      group.known!.meaning,
      ...group.known!.check,
      ...group.known!.commands,
    ])
      expect(text).toContain(part);
    expect(await page.locator('.samples .row').count()).toBe(group.samples.length);
    const [command] = group.known!.commands;
    await page.locator('.command button').first().click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(command);
    await page.locator('.story-link').first().click();
    await page.locator('.story-records .row').first().waitFor();
    expect(new URL(page.url()).pathname).toMatch(/^\/story\//);
    await page.goBack();
    await page.locator('.samples').getByRole('link', { name: 'search for all' }).click();
    await page.locator('.records .row').first().waitFor();
    await close();
  });

  test('without a remedy shows what is near', async () => {
    const group = groups.find(({ known }) => known === undefined)!;
    const { page, close } = await open(`errors/${group.signature.slice(0, 8)}`);
    await page.getByText('No known error').waitFor();
    await close();
  });

  test('that was seen at another time is found there', async () => {
    const { page, close } = await openPage(
      `${scene.service.url}/errors/${groups[0]!.signature}?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z`,
    );
    await page.locator('.trouble').waitFor();
    await page.getByRole('button', { name: 'Look at everything kept' }).click();
    await page.locator('.group-head').waitFor();
    await close();
  });
});

describe.skipIf(!CHROMIUM)('errors in trouble', () => {
  test('hostile titles are text', async () => {
    const { page, close } = await open('errors?text=script');
    expect(await page.locator('.groups').innerText()).toContain('<script>');
    await page.locator('.group-link').first().click();
    await page.locator('.samples .row').first().waitFor();
    expect(await page.locator('.group-head').innerText()).toContain('<script>');
    expect(await page.locator('#app script, #app img, #app [onerror], #app [onload]').count()).toBe(0);
    await close();
  });

  test('a time without errors, a time that cannot be read, and a service that is gone are said', async () => {
    const { page, close } = await openPage(`${scene.service.url}/errors?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z`);
    await page.getByText('No errors in this time').waitFor();
    await page.getByRole('button', { name: 'Look at everything kept' }).click();
    await page.locator('.group').first().waitFor();
    await page.goto(`${scene.service.url}/errors?from=nonsense`);
    await page.locator('.query-wrong').waitFor();
    await page.goto(`${scene.service.url}/errors`);
    await page.locator('.group').first().waitFor();
    await page.route('**/api/**', (route) => route.abort());
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('The service cannot be reached').waitFor();
    // What was there stays to be read.
    expect(await page.locator('.group').count()).toBeGreaterThan(0);
    await page.unroute('**/api/**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.trouble').waitFor({ state: 'detached' });
    await close();
  });
});
