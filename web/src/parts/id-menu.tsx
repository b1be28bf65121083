/**
 * What can be done with an id, beside where it was clicked: its story, only what carries it, everything but that, copy. One menu for
 * the whole page; it is a popover, so the browser closes it by Escape and by a click elsewhere.
 */
import { go, here, placeFor, viewNames } from '../state/here.ts';
import { ALL } from '../state/ranges.ts';
import { added } from '../text/query.ts';
import { type JSX, signal, useEffect, useRef } from '../ui.ts';
import { copyText } from './copy.ts';
import { placeBeside } from './menu.tsx';

const opened = signal<{ readonly anchor: HTMLElement; readonly id: string } | undefined>(undefined);

export function openIdMenu(anchor: HTMLElement, id: string): void {
  opened.value = { anchor, id };
}

interface Deed {
  readonly say: string;
  readonly isThere?: () => boolean;
  run(id: string): void;
}

const DEEDS: readonly Deed[] = [
  { say: 'Its story', isThere: () => viewNames.value.has('story'), run: (id) => go(placeFor('story', { id, query: '' })) },
  { say: 'Only records with it', run: (id) => go({ view: 'search', id: '', query: added(here.value.query, id), line: '' }) },
  { say: 'All records without it', run: (id) => go({ view: 'search', id: '', query: added(here.value.query, `-${id}`), line: '' }) },
  { say: 'Everything about it, at any time', run: (id) => go({ view: 'search', id: '', query: id, from: ALL, to: '', line: '' }) },
  { say: 'Copy', run: (id) => void copyText(id) },
];

export function IdMenu(): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const at = opened.value;
  useEffect(() => {
    const menu = element.current!;
    if (at === undefined) return;
    menu.showPopover();
    placeBeside(menu, at.anchor);
    menu.querySelector('button')?.focus();
  }, [at]);
  const run = (deed: Deed): void => {
    element.current!.hidePopover();
    if (at) deed.run(at.id);
  };
  return (
    <div class="menu" popover="auto" ref={element} aria-label={`Id ${at?.id ?? ''}`} role="dialog">
      <p class="menu-title">{at?.id}</p>
      {DEEDS.filter(({ isThere }) => isThere?.() !== false).map((deed) => (
        <button type="button" key={deed.say} onClick={() => run(deed)}>
          {deed.say}
        </button>
      ))}
    </div>
  );
}
