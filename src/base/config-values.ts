/**
 * Text to value, one reader per type of the settings table (config/keys.ts); flag, environment and
 * file all pass through here, so that a value is spelled the same everywhere. Not here: where the text
 * came from. A wrong text throws `Unreadable`, whose words complete the sentence "udp is wrong: …".
 */
import type { SETTINGS, Setting, SettingName, SettingType } from '../../config/keys.ts';
import type { SpaceSetting } from '../model.ts';
import { type Address, parseAddress } from './address.ts';
import { readFiles, readSocket } from './config-files.ts';
import { Unreadable } from './config-unreadable.ts';
import type { CodedError } from './errors.ts';
import { didYouMean } from './nearest.ts';
import { parseNetwork } from './networks.ts';
import { zoneOf } from './zone.ts';

export { Unreadable } from './config-unreadable.ts';

type One<N extends SettingName> = Extract<(typeof SETTINGS)[number], { name: N }>;
type ValueOf<S extends Setting> = S extends { type: 'choice'; choices: readonly (infer Choice)[] }
  ? Choice
  : S['type'] extends 'bytes' | 'count'
    ? number
    : S['type'] extends 'zone'
      ? 'auto' | number
      : S['type'] extends 'zones'
        ? Readonly<Record<string, string>> | undefined
        : S['type'] extends 'facilities'
          ? Readonly<Record<string, string>>
          : S['type'] extends 'names' | 'peers' | 'networks' | 'files'
            ? readonly string[] | undefined
            : S['type'] extends 'duration' | 'wait'
              ? number | undefined
              : S['type'] extends 'space'
                ? SpaceSetting | undefined
                : S['type'] extends 'address' | 'socket'
                  ? Address | undefined
                  : S['default'] extends string
                    ? string
                    : string | undefined;

/** Every setting by its dotted name. An address that is `off` and an amount that is `none` are undefined; zone in minutes east of UTC, durations in µs. */
export type Settings = { readonly [N in SettingName]: ValueOf<One<N>> };
export type SettingValue = string | number | Address | SpaceSetting | Readonly<Record<string, string>> | readonly string[] | undefined;

const READERS: Record<SettingType, (text: string, setting: Setting) => SettingValue> = {
  text: (text) => text,
  path: readPath,
  address: readAddress,
  url: readUrl,
  bytes: readBytes,
  choice: readChoice,
  zone: readZone,
  zones: readZones,
  facilities: readFacilities,
  names: readNames,
  peers: readPeers,
  networks: readNetworks,
  count: readCount,
  wait: readWait,
  files: readFiles,
  socket: readSocket,
  duration: readDuration,
  space: readSpace,
};

/** Throws `Unreadable`. */
export function readValue(setting: Setting, text: string): SettingValue {
  if (text === '') throw new Unreadable('it is empty');
  return READERS[setting.type](text, setting);
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

function readPath(text: string): string {
  if (text.includes('\0')) throw new Unreadable('a path cannot hold a NUL');
  return text;
}

function readAddress(text: string, setting: Setting): Address | undefined {
  // `:5580` keeps to the interface of the default, so that leaving out the host never opens a port to the world.
  const host = setting.default?.replace(/:\d+$/, '');
  try {
    return parseAddress(text, { host });
  } catch (error) {
    throw new Unreadable((error as CodedError).message);
  }
}

function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw new Unreadable(`${quoted(text)} is not a URL like http://127.0.0.1:5580`);
  }
  return text.replace(/\/+$/, '');
}

const BYTE_UNITS: Record<string, number> = {
  '': 1,
  k: 1000,
  kb: 1000,
  kib: 1024,
  m: 1e6,
  mb: 1e6,
  mib: 1024 ** 2,
  g: 1e9,
  gb: 1e9,
  gib: 1024 ** 3,
  t: 1e12,
  tb: 1e12,
  tib: 1024 ** 4,
};

function bytesOf(text: string): number | undefined {
  const match = /^(\d{1,15})\s*([kmgt]?i?b?)$/i.exec(text);
  const unit = match ? BYTE_UNITS[match[2]!.toLowerCase().replace(/^b$/, '')] : undefined;
  return unit === undefined ? undefined : Number(match![1]) * unit;
}

function readBytes(text: string, setting: Setting): number {
  const bytes = bytesOf(text);
  if (bytes === undefined) throw new Unreadable(`${quoted(text)} is not a number of bytes like 8388608 or 8MiB`);
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = setting;
  if (bytes < min || bytes > max) throw new Unreadable(`${text} is not between ${min} and ${max} bytes`);
  return bytes;
}

function readCount(text: string, { min = 0, max = Number.MAX_SAFE_INTEGER }: Setting): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  if (count === undefined || count < min || count > max) throw new Unreadable(`${quoted(text)} is not a number from ${min} to ${max}`);
  return count;
}

/** Below a second the ways of a network are no sign of anything; above a day nobody waits. */
const WAIT_SECONDS = { min: 1, max: 86_400 };

/** `60s`, `5m`; in µs. `none` is undefined. */
function readWait(text: string): number | undefined {
  if (text === 'none') return undefined;
  const match = /^(\d{1,6})\s*([smh])$/i.exec(text);
  const seconds = match === null ? Number.NaN : Number(match[1]) * { s: 1, m: 60, h: 3600 }[match[2]!.toLowerCase() as 's' | 'm' | 'h'];
  if (!(seconds >= WAIT_SECONDS.min && seconds <= WAIT_SECONDS.max))
    throw new Unreadable(`${quoted(text)} is not a time from 1s to 24h (s m h), nor none`);
  return seconds * 1e6;
}

/** `all` is undefined. */
function readNetworks(text: string): readonly string[] | undefined {
  if (text === 'all') return undefined;
  return text.split(',').map((part) => {
    const network = part.trim();
    if (parseNetwork(network) === undefined)
      throw new Unreadable(`${quoted(part)} is neither an address nor a network like 10.0.0.0/8 or 2001:db8::/32, nor all`);
    return network;
  });
}

function readChoice(text: string, setting: Setting): string {
  const choices = setting.choices ?? [];
  if (choices.includes(text)) return text;
  throw new Unreadable(`${quoted(text)} is not one of ${choices.join(', ')}${didYouMean(text, choices)}`);
}

/** The widest offsets in use: Baker Island and the Line Islands. */
const ZONE_MINUTES = { min: -12 * 60, max: 14 * 60 };

function readZone(text: string): 'auto' | number {
  if (text === 'auto') return 'auto';
  if (/^(UTC|Z)$/i.test(text)) return 0;
  const clock = /^([+-])(\d\d):?(\d\d)$/.exec(text);
  const minutes = clock
    ? Number(`${clock[1]}1`) * (Number(clock[2]) * 60 + Number(clock[3]))
    : /^[+-]?\d{1,3}$/.test(text)
      ? Number(text)
      : undefined;
  if (minutes === undefined || (clock && Number(clock[3]) > 59)) {
    throw new Unreadable(
      `${quoted(text)} is not auto, an offset like +02:00, or minutes east of UTC (names are refused: their offset changes in summer)`,
    );
  }
  if (minutes < ZONE_MINUTES.min || minutes > ZONE_MINUTES.max) throw new Unreadable(`${text} is not between -12:00 and +14:00`);
  // -00:00 gives -0.
  return minutes + 0;
}

/** Patterns with `*` for hosts, each with an offset or a name: names are right in summer, too. */
function readZones(text: string): Readonly<Record<string, string>> {
  const zones: Record<string, string> = {};
  for (const part of text.split(',')) {
    const match = /^\s*([^\s=,]{1,255})\s*=\s*(\S{1,64})\s*$/.exec(part);
    if (!match) throw new Unreadable(`${quoted(part)} is not a pair of host and zone like c0*=Europe/Berlin`);
    try {
      zones[match[1]!.toLowerCase()] = zoneOf(match[2]!).name;
    } catch (error) {
      throw new Unreadable((error as CodedError).message);
    }
  }
  return zones;
}

const FACILITIES = Array.from({ length: 8 }, (_, index) => `local${index}`);

/** `local0=nova,local1=glance`; the file may also write a map. */
function readFacilities(text: string): Readonly<Record<string, string>> {
  const services: Record<string, string> = {};
  for (const part of text.split(',')) {
    const match = /^\s*([A-Za-z0-9]+)\s*=\s*([A-Za-z0-9_.-]{1,64})\s*$/.exec(part);
    if (!match) throw new Unreadable(`${quoted(part)} is not a pair like local0=nova`);
    const facility = match[1]!.toLowerCase();
    if (!FACILITIES.includes(facility)) throw new Unreadable(`${quoted(facility)} is not one of local0 to local7`);
    services[facility] = match[2]!;
  }
  return services;
}

const DURATION_US: Readonly<Record<string, number>> = { m: 60e6, h: 3600e6, d: 86_400e6, w: 604_800e6, y: 365 * 86_400e6 };
/** Below an hour a slip (`30m` for thirty months) costs everything; above a thousand years dates leave the calendar. */
const DURATION_HOURS = { min: 1, max: 1000 * 365 * 24 };

/** `30d`, `1d12h`; in µs. `none` is undefined. */
function readDuration(text: string): number | undefined {
  if (text === 'none') return undefined;
  if (!/^(?:\d{1,6}\s*[mhdwy]\s*)+$/i.test(text))
    throw new Unreadable(`${quoted(text)} is not a time like 12h, 30d, 8w or 1y (m h d w y), nor none`);
  let us = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)\s*([mhdwy])/gi)) us += Number(amount) * DURATION_US[unit!.toLowerCase()]!;
  const hours = us / DURATION_US.h!;
  if (hours < DURATION_HOURS.min || hours > DURATION_HOURS.max) throw new Unreadable(`${text} is not between 1h and 1000y`);
  return us;
}

/** Below this a file of the store holds no whole block: nothing could be kept in it, or back of it. */
const SPACE_BYTES_MIN = 1024 * 1024;

/** `80%`, `500GiB`, `5%,512MiB`. `none` is undefined. */
function readSpace(text: string, { min = SPACE_BYTES_MIN }: Setting): SpaceSetting | undefined {
  if (text === 'none') return undefined;
  const space: { bytes?: number; percent?: number } = {};
  for (const part of text.split(',').map((one) => one.trim())) {
    const percent = /^(\d{1,3}(?:\.\d{1,3})?)\s*%$/.exec(part)?.[1];
    const bytes = bytesOf(part);
    const name = percent === undefined ? 'bytes' : 'percent';
    if (percent === undefined && bytes === undefined)
      throw new Unreadable(`${quoted(part)} is neither a number of bytes like 500GiB nor a part of the file system like 80%, nor none`);
    if (name in space) throw new Unreadable(`${quoted(text)} says ${name} twice`);
    space[name] = percent === undefined ? bytes! : Number(percent);
  }
  const { bytes, percent } = space;
  if (bytes !== undefined && bytes < min) throw new Unreadable(`${bytes} bytes are less than ${min / 1024 ** 2}MiB`);
  if (percent !== undefined && (percent <= 0 || percent > 100)) throw new Unreadable(`${percent}% is not more than 0% and at most 100%`);
  return space;
}

/** Names of hosts, as they stand in a Host header without the port. */
function readPeers(text: string): readonly string[] {
  return text.split(',').map((part) => {
    const name = part.trim();
    if (!/^(?:(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|sha(?:1|256|512):(?:[0-9a-f]{2}:){19,63}[0-9a-f]{2})$/i.test(name))
      throw new Unreadable(`${quoted(part)} is neither a name like c01.example.com or *.example.com nor a fingerprint like SHA256:AB:CD…`);
    return name;
  });
}

function readNames(text: string): readonly string[] {
  return text.split(',').map((part) => {
    const name = part.trim().toLowerCase();
    if (!/^([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])$/.test(name))
      throw new Unreadable(`${quoted(part)} is not the name of a host like logs.example.com (without a port)`);
    return name;
  });
}
