/**
 * An independent reader of OpenStack log lines, to check the parsers and the joiner against: cuts a line at its spaces and goes from
 * word to word. Shares no code, no pattern and no method with parsers/ or src/ingest/: no regular expression, no position but those
 * of a stamp's own digits. It knows only the ordinary shapes, and says so (`undefined`) of everything else.
 */

export interface Header {
  /** `YYYY-MM-DD`, absent where the line has only a month and a day. */
  readonly date: string | undefined;
  /** `hh:mm:ss`. */
  readonly clock: string;
  /** Digits behind it, maybe none. */
  readonly fraction: string;
  readonly pid: string | undefined;
  readonly level: string;
  readonly logger: string;
  /** What stands between the brackets behind the logger; undefined: no context, so a line of a traceback, or nothing known. */
  readonly context: readonly string[] | undefined;
  readonly instance: string | undefined;
  /** Everything of the line before the level: what a line of the same record's traceback has, too. */
  readonly isException: boolean;
}

const LEVELS = ['DEBUG', 'INFO', 'AUDIT', 'WARNING', 'WARN', 'ERROR', 'CRITICAL', 'TRACE'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export function isDigits(word: string): boolean {
  if (word === '') return false;
  for (const character of word) if (character < '0' || character > '9') return false;
  return true;
}

/** Letters and digits: `248_add_expire_reservations_index` is a logger. */
function isNameStart(character: string): boolean {
  return isDigits(character) || character.toLowerCase() !== character.toUpperCase();
}

function isDate(word: string | undefined): boolean {
  if (word === undefined || word.length !== 10) return false;
  const parts = word.split('-');
  return parts.length === 3 && parts.every(isDigits) && parts[0]!.length === 4;
}

interface Clock {
  readonly clock: string;
  readonly fraction: string;
}

function clockOf(word: string | undefined): Clock | undefined {
  if (word === undefined) return undefined;
  const clock = word.slice(0, 8);
  const parts = clock.split(':');
  if (parts.length !== 3 || !parts.every((part) => part.length === 2 && isDigits(part))) return undefined;
  const rest = word.slice(8);
  if (rest === '') return { clock, fraction: '' };
  // `.225`, `,225`, and `,225.225` of logs without a date format.
  const fraction = rest.slice(1).split('.')[0]!;
  return (rest[0] === '.' || rest[0] === ',') && isDigits(fraction) ? { clock, fraction } : undefined;
}

/** Where oslo's own words begin: behind what a relay, a collector or a file list put in front. */
function startOf(words: readonly string[]): { at: number; date: string | undefined; clock: Clock } | undefined {
  for (let at = 0; at < Math.min(6, words.length); at++) {
    if (!isDate(words[at])) continue;
    const clock = clockOf(words[at + 1]);
    if (clock === undefined) continue;
    if (at > 0 && !words[0]!.startsWith('<') && !words[1]!.startsWith('<') && !words[0]!.includes('.log') && !MONTHS.includes(words[0]!))
      return undefined;
    return { at: at + 2, date: words[at], clock };
  }
  // journald: `May 26 20:44:32.276580 HOST cinder-volume[27348]: INFO LOGGER …`.
  const clock = clockOf(words[2]);
  if (!MONTHS.includes(words[0] ?? '') || clock === undefined || !words[4]?.endsWith(':') || !LEVELS.includes(words[5] ?? ''))
    return undefined;
  return { at: 5, date: undefined, clock };
}

export function headerOf(line: string): Header | undefined {
  const words = line.split(' ');
  const start = startOf(words);
  if (start === undefined) return undefined;
  let { at } = start;
  const pid = isDigits(words[at] ?? '') ? words[at++] : undefined;
  const level = words[at++];
  const logger = words[at++];
  if (level === undefined || !LEVELS.includes(level) || logger === undefined || logger === '' || !isNameStart(logger[0]!)) return undefined;
  const context = isContext(words[at], words[at + 1]) ? contextAt(words, at) : undefined;
  if (context !== undefined) at = context.next;
  const isException = context === undefined && (level === 'ERROR' || level === 'TRACE');
  const instance = words[at] === '[instance:' && words[at + 1]?.endsWith(']') ? words[at + 1]!.slice(0, -1) : undefined;
  return { date: start.date, ...start.clock, pid, level, logger, context: context?.inside, instance, isException };
}

/** `[-]`, `[req-…`, `[None …`, `[ req-…`; not `[instance:`, `[SQL:`, `[u'Traceback`. */
function isContext(word: string | undefined, next: string | undefined): boolean {
  if (word === undefined) return false;
  if (word === '[-]' || word.startsWith('[req-')) return true;
  return (word === '[None' || word === '[') && (next?.startsWith('req-') ?? false);
}

function contextAt(words: readonly string[], at: number): { inside: string[]; next: number } | undefined {
  const inside: string[] = [];
  for (let index = at; index < Math.min(at + 12, words.length); index++) {
    const word = index === at ? words[index]!.slice(1) : words[index]!;
    if (word.endsWith(']')) {
      inside.push(word.slice(0, -1));
      return { inside, next: index + 1 };
    }
    inside.push(word);
  }
  return undefined;
}

export interface Identity {
  readonly request: string | undefined;
  readonly globalRequest: string | undefined;
  /** The words behind the requests, in their order; absent ones are ''. */
  readonly names: readonly string[];
}

export function identityOf(context: readonly string[]): Identity {
  const requests = context.filter((word) => word.startsWith('req-'));
  const last = context.lastIndexOf(requests.at(-1) ?? '-');
  const names = context.slice(last + 1).map((word) => (word === '-' || word === 'None' ? '' : word));
  return {
    request: requests.at(-1),
    globalRequest: requests.length > 1 ? requests[0] : undefined,
    names,
  };
}

/** How often a text stands in another. */
export function countOf(text: string, part: string): number {
  return text.split(part).length - 1;
}

/**
 * The lines of a file put together as a reader would: a line of a traceback goes to the newest record above it of the same stamp,
 * logger and (where both say one) process; a line without a stamp goes where the line above it went. Texts in order of their first lines.
 */
export function groupsOf(lines: readonly string[]): string[] {
  const groups: { lines: string[]; header: Header | undefined }[] = [];
  const byKey = new Map<string, { lines: string[]; header: Header | undefined }[]>();
  let current: { lines: string[]; header: Header | undefined } | undefined;
  for (const line of lines) {
    const header = headerOf(line);
    if (header === undefined) {
      if (current === undefined) groups.push({ lines: [line], header: undefined });
      else current.lines.push(line);
      continue;
    }
    const key = [header.date, header.clock, header.fraction, header.logger].join(' ');
    const same = byKey.get(key) ?? [];
    const parent = header.isException ? same.findLast((group) => isSameProcess(group.header!, header)) : undefined;
    if (parent !== undefined) {
      parent.lines.push(line);
      current = parent;
      continue;
    }
    current = { lines: [line], header };
    groups.push(current);
    byKey.set(key, [...same, current]);
  }
  return groups.map((group) => group.lines.join('\n'));
}

function isSameProcess(one: Header, other: Header): boolean {
  if (one.instance !== undefined && other.instance !== undefined && one.instance !== other.instance) return false;
  return one.pid === other.pid || one.pid === undefined || other.pid === undefined;
}
