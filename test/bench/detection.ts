/**
 * Bench of detection: `npm run bench:detection [-- --seeds 21,22,23 --weeks 4 --quick]`. Simulated weeks with known incidents (detection-weeks.ts) go
 * through the same board and the same watch over hosts as the service uses, and through Sentry's rule and plain three sigma. Two weeks are
 * history, the rest is judged: recall (incidents with an alarm before they are over), precision, delay to the alarm, false alarms a week,
 * and alarms for one outage. Thresholds were set on seeds 1 to 3 and 11 to 13; others are reported. The last line is JSON.
 */
import { parseArgs } from 'node:util';
import { emptyRecord } from '../../src/base/record.ts';
import { Heard } from '../../src/ingest/heard.ts';
import { SpikeBoard } from '../../src/report/spike-board.ts';
import type { SpikeCount } from '../../src/report/spike-finder.ts';
import type { LiveSpike } from '../../src/report/spike-live.ts';
import { SilenceWatch } from '../../src/report/spike-silence.ts';
import { type Alarm, SentryRule, ThreeSigma } from './detection-rules.ts';
import { type Incident, KINDS, type Kind, SERIES, Simulation, type Weeks } from './detection-weeks.ts';
import { machine, median, percentile, rounded } from './machine.ts';

const MINUTE_US = 60e6;
const HISTORY_WEEKS = 2;
/** Not looked at before the thresholds stood: those of 1 to 3, and 11 to 13, helped to set them. */
const SEEDS = '21,22,23';
const WEEKS = 4;
/** An alarm says since when; it may think of some minutes before. What outlives an incident is seen a little later. */
const EARLY = 10;
const LATE = 15;
/** The service judges a minute so long after its end, at most. */
const JUDGED_AFTER_MINUTES = 6 / 60;
/** A host writes about every ten seconds; this often the watch looks. */
const TICK_US = 10e6;

interface Told {
  /** When it was told, minutes since 1970. */
  readonly at: number;
  readonly since: number;
  readonly signatures: ReadonlySet<string>;
  readonly hosts: ReadonlySet<string>;
  readonly address?: string;
  readonly rule?: string;
}
interface Score {
  readonly found: Map<Kind, number>;
  readonly all: Map<Kind, number>;
  readonly delays: number[];
  readonly rampDelays: number[];
  readonly silences: { found: number; all: number };
  alarms: number;
  right: number;
  falseAlarms: number;
  outageAlarms: number;
  outages: number;
  weeks: number;
}

const newScore = (): Score => ({
  ...{ found: new Map(), all: new Map(), delays: [], rampDelays: [], silences: { found: 0, all: 0 } },
  ...{ alarms: 0, right: 0, falseAlarms: 0, outageAlarms: 0, outages: 0, weeks: 0 },
});

function ours(weeks: Weeks): Told[] {
  const board = new SpikeBoard();
  const watch = new SilenceWatch(weeks.from * MINUTE_US);
  const heard = new Heard();
  const hosts = weeks.hosts.map((host) => ({ host, record: { ...emptyRecord(0, 'udp', host), host } }));
  for (let minute = weeks.from; minute < weeks.until; minute++) {
    const counts: SpikeCount[] = [];
    for (const [key, count] of weeks.counts.get(minute) ?? []) {
      const [signature, service, host] = key.split('\n') as [string, string, string];
      counts.push([signature, service, host, count]);
    }
    const critical = weeks.critical.get(minute);
    board.minute({
      ...{ minute, counts, complaints: weeks.complaints.get(minute) ?? [], nowUs: (minute + 1) * MINUTE_US },
      facts: (signature) => ({ title: signature, level: 'ERROR', samples: [] }),
      ...(critical === undefined ? {} : { critical: new Set([critical]) }),
    });
    for (let tick = 0; tick < 6; tick++) {
      const nowUs = minute * MINUTE_US + (tick + 1) * TICK_US;
      for (const { host, record } of hosts) {
        if (weeks.isSilent(host, minute)) continue;
        record.received = nowUs - TICK_US + 1e6 * ((host.charCodeAt(4) + tick * 3) % 9);
        heard.note(record);
      }
      const { silent, back } = watch.look(heard.due(nowUs) ?? [], nowUs);
      if (silent.hosts.length > 0 || back.length > 0) board.silence({ silent, back, nowUs });
    }
  }
  return told(board.spikes);
}

/** What people would have been told: not what stands below another. */
function told(spikes: readonly LiveSpike[]): Told[] {
  return spikes
    .filter(({ foldedInto }) => foldedInto === undefined)
    .map(({ foundUs, sinceMinute, signature, dependency, silent, id, rule, places }) => {
      const below = spikes.filter((one) => one.foldedInto === id).flatMap((one) => one.signature ?? []);
      return {
        at: foundUs / MINUTE_US + (silent === undefined ? JUDGED_AFTER_MINUTES : 0),
        since: sinceMinute,
        signatures: new Set([...(signature === undefined ? [] : [signature]), ...below, ...(dependency?.signatures ?? [])]),
        hosts: new Set(Object.keys(silent ?? {})),
        ...(dependency === undefined ? {} : { address: dependency.address }),
        rule: `${rule} ${Object.keys(places).length} places`,
      };
    });
}

function peer(weeks: Weeks, rule: { minute(minute: number, counts: ReadonlyMap<string, number>): Alarm[] }): Told[] {
  const all: Told[] = [];
  for (let minute = weeks.from; minute < weeks.until; minute++) {
    for (const { signature } of rule.minute(minute, weeks.counts.get(minute) ?? new Map()))
      all.push({ at: minute + 1 + JUDGED_AFTER_MINUTES, since: minute, signatures: new Set([signature]), hosts: new Set() });
  }
  return all;
}

const fits = (one: Told, incident: Incident): boolean => {
  if (one.at < incident.from || one.since < incident.from - EARLY || one.since >= incident.until + LATE) return false;
  if (incident.kind === 'silence') return one.hosts.has(incident.host!);
  return one.address === incident.address && one.address !== undefined
    ? true
    : [...one.signatures].some((name) => incident.signatures.has(name));
};

function judge(score: Score, { incidents, from, until }: Weeks, all: readonly Told[]): void {
  const judgedFrom = from + HISTORY_WEEKS * 7 * 24 * 60;
  score.weeks += (until - judgedFrom) / (7 * 24 * 60);
  const right = new Set<Told>();
  for (const incident of incidents) {
    const { kind } = incident;
    score.all.set(kind, (score.all.get(kind) ?? 0) + 1);
    const fitting = all.filter((one) => fits(one, incident));
    for (const one of fitting) right.add(one);
    const first = Math.min(...fitting.map(({ at }) => at));
    if (kind === 'broker' || kind === 'database') {
      score.outages++;
      score.outageAlarms += fitting.length;
    }
    if (first > incident.until + 1) continue;
    score.found.set(kind, (score.found.get(kind) ?? 0) + 1);
    score.delays.push(first - incident.from);
    if (kind === 'ramp') score.rampDelays.push(first - incident.from);
  }
  const alarms = all.filter(({ at }) => at >= judgedFrom);
  score.alarms += alarms.length;
  score.right += alarms.filter((one) => right.has(one)).length;
  score.falseAlarms += alarms.filter((one) => !right.has(one)).length;
}

function figuresOf(score: Score): Record<string, number> {
  const sum = (of: ReadonlyMap<Kind, number>, kinds: readonly Kind[] = KINDS): number =>
    kinds.reduce((all, kind) => all + (of.get(kind) ?? 0), 0);
  const audible = KINDS.filter((kind) => kind !== 'silence');
  return {
    recall: sum(score.found) / sum(score.all),
    recallWithoutSilence: sum(score.found, audible) / sum(score.all, audible),
    precision: score.right / score.alarms,
    falseAlarmsPerWeek: score.falseAlarms / score.weeks,
    delayP50Minutes: median(score.delays),
    delayP95Minutes: percentile(score.delays, 95),
    rampDelayP50Minutes: median(score.rampDelays),
    alarmsPerOutage: score.outageAlarms / score.outages,
    ...Object.fromEntries(
      KINDS.map((kind) => [`recall${kind[0]!.toUpperCase()}${kind.slice(1)}`, (score.found.get(kind) ?? 0) / (score.all.get(kind) ?? 0)]),
    ),
  };
}

function main(words: string[]): void {
  const { values } = parseArgs({
    args: words,
    options: { seeds: { type: 'string' }, weeks: { type: 'string' }, quick: { type: 'boolean' }, verbose: { type: 'boolean' } },
  });
  const seeds = (values.seeds ?? (values.quick ? '21' : SEEDS)).split(',').map(Number);
  const weeks = Number(values.weeks ?? (values.quick ? 1 : WEEKS));
  const scores = { ours: newScore(), sentry: newScore(), sigma: newScore() };
  const beganMs = performance.now();
  let oursMs = 0;
  for (const seed of seeds) {
    const made = new Simulation(seed, HISTORY_WEEKS + weeks).run(HISTORY_WEEKS);
    const fromMs = performance.now();
    const all = ours(made);
    oursMs += performance.now() - fromMs;
    if (values.verbose) explain(made, all);
    judge(scores.ours, made, all);
    judge(scores.sentry, made, peer(made, new SentryRule()));
    judge(scores.sigma, made, peer(made, new ThreeSigma()));
  }
  const figures = Object.fromEntries(Object.entries(scores).map(([name, score]) => [name, figuresOf(score)])) as Record<
    string,
    Record<string, number>
  >;
  const { ours: own, ...peers } = figures;
  const judged = scores.ours.weeks;
  own!.millisecondsPerMinute = oursMs / (seeds.length * (HISTORY_WEEKS + weeks) * 7 * 24 * 60);
  process.stdout.write(
    `detection: ${SERIES} series, ${judged} weeks judged after ${HISTORY_WEEKS} of history each, seeds ${seeds.join(', ')}, ${Math.round((performance.now() - beganMs) / 1000)} s\n`,
  );
  const names = Object.keys(own!);
  const wide = Math.max(...names.map((name) => name.length));
  process.stdout.write(`${' '.repeat(wide)}  ${['ours', ...Object.keys(peers)].map((name) => name.padStart(8)).join('  ')}\n`);
  for (const name of names) {
    const row = Object.values(figures).map((one) => (one[name] === undefined ? '-' : String(rounded(one[name]))).padStart(8));
    process.stdout.write(`${name.padEnd(wide)}  ${row.join('  ')}\n`);
  }
  const round = (one: Record<string, number>) => Object.fromEntries(Object.entries(one).map(([name, value]) => [name, rounded(value)]));
  const json = {
    bench: 'detection',
    series: SERIES,
    weeks: judged,
    seeds,
    ours: round(own!),
    peers: Object.fromEntries(Object.entries(peers).map(([name, one]) => [name, round(one)])),
  };
  process.stdout.write(`${JSON.stringify({ ...json, machine: machine(), node: process.version })}\n`);
}

/** For who works on it: what was missed, outages with more than one alarm, and what was told without a cause. */
function explain(weeks: Weeks, all: readonly Told[]): void {
  const clock = (minute: number): string => new Date(minute * 60_000).toISOString().slice(0, 16);
  for (const incident of weeks.incidents) {
    const first = Math.min(...all.filter((one) => fits(one, incident)).map(({ at }) => at));
    if (first > incident.until + 1)
      process.stderr.write(
        `${all
          .filter((one) => [...one.signatures].some((name) => incident.signatures.has(name)))
          .map((one) => `  ${clock(one.at)} since ${clock(one.since)} ${one.rule}\n`)
          .join('')}missed ${incident.kind} at ${clock(incident.from)} ${[...incident.signatures].slice(0, 3)}\n`,
      );
  }
  for (const incident of weeks.incidents.filter(({ address }) => address !== undefined)) {
    const fitting = all.filter((one) => fits(one, incident));
    if (fitting.length === 1) continue;
    process.stderr.write(`${fitting.length} alarms for ${incident.kind} at ${clock(incident.from)} to ${clock(incident.until)}\n`);
    for (const { at, since, signatures, address = '', rule = '' } of fitting)
      process.stderr.write(`  ${clock(at)} since ${clock(since)} ${address} ${[...signatures].slice(0, 3)} ${rule}\n`);
  }
  for (const one of all) {
    if (one.at < weeks.from + HISTORY_WEEKS * 7 * 24 * 60 || weeks.incidents.some((incident) => fits(one, incident))) continue;
    process.stderr.write(
      `false at ${clock(one.at)} since ${clock(one.since)}: ${[...one.signatures].slice(0, 3)} ${[...one.hosts]} ${one.address ?? ''} ${one.rule ?? ''}\n`,
    );
  }
}

main(process.argv.slice(2));
