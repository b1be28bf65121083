/**
 * What a person has picked in a list of records: the selected line (it is in the address), opened and whole ones (they are not), and the
 * keys that move among them. Shared by all views that list records.
 */
import type { PublicRecord } from '../api/answers.ts';
import { say } from '../parts/copy.ts';
import { computed, type Signal, signal } from '../ui.ts';
import type { Key } from '../views/view.ts';
import { go, here, placeFor, viewNames } from './here.ts';
import type { RecordPage } from './window.ts';

const opened: Signal<ReadonlySet<number>> = signal(new Set<number>());
const whole: Signal<ReadonlySet<number>> = signal(new Set<number>());
const selected = computed(() => (here.value.line === '' ? undefined : Number(here.value.line)));
export const isFull = computed(() => here.value.rows === 'full');
export const touched = { opened, whole, selected };

function flipped(set: ReadonlySet<number>, seq: number): ReadonlySet<number> {
  const changed = new Set(set);
  if (!changed.delete(seq)) changed.add(seq);
  return changed;
}

export interface Listed {
  readonly pages: () => readonly RecordPage[];
  readonly grow: (way: 'older' | 'newer') => void;
  readonly focusQuery: () => void;
}

export function keysOf(listed: Listed) {
  const all = (): readonly PublicRecord[] => listed.pages().flatMap(({ records }) => records);
  const deeds = {
    select: (seq: number): void => go({ line: String(seq) }, 'replace'),
    toggle: (seq: number): void => {
      aroundSeq.value = undefined;
      opened.value = flipped(opened.peek(), seq);
    },
    whole: (seq: number): void => {
      whole.value = flipped(whole.peek(), seq);
    },
  };
  const step = (by: 1 | -1): void => {
    const records = all();
    const at = records.findIndex(({ seq }) => seq === selected.peek());
    const next = records[at < 0 ? 0 : at + by];
    if (next === undefined) {
      listed.grow(by > 0 ? 'older' : 'newer');
      return;
    }
    deeds.select(next.seq);
    document.querySelector(`.row[data-seq="${next.seq}"]`)?.scrollIntoView({ block: 'nearest' });
  };
  const withSelected = (run: (record: PublicRecord) => void): void => {
    const record = all().find(({ seq }) => seq === selected.peek());
    if (record === undefined) say('No line is selected; j selects the first');
    else run(record);
  };
  const keys: readonly Key[] = [
    { key: '/', say: 'Type a query', run: listed.focusQuery },
    { key: 'j', say: 'Next line', run: () => step(1) },
    { key: 'k', say: 'Line before', run: () => step(-1) },
    { key: 'Enter', say: 'Open or close the line', run: () => withSelected(({ seq }) => deeds.toggle(seq)) },
    { key: 'c', say: 'What stood around the line', run: () => withSelected(showContext) },
    { key: 't', say: 'Story of its instance or request', run: () => withSelected(tellStory) },
    { key: 'w', say: 'Whole messages or one line each', run: () => go({ rows: here.peek().rows === 'full' ? '' : 'full' }, 'replace') },
    { key: 'Escape', say: 'Close all lines', run: closeAll },
  ];
  return { deeds, keys };
}

function closeAll(): void {
  opened.value = new Set();
}

/** The record whose details show what stood around it. */
export const aroundSeq = signal<number | undefined>(undefined);

function showContext({ seq }: PublicRecord): void {
  if (!opened.peek().has(seq)) opened.value = flipped(opened.peek(), seq);
  aroundSeq.value = seq;
}

function tellStory(record: PublicRecord): void {
  const id = record.instance ?? record.request ?? record.globalRequest ?? record.ids?.[0]?.id;
  if (id === undefined) say('The line carries no id');
  else if (viewNames.peek().has('story')) go(placeFor('story', { id, query: '' }));
  else go(placeFor('search', { query: id }));
}
