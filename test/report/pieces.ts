/** Pieces of stories for tests: short words for what a record says. */
import { marks } from '../../parsers/index.ts';
import { emptyRecord } from '../../src/base/record.ts';
import type { LogRecord } from '../../src/model.ts';
import { type Piece, pieceOf } from '../../src/report/story-piece.ts';

export const START_US = Date.UTC(2026, 10, 22, 8, 0, 0) * 1000;
export const HOUR_START = '2026-11-22T08:00:00';

/** `req-` and a UUID that is told by its number. */
export function request(number: number): string {
  return `req-${String(number).padStart(8, 'a')}-5b1a-4bd3-a9b7-7bfe4e1f1d8c`;
}

export interface Said {
  /** Milliseconds after the start. */
  readonly ms: number;
  readonly by?: string;
  readonly request?: number;
  readonly global?: number;
  readonly text?: string;
  readonly more?: Partial<LogRecord>;
}

/** `by`: `host program pid`. */
export function pieces(said: readonly Said[]): Piece[] {
  return said.map(({ ms, by = 'ctl nova-api 1', request: id, global, text = 'x', more = {} }, index) => {
    const [host, program, pid] = by.split(' ');
    const record: LogRecord = {
      // Long after it was said, as imported files arrive.
      ...emptyRecord(START_US + 86_400_000_000, 'udp', '10.0.0.1'),
      seq: index + 1,
      time: START_US + ms * 1000,
      host,
      program,
      pid: pid === undefined ? undefined : Number(pid),
      service: program?.split('-')[0],
      level: 'INFO',
      request: id === undefined ? undefined : request(id),
      globalRequest: global === undefined ? undefined : request(global),
      user: id === undefined ? undefined : 'u',
      message: text,
      ...more,
    };
    return pieceOf(record, marks(record), '{}');
  });
}

export function called(number: number): string {
  return `GET call to network for http://c:9696/v2.0/ports used request id ${request(number)}`;
}
