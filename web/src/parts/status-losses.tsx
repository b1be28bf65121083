/** The loss ledger: what was lost, cut or refused, by reason and source, with what can be done. Its span of time is in the address. */
import type { LossesAnswer } from '../api/answers-status.ts';
import { go, here, zone } from '../state/here.ts';
import { LOSSES_SINCE_DEFAULT, losses, lossesSince } from '../state/service.ts';
import { rowTime } from '../state/zones.ts';
import { lossWords } from '../text/losses.ts';
import { countText } from '../text/rows.ts';
import { visible } from '../text/visible.ts';
import type { JSX } from '../ui.ts';
import { Scroll } from './status-rates.tsx';

const SPANS = [
  ['1h', 'hour'],
  ['24h', 'day'],
  ['7d', 'week'],
  ['30d', 'month'],
] as const;

/** Rows that are shown; the ledger is newest first. */
const ROWS_MAX = 50;

export function StatusLosses(): JSX.Element {
  const all = losses.value;
  const since = lossesSince();
  return (
    <section class="panel panel-wide" aria-labelledby="losses">
      <div class="panel-head">
        <h2 id="losses">Lost, cut or refused</h2>
        <fieldset class="spans">
          <legend class="unseen">In the last</legend>
          {SPANS.map(([span, say]) => (
            <button
              key={span}
              type="button"
              aria-pressed={since === span}
              onClick={() => go({ more: { ...here.peek().more, since: span === LOSSES_SINCE_DEFAULT ? '' : span } }, 'replace')}
            >
              {say}
            </button>
          ))}
        </fieldset>
      </div>
      {all === undefined ? (
        <p class="dim">Asking…</p>
      ) : all.length === 0 ? (
        <p>Nothing: whatever came was stored.</p>
      ) : (
        <Table losses={all} />
      )}
    </section>
  );
}

function Table({ losses: all }: { losses: LossesAnswer['losses'] }): JSX.Element {
  const most = Math.max(...all.map(({ amount }) => amount));
  return (
    <>
      <Scroll label="Table of losses">
        <table class="losses">
          <thead>
            <tr>
              <th scope="col" class="number">
                Amount
              </th>
              <th scope="col">What</th>
              <th scope="col">Source</th>
              <th scope="col">First</th>
              <th scope="col">Last</th>
              <th scope="col">What to do</th>
            </tr>
          </thead>
          <tbody>
            {all.slice(0, ROWS_MAX).map(({ reason, source, amount, first, last, remedy }) => (
              <tr key={`${reason} ${source}`}>
                <td class="number">
                  <b>{countText(amount)}</b>
                  <progress value={amount} max={most} aria-label={`Share of ${reason}`} />
                </td>
                <td>{lossWords(reason, amount)}</td>
                <td class="code">{visible(source)}</td>
                <td class="code">{rowTime(first, zone.value).slice(0, 14)}</td>
                <td class="code">{rowTime(last, zone.value).slice(0, 14)}</td>
                <td class="wide">{remedy}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {all.length > ROWS_MAX && <p class="dim">and {countText(all.length - ROWS_MAX)} more: api/v1/losses has all</p>}
    </>
  );
}
