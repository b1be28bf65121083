/** Lines for a live tail, by their number, so that a missing, repeated or moved one is found. Not here: the service (scene.ts), the page (chromium.ts). */
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { buildView, isOlder } from '../../web/build.ts';
import { type RunningService, type ServiceOptions, startService } from '../e2e/service.ts';
import type { Page } from './chromium.ts';

export interface Numbered {
  readonly host: string;
  readonly port: number;
}

const HOSTS = ['ctl01', 'cmp01', 'cmp02', 'net01'];
const LEVELS = ['INFO', 'DEBUG', 'INFO', 'WARNING', 'INFO', 'ERROR'];

/** As nova writes it; about 300 bytes. */
export function numbered(number: number): string {
  const now = new Date().toISOString();
  const level = LEVELS[number % LEVELS.length];
  const request = `req-${String(number % 977).padStart(8, '0')}-6ad8-41f2-8d3e-0a9c5d1b7e42`;
  const text = `number ${number} Took 0.${number % 90} seconds to attach volume 5f1d${String(number % 10_000).padStart(4, '0')}-8f3a-4a31-b3ad-2b6f2f0f5e11 on /dev/vdb`;
  return `<134>1 ${now} ${HOSTS[number % HOSTS.length]} nova-compute ${2000 + (number % 7)} - - ${now.slice(0, 23).replace('T', ' ')} 2001 ${level} nova.compute.manager [${request} 8d3e 013094da - - default default] ${text}`;
}

/** Over TCP at a steady rate; resolves when the last byte is with the kernel. */
export async function sendNumbered({ host, port }: Numbered, lines: { from: number; count: number; perSecond: number }): Promise<void> {
  const socket = connect({ host, port });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const startedMs = performance.now();
  for (let sent = 0; sent < lines.count; ) {
    const due = Math.min(lines.count, Math.ceil(((performance.now() - startedMs) / 1000) * lines.perSecond));
    let text = '';
    for (; sent < due; sent++) text += `${numbered(lines.from + sent)}\n`;
    if (text !== '' && !socket.write(text)) await new Promise<void>((resolve) => socket.once('drain', () => resolve()));
    if (sent < lines.count) await wait(20);
  }
  await new Promise<void>((resolve) => socket.end(resolve));
}

/** The real service, alone; its lines are those that a test sends. */
export async function startLive(options: ServiceOptions = {}): Promise<RunningService> {
  if (isOlder()) await buildView();
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
      // What comes near is drawn in the frame after.
      for (let frame = 0; frame < 4; frame++) await new Promise(requestAnimationFrame);
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
