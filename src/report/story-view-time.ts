/**
 * Times of a story for people: how long, how far from the beginning. A story's JSON has RFC 3339 with microseconds, all UTC. Not here:
 * the time of day in somebody's zone, which whoever shows a story brings along.
 */

/** µs of an RFC 3339 time in UTC; NaN of anything else. */
export function microsOf(time: string): number {
  const match = /^(\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/.exec(time);
  return match === null ? Number.NaN : Date.parse(`${match[1]}Z`) * 1000 + Number((match[2] ?? '').padEnd(6, '0'));
}

/** `0.4 ms`, `212 ms`, `12.4 s`, `3 m 05 s`, `2 h 14 m`, `3 d 04 h`: three digits tell enough, and fit a column. */
export function spanText(ms: number): string {
  if (ms < 0) return `-${spanText(-ms)}`;
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

/** From the beginning of the story: `+3.204`, `+12:03.204`, `+1:12:03.204`, `+2d 01:12:03`; negative where a clock was put right. */
export function offsetText(offsetUs: number): string {
  const sign = offsetUs < 0 ? '-' : '+';
  const ms = Math.round(Math.abs(offsetUs) / 1000);
  const [days, hours, minutes] = [Math.floor(ms / 86_400_000), Math.floor(ms / 3_600_000) % 24, Math.floor(ms / 60_000) % 60];
  const seconds = `${Math.floor(ms / 1000) % 60}`;
  const fraction = String(ms % 1000).padStart(3, '0');
  if (days > 0) return `${sign}${days}d ${two(hours)}:${two(minutes)}:${seconds.padStart(2, '0')}`;
  if (hours > 0) return `${sign}${hours}:${two(minutes)}:${seconds.padStart(2, '0')}.${fraction}`;
  return minutes > 0 ? `${sign}${minutes}:${seconds.padStart(2, '0')}.${fraction}` : `${sign}${seconds}.${fraction}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
