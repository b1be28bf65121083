/**
 * Filter -> predicate over records: the meaning of the query language, and the only one. Engines may
 * narrow down with an index (need.ts), but what `compile` says decides.
 *
 * Words, phrases, substrings, wildcards and regular expressions look at each of TEXT_FIELDS on its own
 * (not at level, service, pid or times: those have fields). NOT holds for whatever does not match.
 */
import { fold, hasPhrase, tokensOf } from '../base/tokens.ts';
import type { Filter, LogRecord, Marks } from '../model.ts';
import { substringOf, tokenGlobFinder } from './glob.ts';
import { idFinder } from './ids.ts';
import { fieldTest } from './match-field.ts';
import { regexOf } from './regex.ts';

/** The search text of a record. */
export const TEXT_FIELDS = [
  'message',
  'host',
  'program',
  'logger',
  'request',
  'globalRequest',
  'user',
  'project',
  'instance',
  'msgid',
  'structuredData',
] as const satisfies readonly (keyof LogRecord)[];

/** All marks of a record, or only the named part: ids cost ten times what an access line does. */
export type ReadMarks = (record: LogRecord, part?: keyof Marks) => Marks;
type ReadPart = (record: LogRecord, part: keyof Marks) => Marks;
type Test = (record: LogRecord) => boolean;

/**
 * `readMarks` is called at most once per record and part, and only for conditions on what no column holds (status,
 * exception …). Throws CodedError 'bad-query' for a regular expression that cannot be read.
 */
export function compile(filter: Filter, readMarks: ReadMarks): Test {
  const known = new Map<keyof Marks, Marks>();
  const test = build(filter, (record, part) => {
    let marks = known.get(part);
    if (marks === undefined) {
      marks = readMarks(record, part);
      known.set(part, marks);
    }
    return marks;
  });
  return (record) => {
    if (known.size > 0) known.clear();
    return test(record);
  };
}

function build(filter: Filter, readMarks: ReadPart): Test {
  switch (filter.kind) {
    case 'all':
      return () => true;
    case 'and': {
      const tests = filter.of.map((one) => build(one, readMarks));
      return (record) => tests.every((test) => test(record));
    }
    case 'or': {
      const tests = filter.of.map((one) => build(one, readMarks));
      return (record) => tests.some((test) => test(record));
    }
    case 'not': {
      const test = build(filter.of, readMarks);
      return (record) => !test(record);
    }
    case 'field':
      return filter.field === 'message' ? messageTest(filter) : fieldTest(filter, readMarks);
    default: {
      const finds = textTest(filter);
      return (record) => anyText(record, finds);
    }
  }
}

function anyText(record: LogRecord, finds: (text: string) => boolean): boolean {
  for (const field of TEXT_FIELDS) {
    const text = record[field];
    if (text !== undefined && finds(text)) return true;
  }
  return false;
}

type TextFilter = Extract<Filter, { kind: 'phrase' | 'wildcard' | 'substring' | 'regex' | 'id' }>;

/** Decides on one text as it is. */
function textTest(filter: TextFilter): (text: string) => boolean {
  switch (filter.kind) {
    case 'phrase':
      return (text) => hasPhrase(text, filter.tokens);
    case 'wildcard': {
      const finds = tokenGlobFinder(filter.pattern);
      return (text) => finds(fold(text));
    }
    case 'substring': {
      const part = fold(filter.text);
      return (text) => fold(text).includes(part);
    }
    case 'regex': {
      const pattern = regexOf(`/${filter.source}/${filter.flags}`);
      return (text) => pattern.test(text);
    }
    case 'id':
      return idFinder(filter.id);
  }
}

/** `message:` is the same language within the message alone. */
function messageTest(filter: Extract<Filter, { kind: 'field' }>): Test {
  const finds = textTest(messageFilter(filter));
  return (record) => finds(record.message);
}

/** The condition on the text that `message:` makes. */
export function messageFilter({ op, value }: Extract<Filter, { kind: 'field' }>): TextFilter {
  if (op === '/') {
    const close = value.lastIndexOf('/');
    return { kind: 'regex', source: value.slice(1, close), flags: value.slice(close + 1) };
  }
  if (op !== '~') return { kind: 'phrase', tokens: tokensOf(value), text: value };
  const inner = substringOf(value);
  return inner === undefined ? { kind: 'wildcard', pattern: fold(value) } : { kind: 'substring', text: inner };
}
