/**
 * Bodies that are known by their program's name and stay the message as they are: the syslog header gives time and level, the
 * little that a text adds is read by `more`. Not a format itself: haproxy.ts, dnsmasq.ts, keepalived.ts, kernel.ts make theirs of it.
 *
 * Invariant: the form is empty and the message is the text, so writing it back is free.
 */
import type { LogRecord } from '../src/model.ts';
import { type Body, NOT_MINE } from './parser.ts';

interface Named {
  readonly name: string;
  readonly say: string;
  readonly programs: readonly string[];
  readonly samples: readonly string[];
  /** Sets what the text adds to the header. */
  readonly more?: (text: string, at: number, record: LogRecord) => void;
}

export function named({ name, say, programs, samples, more }: Named): Body {
  const known = new Set(programs);
  return {
    name,
    say,
    samples,
    read(text, at, record) {
      if (record.program === undefined || !known.has(record.program)) return NOT_MINE;
      record.form = '';
      more?.(text, at, record);
      return at;
    },
  };
}
