/** Rates out of successive answers of the service. Pure. Invariant: a counter that went down - another process - makes no rate. */
import type { StatusAnswer } from '../api/answers-status.ts';

export interface Sample {
  readonly atMs: number;
  /** Messages and bytes received, by transport; records stored; losses counted. */
  readonly received: Readonly<Record<string, number>>;
  readonly bytes: Readonly<Record<string, number>>;
  readonly stored: number;
  readonly lost: number;
}

export function sampleOf({ counters }: StatusAnswer, atMs: number): Sample {
  return {
    atMs,
    received: labelled(counters['messages.received']),
    bytes: labelled(counters['bytes.received']),
    stored: total(counters['records.stored']),
    lost: total(counters['messages.lost']),
  };
}

function labelled(value: number | Readonly<Record<string, number>> | undefined): Readonly<Record<string, number>> {
  return typeof value === 'object' ? value : {};
}

export function total(value: number | Readonly<Record<string, number>> | undefined): number {
  return typeof value === 'object' ? sum(value) : (value ?? 0);
}

function sum(values: Readonly<Record<string, number>>): number {
  return Object.values(values).reduce((all, one) => all + one, 0);
}

/** A second, between two samples; undefined where it cannot be known. */
export function rateBetween(before: Sample | undefined, after: Sample | undefined, of: (sample: Sample) => number): number | undefined {
  if (before === undefined || after === undefined) return undefined;
  const grown = of(after) - of(before);
  const seconds = (after.atMs - before.atMs) / 1000;
  return grown < 0 || seconds <= 0 ? undefined : grown / seconds;
}

/** Over the last few samples: a look every two seconds is too jumpy to read. */
const SPAN = 5;

export function rateOf(samples: readonly Sample[], of: (sample: Sample) => number): number | undefined {
  return rateBetween(samples[Math.max(0, samples.length - 1 - SPAN)], samples.length > 1 ? samples.at(-1) : undefined, of);
}

/** One for each pair of neighbours, oldest first. */
export function ratesOf(samples: readonly Sample[], of: (sample: Sample) => number): number[] {
  return samples.slice(1).map((sample, index) => rateBetween(samples[index], sample, of) ?? 0);
}

export const receivedOf = ({ received }: Sample): number => sum(received);
export const bytesOf = ({ bytes }: Sample): number => sum(bytes);
