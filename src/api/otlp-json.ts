/**
 * The JSON of OTLP/HTTP as resources, scopes and log records, each kept as it was sent. Pure. Not here: what they mean
 * (parsers/item-shapes.ts). Invariant: what is no object costs only itself and is counted; log records are bounded.
 * Source: the OTLP specification, section on the JSON encoding.
 */
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { OtlpResource, OtlpScope } from '../receive/otlp-logs.ts';

type Members = Readonly<Record<string, unknown>>;

export interface OtlpJson {
  readonly resources: readonly OtlpResource[];
  /** Log records, or lists of them, that are none. */
  readonly bad: number;
}

interface Count {
  records: number;
  bad: number;
}

/** Throws `bad-body`, `too-large`. */
export function readOtlpJson(value: unknown): OtlpJson {
  const given = isObject(value) ? value.resourceLogs : undefined;
  if (!isObject(value) || (given !== undefined && !Array.isArray(given)))
    throw new CodedError('bad-body', 'The body is no push of OTLP: {"resourceLogs":[…]} is missing');
  const count = { records: 0, bad: 0 };
  const resources = objectsOf(given, count).map((one) => ({
    resource: shared(one.resource, one.schemaUrl),
    scopes: objectsOf(one.scopeLogs, count).map((scope) => scopeOf(scope, count)),
  }));
  return { resources, bad: count.bad };
}

function scopeOf(one: Members, count: Count): OtlpScope {
  const logRecords = objectsOf(one.logRecords, count);
  count.records += logRecords.length;
  if (count.records > limits.pushItemsMax)
    throw new CodedError('too-large', `The push has more than ${limits.pushItemsMax} log records; send several`);
  return { scope: shared(one.scope, one.schemaUrl), logRecords };
}

function shared(value: unknown, schemaUrl: unknown): Members | undefined {
  const members = isObject(value) ? value : undefined;
  return typeof schemaUrl === 'string' && schemaUrl !== '' ? { ...members, schemaUrl } : members;
}

function objectsOf(value: unknown, count: Count): Members[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    count.bad++;
    return [];
  }
  const objects = value.filter(isObject);
  count.bad += value.length - objects.length;
  return objects;
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
