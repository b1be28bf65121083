/**
 * How a time stands in front of a line: whole, as time of day, as RFC 3339 with offset, as distance from now, or not at all;
 * in the zone that a person chose. Not here: times in JSON and CSV (RFC 3339 UTC, `formatTime`), and what people type (time.ts).
 */
import { formatTime, nowUs } from './time.ts';
import { offsetText, type Zone } from './zone.ts';

export const STAMPS = ['full', 'short', 'iso', 'relative', 'none'] as const;
export type StampForm = (typeof STAMPS)[number];

/** From µs to text; '' for `none`. `now` is asked for each line: a tail lives long. */
export function stampOf(form: StampForm, zone: Zone, now: () => number = nowUs): (timeUs: number) => string {
  switch (form) {
    case 'full':
      return (timeUs) => wallText(zone, timeUs).slice(0, -3).replace('T', ' ');
    case 'short':
      return (timeUs) =>
        wallText(zone, timeUs)
          .replace(/^[^T]*T/, '')
          .slice(0, -3);
    case 'iso':
      return (timeUs) => `${wallText(zone, timeUs)}${offsetText(zone.offsetUs(timeUs))}`;
    case 'relative':
      return (timeUs) => agoText(now() - timeUs).padStart(AGO_CHARS);
    case 'none':
      return () => '';
  }
}

/** `2026-11-22T08:24:11.548000`, without a zone. */
function wallText(zone: Zone, timeUs: number): string {
  const text = formatTime(timeUs + zone.offsetUs(timeUs));
  return text.endsWith('Z') ? text.slice(0, -1) : text;
}

/** `364d23h ago` is the longest of this year. */
const AGO_CHARS = 11;

/** `12s ago`, `3m05s ago`, `5h03m ago`, `3d04h ago`; `in 12s` where a clock is ahead. */
export function agoText(spanUs: number): string {
  const seconds = Math.floor(Math.abs(spanUs) / 1e6);
  const text = spanText(seconds);
  return spanUs < 0 && seconds > 0 ? `in ${text}` : `${text} ago`;
}

function spanText(seconds: number): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)}d${two(hours % 24)}h`;
}
