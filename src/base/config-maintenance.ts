/**
 * The part `maintenance:` of a configuration file: when errors of which services and hosts are expected, as plain data with their places.
 * Once (`from`, `to`) or every week (`days`, `at`, `for`). Throws `bad-setting` with the place of the first mistake.
 */
import type { MaintenanceWindow } from '../model-spikes.ts';
import type { Located } from './config-site.ts';
import { CodedError } from './errors.ts';
import { didYouMean } from './nearest.ts';
import { parseTime } from './time.ts';
import { zoneOf } from './zone.ts';

const KEYS = ['name', 'from', 'to', 'days', 'at', 'for', 'zone', 'services', 'hosts'] as const;
type Key = (typeof KEYS)[number];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const NAME = /^[A-Za-z0-9][\w .-]{0,63}$/;
const WINDOWS_MAX = 200;
/** A window that never ends is no window. */
const FOR_MINUTES_MAX = 7 * 24 * 60;

type Members = ReadonlyMap<Key, Located>;

export function readMaintenance(value: Located): MaintenanceWindow[] {
  if (!('list' in value)) throw wrong(value.place, 'maintenance is a list: "- name: …", "  days: [sun]", "  at: 02:00", "  for: 2h"');
  if (value.list.length > WINDOWS_MAX) throw wrong(value.place, `more than ${WINDOWS_MAX} windows`);
  const names = new Set<string>();
  return value.list.map((one) => {
    const window = readWindow(one);
    if (names.has(window.name)) throw wrong(one.place, `a second window ${window.name}`);
    names.add(window.name);
    return window;
  });
}

function readWindow(value: Located): MaintenanceWindow {
  if (!('map' in value)) throw wrong(value.place, 'a window is written as "name: …", "days: [sun]", "at: 02:00", "for: 2h"');
  const members = new Map<Key, Located>();
  for (const { key, place, value: member } of value.map) {
    const known = KEYS.find((one) => one === key);
    if (known === undefined)
      throw wrong(place, `${key} is no part of a window${didYouMean(key, KEYS) || `; there are ${KEYS.join(', ')}`}`);
    members.set(known, member);
  }
  const named = members.get('name');
  if (named === undefined) throw wrong(value.place, 'a window without name');
  const name = textOf(named, 'name');
  if (!NAME.test(name)) throw wrong(named.place, `${JSON.stringify(name)} is no name of at most 64 letters, digits, spaces and . _ -`);
  const isOnce = members.has('from') || members.has('to');
  const isWeekly = members.has('days') || members.has('at') || members.has('for');
  if (isOnce === isWeekly)
    throw wrong(value.place, `the window ${name} is either once, with from and to, or every week, with days, at and for`);
  const services = listOf(members.get('services'), 'services');
  const hosts = listOf(members.get('hosts'), 'hosts');
  return {
    ...{ name, place: value.place },
    ...(isOnce ? once(members, value.place) : weekly(members, value.place)),
    ...(services === undefined ? {} : { services }),
    ...(hosts === undefined ? {} : { hosts }),
  };
}

function once(members: Members, place: string): Pick<MaintenanceWindow, 'fromUs' | 'untilUs'> {
  if (members.has('zone')) throw wrong(members.get('zone')!.place, 'zone belongs to days; write the offset into from and to');
  const [fromUs, untilUs] = [timeOf(members, 'from', place), timeOf(members, 'to', place)];
  if (untilUs <= fromUs) throw wrong(members.get('to')!.place, 'to is not later than from');
  return { fromUs, untilUs };
}

/** Absolute: a time that moves with each reload is not meant. */
function timeOf(members: Members, key: 'from' | 'to', place: string): number {
  const value = needed(members, key, place);
  const text = textOf(value, key);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)$/.test(text))
    throw wrong(value.place, `${key} is a time like 2026-11-22T02:00:00+01:00, not ${JSON.stringify(text)}`);
  try {
    return parseTime(text, 0);
  } catch (error) {
    throw wrong(value.place, `${key}: ${(error as Error).message}`);
  }
}

function weekly(members: Members, place: string): Pick<MaintenanceWindow, 'days' | 'atMinute' | 'forMinutes' | 'zone'> {
  const listed = members.get('days');
  const days = listed === undefined ? DAYS.map((_, day) => day) : itemsOf(listed).map((day) => dayOf(day));
  if (days.length === 0) throw wrong(listed!.place, 'days names no day');
  const at = needed(members, 'at', place);
  const [, hour = '', minute = ''] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(textOf(at, 'at')) ?? [];
  if (hour === '') throw wrong(at.place, `at is a time of the day like 02:00, not ${JSON.stringify(textOf(at, 'at'))}`);
  const lasts = needed(members, 'for', place);
  const [, amount = '', unit = ''] = /^(\d{1,5})(m|h|d)$/.exec(textOf(lasts, 'for')) ?? [];
  const forMinutes = Number(amount) * ({ m: 1, h: 60, d: 24 * 60 }[unit] ?? 0);
  if (forMinutes < 1 || forMinutes > FOR_MINUTES_MAX)
    throw wrong(lasts.place, `for is a duration like 90m or 2h, at most 7d, not ${JSON.stringify(textOf(lasts, 'for'))}`);
  const zone = members.get('zone');
  if (zone !== undefined) checkZone(zone);
  return { days, atMinute: Number(hour) * 60 + Number(minute), forMinutes, ...(zone === undefined ? {} : { zone: textOf(zone, 'zone') }) };
}

function dayOf(value: Located): number {
  const text = textOf(value, 'a day').toLowerCase();
  const day = DAYS.findIndex((name) => text === name || (text.length > 3 && text.startsWith(name) && text.endsWith('day')));
  if (day < 0) throw wrong(value.place, `${text} is no day; there are ${DAYS.join(', ')}`);
  return day;
}

function checkZone(value: Located): void {
  try {
    zoneOf(textOf(value, 'zone'));
  } catch (error) {
    throw wrong(value.place, (error as Error).message);
  }
}

function needed(members: Members, key: Key, place: string): Located {
  const member = members.get(key);
  if (member === undefined) throw wrong(place, `a window without ${key}`);
  return member;
}

function listOf(value: Located | undefined, what: string): string[] | undefined {
  if (value === undefined) return undefined;
  const items = itemsOf(value).map((item) => textOf(item, `one of ${what}`));
  if (items.length === 0) throw wrong(value.place, `${what} names none; leave it away for all`);
  return items;
}

const itemsOf = (value: Located): readonly Located[] => ('list' in value ? value.list : [value]);

function textOf(value: Located, what: string): string {
  if (!('text' in value) || value.text === '') throw wrong(value.place, `${what} has no single value`);
  return value.text;
}

function wrong(place: string, message: string): CodedError {
  return new CodedError('bad-setting', `${place}: ${message}`);
}
