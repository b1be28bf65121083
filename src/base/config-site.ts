/**
 * The parts `services:` and `patterns:` of a configuration file: rules of a site, as plain data, each with its place. Shapes, names
 * of fields and the patterns themselves are checked here; what the samples say is parsers/site.ts.
 * Not here: YAML (config.ts hands over `Located` values), settings. Throws `bad-setting` with the place of the first mistake.
 */
import { SITE_FIELDS, type SiteField, type SitePattern, type SiteRules } from '../model-site.ts';
import { CodedError } from './errors.ts';
import { didYouMean } from './nearest.ts';
import { compilePattern, WrongPattern } from './pattern.ts';

/** A value of the file and where it stands; a scalar is its text as it was written. */
export type Located = { readonly place: string } & (
  | { readonly text: string }
  | { readonly list: readonly Located[] }
  | { readonly map: readonly { readonly key: string; readonly place: string; readonly value: Located }[] }
  | { readonly empty: true }
);

export const SITE_PARTS = ['services', 'patterns', 'errors', 'maintenance', 'receivers', 'reports'] as const;
export const NO_RULES: SiteRules = { services: [], patterns: [] };

const PATTERN_KEYS = ['name', 'program', 'pattern', 'fields', 'samples'];
const NAME = /^[a-z0-9][a-z0-9_-]{0,31}$/i;
const SERVICE = /^[A-Za-z0-9_.-]{1,64}$/;
/** Each line of an in-house program may meet all of them. */
const PATTERNS_MAX = 100;

function wrong(place: string, message: string): CodedError {
  return new CodedError('bad-setting', `${place}: ${message}`);
}

export function readServices(value: Located): SiteRules['services'] {
  return mapOf(value, 'services', 'program: service').map(({ key, place, value: service }) => {
    const text = textOf(service, `the service of ${key}`);
    if (!SERVICE.test(text)) throw wrong(service.place, `${JSON.stringify(text)} is no name of a service like billing`);
    if (key === '') throw wrong(place, 'a program has no name');
    return { program: key, service: text };
  });
}

export function readPatterns(value: Located): SitePattern[] {
  if (!('list' in value)) throw wrong(value.place, 'patterns is a list: "- name: …", "  pattern: …", "  samples: […]"');
  if (value.list.length > PATTERNS_MAX) throw wrong(value.place, `more than ${PATTERNS_MAX} patterns`);
  const names = new Set<string>();
  return value.list.map((one) => {
    const pattern = readPattern(one);
    if (names.has(pattern.name)) throw wrong(one.place, `a second pattern ${pattern.name}`);
    names.add(pattern.name);
    return pattern;
  });
}

function readPattern(value: Located): SitePattern {
  const members = new Map<string, Located>();
  for (const { key, place, value: member } of mapOf(value, 'a pattern', 'name: …')) {
    if (!PATTERN_KEYS.includes(key))
      throw wrong(place, `${key} is no part of a pattern${didYouMean(key, PATTERN_KEYS) || `; there are ${PATTERN_KEYS.join(', ')}`}`);
    members.set(key, member);
  }
  const needed = (key: string): Located => {
    const member = members.get(key);
    if (member === undefined) throw wrong(value.place, `a pattern without ${key}`);
    return member;
  };
  const name = textOf(needed('name'), 'name');
  if (!NAME.test(name)) throw wrong(needed('name').place, `${JSON.stringify(name)} is no name of at most 32 letters, digits, - and _`);
  const fields = members.get('fields');
  const constants = fields === undefined ? {} : readConstants(fields);
  const pattern = readSource(needed('pattern'), name, constants);
  const program = members.get('program');
  return {
    name,
    ...(program === undefined ? {} : { program: textOf(program, 'program') }),
    pattern,
    fields: constants,
    samples: readSamples(needed('samples'), name),
    place: needed('pattern').place,
  };
}

function readConstants(value: Located): Partial<Record<SiteField, string>> {
  const constants: Partial<Record<SiteField, string>> = {};
  for (const { key, place, value: constant } of mapOf(value, 'fields', 'field: value')) {
    if (key === 'message' || key === 'time') throw wrong(place, `${key} cannot be the same for every line`);
    constants[fieldNamed(key, place)] = textOf(constant, key);
  }
  return constants;
}

function fieldNamed(name: string, place: string): SiteField {
  const field = SITE_FIELDS.find((one) => one === name);
  if (field === undefined)
    throw wrong(
      place,
      `${name} is no field that a pattern can set${didYouMean(name, SITE_FIELDS) || `; there are ${SITE_FIELDS.join(', ')}`}`,
    );
  return field;
}

function readSource(value: Located, name: string, constants: Partial<Record<SiteField, string>>): string {
  const source = textOf(value, 'pattern');
  try {
    for (const group of compilePattern(source).groups) {
      const offset = source.search(new RegExp(`\\?P?<${group}>`));
      const field = fieldNamed(group, `${value.place}: at character ${offset + 1} of the pattern ${name}`);
      if (constants[field] !== undefined) throw wrong(value.place, `${field} is both a group of the pattern ${name} and one of its fields`);
    }
  } catch (error) {
    if (!(error instanceof WrongPattern)) throw error;
    throw wrong(
      value.place,
      `the pattern ${name} cannot be read: ${error.message}, at character ${error.offset + 1}: ${source.slice(error.offset, error.offset + 20)}`,
    );
  }
  return source;
}

function readSamples(value: Located, name: string): SitePattern['samples'] {
  const samples = 'list' in value ? value.list : [value];
  if (samples.length === 0) throw wrong(value.place, `the pattern ${name} has no samples: at least one line that it takes`);
  return samples.map((sample) => ({ text: textOf(sample, 'a sample'), place: sample.place }));
}

function mapOf(value: Located, what: string, example: string) {
  if ('empty' in value) return [];
  if (!('map' in value)) throw wrong(value.place, `${what} is written as ${example}`);
  return value.map;
}

function textOf(value: Located, what: string): string {
  if (!('text' in value) || value.text === '') throw wrong(value.place, `${what} has no single value`);
  return value.text;
}
