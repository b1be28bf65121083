/**
 * Time stamps of the daemons beside OpenStack, in front of their texts: ISO stamps that name a zone (libvirt,
 * Open vSwitch, RabbitMQ, MySQL), and the local spellings of MariaDB, Apache, nginx, RabbitMQ until 3.6 and Redis.
 * Not here: oslo's stamp and those of syslog headers (time.ts, header.ts).
 *
 * Invariant: `stampText` of what was read gives the same characters. A date that no calendar has is no stamp: the line
 * is then nobody's and stays plain. Sources: the daemons' own formats, as named at each.
 */
import { sharedForm } from './forms.ts';
import { stampEnd as isoEnd, stampForm as isoForm, stampOffset as isoOffset, isoStampAt } from './header.ts';
import { bsdOf, bsdZeroOf, clockAt, isoOf, isWall, monthAt, NO_STAMP, SECOND_US, wallOf } from './time.ts';

/** A stamp that stands at the beginning of a body; the newest one read, overwritten by the next. */
export const stamp = {
  /** Wall clock, µs. */
  wall: 0,
  /** Minutes east of UTC that the stamp itself names. */
  offset: undefined as number | undefined,
  end: 0,
  /** Undefined: no form writes it. */
  form: undefined as string | undefined,
};

/** Body forms by header form (`%A.%3Z` -> `%z.%sZ`): header.ts bounds how many there are. */
const zonedForms = new Map<string, string | undefined>();

/** `YYYY-MM-DD[T ]hh:mm:ss[.fraction]ZONE` or, with a space, without a zone. */
export function isoStamp(text: string, at: number): boolean {
  const wall = isoStampAt(text, at);
  if (!isWall(wall)) return false;
  stamp.wall = wall;
  stamp.offset = isoOffset;
  stamp.end = isoEnd;
  stamp.form = isoForm === undefined ? undefined : bodyForm(isoForm);
  return true;
}

function bodyForm(headerForm: string): string | undefined {
  if (zonedForms.has(headerForm)) return zonedForms.get(headerForm);
  const [, kind, digits, zone = ''] = /^%([AB])(?:\.%(\d))?(.*)$/.exec(headerForm)!;
  const fraction = digits === undefined ? '' : digits === '3' ? '.%s' : digits === '6' ? '.%S' : undefined;
  const second = zone !== '' ? (kind === 'A' ? '%z' : '%Z') : kind === 'B' ? '%t' : undefined;
  const writable = fraction !== undefined && second !== undefined && zone !== 'z';
  const form = writable ? `${second}${fraction}${zone.replace('+', '%c')}` : undefined;
  zonedForms.set(headerForm, form);
  return form;
}

/** The form of a stamp with a literal text around it; the caller's record is kept raw where it is NO_FORM. */
export function stampedForm(before: string, behind: string): string {
  return sharedForm(stamp.form === undefined ? undefined : `${before}${stamp.form}${behind}`);
}

// ------------------------------------------------------------------ local spellings

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const DAYS = 'Thu Fri Sat Sun Mon Tue Wed'.split(' ');
const DAY_US = 86_400 * SECOND_US;

/** What a place letter of template.ts writes for a wall time. */
export function stampText(place: number, wall: number): string {
  const iso = isoOf(wall, ' ');
  const clock = iso.slice(11);
  const day = iso.slice(8, 10);
  switch (String.fromCharCode(place)) {
    case 'k':
      return `${iso.slice(0, 11)}${clock.replace(/^0/, ' ')}`;
    case 'b':
      return `${iso.slice(2, 10).replaceAll('-', '')} ${clock.replace(/^0/, ' ')}`;
    case 'E':
      return `${iso.slice(2, 10).replaceAll('-', '')} ${clock}`;
    case 'D':
      return `${DAYS[((Math.floor(wall / DAY_US) % 7) + 7) % 7]} ${bsdZeroOf(wall)}`;
    case 'a':
      return `${DAYS[((Math.floor(wall / DAY_US) % 7) + 7) % 7]} ${bsdOf(wall)}`;
    case 'e':
      return iso.slice(0, 4);
    case 'x':
      return `${iso.slice(0, 10).replaceAll('-', '/')} ${clock}`;
    case 'f':
      return `${Number(day)}-${monthOf(iso)}-${iso.slice(0, 4)}::${clock}`;
    default:
      return `${day} ${monthOf(iso)} ${iso.slice(0, 4)} ${clock}`;
  }
}

function monthOf(iso: string): string {
  return MONTHS[Number(iso.slice(5, 7)) - 1]!;
}

/** Where year, month, day and clock are among the groups of a pattern, and the form of what it matched. */
interface Spelling {
  readonly pattern: RegExp;
  readonly form: string;
}

const SPELLINGS = {
  /** MariaDB since 10.1: `2023-01-02  3:04:05`. */
  mariadb: { pattern: /(?<y>\d{4})-(?<n>\d\d)-(?<d>\d\d) (?<t>[ \d]\d:\d\d:\d\d)/y, form: '%k' },
  /** MySQL until 5.6, MariaDB until 10.0: `161109  9:25:42`. */
  mysql: { pattern: /(?<s>\d\d)(?<n>\d\d)(?<d>\d\d) (?<t>[ \d]\d:\d\d:\d\d)/y, form: '%b' },
  /** Apache's error log, uwsgi: `Tue Mar 28 03:56:00.804140 2017`. */
  ctime: { pattern: /[A-Z][a-z]{2} (?<m>[A-Z][a-z]{2}) (?<d>[ \d]\d) (?<t>\d\d:\d\d:\d\d)(?:\.(?<u>\d{6}))? (?<y>\d{4})/y, form: '%a %e' },
  /** nginx's error log: `2023/01/02 10:00:00`. */
  nginx: { pattern: /(?<y>\d{4})\/(?<n>\d\d)\/(?<d>\d\d) (?<t>\d\d:\d\d:\d\d)/y, form: '%x' },
  /** RabbitMQ until 3.6: `7-Jun-2015::03:42:28`. */
  report: { pattern: /(?<d>\d{1,2})-(?<m>[A-Z][a-z]{2})-(?<y>\d{4})::(?<t>\d\d:\d\d:\d\d)/y, form: '%f' },
  /** Redis, valkey: `02 May 2023 10:00:00.123`. */
  redis: { pattern: /(?<d>\d\d) (?<m>[A-Z][a-z]{2}) (?<y>\d{4}) (?<t>\d\d:\d\d:\d\d)\.(?<i>\d{3})/y, form: '%w.%s' },
  /** Access lines (common log format): `25/Feb/2019:16:19:48 +0000`; eventlet has a space and no zone, haproxy milliseconds. No form: it stands inside the text. */
  access: {
    pattern: /(?<d>\d\d)\/(?<m>[A-Z][a-z]{2})\/(?<y>\d{4})[: ](?<t>\d\d:\d\d:\d\d)(?:\.(?<i>\d{3}))?(?: (?<z>[+-]\d{4}))?/y,
    form: '',
  },
} as const satisfies Record<string, Spelling>;

/** Is there a stamp of this spelling at `at`? Sets `stamp`. */
export function stampAt(kind: keyof typeof SPELLINGS, text: string, at: number): boolean {
  const { pattern, form } = SPELLINGS[kind];
  pattern.lastIndex = at;
  const groups = pattern.exec(text)?.groups;
  if (groups === undefined) return false;
  const { y, s, n, m, d, t, u, i, z } = groups;
  const month = n === undefined ? monthAt(m!, 0) : Number(n);
  // MySQL's first year of two digits was 1995; it printed them until 2013.
  const year = y === undefined ? 2000 + Number(s) : Number(y);
  const clock = clockAt(t!.replace(' ', '0'), 0);
  const wall = clock === NO_STAMP ? -1 : wallOf({ year, month, day: Number(d) }, clock);
  if (!isWall(wall)) return false;
  stamp.wall = wall + Number(u ?? 0) + Number(i ?? 0) * 1000;
  stamp.offset = z === undefined ? undefined : (z[0] === '-' ? -1 : 1) * (Number(z.slice(1, 3)) * 60 + Number(z.slice(3)));
  stamp.end = pattern.lastIndex;
  stamp.form = padded(u === undefined ? form : '%a.%S %e', d!, t!);
  return true;
}

/** Apache pads its days with a zero, mysqld_safe its hours; uwsgi and mysqld use a space. */
function padded(form: string, day: string, clock: string): string {
  if (form === '%b' && clock.startsWith('0')) return '%E';
  return day.startsWith('0') && form.startsWith('%a') ? `%D${form.slice(2)}` : form;
}
