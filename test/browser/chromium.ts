/**
 * The system's Chromium for tests: pages that watch themselves. Whatever a page must never do - an error of its script, something that its
 * policy refused, a dialog - is kept and makes the test fail when the page is closed. Not here: what is tested.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, expect } from 'vitest';
import { needBinary } from '../need.ts';

export type { Page };

/** Skipped where there is none, a failure in CI. */
export const CHROMIUM = needBinary('chromium');

/** Where tests leave pictures and figures, to be looked at. */
export const PICTURES = process.env.STACKTRAIL_PICTURES ?? join(tmpdir(), 'stacktrail-pictures');

let browser: Promise<Browser> | undefined;
afterAll(async () => {
  await (await browser)?.close();
});

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
  readonly permissions?: readonly string[];
}

export interface WatchedPage {
  readonly page: Page;
  /** What the page did that it must not do; refusals of the service (4xx) that a test asked for are none. */
  readonly sins: string[];
  /** Closes it, and fails for its sins. */
  close(): Promise<void>;
}

export async function openPage(url: string, options: PageOptions = {}): Promise<WatchedPage> {
  // Root of a container has no sandbox to go into.
  browser ??= chromium.launch({ executablePath: CHROMIUM!, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  const context = await (await browser).newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
    colorScheme: options.scheme ?? 'light',
    timezoneId: 'UTC',
    permissions: [...(options.permissions ?? [])],
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const sins = watch(page);
  await page.goto(url);
  return { page, sins, close: () => closeClean(context, sins) };
}

function watch(page: Page): string[] {
  const sins: string[] = [];
  page.on('pageerror', (error) => sins.push(`error: ${error.stack ?? error.message}`));
  page.on('dialog', (dialog) => {
    sins.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    // An answer of 4xx is logged by the browser itself.
    if (message.type() === 'error' && !/^Failed to load resource/.test(message.text())) sins.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (new URL(request.url()).host !== new URL(page.url() === 'about:blank' ? request.url() : page.url()).host)
      sins.push(`asked another host: ${request.url()}`);
  });
  return sins;
}

async function closeClean(context: BrowserContext, sins: readonly string[]): Promise<void> {
  await context.close();
  expect(sins).toEqual([]);
}
