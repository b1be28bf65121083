/**
 * Which records of a fresh batch need be looked at for a filter: those whose texts hold one of its literals. All texts of a batch stand folded in one
 * string, made when it is first asked for; a batch never changes, so it is made once.
 *
 * Invariant: every record that the filter matches is among the candidates (oracle: test/store/fresh-text.test.ts). Not here: whether it really does (query/match.ts).
 */
import { fold } from '../base/tokens.ts';
import type { Filter, LogRecord } from '../model.ts';
import { type Literals, literalsOf } from '../query/literals.ts';
import { messageFilter, TEXT_FIELDS } from '../query/match.ts';

/** Some 300 bytes a record; of at most a block's worth of fresh records. */
export interface FreshText {
  readonly folded: string;
  /** Where each record begins. */
  readonly starts: Int32Array;
}

const texts = new WeakMap<readonly LogRecord[], FreshText>();
/** Parts of a batch that are candidates beyond which looking for them costs more than it saves. */
const SHARE_MAX = 0.25;

/** Indices in ascending order; undefined: all of them may match. */
export function freshCandidates(records: readonly LogRecord[], filter: Filter): readonly number[] | undefined {
  switch (filter.kind) {
    case 'all':
    case 'not':
      return undefined;
    case 'and': {
      let fewest: readonly number[] | undefined;
      for (const part of filter.of) {
        const found = freshCandidates(records, part);
        if (found !== undefined && (fewest === undefined || found.length < fewest.length)) fewest = found;
        if (fewest?.length === 0) break;
      }
      return fewest;
    }
    case 'or': {
      const all = new Set<number>();
      for (const part of filter.of) {
        const found = freshCandidates(records, part);
        if (found === undefined) return undefined;
        for (const index of found) all.add(index);
      }
      return [...all].sort((a, b) => a - b);
    }
    case 'field':
      return filter.field === 'message' ? withLiterals(records, literalsOf(messageFilter(filter))) : undefined;
    default:
      return withLiterals(records, literalsOf(filter));
  }
}

function withLiterals(records: readonly LogRecord[], literals: Literals): readonly number[] | undefined {
  if (literals.length === 0 || literals.some((all) => all.length === 0)) return undefined;
  const text = freshText(records);
  const found = new Set<number>();
  for (const all of literals) {
    // The longest is the rarest, mostly.
    const literal = all.reduce((longest, one) => (one.length > longest.length ? one : longest));
    if (literal === '' || !addWith(text, literal, found)) return undefined;
  }
  return [...found].sort((a, b) => a - b);
}

/** False: too many. */
function addWith({ folded, starts }: FreshText, literal: string, found: Set<number>): boolean {
  const most = starts.length * SHARE_MAX;
  let index = 0;
  for (let at = folded.indexOf(literal); at >= 0; at = folded.indexOf(literal, starts[index]!)) {
    while (index + 1 < starts.length && starts[index + 1]! <= at) index++;
    found.add(index);
    if (found.size > most) return false;
    if (++index >= starts.length) break;
  }
  return true;
}

/** All searched texts of a batch. */
export function freshText(records: readonly LogRecord[]): FreshText {
  let text = texts.get(records);
  if (text === undefined) {
    const starts = new Int32Array(records.length);
    let all = '';
    for (let index = 0; index < records.length; index++) {
      starts[index] = all.length;
      const record = records[index]!;
      for (const field of TEXT_FIELDS) {
        const value = record[field];
        // Folded one by one, as the filter does; a line feed is part of no token.
        if (value !== undefined) all += `${fold(value)}\n`;
      }
    }
    text = { folded: all, starts };
    texts.set(records, text);
  }
  return text;
}
