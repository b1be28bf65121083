/** A joiner with commits as the ingest worker makes them: texts in, rows with their seq out. Pure: no thread, no disk. */
import { parse } from '../../parsers/index.ts';
import { Joiner } from '../../src/ingest/join.ts';
import type { LogRecord, Transport } from '../../src/model.ts';
import { joined } from '../../src/store/merge.ts';

export const RECEIVED_US = Date.UTC(2026, 2, 1, 10, 20, 31) * 1000;

export class Commits {
  readonly joiner = new Joiner();
  /** All rows committed so far. */
  readonly rows: LogRecord[] = [];
  /** Of the next message, µs; one more millisecond with each. */
  nowUs = RECEIVED_US;

  add(...texts: readonly string[]): this {
    for (const text of texts) {
      this.nowUs += 1000;
      this.joiner.add(parse(text, { received: this.nowUs, transport: 'udp', peer: '10.0.0.9', zone: 0 }));
    }
    return this;
  }

  /** What became rows with this commit. */
  commit(): LogRecord[] {
    const records = this.joiner.finish();
    for (const record of records) {
      record.seq = this.rows.length + 1;
      this.rows.push(record);
    }
    return records;
  }
}

const LOGGER = 'nova.compute.manager';
const CONTEXT = 'req-5c0a0d43-1e49-4c2e-9a07-000000000001 alice demo - - -';

export interface Speaker {
  readonly host?: string;
  readonly program?: string;
  readonly pid?: number | undefined;
  readonly ms?: string;
  readonly logger?: string;
  /** `ERROR` as today, `TRACE` until 2014. */
  readonly prefix?: 'ERROR' | 'TRACE';
  readonly context?: string;
  readonly instance?: string;
}

function head({ host = 'c01', program = 'nova-compute' }: Speaker): string {
  return `<131>Mar  1 10:20:30 ${host} ${program}: `;
}

function start(speaker: Speaker, level: string): string {
  const { pid = 4156, ms = '456', logger = LOGGER } = speaker;
  return `2026-03-01 10:20:30.${ms} ${'pid' in speaker && speaker.pid === undefined ? '' : `${pid} `}${level} ${logger} `;
}

function place({ instance }: Speaker): string {
  return instance === undefined ? '' : `[instance: ${instance}] `;
}

/** The record that a traceback belongs to. */
export function record(message: string, speaker: Speaker = {}): string {
  return `${head(speaker)}${start(speaker, 'ERROR')}[${speaker.context ?? CONTEXT}] ${place(speaker)}${message}`;
}

/** A line of the exception with oslo's prefix. */
export function line(text: string, speaker: Speaker = {}): string {
  return `${head(speaker)}${start(speaker, speaker.prefix ?? 'ERROR')}${place(speaker)}${text}`;
}

/** A line without any prefix of oslo's. */
export function bare(text: string, speaker: Speaker = {}): string {
  return `${head(speaker)}${text}`;
}

export const TRACEBACK = [
  'Traceback (most recent call last):',
  '  File "/usr/lib/python3/nova/compute/manager.py", line 2461, in _build',
  '    yield resources',
  '',
  'During handling of the above exception, another exception occurred:',
  '',
  'Traceback (most recent call last):',
  '  File "/usr/lib/python3/nova/virt/driver.py", line 7, in spawn',
  'nova.exception.NoValidHost: none of 3 hosts fits',
] as const;

export interface From {
  readonly transport?: Transport;
  readonly peer?: string;
  /** A commit after so many lines. */
  readonly every?: number;
}

/** The lines in order, joined; continuations of other commits folded into their records as the store does. */
export function join(
  texts: readonly string[],
  { transport = 'import', peer = '/var/log/nova/nova-compute.log', every = 1e9 }: From = {},
): LogRecord[] {
  const joiner = new Joiner();
  const rows: LogRecord[] = [];
  const commit = () => {
    for (const row of joiner.finish()) {
      row.seq = rows.length + 1;
      rows.push(row);
    }
  };
  texts.forEach((text, index) => {
    joiner.add(parse(text, { received: RECEIVED_US, transport, peer, zone: 0 }));
    if ((index + 1) % every === 0) commit();
  });
  commit();
  const own = rows.filter(({ of }) => of === undefined);
  return own.map((row) => {
    const children = rows.filter(({ of }) => of === row.seq);
    return children.length === 0 ? row : joined(row, children, true);
  });
}
