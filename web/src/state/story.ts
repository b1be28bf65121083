/**
 * The story that the address asks for, and which of its records are shown. A click that picks, words that are looked for and the level of
 * detail are in the address as well. Not here: what is drawn of it (views/story.tsx).
 */
import type { Story } from '../../../src/model.ts';
import { ask } from '../api/ask.ts';
import { loader } from '../api/loads.ts';
import { alone, runsOf } from '../text/alike.ts';
import { markerOf } from '../text/pieces.ts';
import { gapsBefore, pickedRecords, pickOf, toldOf } from '../text/story.ts';
import { computed, effect, signal, untracked } from '../ui.ts';
import { go, here } from './here.ts';

export const story = loader<Story>();
export const id = computed(() => (here.value.view === 'story' ? here.value.id : ''));
const more = computed(() => here.value.more);
export const isDeskewed = computed(() => more.value.deskew === 'true');
export const find = computed(() => more.value.find ?? '');
const only = computed(() => more.value.only ?? '');
export const pick = computed(() => pickOf(only.value));
const isDebugShown = computed(() => more.value.debug === 'true');
const line = computed(() => (here.value.line === '' ? undefined : Number(here.value.line)));
/** Which of the two pictures of its requests. */
export const isTable = computed(() => more.value.show === 'requests');
/** For the eye only: what is looked for. */
export const marker = computed(() => markerOf(find.value));

const again = signal(0);
export function storyAgain(): void {
  again.value++;
}

/** What a moved line does not change is not picked anew: only a line that would be hidden is one that matters. */
export const shown = computed(() => {
  const { value } = story.state.value;
  if (value === undefined) return undefined;
  return pickedRecords(value, { pick: pick.value, find: find.value, isDebugShown: isDebugShown.value, line: hiddenLine.value });
});
/** Where a silence is told: before the record of that seq. */
export const gaps = computed(() => {
  const { value } = story.state.value;
  return value === undefined ? new Map<number, number>() : gapsBefore(value, toldOf(value), shown.value!.records);
});

/** Repetitions one by one. */
export const isEach = computed(() => more.value.each === 'true');
/** Runs that somebody opened, by the seq of their first record. */
export const unfolded = signal<ReadonlySet<number>>(new Set());
/** Of the line of the address, which is always told itself. */
const foldedLine = computed(() => (line.value !== undefined && leads.value.get(line.value)) || undefined);
const leads = computed(() => {
  const folded = runsOf(shown.value?.records ?? [], gaps.value, () => false);
  return new Map(folded.flatMap(({ record, others }) => others.map(({ seq }) => [seq, record.seq] as const)));
});
/** What is told, neighbours alike as one. */
export const runs = computed(() => {
  const records = shown.value?.records ?? [];
  if (isEach.value) return alone(records);
  const [opened, picked] = [unfolded.value, foldedLine.value];
  return runsOf(records, gaps.value, ({ record: { seq } }) => seq === picked || opened.has(seq));
});
/** How many repetitions there are to fold. */
export const repeated = computed(() => leads.value.size);
const hiddenLine = computed(() => {
  const seq = line.value;
  const record = story.state.value.value?.records.find((one) => one.seq === seq);
  return record?.level === 'DEBUG' ? seq : undefined;
});

/** Changes what only this view knows; '' takes it out. */
export function goStory(change: Readonly<Record<string, string>>, how: 'push' | 'replace' = 'push'): void {
  go({ more: { ...here.peek().more, ...change } }, how);
}

/** Asks while the view is shown. */
export function followStory(): () => void {
  let last = '';
  const end = effect(() => {
    again.value;
    const asked = id.value;
    const deskew = isDeskewed.value ? 'true' : '';
    untracked(() => {
      // What is shown until the answer comes is of the same thing, or nothing.
      if (asked !== last) {
        story.clear();
        unfolded.value = new Set();
      }
      last = asked;
      if (asked === '') return;
      const words = { tree: 'true', deskew };
      void story.run(async (signal) => {
        const told = await ask<Story>(`api/v1/trace/${encodeURIComponent(asked)}`, { words, signal });
        document.title = `${told.kind} ${told.id.slice(0, TITLE_CHARS)} · Stacktrail`;
        return told;
      });
    });
  });
  return () => {
    end();
    story.clear();
  };
}

/** What a tab of a browser shows. */
const TITLE_CHARS = 14;
