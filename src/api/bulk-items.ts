/**
 * The body of `_bulk` as items: an action on one line, its document on the next. Each item is the two lines as they are, so that
 * the record keeps the exact text. Pure. Not here: answers (bulk.ts), what a document says (parsers/item.ts).
 *
 * Invariant: one item per action, in their order, because clients match answers to what they sent by position; a bad one costs
 * only itself. Bytes that are not UTF-8 are no reason to refuse a document: the parsers keep and flag them.
 * Source: the bulk API of Elasticsearch and OpenSearch.
 */
import { CodedError, isCoded } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { type Line, linesOf, objectOf } from './ingest-messages.ts';

export interface BulkItem {
  readonly op: string;
  readonly index: string | undefined;
  readonly id: string | undefined;
  /** Where both lines are in the body. */
  readonly start: number;
  readonly end: number;
  /** Why it is not taken. */
  readonly error: string | undefined;
}

interface Action {
  readonly op: string;
  readonly index: string | undefined;
  readonly id: string | undefined;
}

const OPS = ['index', 'create', 'update', 'delete'] as const;

/** Throws `bad-body`, `too-large`: the body as a whole is no bulk request. */
export function bulkItems(body: Uint8Array): BulkItem[] {
  const items: BulkItem[] = [];
  const decoder = new TextDecoder();
  const lines = linesOf(body);
  for (let line = nextLine(lines); line !== undefined; line = nextLine(lines)) {
    if (items.length >= limits.pushItemsMax)
      throw new CodedError('too-large', `The body has more than ${limits.pushItemsMax} items; send several`);
    const action = actionOf(decoder.decode(body.subarray(line.start, line.end)));
    // Without its action nobody knows which lines are documents: guessing would store actions as logs.
    if (action === undefined) throw new CodedError('bad-body', `Item ${items.length + 1} begins with no action like {"index":{}}`);
    if (action.op === 'delete') {
      items.push({ ...action, start: line.start, end: line.end, error: 'logs are not deleted one by one' });
      continue;
    }
    const document = nextLine(lines);
    if (document === undefined) throw new CodedError('bad-body', `Item ${items.length + 1} has an action and no document`);
    const error = troubleOf(decoder.decode(body.subarray(document.start, document.end)));
    items.push({ ...action, start: line.start, end: document.end, error });
  }
  if (items.length === 0) throw new CodedError('bad-body', 'The body has no items: lines like {"index":{}}, each followed by a document');
  return items;
}

/** Blank lines between items are passed over, as Elasticsearch does. */
function nextLine(lines: Generator<Line>): Line | undefined {
  for (;;) {
    const { value, done } = lines.next();
    if (done) return undefined;
    if (value.end > value.start) return value;
  }
}

function actionOf(text: string): Action | undefined {
  let value: Record<string, unknown>;
  try {
    value = objectOf(text, 'action');
  } catch {
    return undefined;
  }
  const names = Object.keys(value);
  const op = OPS.find((one) => one === names[0]);
  const about = op === undefined ? undefined : value[op];
  if (op === undefined || names.length !== 1 || typeof about !== 'object' || about === null) return undefined;
  const { _index, _id } = about as Record<string, unknown>;
  return { op, index: textOf(_index), id: textOf(_id) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function troubleOf(text: string): string | undefined {
  try {
    objectOf(text, 'document');
    return undefined;
  } catch (error) {
    if (isCoded(error)) return error.message;
    throw error;
  }
}
