/**
 * Makes one record of a parent and its continuations: what the joiner does in memory, and what sealing does
 * with continuations that were committed after their parent. Never changes a record that it was given: a failed
 * commit must leave them as they were. The exact bytes stay recoverable: the form says how, or `raw` holds them.
 */
import { write } from '../../parsers/index.ts';
import type { LogRecord } from '../model.ts';

/** The text as it was received; messages of a joined record are separated by \n. */
export function exactText(record: LogRecord): string {
  return record.raw ?? write(record) ?? record.message;
}

/** `children` in order. With `remember` the record knows the seqs that its children had of their own (`more`). */
export function joined(parent: LogRecord, children: readonly LogRecord[], remember: boolean): LogRecord {
  const record = { ...parent };
  if (remember) record.more = parent.more === undefined ? [] : [...parent.more];
  for (const child of children) {
    if (remember) record.more!.push(child.seq, record.message.length + 1);
    record.message += `\n${child.message}`;
    // Folsom to Grizzly: the record has no pid, its traceback has.
    record.pid ??= child.pid;
  }
  const exact = [parent, ...children].map(exactText).join('\n');
  record.form = commonForm(parent, children) ?? parent.form;
  record.raw = undefined;
  if (write(record) !== exact) {
    record.form = parent.form;
    record.raw = exact;
  }
  return record;
}

/** `A+B`: the first message has form A, each further one form B; undefined when they differ too much for that. */
function commonForm(parent: LogRecord, children: readonly LogRecord[]): string | undefined {
  const form = children[0]!.form;
  for (const child of children)
    if (child.form !== form || child.envelopeForm !== parent.envelopeForm || child.message.includes('\n')) return undefined;
  if (!parent.form.includes('+')) return `${parent.form}+${form}`;
  return parent.form.endsWith(`+${form}`) ? parent.form : undefined;
}

/** `records` by seq, some with `of`. [parent, child] pairs in `merged` are one record in the answer. */
export function mergeFamilies(records: readonly LogRecord[]): { records: readonly LogRecord[]; merged: [number, number][] } {
  if (!records.some((record) => record.of !== undefined)) return { records, merged: [] };
  const present = new Set(records.map((record) => record.seq));
  const children = new Map<number, LogRecord[]>();
  const merged: [number, number][] = [];
  for (const record of records) {
    if (record.of === undefined || !present.has(record.of)) continue;
    const siblings = children.get(record.of);
    if (siblings) siblings.push(record);
    else children.set(record.of, [record]);
    merged.push([record.of, record.seq]);
  }
  const gone = new Set(merged.map(([, child]) => child));
  const answer = records.filter((record) => !gone.has(record.seq));
  return {
    merged,
    records: answer.map((record) => {
      const own = children.get(record.seq);
      return own === undefined ? record : joined(record, own, true);
    }),
  };
}
