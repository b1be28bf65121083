/** The values there are, with how many records have each: a click includes one (beside others of its field), the minus excludes it, again takes it back. */
import type { FacetsAnswer, FacetValue } from '../api/answers.ts';
import type { Load } from '../api/loads.ts';
import { go, query } from '../state/here.ts';
import { openFacets } from '../state/search.ts';
import { FACETS, FIELDS, LEVEL_WORDS } from '../text/fields.ts';
import { excluded, stanceOf, toggled } from '../text/query.ts';
import { countText } from '../text/rows.ts';
import { visible } from '../text/visible.ts';
import { type JSX, type ReadonlySignal, useEffect, useRef } from '../ui.ts';

export function FacetsPanel({ load, onClose }: { load: ReadonlySignal<Load<FacetsAnswer>>; onClose: () => void }): JSX.Element {
  const { value, isBusy, trouble } = load.value;
  return (
    <aside class="facets" aria-label="Filters" aria-busy={isBusy}>
      <button type="button" class="facets-close quiet" onClick={onClose}>
        Hide filters
      </button>
      {trouble !== undefined && trouble.position === undefined && <p class="dim">{trouble.detail}</p>}
      {FACETS.map(({ field }) => (
        <Facet key={field} field={field} answer={value} isBusy={isBusy} />
      ))}
    </aside>
  );
}

function Facet({ field, answer, isBusy }: { field: string; answer: FacetsAnswer | undefined; isBusy: boolean }): JSX.Element {
  const isOpen = openFacets.value.includes(field);
  const values = answer?.facets[field];
  const toggle = (): void => {
    openFacets.value = isOpen ? openFacets.peek().filter((one) => one !== field) : [...openFacets.peek(), field];
  };
  return (
    <section class="facet">
      <h2>
        <button type="button" aria-expanded={isOpen} onClick={toggle} title={FIELDS[field as keyof typeof FIELDS].say}>
          {field}
        </button>
      </h2>
      {isOpen && values !== undefined && <Values field={field} values={values} answer={answer!} />}
      {isOpen && values === undefined && <p class="dim">{isBusy ? '…' : '–'}</p>}
    </section>
  );
}

interface ValuesProps {
  readonly field: string;
  readonly values: readonly FacetValue[];
  readonly answer: FacetsAnswer;
}

function Values({ field, values, answer }: ValuesProps): JSX.Element {
  const most = Math.max(1, ...values.map(({ count }) => count));
  const others = answer.others[field] ?? 0;
  const sorted = field === 'level' ? values.toSorted((a, b) => rank(a.value) - rank(b.value)) : values;
  return (
    <>
      <ul>
        {sorted.map((one) => (
          <Value key={one.value} field={field} one={one} most={most} />
        ))}
      </ul>
      {values.length === 0 && <p class="dim">none</p>}
      {others > 0 && <p class="dim">{countText(others)} with other values</p>}
      {answer.approximate?.includes(field) && <p class="dim">counts are approximate</p>}
    </>
  );
}

function rank(level: string): number {
  return LEVEL_WORDS.indexOf(level as (typeof LEVEL_WORDS)[number]);
}

function Value({ field, one: { value, count }, most }: { field: string; one: FacetValue; most: number }): JSX.Element {
  const bar = useRef<HTMLSpanElement>(null);
  const stance = stanceOf(query.value, field, value);
  useEffect(() => {
    bar.current!.style.width = `${(count / most) * 100}%`;
  }, [count, most]);
  const ask = (edit: typeof toggled): void => go({ query: edit(query.peek(), field, value), line: '' });
  const text = visible(value);
  const level = field === 'level' ? ` of-${value.toLowerCase()}` : '';
  return (
    <li class={`value${stance === undefined ? '' : ` is-${stance}`}${level}`}>
      <button
        type="button"
        class="value-in"
        aria-pressed={stance === 'included'}
        title={`${text}: ${stance === 'included' ? 'take back' : 'only these'}`}
        onClick={() => ask(toggled)}
      >
        <span class="value-bar" ref={bar} />
        <span class="value-text">{text}</span>
        <span class="value-count">{countText(count)}</span>
      </button>
      <button
        type="button"
        class="value-out"
        aria-pressed={stance === 'excluded'}
        aria-label={`Without ${field} ${text}`}
        title="Without these"
        onClick={() => ask(excluded)}
      >
        −
      </button>
    </li>
  );
}
