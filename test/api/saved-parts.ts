/** Saved searches for tests of the API: the real table in a real state.db, asked as the ingest thread is, in one thread. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { SavedQuestions, savedMessage } from '../../src/ingest/saved.ts';
import type { SavedSearches } from '../../src/model.ts';
import { openState } from '../../src/store/state.ts';

const folders: string[] = [];
const states: { close(): void }[] = [];
// Not at the end of the process: test runners end theirs by a signal.
afterAll(() => {
  for (const state of states) state.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export function testSaved(): SavedSearches {
  const folder = mkdtempSync(join(tmpdir(), 'stacktrail-test-saved-'));
  const state = openState(folder);
  folders.push(folder);
  states.push(state);
  const questions: SavedQuestions = new SavedQuestions((request) =>
    queueMicrotask(() => questions.hear(savedMessage(request, (ask) => state.saved(ask)))),
  );
  return questions;
}
