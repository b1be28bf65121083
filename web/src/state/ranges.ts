/**
 * The range of time that is asked about: what it is called, what the service is asked, how it moves. Pure. A range is two texts as they
 * stand in the address: `1h`, `now`, RFC 3339, or `all` for everything. Invariant: a relative range stays relative until somebody
 * zooms, moves or copies it; then both ends are absolute.
 */
import { shortTime } from './zones.ts';

export interface Range {
  readonly from: string;
  readonly to: string;
}

/** What is asked where the address says nothing: long enough to show something, short enough to be at once. */
export const FROM_DEFAULT = '1h';
/** From the beginning. */
export const ALL = 'all';

/** Those that a person picks without typing. */
export const QUICK: readonly { readonly from: string; readonly say: string }[] = [
  { from: '5m', say: 'Last 5 minutes' },
  { from: '15m', say: 'Last 15 minutes' },
  { from: '1h', say: 'Last hour' },
  { from: '6h', say: 'Last 6 hours' },
  { from: '24h', say: 'Last 24 hours' },
  { from: '7d', say: 'Last 7 days' },
  { from: '30d', say: 'Last 30 days' },
  { from: ALL, say: 'Everything kept' },
];

/** Arguments of every route that takes a range. */
export function rangeWords({ from, to }: Range): Record<string, string> {
  const start = from === '' ? FROM_DEFAULT : from;
  return { ...(start === ALL ? {} : { start }), ...(to === '' || to === 'now' ? {} : { end: to }) };
}

/** `Last hour`, `2026-11-22 08:00 – 09:30`. */
export function rangeText({ from, to }: Range, zone: string): string {
  const start = from === '' ? FROM_DEFAULT : from;
  const quick = to === '' ? QUICK.find((one) => one.from === start) : undefined;
  if (quick) return quick.say;
  if (to === '' && isSpan(start)) return `Last ${start.replace(/^(now)?-/, '')}`;
  const left = timeText(start, zone);
  const right = to === '' ? 'now' : timeText(to, zone);
  // The same day need not be said twice.
  return `${left} – ${left.slice(0, 11) === right.slice(0, 11) && /^\d{4}-/.test(right) ? right.slice(11) : right}`;
}

function timeText(text: string, zone: string): string {
  const atMs = absoluteMs(text);
  if (text === ALL) return 'the beginning';
  return atMs === undefined ? text : shortTime(atMs, zone);
}

const SPAN = /^(?:now)?-?(\d+(?:\.\d+)?)(s|m|h|d|w)$/;
const SPAN_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

function isSpan(text: string): boolean {
  return SPAN.test(text);
}

function absoluteMs(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT/.test(text)) return undefined;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : atMs;
}

/** Both ends in ms, where they can be known without asking; `all` begins at `oldestMs`. */
export function endsOf(
  { from, to }: Range,
  at: { nowMs: number; oldestMs?: number | undefined },
): { fromMs: number; toMs: number } | undefined {
  const end = (text: string): number | undefined => {
    const span = SPAN.exec(text);
    if (span) return at.nowMs - Number(span[1]) * SPAN_MS[span[2]!]!;
    return text === ALL ? at.oldestMs : text === '' || text === 'now' ? at.nowMs : absoluteMs(text);
  };
  const fromMs = end(from === '' ? FROM_DEFAULT : from);
  const toMs = end(to);
  return fromMs === undefined || toMs === undefined || fromMs >= toMs ? undefined : { fromMs, toMs };
}

/** The range between two moments; a millisecond is as narrow as it gets. */
export function absolute(fromMs: number, toMs: number): Range {
  const [left, right] = fromMs < toMs ? [fromMs, toMs] : [toMs, fromMs];
  return { from: new Date(left).toISOString(), to: new Date(Math.max(right, left + 1)).toISOString() };
}

/** By a part of its own length: `by` -0.5 is half a range earlier. */
export function moved(ends: { fromMs: number; toMs: number }, by: number): Range {
  const shift = (ends.toMs - ends.fromMs) * by;
  return absolute(Math.round(ends.fromMs + shift), Math.round(ends.toMs + shift));
}

/** Twice as wide around the same middle. */
export function widened({ fromMs, toMs }: { fromMs: number; toMs: number }): Range {
  const half = (toMs - fromMs) / 2;
  return absolute(Math.round(fromMs - half), Math.round(toMs + half));
}
