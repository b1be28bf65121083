/**
 * The places of forms: which letter behind a `%` stands for what. A table; template.ts reads and fills forms.
 * Letters that only stand for a character are those that forms give a meaning to (`|`, `+`, a newline).
 */

/** Place letters and what they stand for; parsers/README.md shows the same table. */
export const PLACES = {
  P: 'PRI number',
  M: 'header time `Mmm dd hh:mm:ss`, day padded by a space',
  N: 'the same, day padded by a zero',
  A: 'header time `YYYY-MM-DDThh:mm:ss`',
  B: 'header time `YYYY-MM-DD hh:mm:ss`',
  1: 'first digit of the header time’s fraction',
  2: 'two digits of it',
  3: 'three digits of it',
  4: 'four digits of it',
  5: 'five digits of it',
  6: 'six digits of it',
  h: 'host',
  g: 'program',
  p: 'pid',
  q: 'msgid',
  d: 'structuredData',
  t: 'record time as local `YYYY-MM-DD hh:mm:ss`',
  s: 'its milliseconds',
  S: 'its microseconds',
  L: 'level',
  R: 'level right-aligned in eight columns',
  n: 'logger',
  G: 'globalRequest',
  r: 'request',
  u: 'user',
  j: 'project',
  o: 'domain',
  y: 'systemScope',
  U: 'userDomain',
  J: 'projectDomain',
  i: 'instance',
  Z: 'record time `YYYY-MM-DD hh:mm:ss` in the zone that the form names behind it (`Z`, `%c0200`)',
  z: 'the same with `T`',
  k: 'record time as local `YYYY-MM-DD hh:mm:ss`, hour padded by a space (MariaDB)',
  b: 'record time as local `YYMMDD hh:mm:ss`, hour padded by a space (MySQL until 5.6)',
  E: 'the same, hour padded by a zero (mysqld_safe)',
  a: 'record time as local `Ddd Mmm dd hh:mm:ss`, day padded by a space (uwsgi)',
  D: 'the same, day padded by a zero (Apache)',
  e: 'its year',
  x: 'record time as local `YYYY/MM/DD hh:mm:ss` (nginx)',
  f: 'record time as local `D-Mmm-YYYY::hh:mm:ss` (RabbitMQ until 3.6)',
  w: 'record time as local `DD Mmm YYYY hh:mm:ss` (Redis)',
  W: 'nothing; the record’s time is of a stamp without a zone that stays in the message',
  c: 'a `+`',
  v: 'a `|`',
  l: 'a newline',
  m: 'message, where text follows it',
} as const;

/** Places that are characters which have a meaning of their own in forms. */
export const CHARACTERS: ReadonlyMap<string, string> = new Map([
  ['c', '+'],
  ['v', '|'],
  ['l', '\n'],
]);
/** Places that stand for a stamp without a zone: the record's time depends on the zone of its sender. */
const LOCAL_TIME = /%[tkbaxfwDEW]/;

/** Places that stand for a stamp with a zone of its own. */
const ZONED_TIME = /%[Zz]/;

/** The form of a text that stays the message as it is, with a local stamp in it. */
export const LOCAL_IN_TEXT = '%W';

/** Was the record's time read from a stamp of its body that names its zone? */
export function hasZonedTime(form: string): boolean {
  return ZONED_TIME.test(form);
}

/** Was the record's time read from a stamp without a zone in its body? */
export function hasLocalTime(form: string): boolean {
  return LOCAL_TIME.test(form);
}
