/** The setting `facilities` by number, as parsers want it. Names were checked when the setting was read. Pure. */
import { facilityNumber } from './fields.ts';

export function facilityServices(setting: Readonly<Record<string, string>>): (string | undefined)[] {
  const services: (string | undefined)[] = [];
  for (const [name, service] of Object.entries(setting)) {
    const number = facilityNumber(name);
    if (number !== undefined) services[number] = service;
  }
  return services;
}
