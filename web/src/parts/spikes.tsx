/** Spikes on a line of time, over the list of groups: what an operator should look at now. Nothing while there are none. */
import type { Spike, SpikeList } from '../../../src/model.ts';
import { hrefOf, placeFor } from '../state/here.ts';
import { endsOf, type Range } from '../state/ranges.ts';
import { shortTime } from '../state/zones.ts';
import { countText } from '../text/rows.ts';
import { visible } from '../text/visible.ts';
import type { JSX } from '../ui.ts';

const UNITS = 1000;
/** A minute of a day is a line that is seen. */
const UNITS_MIN = 6;
/** What goes on stands before what is over; more is a list for another place. */
const SPIKES_SHOWN = 8;

export interface SpikesProps {
  readonly spikes: SpikeList | undefined;
  readonly range: Range;
  readonly zone: string;
}

export function Spikes({ spikes, range, zone }: SpikesProps): JSX.Element | null {
  const told = (spikes?.spikes ?? []).filter((one) => one.foldedInto === undefined).slice(0, SPIKES_SHOWN);
  if (told.length === 0) return null;
  const nowMs = Date.now();
  const oldestMs = Math.min(...told.map(({ since }) => Date.parse(since)));
  const ends = endsOf(range, { nowMs, oldestMs }) ?? { fromMs: oldestMs, toMs: nowMs };
  return (
    <section class="spikes" aria-label="Spikes">
      <h2>Spikes</h2>
      <ol>
        {told.map((spike) => (
          <li key={spike.id} class={spike.until === undefined ? 'spike is-open' : 'spike'}>
            <p>
              <span class="state">{spike.until === undefined ? 'goes on' : 'over'}</span>{' '}
              <a href={hrefFor(spike)} data-go>
                {visible(spike.title)}
              </a>{' '}
              <span class="dim">
                {placeText(spike)} since {shortTime(Date.parse(spike.since), zone)}
                {spike.kind !== 'silence' && `, ${countText(spike.count)} errors`}
                {spike.until !== undefined && `, until ${shortTime(Date.parse(spike.until), zone)}`}
                {spike.snoozedUntil !== undefined && `; snoozed until ${shortTime(Date.parse(spike.snoozedUntil), zone)}`}
                {spike.maintenance !== undefined && `; in maintenance “${visible(spike.maintenance)}”`}
              </span>
            </p>
            <p class="dim">{visible(spike.rule)}</p>
            <Line spike={spike} ends={ends} />
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Who speaks, where; of an outage, what all of them depend on. */
function placeText({ service, host, dependency, folded }: Spike): string {
  const who = dependency === undefined ? [service, host].filter(Boolean).join(' on ') : `${dependency.kind} ${dependency.address}`;
  return visible(folded.length === 0 ? who : `${who}, ${folded.length} folded below it,`);
}

/** Its group where it has one, else its records. */
function hrefFor({ signature, link }: Spike): string {
  if (signature !== undefined) return hrefOf(placeFor('errors', { id: signature, query: '' }));
  const line = link.line === undefined ? '' : String(link.line);
  return hrefOf(placeFor('search', { query: link.query, from: link.from, to: link.to, line }));
}

function Line({ spike: { since, until }, ends }: { spike: Spike; ends: { fromMs: number; toMs: number } }): JSX.Element {
  const at = (ms: number): number => Math.max(0, Math.min(1, (ms - ends.fromMs) / (ends.toMs - ends.fromMs))) * UNITS;
  const from = at(Date.parse(since));
  const to = until === undefined ? UNITS : at(Date.parse(until));
  const width = Math.max(UNITS_MIN, to - from);
  return (
    <svg class="spike-line" viewBox={`0 0 ${UNITS} 10`} preserveAspectRatio="none" aria-hidden="true">
      <rect x={Math.min(from, UNITS - width)} y="2" width={width} height="6" />
    </svg>
  );
}
