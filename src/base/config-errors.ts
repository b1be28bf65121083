/**
 * The part `errors:` of a configuration file: rules that merge, split or ignore error groups, as plain data with their places. Names, words
 * and wildcards are checked here; what a rule does is report/error-rules.ts. Throws `bad-setting` with the place of the first mistake.
 */
import type { ErrorRule, ErrorRuleField } from '../model-errors.ts';
import type { Located } from './config-site.ts';
import { CodedError } from './errors.ts';
import { didYouMean } from './nearest.ts';

const DOES = ['merge', 'split', 'ignore'] as const;
const KEYS = ['name', ...DOES, 'by'];
export const RULE_FIELDS: readonly ErrorRuleField[] = ['signature', 'exception', 'frame', 'logger', 'shape', 'title', 'level'];
const BY = ['service', 'host'] as const;
const NAME = /^[a-z0-9][a-z0-9_-]{0,31}$/i;
/** Each group meets all of them whenever groups are read. */
const RULES_MAX = 200;
const WILDCARD_CHARS_MAX = 1000;

export function readErrorRules(value: Located): ErrorRule[] {
  if (!('list' in value)) throw wrong(value.place, 'errors is a list: "- name: …", "  merge: {shape: …}"');
  if (value.list.length > RULES_MAX) throw wrong(value.place, `more than ${RULES_MAX} rules`);
  const names = new Set<string>();
  return value.list.map((one) => {
    const rule = readRule(one);
    if (names.has(rule.name)) throw wrong(one.place, `a second rule ${rule.name}`);
    names.add(rule.name);
    return rule;
  });
}

function readRule(value: Located): ErrorRule {
  if (!('map' in value)) throw wrong(value.place, 'a rule is written as "name: …" and "merge: {shape: …}"');
  const members = new Map<string, Located>();
  for (const { key, place, value: member } of value.map) {
    if (!KEYS.includes(key)) throw wrong(place, `${key} is no part of a rule${didYouMean(key, KEYS) || `; there are ${KEYS.join(', ')}`}`);
    members.set(key, member);
  }
  const named = members.get('name');
  if (named === undefined) throw wrong(value.place, 'a rule without name');
  const name = textOf(named, 'name');
  if (!NAME.test(name)) throw wrong(named.place, `${JSON.stringify(name)} is no name of at most 32 letters, digits, - and _`);
  const [does, second] = DOES.filter((word) => members.has(word));
  if (does === undefined || second !== undefined) throw wrong(value.place, `the rule ${name} needs one of ${DOES.join(', ')}`);
  const by = members.get('by');
  if (does === 'split' && by === undefined) throw wrong(value.place, `the rule ${name} splits, but not by what: by: service or host`);
  if (does !== 'split' && by !== undefined) throw wrong(by.place, `by belongs to split`);
  const rule = { name, does, match: readMatch(members.get(does)!, name), place: value.place };
  return by === undefined ? rule : { ...rule, by: readBy(by) };
}

function readBy(value: Located): 'service' | 'host' {
  const text = textOf(value, 'by');
  const by = BY.find((one) => one === text);
  if (by === undefined) throw wrong(value.place, `by is service or host, not ${JSON.stringify(text)}`);
  return by;
}

function readMatch(value: Located, name: string): ErrorRule['match'] {
  if (!('map' in value) || value.map.length === 0) throw wrong(value.place, `the rule ${name} says of no group what it is: {shape: '*…*'}`);
  const match: Partial<Record<ErrorRuleField, string>> = {};
  for (const { key, place, value: text } of value.map) {
    const field = RULE_FIELDS.find((one) => one === key);
    if (field === undefined)
      throw wrong(
        place,
        `${key} is nothing that a rule can look at${didYouMean(key, RULE_FIELDS) || `; there are ${RULE_FIELDS.join(', ')}`}`,
      );
    const wildcard = textOf(text, key);
    if (wildcard.length > WILDCARD_CHARS_MAX) throw wrong(text.place, `${key} has more than ${WILDCARD_CHARS_MAX} characters`);
    match[field] = wildcard;
  }
  return match;
}

function wrong(place: string, message: string): CodedError {
  return new CodedError('bad-setting', `${place}: ${message}`);
}

function textOf(value: Located, what: string): string {
  if (!('text' in value) || value.text === '') throw wrong(value.place, `${what} has no single value`);
  return value.text;
}
