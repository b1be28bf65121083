/** The search: a query over a range of time, its histogram, its facets and its records; or its lines as they come (parts/live.tsx). Not here: asking (state/search.ts). */
import type { Problem } from '../api/ask.ts';
import { FacetsPanel } from '../parts/facets.tsx';
import { Histogram } from '../parts/histogram.tsx';
import { useFacetsShown } from '../parts/list-tools.tsx';
import { LivePane } from '../parts/live.tsx';
import { QueryBar } from '../parts/query-bar.tsx';
import { Records, showRow } from '../parts/records.tsx';
import { SearchTools } from '../parts/search-tools.tsx';
import { EmptyNote, TroubleNote } from '../parts/states.tsx';
import { TimePicker } from '../parts/time-picker.tsx';
import { go, here, query, range, zone } from '../state/here.ts';
import { livePages, withLive } from '../state/live-keys.ts';
import { isLive } from '../state/live-look.ts';
import { isFull, keysOf, touched } from '../state/picked.ts';
import { ALL, rangeWords } from '../state/ranges.ts';
import { facets, followPlace, histogram, lineNote, records, searchAgain } from '../state/search.ts';
import { markerOf } from '../text/pieces.ts';
import { columnsOf } from '../text/rows.ts';
import { computed, type JSX, useEffect, useLayoutEffect } from '../ui.ts';
import type { View } from './view.ts';

const words = computed(() => rangeWords(range.value));
// Its parts, so that a moved line does not draw all rows anew.
const columnsText = computed(() => here.value.columns);
const look = computed(() => ({
  columns: columnsOf(columnsText.value),
  isFull: isFull.value,
  zone: zone.value,
  marker: markerOf(query.value),
}));

const picking = keysOf({
  pages: () => (isLive.peek() ? livePages() : records.pages.peek()),
  grow: (way) => {
    if (!isLive.peek()) void records.grow(way);
  },
  focusQuery: () => document.querySelector<HTMLElement>('.query textarea')?.focus(),
});
const { deeds } = picking;
const keys = withLive(picking.keys);

/** The same question, asked of what there is or of what comes. */
function SearchView(): JSX.Element {
  return isLive.value ? <LivePane look={look.value} range={words} deeds={deeds} /> : <FoundPane />;
}

function FoundPane(): JSX.Element {
  const areFacetsShown = useFacetsShown();
  useLayoutEffect(followPlace, []);
  const pages = records.pages.value;
  const older = records.older.value;
  // A permalink's line is brought into sight once, when its page has come.
  useEffect(() => {
    const { line } = here.peek();
    if (!records.isFresh.value && line !== '' && pages.length > 0) requestAnimationFrame(() => showRow(Number(line), 'center'));
  }, [records.isFresh.value]);
  const onAsk = (asked: string): void => {
    if (asked === query.peek()) searchAgain();
    else go({ query: asked, line: '' });
  };
  const isQueryWrong = older.trouble?.position !== undefined && older.trouble.code === 'bad-query';
  return (
    <>
      <div class="ask">
        <QueryBar query={query.value} trouble={isQueryWrong ? older.trouble : undefined} range={words} onAsk={onAsk} />
        <TimePicker
          range={range.value}
          zone={zone.value}
          shown={histogram.state.value.value}
          trouble={older.trouble?.code === 'bad-argument' ? older.trouble : undefined}
        />
      </div>
      <Histogram load={histogram.state} />
      <SearchTools areFacetsShown={areFacetsShown} look={look.value} />
      <div class={isQueryWrong ? 'found is-stale' : 'found'} aria-busy={records.isFresh.value}>
        {areFacetsShown.value && <FacetsPanel load={facets.state} onClose={() => (areFacetsShown.value = false)} />}
        {pages.length > 0 ? (
          <Records
            pages={records.pages}
            older={records.older}
            newer={records.newer}
            grow={grow}
            look={look.value}
            touched={touched}
            deeds={deeds}
          />
        ) : (
          <div class="records is-empty">
            <Instead trouble={older.trouble} isBusy={older.isBusy} />
          </div>
        )}
      </div>
      {lineNote.value !== undefined && (
        <p class="note" role="status">
          {lineNote.value}{' '}
          <button type="button" onClick={() => (lineNote.value = undefined)}>
            Close
          </button>
        </p>
      )}
    </>
  );
}

function grow(way: 'older' | 'newer'): void {
  void records.grow(way);
}

/** Where there are no records: why, and what to do. */
function Instead({ trouble, isBusy }: { trouble: Problem | undefined; isBusy: boolean }): JSX.Element | null {
  if (trouble?.code === 'bad-query') return <EmptyNote title="The query cannot be read; what is wrong is marked above" />;
  if (trouble !== undefined) return <TroubleNote trouble={trouble} onAgain={searchAgain} />;
  return isBusy ? <p class="searching dim">Searching…</p> : <Nothing />;
}

function Nothing(): JSX.Element {
  const isAll = range.value.from === ALL && range.value.to === '';
  return (
    <EmptyNote title={query.value === '' ? 'No records in this range' : 'Nothing found'}>
      {!isAll && (
        <button type="button" onClick={() => go({ from: ALL, to: '' })}>
          Look at everything kept
        </button>
      )}
      {query.value !== '' && (
        <button type="button" onClick={() => go({ query: '' })}>
          Without the query
        </button>
      )}
      {isAll && query.value === '' && <p>Nothing is stored yet: send syslog to this service, and it appears here.</p>}
    </EmptyNote>
  );
}

export const searchView: View = { name: 'search', title: 'Search', isInHead: true, keys, Show: SearchView };
