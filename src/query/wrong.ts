/**
 * Makes the errors of wrong queries: what is wrong, where, and the whole query as it could be typed
 * instead. Every wrong query throws a CodedError of code `bad-query`; nothing else leaves this folder.
 */
import { CodedError } from '../base/errors.ts';

/** A stretch of the query's text. */
export interface Stretch {
  readonly text: string;
  readonly at: number;
  readonly length: number;
}

/** The query with the stretch replaced. */
export function replaced(stretch: Stretch, by: string): string {
  return stretch.text.slice(0, stretch.at) + by + stretch.text.slice(stretch.at + stretch.length);
}

/** `by` is what to type in place of the stretch; the suggestion is the whole query with it. */
export function wrong(stretch: Stretch, message: string, by?: string): CodedError {
  const suggestion = by === undefined ? undefined : replaced(stretch, by).trim();
  return wrongWith(stretch, message, suggestion);
}

/** The same with the whole suggestion given. */
export function wrongWith(stretch: Stretch, message: string, suggestion: string | undefined): CodedError {
  const place = { text: stretch.text, position: stretch.at, length: Math.max(1, stretch.length) };
  return new CodedError('bad-query', message, suggestion === undefined || suggestion === '' ? place : { ...place, suggestion });
}

/** A text between double quotes, as the language reads it. */
export function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
