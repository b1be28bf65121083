/**
 * Which messages can have a mark at all, told from their constant text: a store asks this once for thousands of messages of one shape
 * before it reads any. Not here: whether they have it (marks.ts).
 *
 * Invariant: a message with the mark may have it, also when its variables are taken out of the text
 * (oracle: test/parsers/marks-may.test.ts, over all samples and fixtures).
 */
/** What of a message is known without its variables. */
export interface Outline {
  /** With one character where each variable was. */
  readonly text: string;
  readonly format: string | undefined;
  readonly level: string | undefined;
}

export type MayHave = (outline: Outline) => boolean;

/** A request line in quotes, uwsgi's own, or swift's proxy, which has no quotes. */
const REQUEST = /"[A-Z]{3,10} /;
const SUMMARY_LEVELS: ReadonlySet<string | undefined> = new Set(['ERROR', 'CRITICAL', 'WARNING', 'TRACE']);

export const mayHaveHttp: MayHave = ({ text, format }) => {
  return format === 'swift' || text.startsWith('[pid: ') || REQUEST.test(text);
};

export const mayHaveException: MayHave = ({ text, level }) => {
  return SUMMARY_LEVELS.has(level) || text.includes('Traceback (most recent call last):');
};
