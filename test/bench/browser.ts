/**
 * Bench `browser`: what a person waits for at the page itself, in the system's Chromium without a screen, on a store that holds the corpus and was just restarted. From the
 * Enter behind a typed query until its records are painted, and until its histogram and its facets are; the longest task of the main thread while the list scrolls
 * through pages, and while it follows 2,000 lines a second. Tasks are told by the clock (PerformanceObserver) and in time of the processor, which others do not lengthen.
 *   --data FOLDER   a data folder of an earlier run instead of feeding the corpus; a copy of it is used
 */
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { buildView, isOlder } from '../../web/build.ts';
import { sendNumbered } from '../browser/numbered.ts';
import { tasksOf } from '../browser/tasks.ts';
import { needBinary } from '../need.ts';
import { type Asked, questions } from './browser-queries.ts';
import { feed } from './feed.ts';
import { percentile } from './machine.ts';
import type { Bench, BenchInput, Figures } from './run.ts';
import { makeFolder, type Subject } from './service.ts';

const ROUNDS = 4;
const ROUNDS_QUICK = 2;
/** As fast as people type who type fast. */
const KEY_MS = 25;
/** A look at what was typed, in which completion is asked for. */
const LOOK_MS = 200;
const ANSWER_MS_MAX = 60_000;
/** Nobody looks longer at a histogram that does not come; told as this long. */
const COUNTS_MS_MAX = 4000;
const SCROLL_STEPS = 600;
const STEP_PX = 400;
const LINES_PER_SECOND = 2000;
const TAIL_SECONDS = 15;
const TAIL_SECONDS_QUICK = 5;
const VIEWPORT = { width: 1280, height: 800 };

export const browsing: Bench = async (input) => {
  const executablePath = needBinary('chromium');
  if (executablePath === undefined) throw new Error('chromium is not installed');
  if (isOlder()) await buildView();
  const subject = await subjectOf(input);
  const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  try {
    const rounds = await questions(subject.http, input.quick ? ROUNDS_QUICK : ROUNDS);
    const lines = await storedLines(subject);
    const asked = await typed(browser, subject, rounds);
    const scrolled = await scrolling(browser, subject);
    const tailed = await tailing(browser, subject, input.quick ? TAIL_SECONDS_QUICK : TAIL_SECONDS);
    const slow = asked.slowest.map(({ name, ms }) => `${name} ${Math.round(ms)}`).join(', ');
    const notes = [`${lines} records in the store, all of its time asked about`, `slowest kinds, p50 ms of records: ${slow}`];
    return { ours: { ...asked.figures, ...scrolled, ...tailed }, peers: {}, notes };
  } finally {
    await browser.close();
    await subject.stop();
  }
};

/** Restarted, so that nothing but the page cache is warm. */
async function subjectOf({ corpus, ours, msMax, data }: BenchInput): Promise<Subject> {
  const folder = makeFolder();
  if (data !== undefined) {
    cpSync(data, path.join(folder, 'data'), { recursive: true });
    rmSync(path.join(folder, 'data', 'LOCK'), { force: true });
    return ours.start(folder);
  }
  const loading = await ours.start(folder);
  try {
    await feed(loading, corpus, msMax);
  } finally {
    await loading.stop();
  }
  return ours.start(folder);
}

async function storedLines({ http }: Subject): Promise<number> {
  const response = await fetch(`http://${http.host}:${http.port}/api/v1/status`);
  return ((await response.json()) as { store: { records: number } }).store.records;
}

/** What test/browser/painted.ts puts into the page. */
const WATCH = stripTypeScriptTypes(readFileSync(path.join(import.meta.dirname, '../browser/painted.ts'), 'utf8'));

async function open(
  browser: Browser,
  { http }: Subject,
  address: string,
): Promise<{ page: Page; cdp: CDPSession; close(): Promise<void> }> {
  const context = await browser.newContext({ viewport: VIEWPORT });
  await context.addInitScript(WATCH);
  const page = await context.newPage();
  await page.goto(`http://${http.host}:${http.port}/${address}`);
  return { page, cdp: await context.newCDPSession(page), close: () => context.close() };
}

const quiet = (page: Page): Promise<unknown> => page.evaluate('watch.quiet()');

interface Painted {
  readonly records: number;
  readonly histogram: number;
  readonly facets: number;
}

interface Typed {
  readonly figures: Figures;
  /** Kinds of queries, slowest first. */
  readonly slowest: readonly { name: string; ms: number }[];
}

async function typed(browser: Browser, subject: Subject, rounds: readonly (readonly Asked[])[]): Promise<Typed> {
  const { page, close } = await open(browser, subject, 'search?from=all');
  await quiet(page);
  const found: { asked: Asked; round: number; painted: Painted }[] = [];
  for (const [round, all] of rounds.entries()) {
    for (const asked of all) {
      const painted = await typeIt(page, asked);
      found.push({ asked, round, painted });
      tell(`${round + 1} ${asked.name}: ${toldOf(painted)}`);
    }
  }
  const longTasks = (await page.evaluate('watch.longTasks()')) as number[];
  await close();
  const of = (part: keyof Painted, which = found): number[] =>
    which.map(({ painted }) => (Number.isNaN(painted[part]) ? COUNTS_MS_MAX : painted[part]));
  const first = found.filter(({ round }) => round === 0);
  const kinds = Map.groupBy(found, ({ asked }) => asked.name);
  const slowest = [...kinds].map(([name, some]) => ({ name, ms: percentile(of('records', some), 50) })).toSorted((a, b) => b.ms - a.ms);
  return {
    slowest: slowest.slice(0, 5),
    figures: {
      queries: found.length,
      ...spread('records', of('records')),
      ...spread('recordsFirst', of('records', first)),
      ...spread('histogram', of('histogram')),
      ...spread('facets', of('facets')),
      typingLongTasks: longTasks.length,
      typingLongTaskMsMax: Math.max(0, ...longTasks),
    },
  };
}

function toldOf(painted: Painted): string {
  return Object.entries(painted)
    .map(([part, ms]) => `${part} ${Number.isNaN(ms) ? 'not yet' : `${Math.round(ms)} ms`}`)
    .join(', ');
}

/** How it goes: minutes pass. */
function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

function spread(name: string, ms: readonly number[]): Figures {
  return { [`${name}P50Ms`]: percentile(ms, 50), [`${name}P95Ms`]: percentile(ms, 95), [`${name}MaxMs`]: Math.max(...ms) };
}

/** The same question again is none: nothing would be painted anew. */
async function typeIt(page: Page, { query }: Asked): Promise<Painted> {
  await page.focus('.query textarea');
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.press('Backspace');
  await page.keyboard.type(query, { delay: KEY_MS });
  await page.waitForTimeout(LOOK_MS);
  await page.keyboard.press('Enter');
  return (await page.evaluate(`watch.painted(${COUNTS_MS_MAX})`)) as Painted;
}

/** Through pages, as a wheel that does not stop. */
async function scrolling(browser: Browser, subject: Subject): Promise<Figures> {
  const { page, cdp, close } = await open(browser, subject, 'search?from=all&q=service:nova');
  await quiet(page);
  await page.evaluate('watch.longTasks()');
  const tasks = await tasksOf(cdp, async () => {
    await page.mouse.move(VIEWPORT.width / 2, VIEWPORT.height / 2);
    for (let step = 0; step < SCROLL_STEPS; step++) await page.mouse.wheel(0, STEP_PX);
  });
  const rows = Number(await page.evaluate('Math.round(document.querySelector(".records").scrollHeight / 25)'));
  const longTasks = (await page.evaluate('watch.longTasks()')) as number[];
  await close();
  return { scrolledPx: SCROLL_STEPS * STEP_PX, scrollRowsKept: rows, ...told('scroll', tasks, longTasks) };
}

async function tailing(browser: Browser, subject: Subject, seconds: number): Promise<Figures> {
  const { page, cdp, close } = await open(browser, subject, 'search?live=1&from=all');
  await page.waitForSelector('.live-state.is-open');
  await quiet(page);
  await page.evaluate('watch.longTasks()');
  const count = LINES_PER_SECOND * seconds;
  const last = `number ${count} `;
  const startedMs = performance.now();
  const tasks = await tasksOf(cdp, async () => {
    await sendNumbered(subject.tcp, { from: 1, count, perSecond: LINES_PER_SECOND });
    await page.getByText(last).first().waitFor({ timeout: ANSWER_MS_MAX });
  });
  const tookMs = performance.now() - startedMs;
  const longTasks = (await page.evaluate('watch.longTasks()')) as number[];
  await close();
  const busyMs = tasks.reduce((sum, ms) => sum + ms, 0);
  return { tailLines: count, ...told('tail', tasks, longTasks), tailProcessorShare: busyMs / tookMs };
}

function told(name: string, tasks: readonly number[], longTasks: readonly number[]): Figures {
  return {
    [`${name}TaskMsMax`]: tasks[0] ?? Number.NaN,
    [`${name}LongTasks`]: longTasks.length,
    [`${name}LongTaskMsMax`]: Math.max(0, ...longTasks),
  };
}
