/** Sizes, rates and spans in words for people. Pure. */
import { countText } from './rows.ts';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

export function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const size = bytes / 1024 ** power;
  return `${size.toFixed(power === 0 || size >= 100 ? 0 : 1)} ${UNITS[power]}`;
}

export function rateText(rate: number | undefined): string {
  if (rate === undefined) return '–';
  return rate > 0 && rate < 10 ? rate.toFixed(1) : countText(Math.round(rate));
}

const SPANS: readonly (readonly [unit: string, seconds: number])[] = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
];

/** `3 d 4 h`, `12 min`, `8 s`: two units where the first is small. */
export function spanText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const at = SPANS.findIndex(([, size]) => whole >= size);
  if (at < 0) return '0 s';
  const [unit, size] = SPANS[at]!;
  const count = Math.floor(whole / size);
  const next = SPANS[at + 1];
  const rest = next === undefined || count >= 10 ? 0 : Math.floor((whole - count * size) / next[1]);
  return rest === 0 ? `${count} ${unit}` : `${count} ${unit} ${rest} ${next![0]}`;
}

/** `+0.32 s`, `−1 h`: how far a clock is off. */
export function skewText(seconds: number): string {
  const size = Math.abs(seconds);
  if (size < 0.005) return '0 s';
  const text = size < 10 ? `${size.toFixed(size < 1 ? 2 : 1)} s` : spanText(size);
  return `${seconds < 0 ? '−' : '+'}${text}`;
}
