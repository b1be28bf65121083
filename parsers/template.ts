/**
 * Forms: the variant of a format as a line of text with places for a record's fields, for example
 * `<%P>%M %h %g: ` for an envelope or `%t.%s %p %L %n [%r %u %j - - -] ` for a body. Parsers make them,
 * the store keeps them (dictionary-coded, they are few), `write` reads them. Not here: which form a line has.
 *
 * Invariant: a place always stands for the same characters of a record, so filling the places in gives
 * the received text; `PLACES` (places.ts) is the one list of what they mean. A `%` never stands for itself.
 */
import type { LogRecord } from '../src/model.ts';
import { CHARACTERS } from './places.ts';
import { stampText } from './stamps.ts';
import { BSD_CHARS, bsdOf, bsdZeroOf, fractionText, ISO_CHARS, isBsdAt, isIsoAt, isoOf, MINUTE_US, microsOf, millisText } from './time.ts';

export interface Template {
  /** literals[i] stands before places[i]; one literal more than places. */
  readonly literals: readonly string[];
  /** Character codes of the place letters. */
  readonly places: readonly number[];
  /** Minutes east of UTC of `%Z` and `%z`. */
  readonly offset: number;
}

/** Forms are few; a store or sender that makes up more than this starts the table anew rather than growing it. */
const TEMPLATES_MAX = 4096;
const templates = new Map<string, Template>();
let lastForm = '';
let lastTemplate: Template = { literals: [''], places: [], offset: 0 };

export function templateOf(form: string): Template {
  if (form === lastForm) return lastTemplate;
  let template = templates.get(form);
  if (template === undefined) {
    if (templates.size >= TEMPLATES_MAX) templates.clear();
    template = compile(form);
    templates.set(form, template);
  }
  lastForm = form;
  lastTemplate = template;
  return template;
}

function compile(form: string): Template {
  const literals: string[] = [];
  const places: number[] = [];
  let literal = '';
  // `~` only marks the form of an exception line.
  let from = form.startsWith('~') ? 1 : 0;
  for (let at = form.indexOf('%'); at >= 0 && at + 1 < form.length; at = form.indexOf('%', from)) {
    literal += form.slice(from, at);
    from = at + 2;
    const character = CHARACTERS.get(form[at + 1]!);
    if (character !== undefined) literal += character;
    else {
      literals.push(literal);
      places.push(form.charCodeAt(at + 1));
      literal = '';
    }
  }
  literals.push(literal + form.slice(from));
  return { literals, places, offset: offsetOf(form) };
}

function offsetOf(form: string): number {
  const [, sign, hours, minutes] = /%[Zz][^-%]*(?:%[sS])?(%c|-)(\d\d):?(\d\d)/.exec(form) ?? [];
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

export function render(template: Template, record: LogRecord): string {
  const { literals, places } = template;
  let text = literals[0]!;
  for (let index = 0; index < places.length; index++) text += piece(places[index]!, record, template) + literals[index + 1]!;
  return text;
}

/**
 * By place letter: where in the text being parsed the place's value was cut out, -1 where it was not. A value
 * that was cut out where it has to stand is equal without comparing (0.3 µs a line, test/bench/parse.ts). Who
 * cuts a value out of the text notes it here, with the value; `parse` clears it for each line.
 */
export const cutAt = new Int32Array(128).fill(-1);

/** A place in a text; `endOf` starts there and leaves it alone. One object is reused for all lines. */
export interface Spot {
  text: string;
  at: number;
}

/**
 * Where the rendered template ends in the text if it stands at the spot, else -1: what `render` and a
 * comparison would tell, without making the string (0.3 µs a line, test/bench/parse.ts).
 */
export function endOf(template: Template, record: LogRecord, spot: Spot): number {
  const { literals, places } = template;
  const { text } = spot;
  let { at } = spot;
  if (!text.startsWith(literals[0]!, at)) return -1;
  at += literals[0]!.length;
  for (let index = 0; index < places.length; index++) {
    const letter = places[index]!;
    // Stamps and numbers are compared digit by digit, everything else as the string that it is.
    if (letter === RECORD_SECOND) {
      if (text.charCodeAt(at + 10) !== 32 || !isIsoAt(text, at, record.time + record.zone * MINUTE_US)) return -1;
      at += ISO_CHARS;
    } else if (letter === BSD_STAMP) {
      if (!isBsdAt(text, at, record.headerTime!)) return -1;
      at += BSD_CHARS;
    } else if (letter === ISO_STAMP) {
      if (text.charCodeAt(at + 10) !== 84 || !isIsoAt(text, at, record.headerTime!)) return -1;
      at += ISO_CHARS;
    } else if (letter === PID) {
      at = numberEnd(text, at, record.pid!);
      if (at < 0) return -1;
    } else {
      const value = piece(letter, record, template);
      if (cutAt[letter] !== at && text.slice(at, at + value.length) !== value) return -1;
      at += value.length;
    }
    const literal = literals[index + 1]!;
    if (literal.length === 1 ? text.charCodeAt(at) !== literal.charCodeAt(0) : !text.startsWith(literal, at)) return -1;
    at += literal.length;
  }
  return at;
}

/** Letters of the places that are noted in `cutAt`, as character codes. */
export const CUT = {
  host: 104,
  program: 103,
  logger: 110,
  request: 114,
  user: 117,
  project: 106,
  domain: 111,
  systemScope: 121,
  userDomain: 85,
  projectDomain: 74,
  instance: 105,
} as const;

/** One by one: `fill` on the whole array costs more than the rest of the check. */
export function forgetCuts(): void {
  cutAt[CUT.host] = -1;
  cutAt[CUT.program] = -1;
  cutAt[CUT.logger] = -1;
  cutAt[CUT.request] = -1;
  cutAt[CUT.user] = -1;
  cutAt[CUT.project] = -1;
  cutAt[CUT.domain] = -1;
  cutAt[CUT.systemScope] = -1;
  cutAt[CUT.userDomain] = -1;
  cutAt[CUT.projectDomain] = -1;
  cutAt[CUT.instance] = -1;
}

const RECORD_SECOND = 116;
const BSD_STAMP = 77;
const ISO_STAMP = 65;
const PID = 112;

/** Index behind the decimal digits of `number` at `at`, or -1; undefined is never there. */
function numberEnd(text: string, at: number, number: number): number {
  let end = at;
  let value = 0;
  for (let code = text.charCodeAt(end); code >= 48 && code <= 57; code = text.charCodeAt(++end)) value = value * 10 + code - 48;
  return value === number && end > at && end - at < 11 && (end === at + 1 || text.charCodeAt(at) !== 48) ? end : -1;
}

function piece(place: number, record: LogRecord, template: Template): string {
  switch (place) {
    case 80 /* P */:
      return record.facility === undefined || record.severity === undefined ? '' : NUMBERS[record.facility * 8 + record.severity]!;
    case 77 /* M */:
      return record.headerTime === undefined ? '' : bsdOf(record.headerTime);
    case 104 /* h */:
      return record.host ?? '';
    case 103 /* g */:
      return record.program ?? '';
    case 112 /* p */:
      return record.pid === undefined ? '' : String(record.pid);
    case 116 /* t */:
      return isoOf(record.time + record.zone * MINUTE_US, ' ');
    case 115 /* s */:
      return millisText(microsOf(record.time));
    case 76 /* L */:
      return record.level ?? '';
    case 110 /* n */:
      return record.logger ?? '';
    case 114 /* r */:
      return record.request ?? '';
    case 117 /* u */:
      return record.user ?? '';
    case 106 /* j */:
      return record.project ?? '';
    case 105 /* i */:
      return record.instance ?? '';
    default:
      return rarePiece(place, record, template);
  }
}

function rarePiece(place: number, record: LogRecord, template: Template): string {
  const wall = record.headerTime ?? 0;
  switch (String.fromCharCode(place)) {
    case 'N':
      return bsdZeroOf(wall);
    case 'A':
      return isoOf(wall, 'T');
    case 'B':
      return isoOf(wall, ' ');
    case 'q':
      return record.msgid ?? '';
    case 'd':
      return record.structuredData ?? '';
    case 'S':
      return fractionText(microsOf(record.time), 6);
    case 'R':
      return (record.level ?? '').padStart(8);
    case 'G':
      return record.globalRequest ?? '';
    case 'o':
      return record.domain ?? '';
    case 'y':
      return record.systemScope ?? '';
    case 'U':
      return record.userDomain ?? '';
    case 'J':
      return record.projectDomain ?? '';
    case 'Z':
    case 'z':
      return isoOf(record.time + template.offset * MINUTE_US, place === 90 ? ' ' : 'T');
    case 'k':
    case 'b':
    case 'a':
    case 'e':
    case 'x':
    case 'f':
    case 'w':
    case 'D':
    case 'E':
      return stampText(place, record.time + record.zone * MINUTE_US);
    default:
      return place >= 49 && place <= 54 ? fractionText(microsOf(wall), place - 48) : '';
  }
}

/** All PRI values as text. */
const NUMBERS: readonly string[] = Array.from({ length: 192 }, (_, number) => String(number));
