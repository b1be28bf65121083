/**
 * A spike as it is kept: plain data that goes into `state.db` and back, times as minutes since 1970 or µs. The board (spike-board.ts) changes
 * it, spike-view.ts makes of it what people and programs get.
 */
import { shapeHash } from '../base/shape-text.ts';
import type { Level, SpikeKind } from '../model.ts';
import type { Complaint } from './dependency.ts';

export interface LiveSpike {
  readonly id: string;
  readonly kind: SpikeKind;
  /** Series of the finder that are open for it; none left: it is over. */
  open: string[];
  signature?: string;
  title: string;
  /** By which its records are found where that is not the title. */
  texts?: readonly string[];
  level?: Level;
  /** `service\nhost`, with counts; empty: the places were too many to tell. */
  places: Record<string, number>;
  /** The signature as a whole, not only at its places. */
  isWhole: boolean;
  sinceMinute: number;
  readonly foundUs: number;
  untilUs?: number;
  lastMinute: number;
  observed: number;
  baseline: number;
  windowMinutes?: number;
  count: number;
  rule: string;
  evidence: number[];
  complaint?: Complaint;
  dependency?: { kind: Complaint['kind']; address: string; services: string[]; hosts: string[]; signatures: string[]; naming?: string[] };
  /** Of silence: µs when each was last heard. */
  silent?: Record<string, number>;
  foldedInto?: string;
  maintenance?: string;
}

/** Newest records that show it. */
export const EVIDENCE_MAX = 5;
/** Places of one spike that are told apart. */
const PLACES_MAX = 200;

export function spikeId(kind: string, key: string, sinceMinute: number): string {
  return shapeHash(`spike\x00${kind}\x00${key}\x00${sinceMinute}`);
}

export function notePlace(spike: LiveSpike, [service, host]: readonly [string, string], count: number): void {
  const key = `${service}\n${host}`;
  if (spike.places[key] === undefined && Object.keys(spike.places).length >= PLACES_MAX) return;
  spike.places[key] = (spike.places[key] ?? 0) + count;
}

export function noteEvidence(spike: LiveSpike, seqs: readonly number[]): void {
  spike.evidence = [...new Set([...seqs, ...spike.evidence])].sort((one, other) => other - one).slice(0, EVIDENCE_MAX);
}

/** Services or hosts of its places. */
export function placesBy(spike: LiveSpike, by: 'service' | 'host'): string[] {
  const names = new Set(Object.keys(spike.places).map((place) => place.split('\n')[by === 'service' ? 0 : 1]!));
  names.delete('');
  return [...names];
}
