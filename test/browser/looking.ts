/** What tests of the search look at on its page. Not here: opening it (chromium.ts), the records behind it (scene.ts). */
import type { Page } from './chromium.ts';

/** The number of records found, as the page says it. */
export async function found(page: Page): Promise<number> {
  return Number((await page.locator('.count b').innerText()).replace(/\D/g, ''));
}

/** Nothing is on its way any more. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('.count b') !== null && document.querySelector('[aria-busy="true"]') === null);
}

/** The query of the address. */
export const queryOf = (page: Page): string => new URL(page.url()).searchParams.get('q') ?? '';
