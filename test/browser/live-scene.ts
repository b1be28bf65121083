/** A service whose lines a test sends by their number, and which of them a live tail shows. Not here: the lines (numbered.ts), the page (chromium.ts). */
import { type RunningService, type ServiceOptions, startService } from '../e2e/service.ts';
import type { Page } from './chromium.ts';
import { numbered } from './numbered.ts';

/** The real service, alone; its lines are those that a test sends. */
export async function startLive(options: ServiceOptions = {}): Promise<RunningService> {
  return startService({ ...options, environment: { TZ: 'UTC', ...options.environment } });
}

/** On disk when it resolves. */
export async function ingestNumbered(service: RunningService, from: number, count: number): Promise<void> {
  const lines = Array.from({ length: count }, (_, index) => numbered(from + index));
  const { status } = await service.ingest(lines.join('\n'));
  if (status !== 200) throw new Error(`the lines were refused: ${status}`);
}

/** The tail of the page is open. */
export const isOpen = (page: Page): Promise<void> => page.locator('.live-state.is-open, .live-state.is-still').waitFor();

/** Numbers of the lines that are in the page, in their order. */
export function numbersOf(page: Page): Promise<number[]> {
  return page
    .locator('.live-list .rows:not(.is-next) .row .message')
    .evaluateAll((all) => all.flatMap((one) => (/number (\d+) /.exec(one.textContent ?? '') ?? []).slice(1).map(Number)));
}

/** The same of all that is kept, by scrolling through it from its beginning; the list has to stand still. */
export async function allNumbersOf(page: Page): Promise<number[]> {
  return page.evaluate(async () => {
    const box = document.querySelector('.live-list.is-still')!;
    const found: number[] = [];
    const seen = new Set<string>();
    box.scrollTop = 0;
    for (let isEnd = false; !isEnd; ) {
      // What comes near is drawn some frames later: what is seen always is, in the end.
      const { top, bottom } = box.getBoundingClientRect();
      const isBlank = (chunk: Element): boolean => {
        const place = chunk.getBoundingClientRect();
        return place.bottom > top && place.top < bottom && chunk.querySelector('.row, .live-said') === null;
      };
      do await new Promise(requestAnimationFrame);
      while ([...box.querySelectorAll('.chunk')].some(isBlank));
      for (const row of box.querySelectorAll<HTMLElement>('.row')) {
        const number = /number (\d+) /.exec(row.querySelector('.message')!.textContent!)?.[1];
        if (seen.has(row.dataset.seq!) || number === undefined) continue;
        seen.add(row.dataset.seq!);
        found.push(Number(number));
      }
      isEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 2;
      box.scrollTop += 400;
    }
    return found;
  });
}
