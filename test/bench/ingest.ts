/**
 * Bench `ingest`: lines a second, parsed, durable and searchable, over one TCP connection; bytes on disk a line, all
 * included; memory and CPU of the whole process. With peers: in turn, five rounds, medians (three when quick);
 * each round starts on an empty folder.
 */
import { rmSync } from 'node:fs';
import type { Corpus } from './corpus.ts';
import { feed } from './feed.ts';
import { cpuSeconds, diskBytes, median, peakRssMiB } from './machine.ts';
import type { Bench, Figures } from './run.ts';
import { type Candidate, makeFolder } from './service.ts';

const ROUNDS = 5;
const ROUNDS_QUICK = 3;

export const ingest: Bench = async ({ corpus, ours, peers, quick, msMax }) => {
  const rounds = peers.length === 0 ? 1 : quick ? ROUNDS_QUICK : ROUNDS;
  const candidates = [ours, ...peers];
  const results = new Map<string, Figures[]>(candidates.map((each) => [each.name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const candidate of candidates) results.get(candidate.name)!.push(await measureOne(candidate, corpus, msMax));
  }
  const figures = (name: string): Figures => medians(results.get(name)!);
  return {
    ours: figures(ours.name),
    peers: Object.fromEntries(peers.map((each) => [each.name, figures(each.name)])),
    notes: [`${rounds} round(s)`],
  };
};

async function measureOne(candidate: Candidate, corpus: Corpus, msMax: number): Promise<Figures> {
  const folder = makeFolder();
  try {
    const subject = await candidate.start(folder);
    try {
      const { seconds, sentSeconds } = await feed(subject, corpus, msMax);
      const used = {
        cpuSeconds: cpuSeconds(subject.pid),
        rssMiB: peakRssMiB(subject.pid),
        runningBytesPerLine: diskBytes(subject.data) / corpus.lines,
      };
      await subject.stop();
      return {
        linesPerSecond: corpus.lines / seconds,
        bytesPerLine: diskBytes(subject.data) / corpus.lines,
        ...used,
        seconds,
        sentSeconds,
      };
    } finally {
      await subject.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function medians(rounds: readonly Figures[]): Figures {
  return Object.fromEntries(Object.keys(rounds[0] ?? {}).map((key) => [key, median(rounds.map((round) => round[key]!))]));
}
