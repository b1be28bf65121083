/**
 * Texts of several lines in one message: a traceback with `#012` (rsyslog's escape of a newline) or real
 * newlines, oslo's exception prefix in front of each line, `#011` for tabs. Makes one message of plain
 * lines, and remembers in the form how to put them back. Not here: lines that come as messages of their
 * own (the joiner's, who asks `isContinuation`).
 *
 * A form with lines is `HEAD|SPEC|PREFIX`: SPEC is `#` or `n` (the separator), `t` (tabs were `#011`) and the
 * number of lines before the first with a prefix; PREFIX is the form of an exception line, `$` behind it
 * when the last line's prefix had lost its final space. Invariant: anything less regular has no form.
 * Source: the services' own format strings (error_summary puts bare lines between record and traceback).
 */
import { emptyRecord } from '../src/base/record.ts';
import type { LogRecord } from '../src/model.ts';
import { addFlag } from './header.ts';
import { oslo } from './oslo.ts';
import { hasForm, noFormFor } from './parser.ts';
import { render, templateOf } from './template.ts';
import { isoAt, NO_STAMP } from './time.ts';

const NEWLINE_ESCAPE = '#012';
const TAB_ESCAPE = '#011';
const PREFIX_MARK = '~';

/** More bare lines than this before a traceback are a text of their own; each number is a form. */
const BARE_LINES_MAX = 40;

const FORMS_MAX = 1024;
const forms = new Map<string, string>();

function shared(form: string): string {
  const known = forms.get(form);
  if (known !== undefined) return known;
  if (forms.size >= FORMS_MAX) forms.clear();
  forms.set(form, form);
  return form;
}

/** Is there anything to unfold in text[at …]? */
export function isFolded(text: string, at: number): boolean {
  return text.indexOf('\n', at) >= 0 || text.indexOf('#01', at) >= 0;
}

/**
 * At these lengths relays cut: RFC 3164's 1024, rsyslog's 2048 until version 5 and 8096 since, syslog-ng's 8192. Seen: two
 * tracebacks of exactly 2048 bytes among a hundred datagrams (Icehouse on CentOS 6).
 */
const CUT_CHARS: ReadonlySet<number> = new Set([1024, 2048, 8096, 8192]);

/** Sets the record's message to the lines of `rest`, and its form to one that writes them back. `length` is that of the whole text. */
export function unfold(record: LogRecord, rest: string, length = 0): void {
  if (CUT_CHARS.has(length) && rest.includes(NEWLINE_ESCAPE)) addFlag(record, 'cut');
  let spec = '';
  if (rest.includes(TAB_ESCAPE) && !rest.includes('\t')) {
    rest = rest.replaceAll(TAB_ESCAPE, '\t');
    spec = 't';
  }
  const separator = rest.includes('\n') ? '\n' : rest.includes(NEWLINE_ESCAPE) ? NEWLINE_ESCAPE : undefined;
  if (separator === undefined) {
    record.message = rest;
    if (spec !== '' && hasForm(record.form)) record.form = shared(`${record.form}|${spec}`);
    return;
  }
  spec = `${separator === '\n' ? 'n' : '#'}${spec}`;
  const lines = rest.split(separator);
  const first = record.format === 'oslo' ? findPrefix(record, lines) : undefined;
  if (hasForm(record.form)) record.form = shared(`${record.form}|${spec}`);
  if (first !== undefined) stripPrefixes(record, lines, first);
  record.message = lines.join('\n');
}

interface Prefix {
  index: number;
  text: string;
  form: string;
}

/** The first exception line of this record among its lines. Takes from it what the record line lacks: Grizzly's pid. */
function findPrefix(record: LogRecord, lines: readonly string[]): Prefix | undefined {
  for (let index = 1; index < lines.length; index++) {
    const text = lines[index]!;
    if (isoAt(text, 0) === NO_STAMP) continue;
    const line = emptyRecord(record.received, record.transport, record.peer);
    line.zone = record.zone;
    const message = oslo.read(text, 0, line);
    if (message < 0 || !isPrefixOf(record, line)) continue;
    record.pid ??= line.pid;
    record.instance ??= line.instance;
    return { index, text: text.slice(0, message), form: line.form };
  }
  return undefined;
}

function isPrefixOf(record: LogRecord, line: LogRecord): boolean {
  return (
    line.form.startsWith(PREFIX_MARK) &&
    line.time === record.time &&
    line.logger === record.logger &&
    (record.pid === undefined || line.pid === undefined || line.pid === record.pid) &&
    (record.instance === undefined || line.instance === undefined || line.instance === record.instance)
  );
}

function stripPrefixes(record: LogRecord, lines: string[], prefix: Prefix): void {
  let regular = prefix.index - 1 <= BARE_LINES_MAX;
  let mark = '';
  const trimmed = prefix.text.trimEnd();
  for (let index = prefix.index; index < lines.length; index++) {
    const line = lines[index]!;
    if (line.startsWith(prefix.text)) lines[index] = line.slice(prefix.text.length);
    else if (line === trimmed) {
      lines[index] = '';
      if (index === lines.length - 1) mark = '$';
      else regular = false;
    } else {
      regular = false;
      if (index === lines.length - 1 && line !== '' && prefix.text.startsWith(line)) cutPrefix(record, lines);
    }
  }
  if (!regular || !hasForm(prefix.form)) record.form = noFormFor(record.form);
  else if (hasForm(record.form)) record.form = shared(`${record.form}${prefix.index - 1}|${prefix.form}${mark}`);
}

/** A relay cut the text within the last prefix: no line of the traceback has that text. */
function cutPrefix(record: LogRecord, lines: string[]): void {
  lines.pop();
  addFlag(record, 'cut');
}

/** The body's text for one form (without `+`) and its message. */
export function writeBody(record: LogRecord, form: string, message: string): string {
  const bar = form.indexOf('|');
  if (bar < 0) {
    // Text behind the message is a literal: a colour that is reset.
    const inside = form.indexOf('%m');
    const head = inside < 0 ? form : form.slice(0, inside);
    return render(templateOf(head), record) + message + (inside < 0 ? '' : form.slice(inside + 2));
  }
  const [head, spec, prefix] = form.split('|') as [string, string, string | undefined];
  const lines = (spec.includes('t') ? message.replaceAll('\t', TAB_ESCAPE) : message).split('\n');
  const separator = spec.startsWith('#') ? NEWLINE_ESCAPE : '\n';
  if (prefix !== undefined) addPrefixes(lines, Number(spec.replace(/\D+/, '')) + 1, prefixOf(record, prefix));
  return render(templateOf(head), record) + lines.join(separator);
}

/** The prefix as text; without its final space where that was lost on the last line. */
function prefixOf(record: LogRecord, form: string): { text: string; cut: boolean } {
  const cut = form.endsWith('$');
  return { text: render(templateOf(cut ? form.slice(0, -1) : form), record), cut };
}

function addPrefixes(lines: string[], from: number, { text, cut }: { text: string; cut: boolean }): void {
  for (let index = from; index < lines.length; index++) lines[index] = text + lines[index];
  if (cut) lines[lines.length - 1] = text.trimEnd();
}
