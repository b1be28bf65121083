/** The setting `facilities` as the ingest thread takes it. Not here: its default and its check (config/keys.ts, base/config-values.ts). */
import { facilityNumber } from '../query/fields.ts';

/** The setting, by number; names were checked when it was read. */
export function facilityServices(setting: Readonly<Record<string, string>>): (string | undefined)[] {
  const services: (string | undefined)[] = [];
  for (const [name, service] of Object.entries(setting)) {
    const number = facilityNumber(name);
    if (number !== undefined) services[number] = service;
  }
  return services;
}
