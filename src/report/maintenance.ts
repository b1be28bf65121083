/** Maintenance windows of the configuration: which one holds at a moment for a service on a host. Pure; reading them is base/config-maintenance.ts. */
import { compileWildcard } from '../base/pattern.ts';
import { zoneOf } from '../base/zone.ts';
import type { MaintenanceWindow } from '../model.ts';

const MINUTE_US = 60e6;
const MINUTES_A_DAY = 24 * 60;
const MINUTES_A_WEEK = 7 * MINUTES_A_DAY;
/** 1970 began on a Thursday. */
const FIRST_DAY = 4;

/** Name of the first window that holds. A window of services holds for what names no service only if it names hosts that fit. */
export type Maintenance = (timeUs: number, service: string, host: string) => string | undefined;

export function maintenanceOf(windows: readonly MaintenanceWindow[]): Maintenance {
  const compiled = windows.map((window) => ({
    name: window.name,
    holds: timeTest(window),
    service: placeTest(window.services),
    host: placeTest(window.hosts),
  }));
  return (timeUs, service, host) => compiled.find((one) => one.holds(timeUs) && one.service(service) && one.host(host))?.name;
}

function placeTest(names: readonly string[] | undefined): (name: string) => boolean {
  if (names === undefined) return () => true;
  const patterns = names.map((name) => compileWildcard(name));
  return (name) => patterns.some((pattern) => pattern.matches(name));
}

function timeTest({ fromUs, untilUs, days, atMinute = 0, forMinutes = 0, zone }: MaintenanceWindow): (timeUs: number) => boolean {
  if (days === undefined) return (timeUs) => timeUs >= (fromUs ?? 0) && timeUs < (untilUs ?? 0);
  const at = zoneOf(zone ?? 'local');
  return (timeUs) => {
    const minute = Math.floor((timeUs + at.offsetUs(timeUs)) / MINUTE_US) + FIRST_DAY * MINUTES_A_DAY;
    return days.some((day) => {
      const since = (((minute - day * MINUTES_A_DAY - atMinute) % MINUTES_A_WEEK) + MINUTES_A_WEEK) % MINUTES_A_WEEK;
      return since < forMinutes;
    });
  };
}
