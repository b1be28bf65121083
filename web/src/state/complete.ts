/**
 * What could be typed next: names of fields from our table, values from the service, which counts those that the rest of the
 * query finds. Not here: the text at the caret (text/query.ts), the list that is shown (parts/query-bar.tsx).
 */

import type { FieldName } from '../../../src/model.ts';
import type { FacetsAnswer, FacetValue } from '../api/answers.ts';
import { ask, isAbort } from '../api/ask.ts';
import { FIELD_WORDS, FIELDS } from '../text/fields.ts';
import { type Typing, typingAt, without, written } from '../text/query.ts';
import { countText } from '../text/rows.ts';
import { visible } from '../text/visible.ts';

export interface Offer {
  /** What replaces what was typed. */
  readonly text: string;
  readonly show: string;
  readonly say: string;
}

export interface Completion {
  readonly typing: Typing | undefined;
  readonly offers: readonly Offer[];
}

/** What fits below the query without hiding everything. */
const OFFERS_MAX = 9;
/** Asked for, so that what was typed can still be among them. */
const VALUES_MAX = '200';
const NOTHING: Completion = { typing: undefined, offers: [] };

export interface At {
  readonly caret: number;
  readonly range: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Never throws: without an answer there is nothing to offer. */
export async function complete(query: string, at: At): Promise<Completion> {
  const typing = typingAt(query, at.caret);
  if (typing === undefined) return NOTHING;
  const offers = typing.field === undefined ? names(typing.text) : await values(query, { ...typing, field: typing.field }, at);
  return { typing, offers };
}

function names(text: string): Offer[] {
  const start = text.toLowerCase();
  // At the beginning everything is offered; behind a word nothing that it does not begin.
  return FIELD_WORDS.filter((name) => name.startsWith(start) && name !== start)
    .slice(0, OFFERS_MAX)
    .map((name) => ({ text: `${name}:`, show: `${name}:`, say: FIELDS[name].say }));
}

async function values(query: string, typing: Typing & { field: string }, { range, signal }: At): Promise<Offer[]> {
  const { field, text } = typing;
  const known = Object.hasOwn(FIELDS, field) ? FIELDS[field as FieldName] : undefined;
  if (known?.values === undefined) return [];
  const start = text.replace(/^[<>]=?/, '');
  const sign = text.slice(0, text.length - start.length);
  const others = `${query.slice(0, typing.at - field.length - 1).replace(/-$/, '')} ${query.slice(typing.end)}`;
  // What else is typed narrows the values down; as long as it is half a query, they are those of everything.
  const found = (await counted(without(others, field))) ?? (await counted('')) ?? [];
  return found
    .filter(({ value }) => value.toLowerCase().includes(start.toLowerCase()))
    .slice(0, OFFERS_MAX)
    .map(({ value, count }) => ({
      text: sign + written(field, value).slice(field.length + 1),
      show: visible(value),
      say: countText(count),
    }));

  async function counted(rest: string): Promise<readonly FacetValue[] | undefined> {
    try {
      const words = { ...range, fields: field, limit: VALUES_MAX, query: rest };
      const answer = await ask<FacetsAnswer>('api/v1/facets', { words, signal });
      return Object.values(answer.facets)[0];
    } catch (error) {
      return isAbort(error) ? [] : undefined;
    }
  }
}
