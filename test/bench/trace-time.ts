/**
 * Bench `trace`: how long the story of an instance with about 500 records takes in a large store: `own` ones are those of the corpus of the run (`--corpus`, `--lines`)
 * whose stories come nearest to that; `long` ones are put into it, each line where its time is, as a cloud writes them: born within a minute, moved, given a volume, looked at now
 * and then, deleted after hours. As the worst case, in another store, instances whose lines are strewn evenly over the whole file, so that nearly every block has one. Stories are
 * asked for over HTTP, one after another, after a restart, each instance once: nothing of it was read before; then the first ones once more.
 */
import { closeSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Story } from '../../src/model.ts';
import { DaysReader } from '../../src/store/read.ts';
import { storySteps } from '../../src/store/story.ts';
import { firstSeqOf, unitsOf } from '../../src/store/units.ts';
import { run } from '../store/plain-finder.ts';
import { feed } from './feed.ts';
import { percentile } from './machine.ts';
import type { Bench, BenchInput, Figures } from './run.ts';
import { makeFolder, type Subject } from './service.ts';
import { type Placed, spanOf, spliced } from './splice.ts';
import { type TruthCorpus, writeTruth } from './truth-corpus.ts';

/** One operation in 200 is a birth or a death: at 40,000 lines in 14 h some dozens of instances live for two to eight hours. */
const LIVES = {
  'boot or delete': 2,
  'attach volume': 1,
  'live migration': 4,
  show: 60,
  lease: 10,
  'periodic task': 150,
  ...nothingElse(),
};
/** Few births, much to do with who lives. */
const STREWN = { show: 60, lease: 20, 'live migration': 5, 'attach volume': 2, 'boot or delete': 0.7, noise: 5, agents: 4, list: 10 };
/** Of the corpus at most; so that the corpus stays what it is. */
const PART = 25;
const LINES = 40_000;
const STREWN_LINES = 20_000;
/** So many of the corpus's own are looked at: those with most records that carry the instance; a story has two to eight times as many. */
const OWN_ROWS = 250;
const RECORDS_WANTED = 500;
const RECORDS_MIN = 350;
const RECORDS_MAX = 700;
/** The half of them that is further away is asked for first, when the service has rested: what a machine has put away meanwhile is told by figures of their own. */
const STORIES_MAX = 40;
/** Their store is one of its own, since their stamps are not where they lie; larger ones would cost minutes. */
const STREWN_CORPUS_MAX = 1_000_000;
/** Each may take as long as a story may. */
const STREWN_STORIES_MAX = 8;
const AGAIN = 3;
const RESTED_MS = 10_000;
/** Of something else, before: what the client compiles is not the service's. */
const CLIENT_QUESTIONS = 5;
const US = 1_000_000;
const READ_BYTES = 1024 * 1024;

export const tracing: Bench = async (input) => {
  const figures = await traceTimes(input);
  return {
    ours: figures,
    peers: {},
    notes: [
      'each story once, until its last byte is there; 10 s after a restart, the files in the page cache, as many other stories (`Rested`) before',
    ],
  };
};

async function traceTimes(input: BenchInput): Promise<Figures> {
  const { corpus } = input;
  const span = spanOf(corpus);
  const lines = Math.min(LINES, Math.floor(corpus.lines / PART));
  const folder = makeFolder();
  const truth = writeTruth(path.join(folder, 'long.log'), {
    ...{ seed: 3, loss: 0, skewUs: {}, startUs: span.startUs, lines, weights: LIVES },
    linesPerSecond: lines / (span.us / US),
  });
  const placed = truth.texts.map((text, index) => ({ part: truth.timesUs[index]! / span.us, text: renamed(text) }));
  const figures = await asked(input, { name: 'long', truth, placed, storiesMax: STORIES_MAX });
  if (corpus.lines > STREWN_CORPUS_MAX) return figures;
  const few = Math.min(STREWN_LINES, lines);
  const strewn = writeTruth(path.join(folder, 'strewn.log'), {
    ...{ seed: 3, loss: 0, skewUs: {}, startUs: span.startUs, lines: few, weights: STREWN },
    linesPerSecond: 100,
  });
  const evenly = strewn.texts.map((text, index) => ({ part: index / few, text: renamed(text) }));
  return { ...figures, ...(await asked(input, { name: 'strewn', truth: strewn, placed: evenly, storiesMax: STREWN_STORIES_MAX })) };
}

/** Each cloud counts its guests from the same number; libvirt's names of one cloud are unique, or stories would run together. */
function renamed(text: string): string {
  return text.replaceAll('instance-0000', 'instance-00a0');
}

interface Kind {
  readonly name: string;
  readonly truth: TruthCorpus;
  readonly placed: readonly Placed[];
  readonly storiesMax: number;
}

async function asked(input: BenchInput, { name, truth, placed, storiesMax }: Kind): Promise<Figures> {
  const { corpus, ours, msMax } = input;
  const folder = makeFolder();
  tell(`${name}: ${placed.length} lines among ${corpus.lines} are written`);
  const mixed = spliced(corpus, placed, path.join(folder, 'mixed.log'));
  const first = await ours.start(folder);
  tell(`${name}: are fed`);
  const { seconds } = await feed(first, mixed, msMax);
  await first.stop();
  rmSync(mixed.file);
  const strange = new Set(truth.operations.flatMap(({ instances }) => Object.keys(instances)));
  tell(`${name}: were fed in ${Math.round(seconds)} s`);
  const kinds = { [name]: longOnes(truth, storiesMax), [`${name}Own`]: ownOnes(first.data, strange) };
  const figures = await askedAll(input, folder, kinds);
  return { [`${name}StoreLines`]: mixed.lines, ...figures };
}

/** Asks for the stories of each kind after a restart of its own; the folder is gone afterwards. */
async function askedAll({ ours }: BenchInput, folder: string, kinds: Readonly<Record<string, readonly string[]>>): Promise<Figures> {
  const blocks = new Blocks(path.join(folder, 'data'));
  const figures: Figures = { storeBlocks: blocks.count };
  for (const [kind, ids] of Object.entries(kinds)) {
    const half = Math.ceil(ids.length / 2);
    if (half === 0) continue;
    const subject = await ours.start(folder);
    try {
      // What is compiled and read after a start is not what an operator waits for.
      await sleep(RESTED_MS);
      readWhole(subject.data);
      const first = await ask(subject, ids.slice(half));
      const once = await ask(subject, ids.slice(0, half));
      const again = await ask(subject, ids.slice(0, AGAIN));
      Object.assign(figures, figuresOf(kind, { first, once, again }, blocks));
    } finally {
      await subject.stop();
    }
  }
  rmSync(folder, { recursive: true, force: true });
  return figures;
}

/** So that it is in the page cache. */
function readWhole(data: string): void {
  const room = Buffer.allocUnsafe(READ_BYTES);
  for (const name of readdirSync(data)) {
    const file = openSync(path.join(data, name), 'r');
    while (readSync(file, room) > 0);
    closeSync(file);
  }
}

/** Instances of the corpus whose stories have about so many records, the nearest first: told once, before the restart. */
function ownOnes(data: string, strange: ReadonlySet<string>): string[] {
  const reader = new DaysReader(data);
  try {
    const answer = reader.aggregate({ filter: { kind: 'all' }, by: [['instance']], rowsMax: OWN_ROWS });
    const ids = answer.lists[0]!.rows.flatMap(({ values: [id] }) => (id === undefined || strange.has(id) ? [] : [id]));
    return nearest(
      ids.map((id) => [id, run(storySteps(reader, { id, missing: false })).count] as const),
      STORIES_MAX,
    );
  } finally {
    reader.close();
  }
}

function tell(text: string): void {
  process.stderr.write(`trace: ${text}\n`);
}

interface Asked {
  readonly timesMs: readonly number[];
  readonly stories: readonly Story[];
}

async function ask({ http }: Subject, ids: readonly string[]): Promise<Asked> {
  const address = `http://${http.host}:${http.port}/api/v1`;
  for (let question = 0; question < CLIENT_QUESTIONS; question++) await (await fetch(`${address}/status`)).text();
  const timesMs: number[] = [];
  const stories: Story[] = [];
  for (const id of ids) {
    const startedMs = performance.now();
    const response = await fetch(`${address}/trace/${id}`);
    const text = await response.text();
    timesMs.push(performance.now() - startedMs);
    if (!response.ok) throw new Error(`trace ${id} answered ${response.status}: ${text}`);
    stories.push(JSON.parse(text) as Story);
  }
  return { timesMs, stories };
}

interface Answers {
  readonly first: Asked;
  readonly once: Asked;
  readonly again: Asked;
}

function figuresOf(name: string, { first, once, again }: Answers, blocks: Blocks): Figures {
  const { timesMs, stories } = once;
  const p50 = (of: (story: Story) => number): number => percentile(stories.map(of), 50);
  return {
    [`${name}Stories`]: stories.length,
    [`${name}RecordsP50`]: p50(({ records }) => records.length),
    [`${name}RecordsMax`]: Math.max(...stories.map(({ records }) => records.length)),
    [`${name}HoursP50`]: p50(({ durationMs }) => (durationMs ?? 0) / 3_600_000),
    [`${name}BlocksP50`]: p50(({ records }) => blocks.of(records.map(({ seq }) => seq))),
    [`${name}TraceP50Ms`]: percentile(timesMs, 50),
    [`${name}TraceP95Ms`]: percentile(timesMs, 95),
    [`${name}TraceMaxMs`]: Math.max(...timesMs),
    [`${name}RestedTraceP50Ms`]: percentile(first.timesMs, 50),
    [`${name}RestedTraceP95Ms`]: percentile(first.timesMs, 95),
    [`${name}AgainP50Ms`]: percentile(again.timesMs, 50),
    [`${name}OutOfTime`]: stories.filter(({ limits }) => limits.some(({ what }) => what === 'time')).length,
  };
}

/** In how many blocks records lie; what is not sealed counts as one, batch by batch. */
class Blocks {
  readonly #ranges: readonly (readonly [first: number, last: number])[];

  constructor(data: string) {
    const reader = new DaysReader(data);
    this.#ranges = unitsOf(reader.days()).map((unit) => [firstSeqOf(unit), unit.extent.lastSeq]);
    reader.close();
  }

  get count(): number {
    return this.#ranges.length;
  }

  of(seqs: readonly number[]): number {
    return this.#ranges.filter(([first, last]) => seqs.some((seq) => seq >= first && seq <= last)).length;
  }
}

/** Instances whose story has about so many records, the nearest first; as the truth of them says. */
function longOnes({ operations }: TruthCorpus, max: number): string[] {
  const counts = new Map<string, number>();
  for (const { instances } of operations)
    for (const [id, numbers] of Object.entries(instances)) counts.set(id, (counts.get(id) ?? 0) + numbers.length);
  return nearest([...counts], max);
}

function nearest(counted: readonly (readonly [id: string, records: number])[], max: number): string[] {
  const far = (records: number): number => Math.abs(records - RECORDS_WANTED);
  return counted
    .filter(([, records]) => records >= RECORDS_MIN && records <= RECORDS_MAX)
    .sort(([, a], [, b]) => far(a) - far(b))
    .slice(0, max)
    .map(([id]) => id);
}

/** What has to do with no instance, the corpus has. */
function nothingElse(): Record<string, number> {
  const names = [
    'list',
    'swift request',
    'swift listing',
    'agents',
    'audit',
    'noise',
    'token',
    'token check',
    'image upload',
    'failed login',
  ];
  const rare = ['replication', 'broker blink', 'broker outage', 'no address', 'boot without host', 'failing spawn', 'boot without binding'];
  return Object.fromEntries([...names, ...rare, 'boot without image', 'boot without wiring'].map((name) => [name, 0]));
}
