/**
 * Rules of the configuration (`errors:`) as they change what spikes are found in: what is ignored is not judged and complains of nothing, merged
 * groups are one series, a split one has a series for each part. Applied to each minute, to that of the history, too: so a group and its spikes
 * have one signature, also after a rule changed (service/spikes.ts learns anew then). Not here: groups as they are read (error-list.ts).
 */
import type { ErrorRule, GroupParts, Level } from '../model.ts';
import type { Complained } from './collapse.ts';
import { compileRules, mergedSignature, type RuleOf, splitSignature } from './error-rules.ts';
import { rank } from './error-tally.ts';
import type { SignatureFacts } from './spike-board.ts';
import type { SpikeCount } from './spike-finder.ts';

export interface RawFacts extends SignatureFacts {
  readonly parts: GroupParts;
}
export interface RuledMinute<Facts extends SignatureFacts = SignatureFacts> {
  readonly counts: readonly SpikeCount[];
  readonly complaints: readonly Complained[];
  readonly critical: ReadonlySet<string>;
  readonly facts: (signature: string) => Facts | undefined;
}

/** Decisions that are remembered: a rule is a regular expression, and minutes repeat their signatures. */
const DECIDED_MAX = 20_000;
/** Members of a merged group by which its records are looked for. */
const TEXTS_MAX = 5;

export class SpikeRules {
  readonly #ruleOf: RuleOf;
  readonly #decided = new Map<string, ErrorRule | undefined>();
  readonly #isEmpty: boolean;

  constructor(rules: readonly ErrorRule[]) {
    this.#ruleOf = compileRules(rules);
    this.#isEmpty = rules.length === 0;
  }

  #of(signature: string, facts: RawFacts | undefined): ErrorRule | undefined {
    if (this.#isEmpty || facts === undefined) return undefined;
    const level = facts.level ?? 'ERROR';
    const key = `${signature} ${level}`;
    if (!this.#decided.has(key)) {
      if (this.#decided.size >= DECIDED_MAX) this.#decided.clear();
      this.#decided.set(key, this.#ruleOf({ signature, title: facts.title, level, parts: facts.parts }));
    }
    return this.#decided.get(key);
  }

  /** Under which signature a hurry of it is one; undefined: it is ignored. A split one hurries as a whole. */
  hurries(signature: string, facts: RawFacts): string | undefined {
    const rule = this.#of(signature, facts);
    if (rule?.does === 'ignore') return undefined;
    return rule?.does === 'merge' ? mergedSignature(rule.name) : signature;
  }

  apply(given: RuledMinute<RawFacts>): RuledMinute {
    if (this.#isEmpty) return given;
    const ruleOf = (signature: string): ErrorRule | undefined => this.#of(signature, given.facts(signature));
    const members = new Map<string, Members>();
    const critical = new Set<string>();
    const sums = new Map<string, [signature: string, service: string, host: string, count: number]>();
    for (const [signature, service, host, count] of given.counts) {
      const rule = ruleOf(signature);
      const under = underOf(rule, { signature, service, host });
      if (under === undefined) continue;
      if (given.critical.has(signature)) critical.add(under);
      if (rule !== undefined) noteMember(members, under, { rule, signature, count, value: rule.by === 'host' ? host : service });
      const key = `${under}\n${service}\n${host}`;
      const sum = sums.get(key);
      if (sum === undefined) sums.set(key, [under, service, host, count]);
      else sum[3] += count;
    }
    const facts = new Map([...members].map(([under, one]) => [under, factsOf(one, given.facts)]));
    return {
      counts: [...sums.values()],
      complaints: given.complaints.flatMap((one) => {
        const signature = underOf(ruleOf(one.signature), one);
        return signature === undefined ? [] : [{ ...one, signature }];
      }),
      critical,
      facts: (signature) => facts.get(signature) ?? given.facts(signature),
    };
  }
}

/** Of one ruled signature in one minute. */
interface Members {
  readonly rule: ErrorRule;
  /** Service or host of a split. */
  readonly value: string;
  readonly counts: Map<string, number>;
}

function underOf(
  rule: ErrorRule | undefined,
  { signature, service, host }: { signature: string; service: string; host: string },
): string | undefined {
  if (rule === undefined) return signature;
  if (rule.does === 'ignore') return undefined;
  return rule.does === 'merge' ? mergedSignature(rule.name) : splitSignature(signature, rule.by === 'host' ? host : service);
}

function noteMember(
  members: Map<string, Members>,
  under: string,
  { rule, signature, count, value }: { rule: ErrorRule; signature: string; count: number; value: string },
): void {
  const one = members.get(under) ?? { rule, value, counts: new Map<string, number>() };
  members.set(under, one);
  one.counts.set(signature, (one.counts.get(signature) ?? 0) + count);
}

/** A merged or split group has no title of its own in a log line: `texts` are those of its members, by which its records are found. */
function factsOf({ rule, value, counts }: Members, rawOf: (signature: string) => RawFacts | undefined): SignatureFacts {
  const raw = [...counts].sort(([, one], [, other]) => other - one).flatMap(([signature]) => rawOf(signature) ?? []);
  const [most] = raw;
  const title = most?.title ?? rule.name;
  const level = raw.reduce<Level | undefined>((top, one) => (rank(one.level) > rank(top) ? one.level : top), undefined);
  return {
    title: rule.does === 'split' ? `${title} (${value === '' ? `no ${rule.by}` : value})` : `${rule.name}: ${title}`,
    level,
    texts: raw.slice(0, TEXTS_MAX).map((one) => one.title),
    samples: raw.flatMap(({ samples }) => samples).sort(([one], [other]) => other - one),
  };
}
