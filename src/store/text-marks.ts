/**
 * Fields that are read off the text (status, duration, exception …) in a block: on a record with no more than the marks look at, and not
 * at all where shape, format and level say that there is nothing.
 *
 * Invariant: `textProbe` holds every property that a mark other than the ids is read from (oracle: test/store/verdict.test.ts).
 */
import { type MayHave, mayHaveException, mayHaveHttp } from '../../parsers/marks-may.ts';
import { emptyRecord } from '../base/record.ts';
import type { FieldName, LogRecord } from '../model.ts';
import type { Block } from './block-read.ts';
import type { DictionaryName } from './columns.ts';

/** By the mark that a field is read from; fields without an entry may be anywhere. */
export const MAY_HAVE: Partial<Record<FieldName, MayHave>> = {
  status: mayHaveHttp,
  method: mayHaveHttp,
  path: mayHaveHttp,
  duration: mayHaveHttp,
  bytes: mayHaveHttp,
  exception: mayHaveException,
};

const PROBED = [
  'level',
  'service',
  'host',
  'program',
  'logger',
  'format',
  'facility',
  'severity',
] as const satisfies readonly DictionaryName[];

/** Gives the record of an index, valid until the next call. */
export function textProbe(block: Block): (index: number) => LogRecord {
  const probeOf = fieldsProbe(block);
  return (index) => {
    const probe = probeOf(index);
    probe.message = block.message(index);
    return probe;
  };
}

/** The same without its message, of which the variables of all its shape's records would be decoded. */
export function fieldsProbe(block: Block): (index: number) => LogRecord {
  const probe = emptyRecord(0, 'udp', '');
  const fields = probe as unknown as Record<string, unknown>;
  const columns = PROBED.map((name) => ({ name, ...block.dictionary(name) }));
  return (index) => {
    for (const { name, values, codes } of columns) fields[name] = values[codes[index]!];
    return probe;
  };
}

/** Can record `index` have the field? */
export function mayHaveTest(field: FieldName, block: Block): (index: number) => boolean {
  const mayHave = MAY_HAVE[field];
  if (mayHave === undefined) return () => true;
  const { list, codes } = block.shapes();
  const format = block.dictionary('format');
  const level = block.dictionary('level');
  const known = new Map<number, boolean>();
  return (index) => {
    const code = codes[index]!;
    if (code === 0) return true;
    const [formatCode, levelCode] = [format.codes[index]!, level.codes[index]!];
    const key = (code * format.values.length + formatCode) * level.values.length + levelCode;
    let answer = known.get(key);
    if (answer === undefined) {
      const outline = { text: list[code - 1]!.text, format: format.values[formatCode] as string, level: level.values[levelCode] as string };
      answer = mayHave(outline);
      known.set(key, answer);
    }
    return answer;
  };
}
