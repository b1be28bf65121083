/**
 * Lines of the simulated cloud together with what really happened in it (src/demo/truth.ts): which records belong to which request and
 * which instance, and what was made to go wrong. Lines may be lost on the way and clocks may be wrong; what is lost is no record
 * of the truth any more. Also: under which seq a service has stored each of them, told by their exact bytes, so that joined
 * lines, and the order in which they were stored, play no part. Not here: what a story should find of it (correlation.ts).
 */
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { Cloud } from '../../src/demo/cloud.ts';
import { Dice } from '../../src/demo/dice.ts';
import type { OperationTruth } from '../../src/demo/truth.ts';
import { message } from '../../src/demo/wire.ts';
import { type Corpus, startUs } from './corpus.ts';
import type { Subject } from './service.ts';

export interface TruthWant {
  readonly lines: number;
  readonly seed: number;
  /** Of the cloud's time; more of them, more operations at once. */
  readonly linesPerSecond: number;
  /** Of 1: the part of the lines that never arrives. */
  readonly loss: number;
  readonly skewUs: Readonly<Record<string, number>>;
  readonly weights?: Readonly<Record<string, number>>;
  /** Default: as all corpora (corpus.ts). */
  readonly startUs?: number;
}

export interface TruthCorpus extends Corpus {
  readonly operations: readonly OperationTruth[];
  /** Of each line of the file, the number of its record in the truth. */
  readonly numbers: readonly number[];
  /** The lines without their LF, in order. */
  readonly texts: readonly string[];
  /** Of each line, since the start. */
  readonly timesUs: readonly number[];
}

export function writeTruth(file: string, want: TruthWant): TruthCorpus {
  const operations: OperationTruth[] = [];
  const { seed, linesPerSecond, skewUs, weights } = want;
  const onOperation = (truth: OperationTruth): void => void operations.push(truth);
  const cloud = new Cloud({
    seed,
    startUs: want.startUs ?? startUs(),
    linesPerSecond,
    skewUs,
    onOperation,
    ...(weights ? { weights } : {}),
  });
  // Its own dice: what is lost must not change what happens.
  const dice = new Dice(seed + 1);
  const texts: string[] = [];
  const numbers: number[] = [];
  const timesUs: number[] = [];
  for (let number = 1; number <= want.lines; number++) {
    const event = cloud.next();
    const text = message(event, cloud.clock, { header: 'rfc3164', escape: 'always' });
    if (want.loss > 0 && dice.fraction() < want.loss) continue;
    texts.push(text);
    numbers.push(number);
    timesUs.push(event.atUs);
  }
  cloud.end();
  const descriptor = openSync(file, 'w');
  writeSync(descriptor, `${texts.join('\n')}\n`);
  closeSync(descriptor);
  return { file, lines: texts.length, bytes: statSync(file).size, name: `demo cloud, seed ${seed}`, operations, numbers, texts, timesUs };
}

/** Number of a record in the truth -> seq of the record that holds its text now. */
export async function seqsOf({ texts, numbers }: TruthCorpus, { http }: Subject): Promise<Map<number, number>> {
  /** Texts come nearly always once; those that do not are stored in the order in which they were sent. */
  const waiting = Map.groupBy(numbers.keys(), (index) => texts[index]!);
  const seqs = new Map<number, number>();
  const response = await fetch(`http://${http.host}:${http.port}/api/v1/search?direction=forward&raw=true`, {
    headers: { accept: 'application/x-ndjson' },
  });
  if (!response.ok) throw new Error(`search answered ${response.status}: ${await response.text()}`);
  for (const line of (await response.text()).split('\n')) {
    if (line === '') continue;
    const { seq, raw } = JSON.parse(line) as { seq: number; raw: string };
    for (const text of raw.split('\n')) {
      const index = waiting.get(text)?.shift();
      if (index !== undefined) seqs.set(numbers[index]!, seq);
    }
  }
  if (seqs.size !== texts.length) throw new Error(`of ${texts.length} lines ${seqs.size} are found again`);
  return seqs;
}
