/**
 * Bench `correlation`: how much of what happened do stories tell? Clouds whose truth is known (truth-corpus.ts) are sent to a service over TCP, then
 * the story of every instance and every request of the truth is asked for, and of each boot that failed, what the story names first: as it is,
 * with lines lost on the way, and with clocks that are wrong. How long a story takes in a large store is another bench (trace-time.ts).
 * Figures of the whole cloud come first (`instance…`, `request…`); those with losses and skew carry their name.
 */
import path from 'node:path';
import type { OperationTruth } from '../../src/demo/truth.ts';
import type { Story } from '../../src/model.ts';
import { feed } from './feed.ts';
import { percentile } from './machine.ts';
import { namedFirst } from './named-first.ts';
import type { Bench, BenchInput, Figures } from './run.ts';
import { type Compared, type Score, score } from './score.ts';
import { makeFolder, type Subject } from './service.ts';
import { seqsOf, type TruthCorpus, type TruthWant, writeTruth } from './truth-corpus.ts';

/** Of the cloud's time: some four boots, deletions and migrations are under way at any moment. */
const LINES_PER_SECOND = 100;
/** Fewer of them, in as much time. */
const LINES_PER_SECOND_QUICK = 60;
const SEED = 20_261;

/** How much of a run is asked; failed boots are asked for all. */
interface Extent {
  /** A boot whose port is never wired takes five minutes. */
  readonly lines: number;
  readonly instances: number;
  readonly requests: number;
}
const WHOLE: Extent = { lines: 120_000, instances: 2000, requests: 3000 };
const QUICK: Extent = { lines: 24_000, instances: 40, requests: 100 };
/** What losses and skew change is seen in a part. */
const CHANGED: Extent = { lines: 60_000, instances: 300, requests: 500 };
const CHANGED_QUICK: Extent = { lines: 21_000, instances: 12, requests: 30 };
/** Questions at once: as many as there are query workers. */
const AT_ONCE = 2;

/** Of hosts whose clocks are wrong: one is far ahead, one behind by less than a boot takes, one by what ntp leaves. */
const SKEW_US = { cmp01: 1_700_000, cmp02: -450_000, net01: 12_000, sto01: -3_000_000 };

interface Setting {
  /** Before the names of its figures. */
  readonly name: string;
  readonly loss: number;
  readonly skewUs: Readonly<Record<string, number>>;
}

const SETTINGS: readonly Setting[] = [
  { name: '', loss: 0, skewUs: {} },
  { name: 'loss1', loss: 0.01, skewUs: {} },
  { name: 'loss5', loss: 0.05, skewUs: {} },
  { name: 'skew', loss: 0, skewUs: SKEW_US },
];

export const correlation: Bench = async (input) => {
  const figures: Figures = {};
  const notes: string[] = [];
  for (const setting of SETTINGS) {
    process.stderr.write(`correlation: ${setting.name === '' ? 'the cloud as it is' : setting.name}\n`);
    const told = await measure(input, setting);
    for (const [name, value] of Object.entries(told.figures)) figures[named(setting.name, name)] = value;
    notes.push(...told.notes.map((note) => (setting.name === '' ? note : `${setting.name}: ${note}`)));
  }
  return { ours: figures, peers: {}, notes };
};

function named(setting: string, name: string): string {
  return setting === '' ? name : setting + name[0]!.toUpperCase() + name.slice(1);
}

async function measure({ ours, quick, msMax }: BenchInput, setting: Setting): Promise<{ figures: Figures; notes: string[] }> {
  const folder = makeFolder();
  const { loss, skewUs } = setting;
  const [whole, changed] = quick ? [QUICK, CHANGED_QUICK] : [WHOLE, CHANGED];
  const extent = setting.name === '' ? whole : changed;
  const linesPerSecond = quick ? LINES_PER_SECOND_QUICK : LINES_PER_SECOND;
  const want: TruthWant = { lines: extent.lines, seed: SEED, linesPerSecond, loss, skewUs };
  const truth = writeTruth(path.join(folder, 'cloud.log'), want);
  const subject = await ours.start(folder);
  try {
    await feed(subject, truth, msMax);
    const seqs = await seqsOf(truth, subject);
    const asked = new Asked(subject);
    const instances = await compare(asked, { wanted: sample(recordsOf(truth, 'instances'), extent.instances), seqs });
    const requests = await compare(asked, { wanted: sample(recordsOf(truth, 'requests'), extent.requests), seqs });
    const failed = await failedBoots(asked, truth);
    return {
      figures: {
        operations: truth.operations.length,
        ...scored('instance', score(instances)),
        ...scored('request', score(requests)),
        failedBoots: failed.length,
        failedNamedFirst: failed.filter((one) => one.isRight).length / Math.max(1, failed.length),
        ...asked.skewFigures(skewUs),
        traceP50Ms: percentile(asked.timesMs, 50),
        traceP95Ms: percentile(asked.timesMs, 95),
      },
      notes: [...new Set(failed.filter((one) => !one.isRight).map((one) => one.note))],
    };
  } finally {
    await subject.stop();
  }
}

function scored(name: string, { stories, precisionMicro, precisionMacro, recallMicro, recallMacro }: Score): Figures {
  return {
    [`${name}Stories`]: stories,
    [`${name}PrecisionMicro`]: precisionMicro,
    [`${name}PrecisionMacro`]: precisionMacro,
    [`${name}RecallMicro`]: recallMicro,
    [`${name}RecallMacro`]: recallMacro,
  };
}

/** Numbers of the records of each instance, or each request, over all operations. */
function recordsOf({ operations }: TruthCorpus, of: 'instances' | 'requests'): Map<string, number[]> {
  const records = new Map<string, number[]>();
  for (const operation of operations)
    for (const [id, numbers] of Object.entries(operation[of])) records.set(id, [...(records.get(id) ?? []), ...numbers]);
  return records;
}

/** Every so manieth, so that the sample is of the whole time. */
function sample<T>(all: Map<string, T>, max: number): Map<string, T> {
  const step = Math.max(1, all.size / max);
  return new Map([...all].filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step)));
}

/** Asks for stories, and remembers how long each took and what it said of clocks. */
class Asked {
  readonly timesMs: number[] = [];
  readonly #base: string;
  /** Estimated minus true, ms, and whether that is within what the estimate claims. */
  readonly #skews: { host: string; against: string; skewMs: number; errorMs: number }[] = [];

  constructor({ http }: Subject) {
    this.#base = `http://${http.host}:${http.port}/api/v1/trace/`;
  }

  /** `isWhole`: also what is missing, and therefore what went wrong first. */
  async story(id: string, isWhole = false): Promise<Story | undefined> {
    const startedMs = performance.now();
    const response = await fetch(`${this.#base}${encodeURIComponent(id)}?missing=${isWhole}`);
    if (response.status === 404) {
      await response.body?.cancel();
      return undefined;
    }
    if (!response.ok) throw new Error(`trace ${id} answered ${response.status}: ${await response.text()}`);
    const story = (await response.json()) as Story;
    this.timesMs.push(performance.now() - startedMs);
    this.#skews.push(...story.skew);
    return story;
  }

  skewFigures(trueUs: Readonly<Record<string, number>>): Figures {
    if (Object.keys(trueUs).length === 0) return {};
    const offMs = this.#skews.map(({ host, against, skewMs, errorMs }) => {
      const off = Math.abs(skewMs - ((trueUs[host] ?? 0) - (trueUs[against] ?? 0)) / 1000);
      return { off, isClaimed: off <= errorMs };
    });
    return {
      estimates: offMs.length,
      offP50Ms: percentile(
        offMs.map(({ off }) => off),
        50,
      ),
      offP95Ms: percentile(
        offMs.map(({ off }) => off),
        95,
      ),
      withinClaimed: offMs.filter(({ isClaimed }) => isClaimed).length / Math.max(1, offMs.length),
    };
  }
}

interface Wanted {
  readonly wanted: Map<string, number[]>;
  readonly seqs: ReadonlyMap<number, number>;
}

/** Records lost on the way belong to no story; ids of which nothing arrived are not asked for. */
async function compare(asked: Asked, { wanted, seqs }: Wanted): Promise<Compared[]> {
  return inTurns([...wanted], async ([id, numbers]) => {
    const kept = new Set(numbers.flatMap((number) => seqs.get(number) ?? []));
    if (kept.size === 0) return [];
    const story = await asked.story(id);
    return [{ wanted: kept, got: new Set(story?.records.map(({ seq }) => seq)) }];
  });
}

interface FailedBoot {
  readonly isRight: boolean;
  readonly note: string;
}

/** Boots that failed by an injected fault, and whether the story names its service and step before all others. */
async function failedBoots(asked: Asked, { operations }: TruthCorpus): Promise<FailedBoot[]> {
  const failed = operations.filter(({ kind, outcome, isCut }) => kind === 'boot' && outcome === 'failed' && !isCut);
  return inTurns(failed, async (operation: OperationTruth) => {
    const story = await asked.story(operation.ids.instance!, true);
    const [fault] = operation.faults;
    if (fault === undefined) return [];
    return [namedFirst(story, fault)];
  });
}

async function inTurns<In, Out>(all: readonly In[], ask: (one: In) => Promise<Out[]>): Promise<Out[]> {
  const answers: Out[][] = [];
  let at = 0;
  const next = async (): Promise<void> => {
    while (at < all.length) {
      const index = at++;
      answers[index] = await ask(all[index]!);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return answers.flat();
}
