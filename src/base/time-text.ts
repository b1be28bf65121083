/** Times as the outside sees them: RFC 3339 in UTC with microseconds. Pure; what reads clocks and what people type is in time.ts. */

const SECOND_US = 1_000_000;
/** A second, and its text. */
interface Kept {
  second: number;
  /** With the dot: `2026-11-22T08:24:11.` */
  text: string;
}
let newest: Kept = { second: Number.NaN, text: '' };
let older: Kept = { second: Number.NaN, text: '' };

/**
 * `2026-11-22T08:24:11.548000Z`. Years 0-9999; beyond them ISO 8601's six-digit years.
 * Fast path - neighbours in a log share the second, so its text is kept (0.09 µs instead of 0.5 µs); two of them, because a record
 * has two times, and what was imported came in at quite another one.
 */
export function formatTime(timeUs: number): string {
  const second = Math.floor(timeUs / SECOND_US);
  if (second !== newest.second) {
    [newest, older] = [older, newest];
    if (second !== newest.second) {
      const date = new Date(second * 1000);
      if (Number.isNaN(date.getTime())) return String(timeUs);
      newest.text = date.toISOString().slice(0, -4);
      newest.second = second;
    }
  }
  // 1548000 -> 548000: the leading 1 keeps the zeros.
  return `${newest.text}${String(timeUs - second * SECOND_US + SECOND_US).slice(1, 7)}Z`;
}
