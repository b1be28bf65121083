/**
 * The constant text of an error message for grouping: what the place in the code wrote, with everything that differs between two
 * occurrences as `<*>`. Coarser than base/shape.ts, which the store is made of: there a shape has to give the message back, here
 * words with a digit go as a whole, lists of any length are one variable, and hosts, paths and URLs are variables without a digit.
 *
 * Invariants: only the first line counts (what follows is a dump or a traceback); linear in the text; the same text gives the same
 * shape, and the shape of a shape is itself. Measured against published templates: test/report/grouping.test.ts.
 */

/** Behind this a message is somebody's data, not a sentence. */
const CHARS_MAX = 1000;
export const VARIABLE = '<*>';

/** Order matters: what is longer goes before what it is made of. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  // Colours of a terminal, and an instance that the parser left in the text.
  [/\x1b\[[0-9;]{0,20}m|#033\[[0-9;]{0,20}m/g, ''],
  [/\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s'"<>)\],]{1,500}/gi, VARIABLE],
  [/(?<=^|[\s'"(=:,[])(?:\/[\w.@%+~:-]{0,199}[\w@%+~-]){1,40}\/?(?:\?[^\s'"]{0,500})?/g, VARIABLE],
  [/\b(?:req-|tx)?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b/gi, VARIABLE],
  [/<[A-Za-z_][^<>\n]{3,300}(?:0x[0-9a-f]{4,16}|=)[^<>\n]{0,300}>/g, VARIABLE],
  // `host cmp-a.example.org`, `node 'x'`: names of machines need not have a digit.
  [
    /\b(host|hostname|node|hypervisor|server|backend|agent on|host_name)([ :=]{1,2}['"]?)(?=[\w.-]{0,200}[-.])[\w-][\w.-]{0,200}[\w]/gi,
    `$1$2${VARIABLE}`,
  ],
];

/** A list or map of Python or JSON, innermost first: as long as it is, one variable; an empty one says something. */
const DUMPS = /([[{])\s{0,3}(?:u?['"]|<(?!\*>\s{0,3}[\]}])|\d)(?:[^[\]{}\n]|\[<\*>\]|\{<\*>\}){0,900}([\]}])/g;
const DUMP = new RegExp(DUMPS.source);
const NESTED_MAX = 4;

/** A run of characters that belong to one word of data: `cp-1.slow.us`, `10.0.0.1:5672`, `vol_3`, `tap1a-2b`, `64MB`. */
const WORD = /[^\s'"=,;()[\]{}<>|]+/g;
const DIGIT = /\d/;
/** What ends a sentence or begins its explanation stays. */
const TAIL = /[.:!?]+$/;
/** `<*>`s in a row, however many, are one list. */
const LIST = /<\*>(?:(?:\s{0,3}[,;]\s{0,3}|\s{1,3})<\*>)+/g;
const GLUED = /(?:<\*>[-:/.@#_]{0,2}){2,}(?<=>)/g;

export function errorShape(message: string, host?: string): string {
  const newline = message.indexOf('\n');
  let text = message.slice(0, Math.min(newline < 0 ? message.length : newline, CHARS_MAX));
  if (host !== undefined && host.length > 2) text = withoutHost(text, host);
  for (let depth = 0; depth < NESTED_MAX && DUMP.test(text); depth++) text = text.replaceAll(DUMPS, `$1${VARIABLE}$2`);
  for (const [pattern, by] of MASKS) text = text.replace(pattern, by);
  text = text.replace(WORD, masked).replace(GLUED, VARIABLE).replace(LIST, VARIABLE);
  return text.replace(/\s+/g, ' ').trim();
}

function masked(word: string): string {
  if (!DIGIT.test(word)) return word;
  const tail = TAIL.exec(word)?.[0] ?? '';
  const body = word.slice(0, word.length - tail.length);
  // `controller:5672`, a host and its port.
  if (/^[A-Za-z][\w.-]*:\d{2,5}$/.test(body)) return `${VARIABLE}${tail}`;
  // `oslo_db.exception.DBError:2013`, `HTTP/1.1`: letters before the first digit that end at a sign are constant text.
  const head = /^[A-Za-z_][A-Za-z_.]{2,}[:/#](?=\d)/.exec(body)?.[0] ?? '';
  return `${head}${VARIABLE}${tail}`;
}

/** The host that wrote it, by its short and its full name. */
function withoutHost(text: string, host: string): string {
  const short = host.split('.', 1)[0]!;
  if (short.length < 3 || !text.includes(short)) return text;
  let out = '';
  let from = 0;
  for (let at = text.indexOf(short); at >= 0; at = text.indexOf(short, from)) {
    const end = at + (text.startsWith(host, at) ? host.length : short.length);
    const isWhole = !/[\w-]/.test(text[at - 1] ?? ' ') && !/[\w-]/.test(text[end] ?? ' ');
    out += `${text.slice(from, at)}${isWhole ? VARIABLE : text.slice(at, end)}`;
    from = end;
  }
  return out + text.slice(from);
}
