/**
 * Spikes in a real browser: an outage of RabbitMQ of the simulated cloud, sent to a service of this process whose clock is the cloud's, so that nothing waits for real
 * minutes. The page shows what `GET /api/v1/spikes` finds, leads to its records, and says who is snoozed.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultSettings } from '../../src/base/config.ts';
import { CONTROLLER } from '../../src/demo/world.ts';
import type { ErrorList, Spike, SpikeList } from '../../src/model.ts';
import { type Service, startService } from '../../src/service.ts';
import { type CloudLine, cloudLines, MINUTE_US, START_US } from '../e2e/cloud-lines.ts';
import { eventually, temporaryFolder } from '../e2e/service.ts';
import { violations } from './axe.ts';
import { CHROMIUM, openPage, type Page, PICTURES } from './chromium.ts';

const CALM_MINUTES = 20;
const OUTAGE_MINUTES = 3;
const BROKER = `${CONTROLLER}:5672`;
/** For a busy machine; the time that counts is the cloud's. */
const WAIT_MS = 120_000;

let nowUs = START_US;
let service: Service | undefined;
const url = (): string => `http://127.0.0.1:${service!.addresses.http!.port}`;
const ask = async <T>(path: string): Promise<T> => (await (await fetch(`${url()}/api/v1/${path}`)).json()) as T;
const spikesTold = async (): Promise<readonly Spike[]> =>
  (await ask<SpikeList>('spikes?since=2026-01-01')).spikes.filter(({ foldedInto }) => foldedInto === undefined);

/** Sent, counted and judged up to this minute. */
async function live(lines: readonly CloudLine[], untilMinute: number): Promise<void> {
  if (lines.length > 0) {
    const body = lines.map(({ text }) => text).join('\n');
    const { status } = await fetch(`${url()}/api/v1/ingest`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body });
    if (status !== 200) throw new Error(`the lines were refused: ${status}`);
  }
  nowUs = START_US + untilMinute * MINUTE_US + 6e6;
  await ask('errors?since=2026-01-01&settled=true');
  await eventually(async () => {
    const { watermark } = await ask<SpikeList>('spikes?since=2026-01-01');
    if (Date.parse(watermark) * 1000 < START_US + untilMinute * MINUTE_US) throw new Error(`judged up to ${watermark}`);
  }, WAIT_MS);
}

beforeAll(async () => {
  if (!CHROMIUM) return;
  const settings = defaultSettings({
    data: join(temporaryFolder(), 'data'),
    ...{ http: { host: '127.0.0.1', port: 0 }, udp: undefined, tcp: undefined },
    'log.level': 'error',
  });
  service = await startService(settings, { clock: () => nowUs });
}, WAIT_MS);
afterAll(() => service?.stop());

async function open(): Promise<{ page: Page; close(): Promise<void> }> {
  const opened = await openPage(`${url()}/errors?from=all`);
  await opened.page.locator('.group, .empty').first().waitFor();
  await opened.page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
  return opened;
}

/** For everybody, and to be looked at. */
async function pictured(page: Page): Promise<void> {
  const size = page.viewportSize()!;
  mkdirSync(PICTURES, { recursive: true });
  for (const width of [400, size.width])
    for (const scheme of ['dark', 'light'] as const) {
      await page.setViewportSize({ ...size, width });
      await page.emulateMedia({ colorScheme: scheme });
      expect(await violations(page), `${width} ${scheme}`).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      await page.screenshot({ path: join(PICTURES, `errors-spikes-${width}-${scheme}.png`) });
    }
}

describe.skipIf(!CHROMIUM)('spikes', () => {
  test('of a calm cloud there are none; an outage is one, on a line of time, leads to its records, and says that it is snoozed and over', async () => {
    await live(
      cloudLines({ seed: 7, weights: { 'broker outage': 0 }, linesPerSecond: 2, fromMinute: 0, minutes: CALM_MINUTES }),
      CALM_MINUTES,
    );
    expect(await spikesTold()).toEqual([]);
    const { page, close } = await open();
    expect(await page.locator('.spikes').count()).toBe(0);

    const outage = { seed: 8, weights: { 'broker outage': 1e9 }, linesPerSecond: 60, fromMinute: CALM_MINUTES, minutes: OUTAGE_MINUTES };
    await live(cloudLines(outage), CALM_MINUTES + OUTAGE_MINUTES);
    const spike = (await spikesTold()).find(({ dependency }) => dependency !== undefined)!;
    expect(spike.dependency).toMatchObject({ kind: 'broker', address: BROKER });
    await page.getByRole('button', { name: 'Refresh' }).click();
    const shown = page.locator('.spike').filter({ hasText: spike.title });
    await shown.waitFor();
    expect(await shown.getAttribute('class')).toContain('is-open');
    const text = await shown.innerText();
    for (const part of [spike.rule, `broker ${BROKER}`, `${spike.folded.length} folded below it`]) expect(text).toContain(part);
    expect(await shown.locator('.spike-line rect').count()).toBe(1);
    await pictured(page);
    await shown.getByRole('link').click();
    await page.locator('.row, .group-head').first().waitFor();
    expect(await page.locator('#view').innerText()).toMatch(/AMQP|amqp|Messaging|RabbitMQ/);
    await page.goBack();
    await shown.waitFor();

    const put = {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ dependency: BROKER, until: '2h' }),
    };
    expect((await fetch(`${url()}/api/v1/snoozes/rabbit`, put)).status).toBe(201);
    await live([], CALM_MINUTES + OUTAGE_MINUTES + 30);
    const over = (await spikesTold()).find(({ id }) => id === spike.id)!;
    expect(over.until).toBeDefined();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.locator('.spike:not(.is-open)').filter({ hasText: spike.title }).waitFor();
    expect(await page.locator('.spike').filter({ hasText: spike.title }).innerText()).toContain('snoozed until');

    const { groups } = await ask<ErrorList>('errors?since=2026-01-01&settled=true&limit=1000');
    const snoozed = groups.filter(({ snoozedUntil }) => snoozedUntil !== undefined);
    expect(await page.locator('.group').filter({ hasText: 'snoozed until' }).count()).toBe(snoozed.length);
    const rooted = groups.filter(({ folded = [] }) => folded.length > 0);
    expect(rooted).toMatchObject([{ dependency: BROKER }]);
    expect(
      await page
        .locator('.group')
        .filter({ hasText: `more with the same cause, ${BROKER}` })
        .count(),
    ).toBe(1);
    await close();
  }, 600_000);
});
