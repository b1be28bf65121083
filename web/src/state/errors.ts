/**
 * The error groups that the address asks for, one of them, and the spikes of that time. The service filters by time and service; state, text and
 * order are chosen here, of what it answered. Not here: what is drawn (views/errors.tsx).
 */
import type { ErrorExplain, ErrorGroup, ErrorList, GroupState, SpikeList } from '../../../src/model.ts';
import type { PublicRecord } from '../api/answers.ts';
import { ask, type Words } from '../api/ask.ts';
import { loader } from '../api/loads.ts';
import { GROUP_ORDERS, type GroupOrder, groupsShown } from '../text/groups.ts';
import { computed, effect, signal, untracked } from '../ui.ts';
import { go, here } from './here.ts';
import { ALL, type Range } from './ranges.ts';

export type ErrorAnswer = ErrorList & { readonly behind: number };
export type GroupAnswer = ErrorGroup & { readonly records: readonly PublicRecord[] };

export const list = loader<ErrorAnswer>();
export const group = loader<GroupAnswer>();
/** The nearest known errors of a group that is none itself. */
export const near = loader<ErrorExplain>();
export const spikes = loader<SpikeList>();

/** A day shows what is new since yesterday; an hour of errors is too little to compare. */
const FROM_DEFAULT = '24h';
/** Before any cloud: the service begins where its counts do. */
const BEGINNING = '2000-01-01';
/** More groups than that nobody reads; the service says how many there are. */
const GROUPS_MAX = 1000;

const from = computed(() => here.value.from);
const to = computed(() => here.value.to);
export const errorRange = computed<Range>(() => ({ from: from.value === '' ? FROM_DEFAULT : from.value, to: to.value }));
export const signature = computed(() => (here.value.view === 'errors' ? here.value.id : ''));
const more = computed(() => here.value.more);
export const service = computed(() => more.value.service ?? '');
export const text = computed(() => more.value.text ?? '');
export const order = computed<GroupOrder>(() => GROUP_ORDERS.find((one) => one === more.value.sort) ?? 'state');
export const state = computed(() => STATES.find((one) => one === more.value.state));
export const STATES: readonly GroupState[] = ['new', 'regressed', 'ongoing', 'quiet'];

export const shownGroups = computed(() =>
  groupsShown(list.state.value.value?.groups ?? [], { state: state.value, text: text.value, order: order.value }),
);
/** Of all groups that were answered without one being chosen. */
export const services = signal<readonly string[]>([]);

const again = signal(0);
export function errorsAgain(): void {
  again.value++;
}

export function goErrors(change: Readonly<Record<string, string>>, how: 'push' | 'replace' = 'push'): void {
  go({ more: { ...here.peek().more, ...change } }, how);
}

/** Arguments of the routes of errors. */
function timeWords({ from: start, to: end }: Range): Words {
  return { since: start === ALL ? BEGINNING : start, until: end === 'now' ? '' : end };
}

/** Words for `GET /api/v1/report`, which tells of a year at most. */
export function reportWords(zone: string): Words {
  const { since, until } = timeWords(errorRange.value);
  const timezone = zone === '' ? Intl.DateTimeFormat().resolvedOptions().timeZone : zone;
  return { form: 'html', since: since === BEGINNING ? REPORT_LONGEST : since, until, timezone };
}
const REPORT_LONGEST = '365d';

/** Asks while the view is shown. */
export function followErrors(): () => void {
  const ends = [effect(askList), effect(askGroup)];
  return () => {
    for (const end of ends) end();
    for (const one of [list, group, near]) one.clear();
  };
}

function askList(): void {
  again.value;
  if (signature.value !== '') return;
  const words = { ...timeWords(errorRange.value), service: service.value };
  untracked(() => {
    void list.run(async (signal) => {
      const answer = await ask<ErrorAnswer>('api/v1/errors', { words: { ...words, limit: String(GROUPS_MAX) }, signal });
      if (words.service === '')
        services.value = [...new Set(answer.groups.flatMap((one) => one.services.map(({ name }) => name)))].toSorted();
      return answer;
    });
    // Where the service finds none, or cannot, nothing is shown.
    if (spikes.state.peek().trouble?.code !== 'not-found') void spikes.run((signal) => ask<SpikeList>('api/v1/spikes', { words, signal }));
  });
}

function askGroup(): void {
  again.value;
  const asked = signature.value;
  const words = timeWords(errorRange.value);
  untracked(() => {
    if (group.state.peek().value?.signature !== asked) group.clear();
    near.clear();
    if (asked === '') return;
    void group.run(async (signal) => {
      const answer = await ask<GroupAnswer>(`api/v1/errors/${encodeURIComponent(asked)}`, { words, signal });
      if (answer.known === undefined)
        void near.run((own) => ask<ErrorExplain>('api/v1/explain', { words: { text: answer.title }, signal: own }));
      return answer;
    });
  });
}
