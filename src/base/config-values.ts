/**
 * Text to value, one reader per type of the settings table (config/keys.ts); flag, environment and
 * file all pass through here, so that a value is spelled the same everywhere. Not here: where the text
 * came from. A wrong text throws `Unreadable`, whose words complete the sentence "udp is wrong: …".
 */
import type { SETTINGS, Setting, SettingName, SettingType } from '../../config/keys.ts';
import { type Address, parseAddress } from './address.ts';
import type { CodedError } from './errors.ts';
import { didYouMean } from './nearest.ts';

type One<N extends SettingName> = Extract<(typeof SETTINGS)[number], { name: N }>;
type ValueOf<S extends Setting> = S extends { type: 'choice'; choices: readonly (infer Choice)[] }
  ? Choice
  : S['type'] extends 'bytes'
    ? number
    : S['type'] extends 'zone'
      ? 'auto' | number
      : S['type'] extends 'facilities'
        ? Readonly<Record<string, string>>
        : S['type'] extends 'address'
          ? Address | undefined
          : S['default'] extends string
            ? string
            : string | undefined;

/** Every setting by its dotted name. An address that is `off` is undefined; zone in minutes east of UTC. */
export type Settings = { readonly [N in SettingName]: ValueOf<One<N>> };
export type SettingValue = string | number | Address | Readonly<Record<string, string>> | undefined;

/** What is wrong with a value, as the end of a sentence. */
export class Unreadable extends Error {}

const READERS: Record<SettingType, (text: string, setting: Setting) => SettingValue> = {
  text: (text) => text,
  path: readPath,
  address: readAddress,
  url: readUrl,
  bytes: readBytes,
  choice: readChoice,
  zone: readZone,
  facilities: readFacilities,
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
};

function readBytes(text: string, setting: Setting): number {
  const match = /^(\d{1,15})\s*([kmg]?i?b?)$/i.exec(text);
  const unit = match ? BYTE_UNITS[match[2]!.toLowerCase().replace(/^b$/, '')] : undefined;
  if (!match || unit === undefined) throw new Unreadable(`${quoted(text)} is not a number of bytes like 8388608 or 8MiB`);
  const bytes = Number(match[1]) * unit;
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = setting;
  if (bytes < min || bytes > max) throw new Unreadable(`${text} is not between ${min} and ${max} bytes`);
  return bytes;
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
