/**
 * Rules of the configuration that merge, split or ignore error groups. They apply when groups are read, to what was counted: a changed
 * rule holds for the past, too, and taking it away gives everything back. The first rule that fits a group decides.
 * Not here: reading and checking them (base/config-errors.ts), what they do to groups (error-list.ts) and to spikes (spike-rules.ts).
 */
import { compileWildcard, type Pattern } from '../base/pattern.ts';
import { shapeHash } from '../base/shape-text.ts';
import type { ErrorRule, ErrorRuleField, GroupParts } from '../model.ts';

export interface Ruled {
  readonly signature: string;
  readonly title: string;
  readonly level: string;
  readonly parts: GroupParts;
}

/** What merged groups are together, and a split one at a service or host: the same for groups and for spikes. */
export const mergedSignature = (rule: string): string => shapeHash(`merge\x00${rule}`);
export const splitSignature = (signature: string, value: string): string => shapeHash(`split\x00${signature}\x00${value}`);

export type RuleOf = (group: Ruled) => ErrorRule | undefined;

export function compileRules(rules: readonly ErrorRule[]): RuleOf {
  if (rules.length === 0) return () => undefined;
  const compiled = rules.map((rule) => ({
    rule,
    tests: Object.entries(rule.match).map(([field, text]) => testOf(field as ErrorRuleField, text)),
  }));
  return (group) => compiled.find(({ tests }) => tests.every((fits) => fits(group)))?.rule;
}

function testOf(field: ErrorRuleField, text: string): (group: Ruled) => boolean {
  const pattern: Pattern = compileWildcard(text);
  return (group) => valuesOf(group, field).some((value) => value !== undefined && pattern.matches(value));
}

function valuesOf({ signature, title, level, parts }: Ruled, field: ErrorRuleField): readonly (string | undefined)[] {
  switch (field) {
    case 'signature':
      return [signature];
    case 'title':
      return [title];
    case 'level':
      return [level];
    case 'frame':
      return parts.frames ?? [];
    default:
      return [parts[field]];
  }
}
