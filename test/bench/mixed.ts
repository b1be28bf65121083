/**
 * The mixed corpus of the benches (`--corpus mixed`): real logs of three clouds - a live migration, Ussuri computes, a gate run with
 * its debug dumps - repeated until there are lines enough. What occurs once in life occurs once here: each repetition has ids of
 * its own and goes on in time; nothing is left out and nothing made simpler. The logs are no part of this project: without
 * their folder (../shared/corpus) the bench says so.
 */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

const FOLDER = path.join(import.meta.dirname, '../../../shared/corpus');

/** File, host, program of its lines. */
const FILES: readonly (readonly [file: string, host: string, program: string])[] = [
  ['os-log-merger/live-migration/c29/nova-compute.log.gz', 'c29', 'nova-compute'],
  ['os-log-merger/live-migration/c29/nova-conductor.log.gz', 'c29', 'nova-conductor'],
  ['os-log-merger/live-migration/c29/nova-api.log.gz', 'c29', 'nova-api'],
  ['os-log-merger/live-migration/c29/nova-scheduler.log', 'c29', 'nova-scheduler'],
  ['os-log-merger/live-migration/c29/server.log.gz', 'c29', 'neutron-server'],
  ['os-log-merger/live-migration/c29/openvswitch-agent.log.gz', 'c29', 'neutron-openvswitch-agent'],
  ['os-log-merger/live-migration/c30/nova-compute.log.gz', 'c30', 'nova-compute'],
  ['os-log-merger/live-migration/c30/openvswitch-agent.log.gz', 'c30', 'neutron-openvswitch-agent'],
  ['hotsos/nova-compute.log.1.gz', 'juju-9c28ce', 'nova-compute'],
  ['hotsos/neutron-l3-agent.log.1.gz', 'juju-9c28ce', 'neutron-l3-agent'],
  ['hotsos/rabbit.log.gz', 'juju-rabbit', 'rabbitmq-server'],
  ['os-loganalyze/screen-n-api-2.txt.gz', 'gate', 'nova-api'],
];

/** Ids that belong to one event of life: dashed UUIDs, also behind `req-`, and 32 hexadecimal digits. */
const IDS = /\b(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32})\b/g;
/** The stamp at the beginning of a line of oslo's. */
const STAMP = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.,]\d{3}/;
/** µs between two lines that carry a stamp: 200 lines a second, as the simulated cloud of the benches. */
const STEP_MS = 5;
const BATCH_LINES = 4096;

interface Line {
  readonly head: string;
  readonly text: string;
  readonly hasStamp: boolean;
}

export const MIXED = 'mixed';

/** Writes so many lines; the file appears when it is whole. Throws where the logs are not at hand. */
export function writeMixed(lines: number, of: { file: string; startUs: number }): void {
  const sources = readLines();
  const unfinished = `${of.file}.${process.pid}`;
  const descriptor = openSync(unfinished, 'w');
  let nowMs = of.startUs / 1000;
  let batch: string[] = [];
  for (let count = 0, round = 0; count < lines; round++) {
    const ids = new Map<string, string>();
    for (const { head, text, hasStamp } of sources) {
      if (count++ === lines) break;
      if (hasStamp) nowMs += STEP_MS;
      const stamp = new Date(nowMs).toISOString();
      const fresh = round === 0 ? text : text.replace(IDS, (id) => freshId(ids, id, round));
      const body = hasStamp ? fresh.replace(STAMP, stamp.slice(0, 23).replace('T', ' ')) : fresh;
      batch.push(`<134>${header(new Date(nowMs))} ${head}: ${body}`);
      if (batch.length === BATCH_LINES) writeSync(descriptor, `${batch.splice(0).join('\n')}\n`);
    }
    count = Math.min(count, lines);
  }
  if (batch.length > 0) writeSync(descriptor, `${batch.join('\n')}\n`);
  batch = [];
  closeSync(descriptor);
  renameSync(unfinished, of.file);
}

/** Changes with the logs and with what is made of them. */
export function versionOfMixed(startUs: number): string {
  const hash = createHash('sha256').update(`${startUs} ${readFileSync(import.meta.filename, 'utf8')}`);
  return hash.digest('hex').slice(0, 12);
}

function readLines(): Line[] {
  const found = FILES.filter(([file]) => existsSync(path.join(FOLDER, file)));
  if (found.length < 4) throw new Error(`--corpus mixed is made of logs that are not here (${FOLDER}); give a file instead`);
  // In pieces of each file in turn: services log side by side.
  const byFile = found.map(([file, host, program]) => linesOf(file, `${host} ${program}`));
  const lines: Line[] = [];
  const piece = 40;
  for (let at = 0; byFile.some((all) => at < all.length); at += piece) for (const all of byFile) lines.push(...all.slice(at, at + piece));
  return lines;
}

function linesOf(file: string, head: string): Line[] {
  const bytes = readFileSync(path.join(FOLDER, file));
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => ({ head, text: line.replace(/\r$/, ''), hasStamp: STAMP.test(line) }));
}

/** The same id is the same all through a repetition, as it would be in life. */
function freshId(ids: Map<string, string>, id: string, round: number): string {
  let fresh = ids.get(id);
  if (fresh === undefined) {
    const digits = createHash('md5').update(`${round} ${id}`).digest('hex');
    fresh = id.includes('-') ? id.replace(/[0-9a-f]/g, pickDigits(digits)) : digits;
    ids.set(id, fresh);
  }
  return fresh;
}

function pickDigits(digits: string): () => string {
  let at = 0;
  return () => digits[at++]!;
}

function header(date: Date): string {
  const [, day, month] = /^\w+, (\d+) (\w+)/.exec(date.toUTCString())!;
  return `${month} ${String(Number(day)).padStart(2, ' ')} ${date.toISOString().slice(11, 19)}`;
}
