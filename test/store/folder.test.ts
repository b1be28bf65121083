/** Who owns a data folder, what may lie in it, and what cannot be one. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/model.ts';
import { openDays } from '../../src/store/days.ts';
import { dayOf } from '../../src/store/folder.ts';
import { DaysReader } from '../../src/store/read.ts';
import { refusal } from '../contract/reading.ts';
import { makeRecords } from '../contract/records.ts';
import { LATER_US, Scene } from './scene.ts';
import { newFolder } from './sealed.ts';

const DAY_US = 86_400_000_000;

describe('the owner of a folder', () => {
  test('a second one is refused, in this process and in another, until the first lets go', () => {
    const folder = newFolder();
    const store = openDays({ folder });
    const inAnother = (): string =>
      execFileSync(
        process.execPath,
        ['--input-type=module', '-e', OPEN, new URL('../../src/store/days.ts', import.meta.url).href, folder],
        { encoding: 'utf8' },
      );
    // Twice: being refused must not take the lock away.
    for (let round = 0; round < 2; round++) {
      expect(refusal(() => openDays({ folder }))).toBe('store-busy');
      expect(inAnother()).toBe('store-busy');
    }
    store.append(makeRecords({ seed: 1, count: 3 }));
    store.close();
    expect(inAnother()).toBe('3');
    openDays({ folder }).close();
  });

  const OPEN = `const { openDays } = await import(process.argv[1]);
    try { const store = openDays({ folder: process.argv[2] }); process.stdout.write(String(store.status().lastSeq)); store.close(); }
    catch (error) { process.stdout.write(error.code); }`;

  test.each<[name: string, files: string[]]>([
    ['other things', ['thesis.odt']],
    ['a file of the user and LOCK', ['notes.txt', 'LOCK']],
    ['a database of another program', ['data.db']],
  ])('a folder with %s is refused and left as it was', (_name, files) => {
    const folder = newFolder();
    for (const file of files) writeFileSync(join(folder, file), '');
    expect(refusal(() => openDays({ folder }))).toBe('store-foreign');
    expect(readdirSync(folder).sort()).toEqual([...files].sort());
  });

  test('what a crash, a file system or an editor leaves is no reason to refuse', () => {
    const folder = newFolder();
    for (const file of ['.DS_Store', 'LOCK', 'LOCK-journal']) writeFileSync(join(folder, file), '');
    mkdirSync(join(folder, 'lost+found'));
    openDays({ folder }).close();
    for (const file of [`${dayOf(LATER_US)}.db`, 'state.db-wal', '2024-11-21.db-shm']) writeFileSync(join(folder, file), '');
    const scene = new Scene(folder);
    scene.append(5);
    scene.agrees();
    scene.store.close();
  });

  test('a reader takes a file in the making for one without records', () => {
    const scene = new Scene();
    scene.append(5);
    writeFileSync(join(scene.folder, '2024-11-23.db'), '');
    scene.agrees(readerOf(scene.folder));
    scene.nowUs += DAY_US;
    scene.append(2);
    scene.agrees();
    scene.store.close();
  });

  function readerOf(folder: string): Store {
    const reader = new DaysReader(folder);
    const refuse = (): never => {
      throw new Error('a reader does not write');
    };
    return {
      append: refuse,
      close: () => reader.close(),
      search: (asked) => reader.search(asked),
      follow: (...asked) => reader.follow(...asked),
      aggregate: (asked) => reader.aggregate(asked),
      record: (seq) => reader.record(seq),
      status: () => reader.status(),
    };
  }

  test.each<[name: string, folderIn: (parent: string) => string]>([
    ['a file', (parent) => join(parent, 'file')],
    ['below a file', (parent) => join(parent, 'file', 'data')],
    ['a link to nowhere', (parent) => join(parent, 'link')],
  ])('%s cannot be a data folder', (_name, folderIn) => {
    const parent = newFolder();
    writeFileSync(join(parent, 'file'), '');
    symlinkSync(join(parent, 'nowhere', 'else'), join(parent, 'link'));
    const folder = folderIn(parent);
    expect(refusal(() => openDays({ folder }))).toBe('store-unwritable');
    expect(existsSync(join(folder, 'LOCK'))).toBe(false);
  });
});
