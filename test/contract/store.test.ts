/** Every storage engine keeps the contract of store.ts. One row per engine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Store } from '../../src/model.ts';
import { type DaysStore, openDays } from '../../src/store/days.ts';
import { openMemory } from '../../src/store/memory.ts';
import { type StoreOptions, storeContract } from './store.ts';

interface Engine {
  readonly name: string;
  readonly open: () => Store;
  readonly options?: StoreOptions;
}

const folders: string[] = [];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stacktrail-store-'));
  folders.push(folder);
  return folder;
}

const ENGINES: readonly Engine[] = [
  { name: 'memory', open: () => openMemory() },
  // Settled: every batch of the tests becomes a sealed block of its own.
  { name: 'days', open: () => openDays({ folder: newFolder() }), options: { settle: (store) => (store as DaysStore).flush() } },
];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

for (const { name, open, options } of ENGINES) storeContract(name, open, options);
