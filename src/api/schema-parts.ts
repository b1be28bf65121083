/** What schemas are made of: texts, counts, times, closed objects and lists. Not here: the shapes themselves (schemas.ts). */
import type { JsonSchema } from './route.ts';

export const TEXT: JsonSchema = { type: 'string' };
export const COUNT: JsonSchema = { type: 'integer', minimum: 0 };
export const TIME: JsonSchema = { type: 'string', format: 'date-time', description: 'RFC 3339 in UTC, with microseconds' };

export function closed(properties: Readonly<Record<string, JsonSchema>>, required: readonly string[]): JsonSchema {
  return { type: 'object', additionalProperties: false, properties, required };
}

/** An object of ours: every property is required, but those of `optional`. */
export function objectOf(properties: Readonly<Record<string, JsonSchema>>, optional: readonly string[] = []): JsonSchema {
  return closed(
    properties,
    Object.keys(properties).filter((name) => !optional.includes(name)),
  );
}

export function arrayOf(items: JsonSchema, say?: string): JsonSchema {
  return { type: 'array', items, ...(say === undefined ? {} : { description: say }) };
}
