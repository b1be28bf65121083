/** Times as the outside sees them: RFC 3339 in UTC with microseconds. Pure; what reads clocks and what people type is in time.ts. */

const SECOND_US = 1_000_000;
let secondKept = Number.NaN;
let secondText = '';

/**
 * `2026-11-22T08:24:11.548000Z`. Years 0-9999; beyond them ISO 8601's six-digit years.
 * Fast path - neighbours in a log share the second, so its text is kept (0.09 µs instead of 0.5 µs).
 */
export function formatTime(timeUs: number): string {
  const second = Math.floor(timeUs / SECOND_US);
  if (second !== secondKept) {
    const date = new Date(second * 1000);
    if (Number.isNaN(date.getTime())) return String(timeUs);
    // Without `000Z`, with the dot.
    secondText = date.toISOString().slice(0, -4);
    secondKept = second;
  }
  // 1548000 -> 548000: the leading 1 keeps the zeros.
  return `${secondText}${String(timeUs - second * SECOND_US + SECOND_US).slice(1, 7)}Z`;
}
