/** Searches that the service keeps for everybody who uses it: ask one, keep this one under a name, forget one. */
import type { SavedSearch } from '../api/answers.ts';
import { ask, type Problem, troubleOf } from '../api/ask.ts';
import { loader } from '../api/loads.ts';
import { go, here } from '../state/here.ts';
import { ALL, FROM_DEFAULT } from '../state/ranges.ts';
import { columnsOf, columnsText } from '../text/rows.ts';
import { visible } from '../text/visible.ts';
import { type JSX, useEffect, useId, useMemo, useSignal } from '../ui.ts';
import { say } from './copy.ts';
import { TroubleNote } from './states.tsx';

interface SavedAnswer {
  readonly saved: readonly SavedSearch[];
}

export function SavedPanel({ close }: { close: () => void }): JSX.Element {
  const load = useMemo(() => loader<SavedAnswer>(), []);
  const read = (): void => void load.run((signal) => ask<SavedAnswer>('api/v1/saved', { signal }));
  useEffect(read, []);
  const { value, trouble } = load.state.value;
  return (
    <div class="saved">
      {trouble && <TroubleNote trouble={trouble} onAgain={read} />}
      {value?.saved.length === 0 && <p class="dim">Nothing is saved yet</p>}
      <ul>
        {value?.saved.map((search) => (
          <One key={search.name} search={search} close={close} onGone={read} />
        ))}
      </ul>
      <Keep close={close} />
    </div>
  );
}

interface OneProps {
  readonly search: SavedSearch;
  readonly close: () => void;
  readonly onGone: () => void;
}

function One({ search, close, onGone }: OneProps): JSX.Element {
  const { name, query, since, until, fields, title } = search;
  const open = (): void => {
    close();
    go({ query, from: since ?? ALL, to: until ?? '', columns: columnsText(columnsOf((fields ?? []).join(','))), line: '' });
  };
  const forget = async (): Promise<void> => {
    try {
      await ask(`api/v1/saved/${encodeURIComponent(name)}`, { method: 'DELETE' });
    } catch (error) {
      say(troubleOf(error).detail);
    }
    onGone();
  };
  return (
    <li>
      <button type="button" class="saved-open" onClick={open} title={visible(query)}>
        <b>{visible(title ?? name)}</b> <code>{visible(query) || 'everything'}</code> <span class="dim">{since ?? ''}</span>
      </button>
      <button type="button" class="quiet" aria-label={`Forget ${name}`} title="Forget it" onClick={() => void forget()}>
        ×
      </button>
    </li>
  );
}

function Keep({ close }: { close: () => void }): JSX.Element {
  const name = useSignal('');
  const trouble = useSignal<Problem | undefined>(undefined);
  const id = useId();
  const keep = async (): Promise<void> => {
    const { query, from, to, columns } = here.peek();
    const since = from === '' ? FROM_DEFAULT : from;
    const body = {
      query,
      ...(since === ALL ? {} : { since }),
      ...(to === '' ? {} : { until: to }),
      ...(columns === '' ? {} : { fields: columnsOf(columns) }),
    };
    try {
      await ask(`api/v1/saved/${encodeURIComponent(name.value.trim())}`, { method: 'PUT', body });
      say('Saved');
      close();
    } catch (error) {
      trouble.value = troubleOf(error);
    }
  };
  return (
    <form
      class="keep"
      onSubmit={(event) => {
        event.preventDefault();
        void keep();
      }}
    >
      <label for={id}>Keep this search as</label>
      <input
        id={id}
        value={name.value}
        placeholder="broker-trouble"
        pattern="[A-Za-z0-9][A-Za-z0-9._\-]{0,63}"
        title="Letters, digits, dots, dashes"
        required
        onInput={(event) => (name.value = event.currentTarget.value)}
        autocomplete="off"
      />
      <button type="submit" class="primary">
        Keep
      </button>
      {trouble.value && <TroubleNote trouble={trouble.value} />}
    </form>
  );
}
