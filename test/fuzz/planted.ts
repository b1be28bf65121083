/** Targets with a bug each, which test/house/fuzz.test.ts expects to be found: a fuzzer that finds nothing must not be believed. */
import { parse } from '../../parsers/index.ts';
import type { Target } from './targets.ts';

const seeds = (): string[] => ['<134>Nov 22 10:00:00 c01 app: text', 'abcdefgh'];

/** A word in its place, in code that the seeds do not reach. */
function deep(bytes: Buffer): void {
  const record = parse(bytes.toString('latin1'), { received: 0, transport: 'udp', peer: 'x', zone: 0 });
  if (record.pid !== undefined) throw new Error('planted');
}

export const TARGETS: readonly Target[] = [
  { name: 'sound', seeds, run: () => {} },
  { name: 'deep', seeds, run: deep },
  {
    name: 'hang',
    seeds,
    run(bytes) {
      while (bytes.length > 64);
    },
  },
  {
    name: 'square',
    seeds,
    run(bytes) {
      let sum = 0;
      for (let one = 0; one < bytes.length; one++)
        for (let other = 0; other < bytes.length; other += 128) sum += bytes[one]! ^ bytes[other]!;
      if (sum < 0) throw new Error('never');
    },
  },
  {
    name: 'memory',
    seeds,
    run() {
      kept.push(new Array<number>(100_000).fill(kept.length));
    },
  },
];
const kept: number[][] = [];
