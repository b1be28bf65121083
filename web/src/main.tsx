/**
 * Begins the page: the head with its views, the view of the address, keys that work everywhere. Not here: what any
 * view does (views/), what the address means (state/).
 */
import './style/base.css';
import './style/bar.css';
import './style/records.css';
import './style/parts.css';
import './style/live.css';
import './style/status.css';
import { said } from './parts/copy.ts';
import { Help, toggleHelp } from './parts/help.tsx';
import { IdMenu } from './parts/id-menu.tsx';
import { EmptyNote } from './parts/states.tsx';
import { here, hrefOf, placeFor, viewNames } from './state/here.ts';
import { type JSX, render, useEffect } from './ui.ts';
import type { Key } from './views/view.ts';
import { VIEWS } from './views/views.ts';

viewNames.value = new Set(VIEWS.map(({ name }) => name));

const KEYS: readonly Key[] = [{ key: '?', say: 'This list', run: toggleHelp }];

function App(): JSX.Element {
  const view = VIEWS.find(({ name }) => name === here.value.view);
  useEffect(() => {
    document.title = view === undefined ? 'Stacktrail' : `${view.title} · Stacktrail`;
  }, [view]);
  return (
    <>
      <a class="skip" href="#view">
        Skip to the content
      </a>
      <header class="head">
        <a class="brand" href={hrefOf({ ...placeFor('search'), query: '', from: '', to: '' })} data-go>
          Stacktrail
        </a>
        <nav aria-label="Views">
          {VIEWS.filter(({ isInHead }) => isInHead).map(({ name, title }) => (
            <a key={name} href={hrefOf(placeFor(name))} data-go aria-current={view?.name === name ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <span class="gap" />
        <a href={new URL('api/docs', document.baseURI).href}>API</a>
        <button type="button" class="quiet" onClick={toggleHelp} aria-label="Keys and query language" title="Keys and query language (?)">
          ?
        </button>
      </header>
      <main id="view" class={`view view-${view?.name ?? 'none'}`} tabIndex={-1}>
        <h1 class="unseen">{view?.title ?? 'Stacktrail'}</h1>
        {view ? <view.Show key={view.name} /> : <Nowhere />}
      </main>
      <IdMenu />
      <Help keys={[...(view?.keys ?? []), ...KEYS]} />
      <p class="said" role="status">
        {said.value}
      </p>
    </>
  );
}

function Nowhere(): JSX.Element {
  return (
    <EmptyNote title="There is no such page">
      <a href={hrefOf(placeFor('search'))} data-go>
        Search
      </a>
    </EmptyNote>
  );
}

/** Links of ours change the place without loading the page again. */
document.addEventListener('click', (event) => {
  const link = (event.target as Element).closest<HTMLAnchorElement>('a[data-go]');
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  history.pushState(null, '', link.href);
  dispatchEvent(new PopStateEvent('popstate'));
});

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target as HTMLElement;
  if (target.closest('input, textarea, select, [contenteditable]')) return;
  // A button takes Enter and space for itself.
  if ((event.key === 'Enter' || event.key === ' ') && target.closest('button, a')) return;
  const view = VIEWS.find(({ name }) => name === here.peek().view);
  const key = [...(view?.keys ?? []), ...KEYS].find((one) => one.key === event.key);
  if (!key) return;
  event.preventDefault();
  key.run();
});

// The page of the root is the first view.
history.replaceState(null, '', hrefOf({}));
render(<App />, document.querySelector('#app')!);
