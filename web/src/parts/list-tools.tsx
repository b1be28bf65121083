/** What the bars above a list share, whether it is of what was found or of what comes: filters beside it, whole rows, columns. Not here: what only one of them has (search-tools.tsx, live.tsx). */
import { go } from '../state/here.ts';
import { COLUMNS, columnsText } from '../text/rows.ts';
import { type JSX, type Signal, useSignal } from '../ui.ts';
import { Menu } from './menu.tsx';
import type { Look } from './row.tsx';

/** Beside the list where there is room; on a narrow screen they are asked for. */
export function useFacetsShown(): Signal<boolean> {
  return useSignal(matchMedia('(min-width: 900px)').matches);
}

export function FiltersButton({ areFacetsShown }: { areFacetsShown: Signal<boolean> }): JSX.Element {
  return (
    <button type="button" aria-pressed={areFacetsShown.value} onClick={() => (areFacetsShown.value = !areFacetsShown.value)}>
      Filters
    </button>
  );
}

export function RowTools({ look }: { look: Look }): JSX.Element {
  const { isFull } = look;
  return (
    <>
      <button
        type="button"
        aria-pressed={isFull}
        title="Whole messages or one line each (w)"
        onClick={() => go({ rows: isFull ? '' : 'full' }, 'replace')}
      >
        Whole rows
      </button>
      <Menu label="Columns" title="Columns of the list" panel={() => <ColumnsPanel look={look} />} />
    </>
  );
}

function ColumnsPanel({ look }: { look: Look }): JSX.Element {
  const toggle = (column: (typeof COLUMNS)[number]): void => {
    const columns = look.columns.includes(column) ? look.columns.filter((one) => one !== column) : [...look.columns, column];
    go({ columns: columnsText(columns) }, 'replace');
  };
  return (
    <fieldset class="columns">
      <legend>Beside time, level and message</legend>
      {COLUMNS.map((column) => (
        <label key={column}>
          <input type="checkbox" checked={look.columns.includes(column)} onChange={() => toggle(column)} /> {column}
        </label>
      ))}
      <button type="button" onClick={() => go({ columns: '' }, 'replace')}>
        The usual ones
      </button>
    </fieldset>
  );
}
