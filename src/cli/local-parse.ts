/**
 * Lines of a file of this machine as records, without a server: parsed and joined as the ingest thread does, numbered as a store
 * would. What such lines do not say is taken from where they lie: this host, the file's name as program, the zone of this machine.
 * A line without a stamp is of the time of the line before it. Not here: reading files (base/grow.ts), what is shown (tail-local.ts).
 */
import { isUtf8 } from 'node:buffer';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { addFlag } from '../../parsers/header.ts';
import { parse } from '../../parsers/index.ts';
import { nowUs } from '../base/time.ts';
import { LOCAL } from '../base/zone.ts';
import { Joiner } from '../ingest/join.ts';
import type { Given, LogRecord } from '../model.ts';
import { linesOf } from '../receive/file-lines.ts';
import { programOf } from './import/files.ts';

const MINUTE_US = 60_000_000;

export class LocalParser {
  readonly #path: string;
  readonly #nextSeq: () => number;
  readonly #joiner = new Joiner();
  /** Time of the newest line that had one. */
  #lineUs: number | undefined;

  /** `nextSeq`: shared by all files of one output. */
  constructor(path: string, nextSeq: () => number) {
    this.#path = path;
    this.#nextSeq = nextSeq;
  }

  /** Whole lines; `nearUs` is when they were written, roughly. */
  take(bytes: Buffer, about: { cut: boolean; nearUs: number }): void {
    const { spans, flags } = linesOf(bytes, about);
    const received = nowUs();
    const given: Given = {
      received,
      transport: 'file',
      peer: this.#path,
      zone: Math.round(LOCAL.offsetUs(about.nearUs) / MINUTE_US),
      hints: { host: hostname(), program: programOf(basename(this.#path)), nearUs: about.nearUs } as Given['hints'],
    };
    for (let index = 0; index < spans.length; index += 2) {
      const line = bytes.subarray(spans[index], spans[index + 1]);
      const flag = flags?.get(index >> 1);
      const record = textOf(line, flag === undefined ? given : { ...given, flag });
      // A line of the past arrives now: only its stamp says when it was written.
      if (record.time === received) record.time = this.#lineUs ?? about.nearUs;
      else this.#lineUs = record.time;
      this.#joiner.add(record);
    }
  }

  /** What came since the last time, joined and numbered; those with `of` are text that joined a record given before. */
  records(): LogRecord[] {
    const records = this.#joiner.finish();
    for (const record of records) record.seq = this.#nextSeq();
    return records;
  }
}

/** Bytes that are no UTF-8 are read as Latin-1, as on receiving. */
function textOf(line: Buffer, given: Given): LogRecord {
  if (isUtf8(line)) return parse(line.toString(), given);
  const record = parse(line.toString('latin1'), { ...given, flag: given.flag ?? 'latin1' });
  addFlag(record, 'latin1');
  return record;
}
