/**
 * How far clocks of hosts are apart, told from requests and their answers, as NTP does: what a service says for a request lies between the
 * caller's record before it and the caller's record that names it (`used request id`). Each such pair bounds the difference from both
 * sides; all pairs of two hosts together bound it best. Pure.
 *
 * Where the bounds allow that the clocks agree, they agree: 0 is answered, and how far it may be off.
 */
import type { StorySkew } from '../model.ts';
import type { Piece } from './story-piece.ts';
import { processOf } from './story-spans.ts';

/** Bounds of `clock of host - clock of against`. */
interface Bounds {
  readonly lows: number[];
  readonly highs: number[];
}

/** Pieces in the order of the story; their times as they were written. */
export function skewOf(pieces: readonly Piece[]): StorySkew[] {
  const byPair = pairsOf(pieces);
  const against = referenceOf(pieces, byPair);
  if (against === undefined) return [];
  const byHost = new Map<string, Bounds>();
  for (const [pair, bounds] of byPair) {
    const [host = '', other = ''] = pair.split('\n');
    if (other === against) add(byHost, host, bounds);
    else if (host === against) add(byHost, other, turned(bounds));
  }
  return [...byHost].map(([host, bounds]) => tell(host, against, bounds)).sort((a, b) => (a.host < b.host ? -1 : 1));
}

function add(all: Map<string, Bounds>, name: string, { lows, highs }: Bounds): void {
  let bounds = all.get(name);
  if (bounds === undefined) {
    bounds = { lows: [], highs: [] };
    all.set(name, bounds);
  }
  bounds.lows.push(...lows);
  bounds.highs.push(...highs);
}

function pairsOf(pieces: readonly Piece[]): Map<string, Bounds> {
  const byRequest = Map.groupBy(
    pieces.filter(({ requestKey }) => requestKey !== undefined),
    ({ requestKey }) => requestKey!,
  );
  const byPair = new Map<string, Bounds>();
  for (const [callerKey, own] of byRequest) {
    for (const [, spoken] of Map.groupBy(own, processOf)) {
      spoken.sort((a, b) => a.seq - b.seq);
      spoken.forEach((after, index) => {
        for (const { kind, key } of after.ids) {
          const before = spoken[index - 1];
          if (kind === 'called' && key !== callerKey && before !== undefined) note(byPair, { before, after, called: byRequest.get(key) });
        }
      });
    }
  }
  return byPair;
}

interface Call {
  readonly before: Piece;
  readonly after: Piece;
  readonly called: readonly Piece[] | undefined;
}

function note(byPair: Map<string, Bounds>, { before, after, called }: Call): void {
  if (called === undefined || after.host === undefined) return;
  for (const [host, own] of Map.groupBy(called, (piece) => piece.host ?? '')) {
    if (host === '' || host === after.host) continue;
    // Who serves the request goes on after its answer (RPC, casts): only its access line surely comes before the caller hears of it.
    const answer = own.find((piece) => piece.http !== undefined);
    if (answer === undefined) continue;
    const pair = `${host}\n${after.host}`;
    const firstUs = Math.min(...own.map(({ timeUs }) => timeUs));
    add(byPair, pair, { lows: [(answer.timeUs - after.timeUs) / 1000], highs: [(firstUs - before.timeUs) / 1000] });
  }
}

/** The host that most others are tied to. */
function referenceOf(pieces: readonly Piece[], byPair: ReadonlyMap<string, Bounds>): string | undefined {
  const ties = new Map<string, number>();
  for (const [pair, { lows }] of byPair) for (const host of pair.split('\n')) ties.set(host, (ties.get(host) ?? 0) + lows.length);
  const count = Map.groupBy(pieces, ({ host }) => host ?? '');
  return [...ties.keys()].sort(
    (a, b) => ties.get(b)! - ties.get(a)! || (count.get(b)?.length ?? 0) - (count.get(a)?.length ?? 0) || (a < b ? -1 : 1),
  )[0];
}

function turned({ lows, highs }: Bounds): Bounds {
  return { lows: highs.map((high) => -high), highs: lows.map((low) => -low) };
}

function tell(host: string, against: string, { lows, highs }: Bounds): StorySkew {
  let low = Math.max(...lows);
  let high = Math.min(...highs);
  // Bounds that exclude each other: a clock was put right meanwhile, or a record did not mean this. The middle of the road then.
  if (low > high) [low, high] = [median(lows), median(highs)].sort((a, b) => a - b) as [number, number];
  const isZero = low <= 0 && high >= 0;
  const skewMs = isZero ? 0 : rounded((low + high) / 2);
  const errorMs = rounded(isZero ? Math.max(-low, high) : (high - low) / 2);
  return { host, against, skewMs, errorMs, pairs: lows.length };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
