/** The line above the records: how many there are, and what can be done with all of them - columns, whole rows, export, saved searches, a link, asking again. */
import { urlOf } from '../api/ask.ts';
import { here, hrefOf, query, range } from '../state/here.ts';
import { toggleLive } from '../state/live-look.ts';
import { absolute, endsOf, rangeWords } from '../state/ranges.ts';
import { histogram, records, searchAgain } from '../state/search.ts';
import { countText } from '../text/rows.ts';
import type { JSX, Signal } from '../ui.ts';
import { copyText } from './copy.ts';
import { FiltersButton, RowTools } from './list-tools.tsx';
import { Menu } from './menu.tsx';
import type { Look } from './row.tsx';
import { SavedPanel } from './saved.tsx';

export function SearchTools({ areFacetsShown, look }: { areFacetsShown: Signal<boolean>; look: Look }): JSX.Element {
  return (
    <div class="tools" role="toolbar" aria-label="Records">
      <FiltersButton areFacetsShown={areFacetsShown} />
      <Count />
      <span class="gap" />
      <RowTools look={look} />
      <Menu label="Saved" title="Saved searches" panel={(close) => <SavedPanel close={close} />} />
      <Menu label="Export" title="Export all that was found" panel={(close) => <ExportPanel close={close} />} />
      <button type="button" title="Copy a link to this question whose range stays the same" onClick={() => void copyText(pinned())}>
        Link
      </button>
      <button type="button" title="Ask again" onClick={searchAgain}>
        Refresh
      </button>
      <button type="button" aria-pressed={false} class="live-switch" title="New lines as they come (l)" onClick={toggleLive}>
        Live
      </button>
    </div>
  );
}

/** The number comes from the histogram, later than the records: until then no other question's number stands here. */
function Count(): JSX.Element {
  const { value, isBusy, trouble } = histogram.state.value;
  const tookMs = records.tookMs.value;
  const damaged = records.damaged.value.length;
  const isThere = !records.isFresh.value && records.pages.value.length > 0;
  return (
    <span class="count" role="status">
      {value !== undefined && !isBusy && trouble === undefined && (
        <>
          <b>{countText(value.total)}</b> {value.total === 1 ? 'record' : 'records'}
          {tookMs !== undefined && <span class="dim"> in {tookMs} ms</span>}
        </>
      )}
      {records.isFresh.value && <span class="dim">searching…</span>}
      {isThere && isBusy && <span class="dim">counting…</span>}
      {isThere && trouble !== undefined && <span class="dim">not counted</span>}
      {damaged > 0 && <span class="damaged"> {damaged} places on the disk could not be read</span>}
    </span>
  );
}

/** The place with both ends fixed. */
function pinned(): string {
  const shown = histogram.state.peek().value;
  const ends = endsOf(range.peek(), { nowMs: Date.now(), oldestMs: shown?.start ? Date.parse(shown.start) : undefined });
  return hrefOf(ends === undefined ? {} : absolute(ends.fromMs, ends.toMs));
}

const FORMS = [
  { form: 'ndjson', say: 'NDJSON: every field, for programs' },
  { form: 'csv', say: 'CSV: the columns shown, for spreadsheets' },
  { form: 'text', say: 'Text: lines as in the terminal' },
] as const;

function ExportPanel({ close }: { close: () => void }): JSX.Element {
  const columns = here.value.columns;
  const hrefFor = (form: string): string => {
    const fields =
      form === 'csv' && columns !== ''
        ? { fields: ['time', 'level', ...columns.split(',').filter((one) => one !== 'none'), 'message'].join(',') }
        : {};
    return urlOf('api/v1/search', { query: query.value, ...rangeWords(range.value), ...fields, download: form });
  };
  return (
    <div class="export">
      <p class="menu-title">Everything that was found, not only what is loaded</p>
      {FORMS.map(({ form, say }) => (
        <a key={form} href={hrefFor(form)} download onClick={close}>
          {say}
        </a>
      ))}
    </div>
  );
}
