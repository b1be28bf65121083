/**
 * How long the story of an instance with about 500 records takes in a large store, as a part of bench `correlation`: the corpus of the
 * run (`--corpus`, `--lines`), and strewn evenly into it the lines of a small cloud whose instances are looked at, moved and attached to more
 * often than they are born. Stories are asked for over HTTP, one after another, after a restart, each instance once: nothing of it was read before.
 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Story } from '../../src/model.ts';
import type { Corpus } from './corpus.ts';
import { feed } from './feed.ts';
import { percentile } from './machine.ts';
import type { BenchInput, Figures } from './run.ts';
import { makeFolder, type Subject } from './service.ts';
import { type TruthCorpus, writeTruth } from './truth-corpus.ts';

/** Lines of the small cloud: one in fifty of the store at most, and enough for some dozens of long stories. */
const PART = 50;
const LINES_MAX = 100_000;
/** Instead of the table of cloud.ts: few births, much to do with who lives. */
const WEIGHTS = { show: 60, lease: 20, 'live migration': 5, 'attach volume': 2, 'boot or delete': 0.7, noise: 5, agents: 4, list: 10 };
const RECORDS_WANTED = 500;
const RECORDS_MIN = 350;
const RECORDS_MAX = 700;
const STORIES_MAX = 40;
const CHUNK_LINES = 4096;

export async function traceTimes({ corpus, ours, msMax }: BenchInput): Promise<Figures> {
  const folder = makeFolder();
  const lines = Math.min(LINES_MAX, Math.max(20_000, Math.floor(corpus.lines / PART)));
  const cloud = writeTruth(path.join(folder, 'cloud.log'), { lines, seed: 3, linesPerSecond: 100, loss: 0, skewUs: {}, weights: WEIGHTS });
  const mixed = await strewn(corpus, cloud, path.join(folder, 'mixed.log'));
  const first = await ours.start(folder);
  await feed(first, mixed, msMax);
  await first.stop();
  const subject = await ours.start(folder);
  try {
    return await asked(subject, { ids: longOnes(cloud), lines: mixed.lines });
  } finally {
    await subject.stop();
  }
}

async function asked({ http }: Subject, of: { ids: readonly string[]; lines: number }): Promise<Figures> {
  const timesMs: number[] = [];
  const records: number[] = [];
  for (const id of of.ids) {
    const startedMs = performance.now();
    const response = await fetch(`http://${http.host}:${http.port}/api/v1/trace/${id}`);
    if (!response.ok) throw new Error(`trace ${id} answered ${response.status}: ${await response.text()}`);
    const story = (await response.json()) as Story;
    timesMs.push(performance.now() - startedMs);
    records.push(story.records.length);
  }
  return {
    storeLines: of.lines,
    longStories: of.ids.length,
    longRecordsP50: percentile(records, 50),
    longTraceP50Ms: percentile(timesMs, 50),
    longTraceP95Ms: percentile(timesMs, 95),
    longTraceMaxMs: Math.max(...timesMs),
  };
}

/** Instances whose story has about so many records, the nearest first. */
function longOnes({ operations }: TruthCorpus): string[] {
  const counts = new Map<string, number>();
  for (const { instances } of operations)
    for (const [id, numbers] of Object.entries(instances)) counts.set(id, (counts.get(id) ?? 0) + numbers.length);
  const far = (count: number): number => Math.abs(count - RECORDS_WANTED);
  return [...counts]
    .filter(([, count]) => count >= RECORDS_MIN && count <= RECORDS_MAX)
    .sort(([, a], [, b]) => far(a) - far(b))
    .slice(0, STORIES_MAX)
    .map(([id]) => id);
}

/** The corpus with the other lines at even distances, and the last of them behind it. */
async function strewn(corpus: Corpus, into: TruthCorpus, file: string): Promise<Corpus> {
  const out = await open(file, 'w');
  const every = corpus.lines / into.lines;
  let batch: string[] = [];
  let [bytes, lines, placed] = [0, 0, 0];
  const flush = async (): Promise<void> => {
    const chunk = Buffer.from(`${batch.join('\n')}\n`, 'latin1');
    bytes += chunk.length;
    batch = [];
    await out.write(chunk);
  };
  const source = createReadStream(corpus.file, { end: corpus.bytes - 1, encoding: 'latin1' });
  for await (const line of createInterface({ input: source })) {
    batch.push(line);
    for (lines++; placed < into.lines && placed * every < lines; placed++) batch.push(into.texts[placed]!);
    if (batch.length >= CHUNK_LINES) await flush();
  }
  batch.push(...into.texts.slice(placed));
  if (batch.length > 0) await flush();
  await out.close();
  return { file, lines: lines + into.lines, bytes, name: `${corpus.name}, and ${into.name}` };
}
