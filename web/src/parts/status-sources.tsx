/** Who sends: when each host was last heard, how far its clock is off; silent ones first. A click searches what it sent. */
import { hrefOf, placeFor } from '../state/here.ts';
import { sources } from '../state/service.ts';
import { written } from '../text/query.ts';
import { countText } from '../text/rows.ts';
import { skewText, spanText } from '../text/sizes.ts';
import { visible } from '../text/visible.ts';
import { type JSX, useSignal } from '../ui.ts';
import { Scroll } from './status-rates.tsx';

/** Before somebody asks for more: a screenful. */
const ROWS_FIRST = 25;
const ROWS_MAX = 500;
/** Above it the clock is marked. */
const SKEW_S_MAX = 5;

export function StatusSources(): JSX.Element {
  const all = sources.value;
  const wanted = useSignal('');
  const isAll = useSignal(false);
  const word = wanted.value.trim().toLowerCase();
  const found = (all ?? []).filter(({ host }) => host.toLowerCase().includes(word));
  const shown = found.slice(0, isAll.value ? ROWS_MAX : ROWS_FIRST);
  const silent = (all ?? []).filter(({ silentSeconds }) => silentSeconds !== undefined).length;
  return (
    <section class="panel" aria-labelledby="sources">
      <div class="panel-head">
        <h2 id="sources">Sources</h2>
        <span class="dim">
          {all === undefined
            ? 'Asking…'
            : `${countText(all.length)} heard since the start, ${silent === 0 ? 'none' : countText(silent)} silent`}
        </span>
        <span class="gap" />
        {(all?.length ?? 0) > ROWS_FIRST && (
          <input
            type="search"
            aria-label="Name of a source"
            placeholder="name"
            value={wanted.value}
            onInput={(event) => (wanted.value = event.currentTarget.value)}
          />
        )}
      </div>
      {all?.length === 0 && <p>Nobody has sent anything live yet: point a syslog client at a listener above.</p>}
      {shown.length > 0 && <Table shown={shown} />}
      {found.length > shown.length && !isAll.value && (
        <button type="button" onClick={() => (isAll.value = true)}>
          Show all {countText(found.length)}
        </button>
      )}
      {isAll.value && found.length > ROWS_MAX && <p class="dim">The first {ROWS_MAX}; a name narrows them down.</p>}
    </section>
  );
}

function Table({ shown }: { shown: NonNullable<typeof sources.value> }): JSX.Element {
  const nowMs = Date.now();
  return (
    <Scroll label="Table of sources">
      <table>
        <thead>
          <tr>
            <th scope="col">Host</th>
            <th scope="col">Last heard</th>
            <th scope="col">Usual pause</th>
            <th scope="col" class="number">
              Clock
            </th>
            <th scope="col">Zone</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ host, last, silentSeconds, usualPauseSeconds, skewSeconds, zone }) => (
            <tr key={host} class={silentSeconds === undefined ? '' : 'is-silent'}>
              <th scope="row">
                <a
                  href={hrefOf(placeFor('search', { query: written('host', host), from: silentSeconds === undefined ? '' : '7d', to: '' }))}
                  data-go
                >
                  {visible(host)}
                </a>
              </th>
              <td>
                {silentSeconds === undefined ? (
                  `${spanText((nowMs - Date.parse(last)) / 1000)} ago`
                ) : (
                  <b>silent for {spanText(silentSeconds)}</b>
                )}
              </td>
              <td>{usualPauseSeconds < 2 ? 'under 2 s' : spanText(usualPauseSeconds)}</td>
              <td class={Math.abs(skewSeconds ?? 0) > SKEW_S_MAX ? 'number is-wrong' : 'number'}>
                {skewSeconds === undefined ? <span class="dim">not known</span> : skewText(skewSeconds)}
              </td>
              <td>{zone ?? ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
