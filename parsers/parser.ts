/**
 * What a parser is. An envelope reads the syslog header, a body reads what a program wrote; `index.ts`
 * holds both ordered tables and calls them.
 *
 * Invariant: a parser that answers `NOT_MINE` has left the record untouched; one that answers an index
 * has set whatever it is certain of and says where its rest begins. Parsers do not slice the rest
 * themselves: `index.ts` does, so that "the message is the rest of the text" needs no comparing.
 */
import type { Given, LogRecord } from '../src/model.ts';
import { hasLocalTime } from './places.ts';

export const NOT_MINE = -1;
/** Of a body: the message is set already, since it is not the rest of the text (JSON, colours taken out). */
export const OWN_MESSAGE = -2;

/** A form that cannot be written back: the record keeps its text in `raw`. */
export const NO_FORM = '?';
/** The same of a body whose time, or of an envelope whose time, was a stamp without a zone: it follows the zone of its host. */
export const NO_FORM_LOCAL = '?%t';
export const NO_FORM_LOCAL_HEADER = '?%M';

export function hasForm(form: string): boolean {
  return form.charCodeAt(form.charCodeAt(0) === TILDE ? 1 : 0) !== QUESTION_MARK;
}

/** No form, instead of this one: what else it says stays, that it is an exception line's and that its time is local. */
export function noFormFor(form: string): string {
  const none = hasLocalTime(form) ? NO_FORM_LOCAL : NO_FORM;
  return form.charCodeAt(0) === TILDE ? `~${none}` : none;
}

const TILDE = 126;
const QUESTION_MARK = 63;

export interface Envelope {
  readonly name: string;
  /** What it reads, for the table of README.md. */
  readonly say: string;
  /** Lines that this parser takes and none before it does; the contract suite feeds them. */
  readonly samples: readonly string[];
  /** Index where the body begins, or NOT_MINE. Sets `envelopeForm`, header fields and, with a header time, `time`. */
  read(text: string, record: LogRecord, given: Given): number;
}

export interface Body {
  readonly name: string;
  readonly say: string;
  readonly samples: readonly string[];
  /** `text` from `at` on is the body. Index where the message begins, NOT_MINE or OWN_MESSAGE. Sets `form` and its fields. */
  read(text: string, at: number, record: LogRecord): number;
}
