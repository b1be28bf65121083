/**
 * The parts `receivers:` and `reports:` of a configuration file: who is told, and which reports come by themselves. Plain data, each with its place.
 * Throws `bad-setting` with the place of the first mistake. Not here: YAML (config.ts), sending (service/).
 */

import type { SiteRules } from '../model-site.ts';
import { type ReportPlan, TELL_KINDS, type TellKind, type TellReceiver } from '../model-telling.ts';
import type { Located } from './config-site.ts';
import { checkCron } from './cron.ts';
import { CodedError } from './errors.ts';
import { didYouMean } from './nearest.ts';
import { zoneOf } from './zone.ts';

const RECEIVER_KEYS = ['name', ...TELL_KINDS, 'headers', 'alerts', 'resolved'];
const REPORT_KEYS = ['name', 'cron', 'timezone', 'since', 'to', 'form'];
const FORMS = ['text', 'md', 'html', 'json'] as const;
const NAME = /^[A-Za-z0-9][\w.-]{0,31}$/;
/** RFC 9110 section 5.6.2, without what the body needs itself. */
const HEADER = /^(?!content-length$|content-type$|host$|transfer-encoding$)[!#$%&'*+.^`|~\w-]{1,64}$/i;
const MAILBOX = /^(?:[^<>\r\n,;"]{0,100}<)?[^\s<>@,;"]{1,64}@[A-Za-z0-9.-]{1,253}>?$/;
/** Each is a loop of its own. */
const LIST_MAX = 50;
const UNITS_US: Readonly<Record<string, number>> = { m: 60e6, h: 3600e6, d: 86_400e6, w: 604_800e6 };
const SPAN_US_MAX = 366 * 86_400e6;

interface Member {
  readonly place: string;
  readonly value: Located;
}
type Members = ReadonlyMap<string, Member>;

function wrong(place: string, message: string): CodedError {
  return new CodedError('bad-setting', `${place}: ${message}`);
}

export function readReceivers(value: Located): TellReceiver[] {
  return named(value, { what: 'receiver', keys: RECEIVER_KEYS }).map(({ name, members, place }) => {
    const kinds = TELL_KINDS.filter((kind) => members.has(kind));
    if (kinds.length !== 1)
      throw wrong(
        place,
        `the receiver ${name} is one of ${TELL_KINDS.join(', ')}, and not ${kinds.length === 0 ? 'none' : kinds.join(' and ')}`,
      );
    const kind = kinds[0]!;
    const { value: target } = members.get(kind)!;
    const to = kind === 'mail' ? textsOf(target, 'mail') : [];
    for (const { text, place: at } of to) if (!MAILBOX.test(text)) throw wrong(at, `${JSON.stringify(text)} is no address of a mailbox`);
    return {
      ...{ name, kind, place },
      target: kind === 'mail' ? '' : targetOf(kind, target),
      to: to.map(({ text }) => text),
      headers: headersOf(members.get('headers')),
      alerts: switchOf(members.get('alerts'), kind !== 'file'),
      resolved: switchOf(members.get('resolved'), true),
    };
  });
}

function targetOf(kind: TellKind, value: Located): string {
  const text = textOf(value, kind);
  if (kind === 'file') {
    if (!text.startsWith('/') || text.includes('\0')) throw wrong(value.place, 'file is the absolute path of a folder');
    return text;
  }
  // The address itself may be a secret: it is not repeated.
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) throw wrong(value.place, `${kind} is no URL like https://…`);
  return text.replace(/\/+$/, '');
}

function headersOf(member: Member | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  if (member === undefined) return headers;
  if (!('map' in member.value)) throw wrong(member.place, 'headers is written as NAME: value');
  for (const { key, place, value } of member.value.map) {
    const text = textOf(value, key);
    if (!HEADER.test(key)) throw wrong(place, `${JSON.stringify(key)} is no header that can be set`);
    if (!/^[\x20-\x7e]{0,4096}$/.test(text)) throw wrong(value.place, `the header ${key} is one line of ASCII`);
    headers[key.toLowerCase()] = text;
  }
  return headers;
}

export function readReports(value: Located): ReportPlan[] {
  return named(value, { what: 'report', keys: REPORT_KEYS }).map(({ name, members, place }) => {
    const needed = (key: string): Located => {
      const member = members.get(key);
      if (member === undefined) throw wrong(place, `the report ${name} has no ${key}`);
      return member.value;
    };
    const given = (key: string, fallback: string): { text: string; place: string } => {
      const member = members.get(key);
      return member === undefined ? { text: fallback, place } : { text: textOf(member.value, key), place: member.value.place };
    };
    const zone = given('timezone', 'UTC');
    const cron = needed('cron');
    checked(zone.place, () => zoneOf(zone.text));
    checked(cron.place, () => checkCron(textOf(cron, 'cron'), zoneNamed(zone.text)), `the cron expression of ${name}: `);
    const form = given('form', 'html');
    const known = FORMS.find((one) => one === form.text);
    if (known === undefined) throw wrong(form.place, `${JSON.stringify(form.text)} is not one of ${FORMS.join(', ')}`);
    return {
      ...{ name, place, cron: textOf(cron, 'cron'), zone: zoneNamed(zone.text), form: known },
      spanUs: spanOf(given('since', '24h')),
      to: textsOf(needed('to'), 'to').map(({ text }) => text),
    };
  });
}

/** Reports name receivers that there are, and that take reports. */
export function checkTelling({ receivers = [], reports = [] }: SiteRules): void {
  for (const { name, to, place } of reports) {
    for (const one of to) {
      const receiver = receivers.find((other) => other.name === one);
      if (receiver === undefined)
        throw wrong(
          place,
          `the report ${name} goes to ${one}, and there is no such receiver${didYouMean(
            one,
            receivers.map((other) => other.name),
          )}`,
        );
      if (receiver.kind === 'alertmanager') throw wrong(place, `the report ${name} goes to ${one}: an Alertmanager takes no reports`);
    }
  }
}

// ------------------------------------------------------------------------------------------- parts

function named(value: Located, { what, keys }: { what: string; keys: readonly string[] }) {
  if ('empty' in value) return [];
  if (!('list' in value)) throw wrong(value.place, `${what}s is a list: "- name: …"`);
  if (value.list.length > LIST_MAX) throw wrong(value.place, `more than ${LIST_MAX} ${what}s`);
  const names = new Set<string>();
  return value.list.map((one) => {
    if (!('map' in one)) throw wrong(one.place, `a ${what} is written as name: …`);
    const members = new Map<string, Member>();
    for (const { key, place, value: member } of one.map) {
      if (!keys.includes(key))
        throw wrong(place, `${key} is no part of a ${what}${didYouMean(key, keys) || `; there are ${keys.join(', ')}`}`);
      members.set(key, { place, value: member });
    }
    const given = members.get('name');
    if (given === undefined) throw wrong(one.place, `a ${what} without a name`);
    const name = textOf(given.value, 'name');
    if (!NAME.test(name)) throw wrong(given.value.place, `${JSON.stringify(name)} is no name of at most 32 letters, digits and . _ -`);
    if (names.has(name)) throw wrong(given.value.place, `a second ${what} ${name}`);
    names.add(name);
    return { name, members: members as Members, place: one.place };
  });
}

function textOf(value: Located, what: string): string {
  if (!('text' in value) || value.text === '') throw wrong(value.place, `${what} has no single value`);
  return value.text;
}

function textsOf(value: Located, what: string): { text: string; place: string }[] {
  const list = 'list' in value ? value.list : [value];
  if (list.length === 0) throw wrong(value.place, `${what} is empty`);
  return list.map((one) => ({ text: textOf(one, what), place: one.place }));
}

function switchOf(member: Member | undefined, fallback: boolean): boolean {
  if (member === undefined) return fallback;
  const text = textOf(member.value, 'it').toLowerCase();
  if (!/^(?:on|off|true|false|yes|no)$/.test(text)) throw wrong(member.value.place, `${JSON.stringify(text)} is neither on nor off`);
  return /^(?:on|true|yes)$/.test(text);
}

function spanOf({ text, place }: { text: string; place: string }): number {
  const match = /^(\d{1,4})\s*([mhdw])$/.exec(text);
  const us = match === null ? 0 : Number(match[1]) * UNITS_US[match[2]!]!;
  if (us < UNITS_US.m! || us > SPAN_US_MAX) throw wrong(place, `${JSON.stringify(text)} is no time like 24h or 7d, at most a year`);
  return us;
}

/** As ICU and croner know it: `local` is the zone of this process. */
function zoneNamed(text: string): string {
  return /^local$/i.test(text) ? Intl.DateTimeFormat().resolvedOptions().timeZone : zoneOf(text).name;
}

function checked(place: string, check: () => unknown, before = ''): void {
  try {
    check();
  } catch (error) {
    throw wrong(place, `${before}${(error as Error).message}`);
  }
}
