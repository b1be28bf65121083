/**
 * Zones in which people read and type times: the one of this process (`local`), `UTC`, an offset (`+02:00`), or a name of the
 * IANA database (`Europe/Berlin`) as Node's ICU knows it. Not here: zones of senders (ingest/zones.ts learns those).
 *
 * A wall clock is µs as if the zone were UTC. Clocks that are put back show an hour twice, the first one is meant; clocks
 * that are put forward skip an hour, what is typed in it is read by the clock before (as JavaScript's Date does).
 */
import { CodedError } from './errors.ts';
import { nearest } from './nearest.ts';
import { visible } from './visible.ts';

export interface Zone {
  readonly name: string;
  /** East of UTC at a moment, µs. */
  offsetUs(timeUs: number): number;
}

const MINUTE_US = 60_000_000;
/** All clocks of today's zones change at whole quarters of an hour; so an offset holds for one. */
const QUARTER_US = 15 * MINUTE_US;

export const LOCAL: Zone = {
  name: 'local',
  offsetUs: (timeUs) => -new Date(Math.floor(timeUs / 1000)).getTimezoneOffset() * MINUTE_US || 0,
};

export const UTC: Zone = { name: 'UTC', offsetUs: () => 0 };

/** `local`, `UTC`, `+02:00`, `-0330`, `Europe/Berlin`. Throws `bad-argument` with what was perhaps meant. */
export function zoneOf(text: string): Zone {
  const name = text.trim();
  if (/^local$/i.test(name)) return LOCAL;
  if (/^(?:utc|gmt|z)$/i.test(name)) return UTC;
  return fixed(name) ?? named(name) ?? unknown(text, name);
}

function fixed(name: string): Zone | undefined {
  const match = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?$/i.exec(name);
  if (!match) return undefined;
  const [, sign, hours, minutes = '0'] = match;
  // +14:00 is Kiritimati, nobody is farther.
  if (Number(hours) > 14 || Number(minutes) > 59) return undefined;
  const offset = Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * MINUTE_US;
  return { name, offsetUs: () => offset || 0 };
}

function named(name: string): Zone | undefined {
  if (!/^[A-Za-z]/.test(name)) return undefined;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset', hour: 'numeric' });
  } catch {
    return undefined;
  }
  let quarter = Number.NaN;
  let kept = 0;
  return {
    name: format.resolvedOptions().timeZone,
    offsetUs(timeUs) {
      const at = Math.floor(timeUs / QUARTER_US);
      if (at !== quarter) {
        quarter = at;
        kept = offsetIn(format, timeUs);
      }
      return kept;
    },
  };
}

/** `GMT`, `GMT+01:00`, `GMT-00:01:15` (before there were zones). */
function offsetIn(format: Intl.DateTimeFormat, timeUs: number): number {
  const part = format.formatToParts(timeUs / 1000).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign = '+', hours = '0', minutes = '0', seconds = '0'] = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(part) ?? [];
  return Number(`${sign}1`) * ((Number(hours) * 60 + Number(minutes)) * MINUTE_US + Number(seconds) * 1_000_000) || 0;
}

function unknown(text: string, name: string): never {
  const cities = new Map(Intl.supportedValuesOf('timeZone').map((zone) => [zone.slice(zone.lastIndexOf('/') + 1).toLowerCase(), zone]));
  // Most people know their city, not its continent.
  const city = name.toLowerCase().replaceAll(' ', '_');
  const suggestion =
    cities.get(city) ?? nearest(name, ['local', 'UTC', ...cities.values()]) ?? cities.get(nearest(city, cities.keys()) ?? '');
  const place = { text, position: 0, length: Math.max(1, text.length), ...(suggestion === undefined ? {} : { suggestion }) };
  throw new CodedError('bad-argument', `${visible(name) || 'nothing'} is no time zone: local, UTC, +02:00 or like Europe/Berlin`, place);
}

/** What clocks of the zone show. */
export function wallOf(zone: Zone, timeUs: number): number {
  return timeUs + zone.offsetUs(timeUs);
}

/** When clocks of the zone show it. */
export function momentOf(zone: Zone, wallUs: number): number {
  // A day before and after: no zone changes its clock twice within two days.
  const before = zone.offsetUs(wallUs - 24 * 60 * MINUTE_US);
  const after = zone.offsetUs(wallUs + 24 * 60 * MINUTE_US);
  const early = wallUs - before;
  return before === after || zone.offsetUs(early) === before ? early : (matching(zone, { wallUs, after }) ?? early);
}

function matching(zone: Zone, { wallUs, after }: { wallUs: number; after: number }): number | undefined {
  const moment = wallUs - after;
  return zone.offsetUs(moment) === after ? moment : undefined;
}

/** `Z`, `+01:00`, `-03:30`. */
export function offsetText(offsetUs: number): string {
  if (offsetUs === 0) return 'Z';
  const minutes = Math.round(Math.abs(offsetUs) / MINUTE_US);
  return `${offsetUs < 0 ? '-' : '+'}${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
