/**
 * Bodies that have to be respelled before a parser can know them: the colours of devstack and of oslo.log's ColorHandler, spaces in front, the
 * space that a UDP hop sets behind an hour that it took for a tag, the date that rsyslog made the APP-NAME. What was taken out
 * goes back into the form where it stood before the message or behind it; inside the message there is no place for it, and the text is kept raw.
 *
 * Source: devstack's setup_colorized_logging and setup_systemd_logging, oslo.log's ColorHandler, rsyslog's `#033`.
 */
import type { LogRecord } from '../src/model.ts';
import { sharedForm } from './forms.ts';
import { isFolded, unfold } from './lines.ts';
import { oslo } from './oslo.ts';
import { type Body, hasForm, NO_FORM, NOT_MINE, noFormFor, OWN_MESSAGE } from './parser.ts';
import { render, templateOf } from './template.ts';
import { dateAt } from './time.ts';

/** ANSI colours, raw or as rsyslog escapes them; at the beginning also spaces. */
const REMOVABLE = /(?:\x1b|#033)\[[0-9;]{0,12}m/g;
/** A UDP hop through rsyslog takes the hour of a datagram without a header for a tag, and sets a space behind it. */
const SPLIT_HOUR = /^(\d{4}-\d\d-\d\d \d\d:) (?=\d\d:\d\d)/;
/** Nobody writes that many colours; a text of nothing else is no log line. */
const CUTS_MAX = 64;

/** A piece that was taken out, and where it stood in what is left. */
interface Cut {
  at: number;
  piece: string;
}

/** No colours in it, no date for a program, no spaces in front or behind the hour. */
export function isOrdinary(text: string, at: number, record: LogRecord): boolean {
  if (text.charCodeAt(at) === 32) return false;
  if (record.envelope === 'rfc5424' && record.program !== undefined && record.program.length === 10 && dateAt(record.program, 0))
    return false;
  if (text.charCodeAt(at + 14) === 32 && text.charCodeAt(at + 13) === 58 && dateAt(text, at)) return false;
  return text.indexOf('\x1b', at) < 0 && text.indexOf('#033', at) < 0;
}

/** Reads text[at …], respelled, with the first of `bodies` that knows it; NOT_MINE: it has to be read as it is. */
export function readRespelled(text: string, at: number, { record, bodies }: { record: LogRecord; bodies: readonly Body[] }): number {
  const { program } = record;
  const isDate = program !== undefined && record.envelope === 'rfc5424' && dateAt(program, 0);
  const cuts: Cut[] = [];
  const plain = takeOut(text.slice(at), cuts);
  const respelled = (isDate ? `${program} ${plain}` : plain).replace(SPLIT_HOUR, '$1');
  const indented = respelled === plain && plain === text.slice(at).trimStart();
  // Colours are oslo's; anybody's text may have spaces in front.
  const known = indented ? bodies : [oslo];
  for (const body of known) {
    const start = body.read(respelled, 0, record);
    if (start === NOT_MINE) continue;
    record.format = body.name;
    if (start === OWN_MESSAGE) return start;
    // Who keeps the whole text keeps its spaces, too: they indent a line of many.
    if (indented && start === 0 && record.form === '') return at;
    if (isDate) record.program = undefined;
    const form = respelled === plain && !isFolded(respelled, start) ? coloured({ record, cuts, start, length: plain.length }) : NO_FORM;
    if (!hasForm(form)) record.form = noFormFor(record.form);
    unfold(record, respelled.slice(start));
    if (hasForm(form)) record.form = form;
    return OWN_MESSAGE;
  }
  return NOT_MINE;
}

/** The text without leading spaces and colours; `cuts` gets what went. */
function takeOut(text: string, cuts: Cut[]): string {
  const rest = text.trimStart();
  if (rest.length < text.length) cuts.push({ at: 0, piece: text.slice(0, text.length - rest.length) });
  let left = '';
  let from = 0;
  for (const match of rest.matchAll(REMOVABLE)) {
    left += rest.slice(from, match.index);
    from = match.index + match[0].length;
    cuts.push({ at: left.length, piece: match[0] });
    // No form will hold them all: the rest need not be remembered.
    if (cuts.length > CUTS_MAX) return left + rest.slice(from).replace(REMOVABLE, '');
  }
  return left + rest.slice(from);
}

/** The record's form with the cuts put back; NO_FORM where one stood inside a value or inside the message. */
function coloured({ record, cuts, start, length }: { record: LogRecord; cuts: readonly Cut[]; start: number; length: number }): string {
  if (!hasForm(record.form) || cuts.length > CUTS_MAX) return NO_FORM;
  const { literals, places, offset } = templateOf(record.form);
  let form = record.form.startsWith('~') ? '~' : '';
  let at = 0;
  let next = 0;
  const putBack = (limit: number) => {
    while (next < cuts.length && cuts[next]!.at === limit) form += spelled(cuts[next++]!.piece);
  };
  for (let index = 0; index < literals.length; index++) {
    for (const character of literals[index]!) {
      putBack(at);
      form += spelled(character);
      at += character.length;
    }
    if (index === places.length) break;
    putBack(at);
    form += `%${String.fromCharCode(places[index]!)}`;
    at += render({ literals: ['', ''], places: [places[index]!], offset }, record).length;
    if (next < cuts.length && cuts[next]!.at < at) return NO_FORM;
  }
  if (at !== start) return NO_FORM;
  putBack(start);
  if (next < cuts.length) {
    form += '%m';
    putBack(length);
  }
  return next < cuts.length ? NO_FORM : sharedForm(form);
}

function spelled(text: string): string {
  return text.replaceAll('+', '%c').replaceAll('|', '%v').replaceAll('\n', '%l');
}
