/**
 * Rules of a site: patterns and services of its configuration, for programs that are not OpenStack's. Not a body of the
 * table: what there is to read comes in `given.site`, and nothing is asked where there are no rules.
 *
 * A pattern with a program takes that program's lines before every body; one without takes lines that no body knows, so that
 * it cannot take anything away from the others. Invariant: the exact text stays - where the message is the whole body the record
 * has the form of plain text, else `raw` has it. Regular expressions run in linear time (src/base/pattern.ts).
 */
import { CodedError } from '../src/base/errors.ts';
import { compilePattern, compileWildcard, type Pattern } from '../src/base/pattern.ts';
import { emptyRecord } from '../src/base/record.ts';
import type { LogRecord, SiteField, SitePattern, SiteReader, SiteRules } from '../src/model.ts';
import { daemonLevel, LEVEL_WORDS } from './levels.ts';
import { unfold } from './lines.ts';
import { NO_FORM, NOT_MINE, OWN_MESSAGE } from './parser.ts';
import { readSiteTime } from './site-time.ts';

interface Rule {
  readonly format: string;
  readonly from: SitePattern;
  readonly pattern: Pattern;
  readonly program: Pattern | undefined;
}

/** Distinct programs whose rules are remembered; a sender that makes up names starts the table anew. */
const PROGRAMS_MAX = 4096;
const NONE: readonly Rule[] = [];

/** Undefined where there are no rules. Throws `bad-setting` with the place of a sample that is not taken as it should be. */
export function siteReader(rules: SiteRules): SiteReader | undefined {
  if (rules.services.length === 0 && rules.patterns.length === 0) return undefined;
  const compiled = rules.patterns.map(ruleOf);
  for (const [index, rule] of compiled.entries()) checkSamples(rule, compiled.slice(0, index));
  const ofAll = compiled.filter((rule) => rule.program === undefined);
  const ofProgram = remembered((program) => {
    const fitting = compiled.filter((rule) => rule.program?.matches(program));
    return fitting.length === 0 ? NONE : fitting;
  });
  const services = rules.services.map(({ program, service }) => ({ program: compileWildcard(program), service }));
  const service = remembered((program) => services.find((one) => one.program.matches(program))?.service);
  return {
    service,
    read: (text, at, record) =>
      record.program === undefined ? NOT_MINE : readBy(ofProgram(record.program), text.slice(at), { at, record }),
    readUnknown: (text, at, record) => (ofAll.length === 0 ? NOT_MINE : readBy(ofAll, text.slice(at), { at, record })),
  };
}

function ruleOf(from: SitePattern): Rule {
  const program = from.program === undefined ? undefined : compileWildcard(from.program);
  return { format: `site:${from.name}`, from, pattern: compilePattern(from.pattern), program };
}

function remembered<T>(of: (program: string) => T): (program: string) => T {
  const known = new Map<string, T>();
  return (program) => {
    const before = known.get(program);
    if (before !== undefined || known.has(program)) return before as T;
    if (known.size >= PROGRAMS_MAX) known.clear();
    const answer = of(program);
    known.set(program, answer);
    return answer;
  };
}

interface Body {
  readonly at: number;
  readonly record: LogRecord;
}

/** `body` is the text from `at` on; rsyslog leaves a space in front of it that no pattern should have to know. */
function readBy(rules: readonly Rule[], body: string, { at, record }: Body): number {
  if (rules.length === 0) return NOT_MINE;
  const text = body.trimStart();
  for (const rule of rules) {
    const found = rule.pattern.find(text);
    if (found === undefined) continue;
    record.format = rule.format;
    for (const [field, value] of Object.entries(rule.from.fields)) setField(record, field as SiteField, value);
    for (const [field, [start, end]] of found)
      if (field !== 'message' && end > start) setField(record, field as SiteField, text.slice(start, end));
    const message = found.get('message');
    record.form = '';
    if (message === undefined || (message[0] === 0 && message[1] === text.length)) return at;
    record.form = NO_FORM;
    unfold(record, text.slice(message[0], message[1]));
    return OWN_MESSAGE;
  }
  return NOT_MINE;
}

/** False where the value is not one of this field; the record then keeps what the header says. */
function setField(record: LogRecord, field: SiteField, value: string): boolean {
  if (field === 'level') {
    const level = levelOf(value);
    record.level = level ?? record.level;
    return level !== undefined;
  }
  if (field === 'time') {
    const time = readSiteTime(value, record);
    record.time = time ?? record.time;
    return time !== undefined;
  }
  if (field === 'pid') {
    const isNumber = /^\d{1,10}$/.test(value);
    if (isNumber) record.pid = Number(value);
    return isNumber;
  }
  record[field] = value;
  return true;
}

function levelOf(word: string): LogRecord['level'] {
  const upper = word.toUpperCase();
  return LEVEL_WORDS.find((one) => one.word === upper)?.level ?? daemonLevel(word);
}

/** A rule must take its samples, read every value of them, and no rule before it may take one. */
function checkSamples(rule: Rule, before: readonly Rule[]): void {
  const { from } = rule;
  for (const { text, place } of from.samples) {
    const found = rule.pattern.find(text.trimStart());
    if (found === undefined) throw wrongSample(place, `the pattern ${from.name} does not match this sample: ${text}`);
    const earlier = before.find((other) => other.from.program === from.program && other.pattern.matches(text));
    if (earlier !== undefined)
      throw wrongSample(place, `this sample of ${from.name} is taken by ${earlier.from.name}, which stands before it`);
    const record = emptyRecord(0, 'udp', '');
    for (const [field, [start, end]] of found) {
      const value = text.trimStart().slice(start, end);
      if (end > start && !setField(record, field as SiteField, value))
        throw wrongSample(place, `${JSON.stringify(value)} is no ${field} (pattern ${from.name})`);
    }
    for (const [field, value] of Object.entries(from.fields))
      if (!setField(record, field as SiteField, value))
        throw wrongSample(from.place, `${JSON.stringify(value)} is no ${field} (pattern ${from.name})`);
  }
}

function wrongSample(place: string, message: string): CodedError {
  return new CodedError('bad-setting', `${place}: ${message}`);
}
