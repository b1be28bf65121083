/**
 * Where we are: the one place of the address bar as a signal. Everything that a person can see again, send on or come back to is in
 * it; who changes it calls `go`. Not here: how a place is written (place.ts).
 */
import { computed, signal } from '../ui.ts';
import { addressOf, NOWHERE, type Place, placeOf } from './place.ts';
import type { Range } from './ranges.ts';

/** The page's root, below which the views are: `/` or what a proxy has put before it. */
const ROOT = new URL('.', document.baseURI);
// From now on addresses are relative to the root, however deep the path becomes.
document.querySelector('base')?.setAttribute('href', ROOT.pathname);

function read(): Place {
  const path = location.pathname.startsWith(ROOT.pathname) ? location.pathname.slice(ROOT.pathname.length) : '';
  return placeOf(path, location.search);
}

export const here = signal<Place>(read());
addEventListener('popstate', () => {
  here.value = read();
});

export const query = computed(() => here.value.query);
export const zone = computed(() => here.value.zone);
const from = computed(() => here.value.from);
const to = computed(() => here.value.to);
/** The same object as long as neither end changes: a moved line is no new question. */
export const range = computed<Range>(() => ({ from: from.value, to: to.value }));

/** Absolute, for links and for copying. */
export function hrefOf(change: Partial<Place>): string {
  return new URL(addressOf({ ...here.value, ...change }), ROOT).href;
}

/**
 * Changes the place. A step that a person would want to take back is a new entry of the history; `replace` is for what
 * comes and goes by itself, like the selected line.
 */
export function go(change: Partial<Place>, how: 'push' | 'replace' = 'push'): void {
  const place = { ...here.peek(), ...change };
  if (addressOf(place) === addressOf(here.peek())) return;
  const href = new URL(addressOf(place), ROOT).href;
  if (how === 'push') history.pushState(null, '', href);
  else history.replaceState(null, '', href);
  here.value = place;
}

/** A view from its beginning, with the question and the range one has. */
export function placeFor(view: string, change: Partial<Place> = {}): Partial<Place> {
  const { query: asked, from, to, zone: shown } = here.value;
  return { ...NOWHERE, query: asked, from, to, zone: shown, view, ...change };
}

/** Names of the views there are; main.tsx fills it from their table, so that a part can offer a link only where something is. */
export const viewNames = signal<ReadonlySet<string>>(new Set());
