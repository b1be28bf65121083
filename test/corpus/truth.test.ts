/**
 * Field values against the truth that comes with the samples: loghub's table of OpenStack_2k (2000 lines), the parsed documents of
 * elastic-recheck, and what logstash made of goldstone's datagrams. Excerpts of what may be copied; the rest where ../shared/corpus is.
 */
import { describe, expect, test } from 'vitest';
import { documentFiles, hasCorpus, readText, recordOf, WHERE } from './files.ts';
import { identityOf } from './words.ts';

test.skipIf(hasCorpus)(WHERE, () => {
  expect(documentFiles()).toHaveLength(1);
});

/** One row of CSV: fields with commas stand between quotes, quotes twice. */
function csvRow(line: string): string[] {
  const fields: string[] = [''];
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!;
    if (character === '"' && quoted && line[at + 1] === '"') {
      fields[fields.length - 1] += '"';
      at++;
    } else if (character === '"') quoted = !quoted;
    else if (character === ',' && !quoted) fields.push('');
    else fields[fields.length - 1] += character;
  }
  return fields;
}

function csvOf(text: string): Record<string, string>[] {
  const [head, ...rows] = text.split(/\r?\n/).filter((line) => line !== '');
  const names = csvRow(head!);
  return rows.map((row) => Object.fromEntries(csvRow(row).map((field, index) => [names[index]!, field])));
}

describe.skipIf(!hasCorpus)('loghub: OpenStack_2k', () => {
  test('all 2000 lines have the values of the table', () => {
    const truth = csvOf(readText('OpenStack_2k.log_structured.csv'));
    const lines = readText('OpenStack_2k.log')
      .split(/\r?\n/)
      .filter((line) => line !== '');
    expect([truth.length, lines.length]).toEqual([2000, 2000]);
    for (const [index, row] of truth.entries()) {
      const record = recordOf(lines[index]!);
      const { request, names } = identityOf(row.ADDR === '-' ? [] : row.ADDR!.split(' '));
      const instance = record.instance === undefined ? '' : `[instance: ${record.instance}] `;
      expect({
        time: new Date(record.time / 1000).toISOString(),
        pid: record.pid,
        level: record.level,
        logger: record.logger,
        request: record.request,
        user: record.user,
        project: record.project,
        message: instance + record.message,
        file: row.Logrecord!.startsWith(`${record.program}.log`),
      }).toEqual({
        time: `${row.Date}T${row.Time}Z`,
        pid: Number(row.Pid),
        level: row.Level,
        logger: row.Component,
        request,
        user: names[0] || undefined,
        project: names[1] || undefined,
        message: row.Content,
        file: true,
      });
    }
  });
});

interface Document {
  readonly tags: readonly string[];
  readonly timestamp: string;
  readonly message: string;
  readonly loglevel?: readonly [string];
  readonly module?: readonly [string];
  readonly pid?: readonly [string];
  readonly syslog_program?: readonly [string];
}

describe('elastic-recheck', () => {
  const documents = documentFiles().flatMap(({ documents }) => documents as unknown as Document[]);
  const oslo = documents.filter(({ tags }) => tags.includes('oslofmt'));
  const syslog = documents.filter(({ tags }) => tags.includes('syslog'));

  test('lines of oslo, also of several lines', () => {
    expect(oslo.length).toBeGreaterThan(hasCorpus ? 250 : 3);
    for (const { timestamp, loglevel, module, pid, message } of oslo) {
      const record = recordOf(`${timestamp.slice(0, 23).replace('T', ' ')} ${pid![0]} ${loglevel![0]} ${module![0]} ${message}`);
      const context = message.slice(1, message.indexOf(']')).split(' ');
      const lines = message.slice(message.indexOf(']') + 2).split('\n');
      const { request } = identityOf(context);
      expect({
        time: new Date(record.time / 1000).toISOString(),
        level: record.level,
        logger: record.logger,
        pid: record.pid,
        request: record.request,
        lines: record.message.split('\n').length,
        first: record.message.split('\n')[0],
      }).toEqual({
        time: timestamp,
        level: loglevel![0],
        logger: module![0],
        pid: Number(pid![0]),
        request,
        lines: lines.length,
        first: lines[0],
      });
      for (const line of record.message.split('\n').slice(1)) expect(line.startsWith(timestamp.slice(0, 10))).toBe(false);
    }
  });

  test('lines of syslog', () => {
    expect(syslog.length).toBeGreaterThan(hasCorpus ? 200 : 1);
    for (const { timestamp, syslog_program: program, message } of syslog) {
      const moment = new Date(timestamp);
      const stamp = `${moment.toUTCString().slice(8, 11)} ${String(moment.getUTCDate()).padStart(2)} ${timestamp.slice(11, 19)}`;
      const record = recordOf(`${stamp} devstack ${program![0]}: ${message}`);
      expect([record.program, record.host, record.service, record.message]).toEqual([program![0], 'devstack', 'swift', message.trimEnd()]);
      // The year of a stamp without one is the nearest to arrival; swift's own date is whole.
      expect(new Date(record.time / 1000).toISOString().slice(5, 19)).toBe(timestamp.slice(5, 19));
    }
  });
});

describe.skipIf(!hasCorpus)("goldstone: what logstash made of a relay's datagrams", () => {
  interface Hit {
    readonly _source: Record<string, unknown>;
  }
  const answers = hasCorpus ? (JSON.parse(readText('goldstone-server', 'logstash_data.json.gz')) as { hits: { hits: Hit[] } }[]) : [];
  const sources = answers.flatMap(({ hits }) => hits.hits.map((hit) => hit._source)).filter(({ message }) => typeof message === 'string');

  test('facility, severity, host, time, and those of OpenStack', () => {
    expect(sources.length).toBeGreaterThan(50);
    for (const source of sources) {
      const { message, syslog5424_pri: pri, host, syslog_ts: stamp, loglevel, program, pid } = source as Record<string, string>;
      if (pri === undefined || stamp === undefined) continue;
      const record = recordOf(message!);
      expect([record.facility, record.severity, record.host]).toEqual([Number(pri) >> 3, Number(pri) & 7, host]);
      if (record.format === 'plain') expect(Math.abs(record.time / 1000 - Date.parse(stamp))).toBeLessThan(1);
      if (loglevel !== undefined && record.format === 'oslo') expect(record.level).toBe(loglevel);
      if (record.format === 'oslo' && pid !== undefined)
        expect([record.pid, record.logger]).toEqual([Number(pid), program ?? record.logger]);
    }
  });
});
