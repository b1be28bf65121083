/** What axe-core finds wrong with a page, in words. Not here: which pages are looked at. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from './chromium.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** Rules of WCAG 2.2 AA and good practice; what is wrong, in words. `colours`: only what a scheme of colours can change. */
export async function violations(page: Page, what: 'all' | 'colours' = 'all'): Promise<string[]> {
  // From outside of the page: its policy lets no script of ours in.
  await page.evaluate(AXE);
  const found = await page.evaluate(
    async (options) => {
      const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<{ violations: Violation[] }> } };
      return (await axe.run(options)).violations;
    },
    what === 'all' ? {} : { runOnly: ['color-contrast', 'link-in-text-block'] },
  );
  return found.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .slice(0, 3)
        .map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary ?? ''}`)
        .join(' | ')}`,
  );
}
