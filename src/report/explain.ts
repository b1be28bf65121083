/**
 * The nearest known errors and error groups for a text that nobody knows: ranked full-text search over small texts. The only door of
 * `lunr`. Not for log lines: an index of lunr lies in memory as a whole and cannot be changed, so one is built per question over groups,
 * and one for all over the known errors. Words of the question are terms, never its query syntax.
 */
import lunr from 'lunr';
import type { ErrorExplain, ErrorGroup, KnownSignature, SignatureEntry } from '../model.ts';
import type { KnownErrors } from './known-signatures.ts';

const NEAR_MAX = 5;
/** Of the best: what is below shares a word or two with the question, by chance. */
const SCORE_SHARE_MIN = 0.4;
/** Different words of a question; a traceback has more, its end says what happened. */
const TERMS_MAX = 100;
const TEXT_CHARS_MAX = 4000;

interface Found {
  readonly ref: string;
  readonly score: number;
}

export class Explainer {
  readonly #known: KnownErrors;
  #index: lunr.Index | undefined;

  constructor(known: KnownErrors) {
    this.#known = known;
  }

  explain(text: string, groups: readonly ErrorGroup[], service?: string): ErrorExplain {
    const is = this.#known.of({ message: text, service }) ?? this.#anyService(text);
    const byName = new Map(this.#known.entries.map(({ known }) => [known.name, known]));
    this.#index ??= indexOfKnown(this.#known.entries);
    const near = nearest(this.#index, text).flatMap(({ ref, score }) => {
      const known = byName.get(ref);
      return known === undefined || known.name === is?.name ? [] : [{ score, known }];
    });
    const bySignature = new Map(groups.map((group) => [group.signature, group]));
    const found = groups.length === 0 ? [] : nearest(indexOfGroups(groups), text);
    return {
      text: text.length > TEXT_CHARS_MAX ? `${text.slice(0, TEXT_CHARS_MAX)}…` : text,
      ...(is === undefined ? {} : { is }),
      near,
      groups: found.map(({ ref, score }) => {
        const { signature, title, count, known } = bySignature.get(ref)!;
        return { score, signature, title, count, ...(known === undefined ? {} : { known: known.name }) };
      }),
    };
  }

  /** Whoever pastes a line need not say which service wrote it. */
  #anyService(text: string): KnownSignature | undefined {
    const services = new Set(this.#known.entries.flatMap(({ known }) => known.services ?? []));
    for (const service of services) {
      const known = this.#known.of({ message: text, service });
      if (known !== undefined) return known;
    }
    return undefined;
  }
}

function indexOfKnown(entries: readonly SignatureEntry[]): lunr.Index {
  return lunr((builder) => {
    builder.ref('name');
    builder.field('title', { boost: 4 });
    builder.field('match', { boost: 4 });
    builder.field('name', { boost: 2 });
    builder.field('meaning');
    builder.field('check');
    for (const { known, match } of entries)
      builder.add({ name: known.name, title: known.title, match: match.join(' '), meaning: known.meaning, check: known.check.join(' ') });
  });
}

function indexOfGroups(groups: readonly ErrorGroup[]): lunr.Index {
  return lunr((builder) => {
    builder.ref('signature');
    builder.field('title', { boost: 3 });
    builder.field('where');
    for (const { signature, title, parts } of groups)
      builder.add({ signature, title, where: [parts.logger ?? '', parts.exception ?? '', ...(parts.frames ?? [])].join(' ') });
  });
}

function nearest(index: lunr.Index, text: string): Found[] {
  const terms = termsOf(text);
  if (terms.length === 0) return [];
  const found = index.query((query) => {
    for (const term of terms) query.term(term, { usePipeline: true });
  });
  const best = found[0]?.score ?? 0;
  return found
    .filter(({ score }) => score >= best * SCORE_SHARE_MIN)
    .slice(0, NEAR_MAX)
    .map(({ ref, score }) => ({ ref, score: Math.round(score * 100) / 100 }));
}

/** Words as the index has them; those with a digit differ between any two occurrences. */
function termsOf(text: string): string[] {
  const cut = text.length > TEXT_CHARS_MAX ? text.slice(-TEXT_CHARS_MAX) : text;
  const words = cut.toLowerCase().match(/[a-z_][a-z0-9_]{2,60}/g) ?? [];
  return [...new Set(words)].slice(0, TERMS_MAX);
}
