/**
 * What is said of an id that no record has: where was looked, and which ids that somebody has are nearly it - the whole one of a beginning,
 * one with a letter wrong, left out or too much, or two that changed places. The index holds the first eight digits of every UUID,
 * so mistakes behind them are found by those; mistakes within them by asking for all that one mistake can make of them.
 */
import { CodedError } from '../base/errors.ts';
import { editDistance } from '../base/nearest.ts';
import { dashedKey } from '../report/story-id.ts';
import { stampOf } from '../report/story-time.ts';
import type { Finder } from './story-finder.ts';

const HEAD_DIGITS = 8;
const ID_DIGITS = 32;
const DIGITS = '0123456789abcdef';
/** More mistakes than a hand or a cut makes: another id. */
const EDITS_MAX = 3;
/** So many digits of a beginning say which id is meant. */
const PART_DIGITS_MIN = 8;
const PART_DIGITS_MAX = 36;

/** The hex digits of a text that may be a part of an id, or one with a mistake; undefined for other texts. */
export function partOfId(text: string): string | undefined {
  const digits = text
    .trim()
    .toLowerCase()
    .replace(/^(?:req-)+/, '')
    .replaceAll('-', '');
  if (digits.length < PART_DIGITS_MIN || digits.length > PART_DIGITS_MAX) return undefined;
  const odd = digits.replace(/[0-9a-f]/g, '').length;
  // `o` for 0 and `l` for 1 are mistakes, a word is none.
  return odd <= 1 ? digits : undefined;
}

export function nothingFound(finder: Finder, id: string): CodedError {
  const { span } = finder;
  const where =
    span === undefined
      ? 'nothing is stored yet'
      : `looked at ${span.records} records from ${stampOf(span.oldestUs)} to ${stampOf(span.newestUs)}`;
  const digits = partOfId(id);
  const near = digits === undefined ? undefined : nearestTo(digits, finder);
  const suggestion = near === undefined ? undefined : spelledAs(id, near);
  const place = { text: id, position: 0, length: Math.max(1, id.length), ...(suggestion === undefined ? {} : { suggestion }) };
  return new CodedError(
    'not-found',
    `No record has the id ${id}: ${where}${suggestion === undefined ? '' : `; did you mean ${suggestion}?`}`,
    place,
  );
}

function spelledAs(id: string, key: string): string {
  return id.trim().toLowerCase().startsWith('req-') ? `req-${dashedKey(key)}` : dashedKey(key);
}

function nearestTo(digits: string, finder: Finder): string | undefined {
  const exact = best(digits, finder.keysWithHead(new Set([digits.slice(0, HEAD_DIGITS)])));
  return exact ?? best(digits, finder.keysWithHead(headsNear(digits)));
}

function best(digits: string, keys: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let least = EDITS_MAX + 1;
  for (const key of keys) {
    // Of a beginning only the beginning counts.
    const edits = digits.length < ID_DIGITS - EDITS_MAX ? editDistance(digits, key.slice(0, digits.length)) : editDistance(digits, key);
    if (edits >= least) continue;
    nearest = key;
    least = edits;
  }
  return nearest;
}

/** All beginnings from which one mistake makes that of `digits`. */
export function headsNear(digits: string): Set<string> {
  const head = digits.slice(0, HEAD_DIGITS);
  const heads = new Set<string>();
  for (let at = 0; at < HEAD_DIGITS; at++) {
    const before = head.slice(0, at);
    for (const digit of DIGITS) {
      heads.add(before + digit + head.slice(at + 1));
      heads.add((before + digit + head.slice(at)).slice(0, HEAD_DIGITS));
    }
    heads.add(before + digits.slice(at + 1, HEAD_DIGITS + 1));
    if (at + 1 < HEAD_DIGITS) heads.add(before + head[at + 1]! + head[at]! + head.slice(at + 2));
  }
  heads.delete(head);
  return new Set([...heads].filter((one) => one.length === HEAD_DIGITS && /^[0-9a-f]+$/.test(one)));
}
