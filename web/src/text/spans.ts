/**
 * Lengths of time and places on the line of time of a story, as its waterfall shows them. Pure. What is shortened and which rows there are
 * comes from the service (`tree` of its answer); words are those of src/report/story-view-time.ts.
 */
import type { StoryTree } from '../../../src/model.ts';

/** µs since 1970 of a time in UTC as the service writes it. */
export function microsOf(time: string): number {
  const micros = /\.(\d{1,6})/.exec(time)?.[1] ?? '';
  return Math.floor(Date.parse(time) / 1000) * 1_000_000 + Number(micros.padEnd(6, '0'));
}

/** `0.4 ms`, `212 ms`, `12.4 s`, `3 m 05 s`, `2 h 14 m`, `3 d 04 h`. */
export function lengthText(ms: number): string {
  if (ms < 0) return `-${lengthText(-ms)}`;
  if (ms === 0) return '0 ms';
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${two(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} m`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d ${two(hours % 24)} h`;
}

/** From the beginning of the story: `+3.204`, `+12:03.204`, `+1:12:03.204`, `+2d 01:12:03`. */
export function offsetText(offsetUs: number): string {
  const sign = offsetUs < 0 ? '-' : '+';
  const ms = Math.round(Math.abs(offsetUs) / 1000);
  const [days, hours, minutes] = [Math.floor(ms / 86_400_000), Math.floor(ms / 3_600_000) % 24, Math.floor(ms / 60_000) % 60];
  const seconds = String(Math.floor(ms / 1000) % 60);
  const fraction = String(ms % 1000).padStart(3, '0');
  if (days > 0) return `${sign}${days}d ${two(hours)}:${two(minutes)}:${seconds.padStart(2, '0')}`;
  if (hours > 0) return `${sign}${hours}:${two(minutes)}:${seconds.padStart(2, '0')}.${fraction}`;
  return minutes > 0 ? `${sign}${minutes}:${seconds.padStart(2, '0')}.${fraction}` : `${sign}${seconds}.${fraction}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

/** `12 s ago`, `3 h ago`: how long since, by the largest unit. */
export function agoText(time: string, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(time)) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}

/** Where a moment stands, from 0 to 1: even between the shortened silences. */
export function placeOnLine(ends: { start: string; end: string }, breaks: StoryTree['breaks']): (time: string) => number {
  const marks: { us: number; at: number }[] = [{ us: microsOf(ends.start), at: 0 }];
  for (const { start, end, from, to } of breaks) marks.push({ us: microsOf(start), at: from }, { us: microsOf(end), at: to });
  marks.push({ us: microsOf(ends.end), at: 1 });
  return (time) => {
    const us = microsOf(time);
    const next = marks.findIndex((mark) => us <= mark.us);
    if (next === 0 || marks[0]!.us === marks.at(-1)!.us) return 0;
    if (next < 0) return 1;
    const [left, right] = [marks[next - 1]!, marks[next]!];
    return right.us === left.us ? right.at : left.at + ((right.at - left.at) * (us - left.us)) / (right.us - left.us);
  };
}
