/**
 * The search that the address asks for: its records, its histogram, its facets. A change of the place asks again what the change
 * concerns. Not here: what is drawn of it (views/search.tsx).
 */
import type { FacetsAnswer, HistogramAnswer, PublicRecord } from '../api/answers.ts';
import { ask, isAbort, type Problem, type Words } from '../api/ask.ts';
import { loader } from '../api/loads.ts';
import { FACETS } from '../text/fields.ts';
import { without } from '../text/query.ts';
import { computed, effect, type ReadonlySignal, signal, untracked } from '../ui.ts';
import { here, query, range } from './here.ts';
import { rangeWords } from './ranges.ts';
import { RecordWindow } from './window.ts';

/** What is asked of every route: the query and its range. */
const question: ReadonlySignal<Words> = computed(() => ({ query: query.value, ...rangeWords(range.value) }));

export const records = new RecordWindow();
/** What was counted for another query is nothing for this one, but while that is half typed. */
const isUnread = ({ code }: Problem): boolean => code === 'bad-query';
export const histogram = loader<HistogramAnswer>(isUnread);
export const facets = loader<FacetsAnswer>(isUnread);
/** Fields whose values are shown; those that are closed are not counted. */
export const openFacets = signal<readonly string[]>(FACETS.filter(({ isOpen }) => isOpen).map(({ field }) => field));
/** Said where the record of a permalink cannot be shown. */
export const lineNote = signal<string | undefined>(undefined);
/**
 * Records are what is waited for. What counts all of them costs a hundred times as much, and would take the processors of a small machine from them:
 * it is asked for when the records are there, or take long. In 10 M lines on two cores (bench:browser) that is the most of what a person waits.
 */
const HEAD_START_MS = 300;
let opened: Promise<void> = Promise.resolve();
/** One more each time somebody asks again. */
const again = signal(0);

export function searchAgain(): void {
  again.value++;
}

/** Asks while the view is shown; the answer ends it. */
export function followPlace(): () => void {
  const ends = [
    effect(() => {
      again.value;
      const words = question.value;
      untracked(() => {
        opened = openRecords(words);
      });
    }),
    effect(() => {
      again.value;
      const words = { ...question.value, by: 'level' };
      void histogram.run(async (signal) => {
        await headStart();
        return ask<HistogramAnswer>('api/v1/histogram', { words, signal });
      });
    }),
    followFacets(),
  ];
  return () => {
    for (const end of ends) end();
    records.close();
  };
}

/** The filters alone: beside a live tail they count what was there. */
export function followFacets(): () => void {
  return effect(() => {
    again.value;
    const fields = openFacets.value;
    const words = question.value;
    void facets.run(async (signal) => {
      await headStart();
      return countFacets(words, fields, signal);
    });
  });
}

function headStart(): Promise<unknown> {
  return Promise.race([opened, new Promise((resolve) => setTimeout(resolve, HEAD_START_MS))]);
}

/** The line of the address is looked for once, when the question is new; a line that was picked in the list is there. */
async function openRecords(words: Words): Promise<void> {
  const { line } = here.peek();
  lineNote.value = undefined;
  if (line === '') return records.open({ words });
  let at: PublicRecord | undefined;
  try {
    at = await ask<PublicRecord>(`api/v1/records/${line}`);
  } catch (error) {
    if (isAbort(error)) return;
    lineNote.value = `Record ${line}: ${error instanceof Error ? error.message : error}`;
  }
  if (here.peek().line !== line || question.peek() !== words) return;
  await records.open({ words }, at);
  const isThere = records.pages.peek().some((page) => page.records.some(({ seq }) => seq === at?.seq));
  if (at !== undefined && !isThere && records.older.peek().trouble === undefined)
    lineNote.value = `Record ${line} is not among those that are asked for here`;
}

/** The query as `without` writes it. */
function tidy(asked: string): string {
  return without(asked, '\0');
}

/** Fields that the query narrows are counted without what it says of them: the values beside the chosen ones stay to be chosen. */
async function countFacets(words: Words, fields: readonly string[], signal: AbortSignal): Promise<FacetsAnswer> {
  const asked = words.query ?? '';
  const narrowed = fields.filter((field) => without(asked, field) !== tidy(asked));
  const others = fields.filter((field) => !narrowed.includes(field));
  const count = (own: Words): Promise<FacetsAnswer> => ask<FacetsAnswer>('api/v1/facets', { words: { ...words, ...own }, signal });
  const answers = await Promise.all([
    ...(others.length > 0 ? [count({ fields: others.join(',') })] : []),
    ...narrowed.map((field) => count({ fields: field, query: without(asked, field) })),
  ]);
  return {
    facets: Object.assign({}, ...answers.map((one) => one.facets)),
    others: Object.assign({}, ...answers.map((one) => one.others)),
    absent: Object.assign({}, ...answers.map((one) => one.absent)),
    approximate: answers.flatMap((one) => one.approximate ?? []),
    total: answers[0]?.total ?? 0,
  };
}
