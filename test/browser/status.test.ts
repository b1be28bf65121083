/** The status view against the real service: what it says is what the service says, it refreshes itself, and it says when nobody answers. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningService, temporaryFolder } from '../e2e/service.ts';
import { openUdp } from '../receive/senders.ts';
import { CHROMIUM, openPage, type Page } from './chromium.ts';
import { ingestNumbered, startLive } from './live-scene.ts';
import { sendNumbered } from './numbered.ts';
import { startProxy } from './proxy.ts';

let service: RunningService;
const folder = temporaryFolder();
const log = join(folder, 'logs', 'nova-api.log');
const config = join(folder, 'stacktrail.yaml');

beforeAll(async () => {
  if (!CHROMIUM) return;
  mkdirSync(join(folder, 'logs'));
  writeFileSync(log, '2026-11-22 09:24:11.548 2001 INFO nova.api [-] begun\n');
  writeFileSync(config, `files: [${join(folder, 'logs', '*.log')}]\n`);
  service = await startLive({ words: ['--udp-allow', '10.0.0.0/8', '--config', config] });
});
afterAll(() => service?.stop());

const panel = (page: Page, name: string) => page.locator('.panel').filter({ has: page.getByRole('heading', { name, exact: true }) });

describe.skipIf(!CHROMIUM)('the status', () => {
  test('says who listens, how much comes, who sends and what is kept, and goes on saying it', async () => {
    await sendNumbered(service.tcp, { from: 1, count: 400, perSecond: 200 });
    const { page, close } = await openPage(`${service.url}/status`);
    await panel(page, 'Listeners').getByText(`127.0.0.1:${service.tcp.port}`).first().waitFor();
    for (const host of ['ctl01', 'cmp01', 'cmp02', 'net01']) await panel(page, 'Sources').getByRole('link', { name: host }).waitFor();
    await panel(page, 'Days')
      .getByText(/^\d{4}-\d\d-\d\d\.db$/)
      .waitFor();
    await panel(page, 'Followed files').getByText('1 followed; all read to their end').waitFor();
    await panel(page, 'Disk, retention, configuration').getByText(config).waitFor();
    await page.getByText('All is well').waitFor();
    const sent = sendNumbered(service.tcp, { from: 401, count: 1000, perSecond: 100 });
    await expect
      .poll(async () => Number((await page.locator('.tile-value b').first().innerText()).replace(/[^\d.]/g, '')))
      .toBeGreaterThan(20);
    await sent;
    const stored = async () => Number((await page.locator('.tile').nth(2).locator('b').innerText()).replace(/\D/g, ''));
    // The file's line and what was sent.
    await expect.poll(stored).toBe(1 + 400 + 1000);
    expect((await service.status()).store.records).toBe(1401);
    await page.getByRole('link', { name: 'ctl01' }).click();
    await page.waitForURL(/search\?q=host:ctl01/);
    await page.locator('.row').first().waitFor();
    await close();
  });

  test('says what was lost, by reason and source, and what to do about it', async () => {
    const sender = await openUdp(service.udp);
    for (let number = 0; number < 9; number++) await sender.send('<13>refused');
    await expect.poll(async () => (await service.status()).losses.length).toBeGreaterThan(0);
    const { page, close } = await openPage(`${service.url}/status`);
    const row = panel(page, 'Lost, cut or refused').locator('tbody tr').first();
    await row.waitFor();
    expect(await row.innerText()).toMatch(/9\s.*from outside the allow list.*127\.0\.0\.1.*allow list/s);
    await page.locator('.concerns .concern-kind').getByText('Wrong').waitFor();
    await page.getByRole('button', { name: 'hour' }).click();
    await page.waitForURL(/since=1h/);
    await row.waitFor();
    await sender.close();
    await close();
  });

  test('says that a configuration file was refused, and a file in trouble', async () => {
    const { page, close } = await openPage(`${service.url}/status`);
    writeFileSync(config, `files: [${join(folder, 'logs', '*.log')}]\nlog.level: loud\n`);
    await page.getByText('The configuration file was refused, the old settings stay').waitFor();
    writeFileSync(config, `files: [${join(folder, 'logs', '*.log')}]\n`);
    await page.getByText('The configuration file was refused').waitFor({ state: 'detached' });
    appendFileSync(log, '2026-11-22 09:24:12.548 2001 INFO nova.api [-] one more\n');
    await close();
  });

  test('names of sources are text, whatever they are', async () => {
    const { page, close } = await openPage(`${service.url}/status`);
    const socket = connect(service.tcp);
    const name = panel(page, 'Sources').getByText('<img/src=x/onerror=alert(1)>\\u202e');
    // Who was heard is told while lines come.
    await expect
      .poll(
        () => {
          socket.write(`<13>1 ${new Date().toISOString()} <img/src=x/onerror=alert(1)>\u202e prog - - - hostile\n`);
          return name.count();
        },
        { interval: 500 },
      )
      .toBe(1);
    expect(await page.locator('#app img, #app [onerror]').count()).toBe(0);
    socket.destroy();
    await close();
  });

  test('that does not come says how old it is, stays to be read, and comes back by itself', async () => {
    await ingestNumbered(service, 1, 5);
    const proxy = await startProxy(service.url, '/logs/');
    const { page, close } = await openPage(`${proxy.url}status`);
    await panel(page, 'Listeners').waitFor();
    await page.route('**/api/**', (route) => route.abort());
    await page.getByRole('alert').getByText('The service cannot be reached').waitFor();
    await page.getByText(/What is shown is \d+ s old/).waitFor();
    await panel(page, 'Listeners').waitFor();
    await page.unroute('**/api/**');
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await close();
    await proxy.stop();
  });

  test('of a service that is not there from the beginning is no blank page', async () => {
    const { page, close } = await openPage(`${service.url}/search?q=nosuchword`);
    await page.locator('.empty').waitFor();
    await page.route('**/api/**', (route) => route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' }));
    await page.getByRole('link', { name: 'Status' }).click();
    await page.getByRole('alert').getByText('A strange answer').waitFor();
    await close();
  });
});
