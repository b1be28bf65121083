/** A store of the engine `days` with some minutes of the simulated cloud, partly sealed, and what really happened in them. */
import { parse } from '../../parsers/index.ts';
import { Cloud } from '../../src/demo/cloud.ts';
import type { OperationTruth } from '../../src/demo/truth.ts';
import { message } from '../../src/demo/wire.ts';
import type { LogRecord, Store } from '../../src/model.ts';
import { openDays } from '../../src/store/days.ts';
import { openMemory } from '../../src/store/memory.ts';
import { DaysReader } from '../../src/store/read.ts';
import { newFolder } from './sealed.ts';

export const CLOUD_START_US = Date.UTC(2026, 10, 20) * 1000;
const BATCH = 500;

export interface CloudScene {
  readonly folder: string;
  readonly reader: DaysReader;
  /** The same records, in an array. */
  readonly plain: Store;
  readonly operations: readonly OperationTruth[];
  /** Instance -> seqs of the records that belong to its story; as truth numbers them. */
  readonly instances: ReadonlyMap<string, ReadonlySet<number>>;
  close(): void;
}

/** What is older than the last third is sealed. */
export function cloudScene(lines: number, seed: number): CloudScene {
  const folder = newFolder();
  const store = openDays({ folder });
  const plain = openMemory();
  const operations: OperationTruth[] = [];
  const cloud = new Cloud({ seed, startUs: CLOUD_START_US, linesPerSecond: 60, onOperation: (truth) => operations.push(truth) });
  let batch: LogRecord[] = [];
  for (let line = 1; line <= lines; line++) {
    const event = cloud.next();
    const text = message(event, cloud.clock, { header: 'rfc3164', escape: 'always' });
    batch.push(parse(text, { received: CLOUD_START_US + event.atUs + 2000, transport: 'udp', peer: '10.0.0.1', zone: 0 }));
    if (batch.length < BATCH && line < lines) continue;
    plain.append(batch.map((record) => ({ ...record })));
    store.append(batch);
    batch = [];
    if (line % 2000 === 0 && line < (lines * 2) / 3) store.flush();
  }
  cloud.end();
  const instances = new Map<string, Set<number>>();
  for (const { instances: told } of operations) {
    for (const [id, records] of Object.entries(told)) {
      const seqs = instances.get(id) ?? new Set();
      instances.set(id, seqs);
      for (const record of records) seqs.add(record);
    }
  }
  const reader = new DaysReader(folder);
  return {
    folder,
    reader,
    plain,
    operations,
    instances,
    close() {
      reader.close();
      store.close();
    },
  };
}
