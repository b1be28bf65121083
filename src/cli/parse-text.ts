/**
 * A parsed record for people and for programs: which parsers took it, every field, what the marks read off it, and whether its
 * exact text had to be kept. Everything that a sender could have put into it is made visible. Pure.
 */
import { marks } from '../../parsers/index.ts';
import { publicRecord } from '../base/public.ts';
import { displayTime } from '../base/time.ts';
import { visible, visibleJson, visibleLines } from '../base/visible.ts';
import type { LogRecord, Marks } from '../model.ts';
import type { Parsed } from './parse.ts';

/** Six digits of lines, and two spaces. */
const INDENT = ' '.repeat(8);
/** Stand in the first line already, or are of this run and not of the text. */
const ELSEWHERE = new Set([
  'seq',
  'time',
  'received',
  'transport',
  'peer',
  'host',
  'program',
  'pid',
  'service',
  'level',
  'format',
  'message',
]);
const BOLD = ['\x1b[1m', '\x1b[0m'];

/** `LINE  ENVELOPE+BODY  TIME HOST PROGRAM[PID] SERVICE LEVEL`, the fields, the marks, the message. */
export function parsedText(parsed: Parsed, style: { color: boolean }): string {
  const { record, line, lines } = parsed;
  const numbers = lines === 1 ? String(line) : `${line}+${lines - 1}`;
  const parsers = `${record.envelope}+${record.format}`;
  const [on, off] = style.color ? BOLD : ['', ''];
  const program = `${visible(record.program ?? '-')}${record.pid === undefined ? '' : `[${record.pid}]`}`;
  const head = [
    numbers.padStart(6),
    `${on}${visible(parsers).padEnd(16)}${off}`,
    displayTime(record.time),
    visible(record.host ?? '-'),
    program,
    visible(record.service ?? '-'),
    record.level ?? '-',
  ];
  const read = marks(record);
  const details = [fieldsText(record), ...marksText(read), formsText(record)].filter((text) => text !== '');
  const message = visibleLines(record.message).split('\n');
  return [head.join('  '), ...details.map((text) => `${INDENT}${text}`), ...message.map((text) => `${INDENT}| ${text}`.trimEnd()), ''].join(
    '\n',
  );
}

/** Fields that are in no column of the first line, as `name=value`. */
function fieldsText(record: LogRecord): string {
  const fields = Object.entries(publicRecord(record, {})).filter(([name]) => !ELSEWHERE.has(name));
  return fields.map(([name, value]) => `${name}=${visible(String(value))}`).join(' ');
}

function marksText(read: Marks): string[] {
  return Object.entries(read)
    .filter(([, value]) => value !== undefined && (!Array.isArray(value) || value.length > 0))
    .map(
      ([name, value]) =>
        `${name}: ${name === 'ids' ? read.ids!.map(({ kind, id }) => `${kind} ${visible(id)}`).join(', ') : pairsText(value)}`,
    );
}

function pairsText(value: object): string {
  return Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .map(([name, one]) => `${name}=${visible(String(one))}`)
    .join(' ');
}

function formsText(record: LogRecord): string {
  const form = `form: ${visible(record.envelopeForm)}${visible(record.form)}`.trimEnd();
  return record.raw === undefined ? form : `${form} (the exact text is kept besides)`;
}

/** The record as search gives it, without what is of this run, with the names of its parsers and forms. */
export function parsedJson({ record, line, lines }: Parsed): string {
  const { seq: _seq, received: _received, transport: _transport, peer: _peer, ...fields } = publicRecord(record, marks(record));
  const { envelope, envelopeForm, form } = record;
  return visibleJson(JSON.stringify({ line, lines, envelope, envelopeForm, form, rawKept: record.raw !== undefined, ...fields }));
}
