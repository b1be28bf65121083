/** Rows of (name, line, fields): what the tests of formats check with. */
import { expect } from 'vitest';
import { parse, write } from '../../parsers/index.ts';
import type { LogRecord } from '../../src/model.ts';
import { given } from './pieces.ts';

/** µs of a moment with up to six digits behind the second. */
export const us = (iso: string) => {
  const [, second, micros = ''] = /^(.{19})(?:\.(\d{1,6}))?Z$/.exec(iso)!;
  return Date.parse(`${second}Z`) * 1000 + Number(micros.padEnd(6, '0'));
};
export const REQ = 'req-38101a0b-2096-447d-96ea-a692162415ae';
export const KEPT_RAW = { keptRaw: true };

export type Row = [name: string, line: string, want: Partial<LogRecord>, how?: typeof KEPT_RAW];

/** Parses the line, compares the fields, and has it back from its forms, unless the row says that it is kept raw. */
export function check([, line, want, how]: Row): void {
  const record = parse(line, given);
  expect(record).toMatchObject(want);
  if (how === undefined) {
    expect(record.raw).toBeUndefined();
    expect(write(record)).toBe(line);
  } else expect(record.raw).toBe(line);
}
