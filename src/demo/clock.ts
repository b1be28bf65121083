/**
 * Simulated time to the stamps that the services print. Event times are µs since the start of the
 * simulation; the clock knows at which real instant that start lies.
 * oslo, eventlet and rsyslog's traditional header print local time without an offset, swift prints GMT.
 * The zone is that of this machine, as it would be for a real cloud beside it.
 */
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
/** Events of one operation lie within seconds of each other, so few slots hit nearly always; a power of two. */
const CACHED_SECONDS = 64;

interface Second {
  epoch: number;
  /** `2026-11-22 09:53:13` */
  iso: string;
  /** `Nov 22 09:53:13` */
  header: string;
}

export class Clock {
  /** Real time of simulated time 0, µs since 1970. */
  startUs: number;
  readonly #seconds: Second[] = [];

  constructor(startUs: number) {
    this.startUs = startUs;
  }

  /** µs since 1970. */
  epochUs(atUs: number): number {
    return this.startUs + atUs;
  }

  /** `2026-11-22 09:53:13.123`, local: oslo's asctime and msecs. */
  stamp(atUs: number): string {
    const epochUs = this.startUs + atUs;
    return `${this.#second(epochUs).iso}.${milliseconds(epochUs)}`;
  }

  /** `Nov  2 09:53:13`, local: the time of a syslog header. */
  header(atUs: number): string {
    return this.#second(this.startUs + atUs).header;
  }

  /** `2026-11-22T09:53:13.123456+00:00`, local with offset: rsyslog's date-rfc3339. */
  rfc3339(atUs: number): string {
    const epochUs = this.startUs + atUs;
    const minutes = -new Date(epochUs / 1000).getTimezoneOffset();
    const size = Math.abs(minutes);
    const offset = `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
    const micros = String(Math.floor(epochUs % 1_000_000)).padStart(6, '0');
    return `${this.#second(epochUs).iso.replace(' ', 'T')}.${micros}${offset}`;
  }

  /** `22/Nov/2026 09:53:13`, local: eventlet's access lines. */
  access(atUs: number): string {
    const date = new Date((this.startUs + atUs) / 1000);
    const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
    return `${two(date.getDate())}/${MONTHS[date.getMonth()]}/${date.getFullYear()} ${time}`;
  }

  /** `22/Nov/2026:09:53:13 +0000`, local with offset: Apache's common log format. */
  clf(atUs: number): string {
    const offset = this.rfc3339(atUs).slice(-6).replace(':', '');
    return `${this.access(atUs).replace(' ', ':')} ${offset}`;
  }

  /** `22/Nov/2026:09:53:13.123`, local: haproxy. */
  haproxy(atUs: number): string {
    return `${this.access(atUs).replace(' ', ':')}.${milliseconds(this.startUs + atUs)}`;
  }

  /** `Sun Nov 22 09:53:13 2026`, local: C's asctime, as uWSGI prints it. */
  asctime(atUs: number): string {
    const date = new Date((this.startUs + atUs) / 1000);
    return `${DAYS[date.getDay()]} ${this.header(atUs)} ${date.getFullYear()}`;
  }

  /** `22/Nov/2026/09/53/13` (proxy) or `22/Nov/2026:09:53:13 +0000` (storage servers), GMT: swift. */
  swift(atUs: number, kind: 'proxy' | 'storage'): string {
    const date = new Date((this.startUs + atUs) / 1000);
    const day = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}`;
    const time = [two(date.getUTCHours()), two(date.getUTCMinutes()), two(date.getUTCSeconds())];
    return kind === 'proxy' ? `${day}/${time.join('/')}` : `${day}:${time.join(':')} +0000`;
  }

  /** `1763805193.123456000`: swift's start_time and end_time. */
  epoch(atUs: number): string {
    const epochUs = Math.floor(this.startUs + atUs);
    return `${Math.floor(epochUs / 1_000_000)}.${String(epochUs % 1_000_000).padStart(6, '0')}000`;
  }

  #second(epochUs: number): Second {
    const epoch = Math.floor(epochUs / 1_000_000);
    const slot = epoch & (CACHED_SECONDS - 1);
    const cached = this.#seconds[slot];
    if (cached?.epoch === epoch) return cached;
    const date = new Date(epoch * 1000);
    const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
    const second = {
      epoch,
      iso: `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`,
      header: `${MONTHS[date.getMonth()]} ${String(date.getDate()).padStart(2, ' ')} ${time}`,
    };
    this.#seconds[slot] = second;
    return second;
  }
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

function milliseconds(epochUs: number): string {
  const value = Math.floor(epochUs / 1000) % 1000;
  if (value > 99) return String(value);
  return value > 9 ? `0${value}` : `00${value}`;
}
