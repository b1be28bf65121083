/**
 * `npm run soak`: the service under a steady load for a while; its memory and its descriptors stay flat, and nothing is lost without a count.
 *   --minutes N   default 60; `npm run test:soak`, the short form of CI, 2
 *   --rate N      lines a second, default 20,000; a machine that takes less than twice that in the first seconds gets half of what it takes, and it is said
 * Linux (/proc). Last line `N passed, N failed`: checks.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Load, type Sent } from './load.ts';
import { type Books, type Sample, SoakedService } from './service.ts';
import { growthOf } from './slope.ts';

const RATE = 20_000;
/** How fast can this machine, now? The end of it is also warming up. */
const PROBE_SECONDS = 5;
const SAMPLE_MS = 1000;
/** Of the run, before its figures count: caches fill, code is compiled, the young heap finds its size. */
const WARM_UP = 0.4;
/** Growth over what counts of the run that is still flat: memory is given back in steps of some MiB. At 20,000 lines/s it is 35 bytes a line of a minute, and 1 of half an hour. */
const RSS_GROWTH_MIB_MAX = 40;
const RSS_GROWTH_SHARE_MAX = 0.1;
/** One connection comes and goes each second, a day file or a log may be open or not. */
const DESCRIPTORS_GROWTH_MAX = 3;
const SETTLE_MS_MAX = 60_000;

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '60' }, rate: { type: 'string', default: String(RATE) } } });
const seconds = Number(values.minutes) * 60;
const asked = Number(values.rate);
if (!(seconds > 0 && asked > 0)) throw new Error('--minutes and --rate are numbers above 0');

/** All that was read is stored or counted as lost. */
async function settled(service: SoakedService, sent: Sent): Promise<Books> {
  const untilMs = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    const books = await service.books();
    if ((books.pendingBytes === 0 && missing(sent, books) === 0) || performance.now() > untilMs) return books;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Sent and neither received nor counted as lost before that, or received and neither stored nor counted. */
function missing(sent: Sent, { received, stored, joined, lost }: Books): number {
  const { 'kernel-udp': kernel = 0, overloaded = 0, 'disk-full': full = 0, internal = 0 } = lost;
  const all = Object.values(received).reduce((sum, one) => sum + one, 0);
  const outside = Math.abs(sent.tcp - (received.tcp ?? 0)) + Math.abs(sent.http - (received.http ?? 0));
  // Datagrams that found too much waiting are counted before they are received.
  const datagrams = sent.udp - (received.udp ?? 0) - kernel;
  return (
    outside + (datagrams < 0 || datagrams > overloaded ? Math.abs(datagrams) : 0) + Math.max(0, all - stored - joined - full - internal)
  );
}

async function soak(folder: string): Promise<[what: string, isGood: boolean][]> {
  const service = await SoakedService.start(folder);
  const load = new Load(service.place);
  await load.start();
  const probeMs = performance.now();
  await load.run(PROBE_SECONDS, Number.POSITIVE_INFINITY);
  // Until all of it is on disk: what waits in sockets has not been taken.
  await settled(service, load.sent);
  const able = (load.sent.tcp * 1000) / (performance.now() - probeMs);
  const rate = Math.floor(Math.min(asked, able / 2));
  const why = rate < asked ? `, half of the ${Math.round(able)} that this machine takes now` : '';
  process.stdout.write(`${rate} lines/s for ${seconds} s${why}\n`);

  const samples: Sample[] = [];
  const watch = setInterval(() => {
    if (service.hasEnded) return;
    samples.push(service.sample());
    if (samples.length % 60 === 0) process.stdout.write(`${textOf(samples.at(-1)!)}\n`);
  }, SAMPLE_MS);
  const sentBefore = load.sent.tcp + load.sent.udp + load.sent.http;
  await load.run(seconds, rate);
  clearInterval(watch);
  const reached = (load.sent.tcp + load.sent.udp + load.sent.http - sentBefore) / seconds;
  await load.stop();
  const books = await settled(service, load.sent);
  const exit = await service.stop();

  const counted = samples.slice(Math.floor(samples.length * WARM_UP));
  const [rss, descriptors] = [growthOf(counted, 'rssMiB'), growthOf(counted, 'descriptors')];
  const rssMax = Math.max(RSS_GROWTH_MIB_MAX, rss.middle * RSS_GROWTH_SHARE_MAX);
  const lost = Object.entries(books.lost).map(([reason, amount]) => `${reason} ${amount}`);
  const sent = Object.entries(load.sent).map(([by, amount]) => `${by} ${amount}`);
  const said = service.said().trim();
  return [
    [
      `RSS ${rss.middle.toFixed(0)} MiB, grew by ${rss.growth.toFixed(1)} over ${rss.seconds.toFixed(0)} s (at most ${rssMax.toFixed(0)})`,
      rss.growth <= rssMax,
    ],
    [`descriptors ${descriptors.middle}, grew by ${descriptors.growth.toFixed(1)}`, descriptors.growth <= DESCRIPTORS_GROWTH_MAX],
    [
      `sent ${sent.join(', ')}; lost and counted: ${lost.join(', ') || 'nothing'}; unaccounted for: ${missing(load.sent, books)}`,
      missing(load.sent, books) === 0,
    ],
    [`${Math.round(reached)} lines/s were sent`, reached >= rate * 0.8],
    [
      `a follower got ${load.followed} records; troubles of clients: ${load.troubles.slice(0, 3).join('; ') || 'none'}`,
      load.followed > 0 && load.troubles.length === 0,
    ],
    [`the service ended with ${exit}${said === '' ? '' : `, and said:\n${said}`}`, exit === 0 && !/BUG|"level":"error"/.test(said)],
  ];
}

function textOf({ seconds: at, rssMiB, descriptors }: Sample): string {
  return `${at.toFixed(0).padStart(6)} s  RSS ${rssMiB.toFixed(0)} MiB  ${descriptors} descriptors`;
}

const folder = mkdtempSync(join(tmpdir(), 'stacktrail-soak-'));
try {
  const checks = await soak(folder);
  for (const [what, isGood] of checks) process.stdout.write(`${isGood ? 'ok  ' : 'FAIL'} ${what}\n`);
  const failed = checks.filter(([, isGood]) => !isGood).length;
  process.stdout.write(`${checks.length - failed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
