/**
 * The values by which records are counted: those that a condition on the field compares with, as texts. Not here: conditions (match-field.ts).
 *
 * Invariant: a row's value, written behind the field's name in quotes, finds the records that were counted in it.
 */
import type { FieldName, LogRecord, Marks, MeasureName } from '../model.ts';
import { readField } from './match-field.ts';

type ReadMarks = (record: LogRecord, part: keyof Marks) => Marks;
export type ReadValues = (record: LogRecord) => readonly string[];

/** Each record has a value of its own: a count of these is a list of records. */
export const UNCOUNTED: ReadonlySet<FieldName> = new Set<FieldName>(['message', 'seq']);

/** A record without the field has none. */
export function valuesOf(field: FieldName, marks: ReadMarks): ReadValues {
  // Of the names that a condition knows an exception by, the whole one.
  if (field === 'exception') {
    return (record) => {
      const { exception } = marks(record, 'exception');
      return exception === undefined ? [] : [exception.class];
    };
  }
  const read = readField(field);
  return (record) => {
    const value = read(record, marks);
    if (value === undefined) return [];
    return typeof value === 'object' ? value : [String(value)];
  };
}

export function measureOf(name: MeasureName, marks: ReadMarks): (record: LogRecord) => number | undefined {
  return (record) => marks(record, 'http').http?.[name];
}
