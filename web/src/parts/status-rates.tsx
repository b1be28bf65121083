/** What comes in: the rates of the last two minutes, and who listens where. */
import type { StatusAnswer } from '../api/answers-status.ts';
import { bytesOf, rateOf, ratesOf, receivedOf, type Sample, total } from '../state/rates.ts';
import { samples } from '../state/service.ts';
import { countText } from '../text/rows.ts';
import { bytesText, rateText, spanText } from '../text/sizes.ts';
import { visible } from '../text/visible.ts';
import type { ComponentChildren, JSX } from '../ui.ts';

export function StatusTiles({ now }: { now: StatusAnswer }): JSX.Element {
  const all = samples.value;
  const bytes = rateOf(all, bytesOf);
  const { empty, lost } = lossesOf(now);
  const upS = Math.max(0, Date.now() - now.startedUs / 1000) / 1000;
  return (
    <section class="tiles" aria-label="In short">
      <Tile title="Received" value={rateText(rateOf(all, receivedOf))} unit="messages/s" under={<Spark samples={all} of={receivedOf} />} />
      <Tile title="Volume" value={bytes === undefined ? '–' : bytesText(bytes)} unit="/s" under={<Spark samples={all} of={bytesOf} />} />
      <Tile title="Stored" value={countText(now.store.records)} unit="records" under={`${bytesText(now.store.bytes)} on disk`} />
      <Tile
        title="Waiting for the disk"
        value={bytesText(now.pendingBytes)}
        unit=""
        under={`${countText(now.followers)} ${now.followers === 1 ? 'tail follows' : 'tails follow'}`}
      />
      <Tile title="Lost since the start" value={countText(lost)} unit="" under={underLost(lost, empty)} isWrong={lost > 0} />
      <Tile
        title="Stacktrail"
        value={now.version === undefined ? 'runs' : visible(now.version)}
        unit=""
        under={`up ${spanText(upS)}${now.node === undefined ? '' : `, Node ${visible(now.node)}`}`}
      />
    </section>
  );
}

/** What carries nothing is counted, and is no loss to anybody. */
function lossesOf({ counters }: StatusAnswer): { readonly empty: number; readonly lost: number } {
  const value = counters['messages.lost'];
  const empty = typeof value === 'object' ? (value.empty ?? 0) : 0;
  return { empty, lost: total(value) - empty };
}

function underLost(lost: number, empty: number): string {
  if (lost > 0) return 'by reason below';
  return empty === 0 ? 'nothing' : `and ${countText(empty)} without content`;
}

interface TileProps {
  readonly title: string;
  readonly value: string;
  readonly unit: string;
  readonly under: ComponentChildren;
  readonly isWrong?: boolean;
}

function Tile({ title, value, unit, under, isWrong = false }: TileProps): JSX.Element {
  return (
    <div class={isWrong ? 'tile is-wrong' : 'tile'}>
      <h2>{title}</h2>
      <p class="tile-value">
        <b>{value}</b> {unit}
      </p>
      <div class="tile-under dim">{under}</div>
    </div>
  );
}

const SPARK = { width: 120, height: 24 };

/** The last two minutes as a line. */
function Spark({ samples: all, of }: { samples: readonly Sample[]; of: (sample: Sample) => number }): JSX.Element {
  const rates = ratesOf(all, of);
  const most = Math.max(...rates, 0);
  const step = SPARK.width / 59;
  const points = rates.map((rate, index) => {
    const x = SPARK.width - (rates.length - 1 - index) * step;
    return `${x.toFixed(1)} ${(SPARK.height - 1.5 - (most === 0 ? 0 : rate / most) * (SPARK.height - 3)).toFixed(1)}`;
  });
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${SPARK.width} ${SPARK.height}`}
      role="img"
      aria-label="The last two minutes"
      preserveAspectRatio="none"
    >
      {points.length > 1 && <path d={`M${points.join('L')}`} />}
    </svg>
  );
}

export function StatusReceivers({ now }: { now: StatusAnswer }): JSX.Element {
  const all = samples.value;
  const received = now.counters['messages.received'];
  const known = typeof received === 'object' ? received : {};
  const listening = new Set(now.receivers.map(({ transport }) => transport as string));
  const others = Object.keys(known).filter((transport) => !listening.has(transport));
  const cells = (transport: string): JSX.Element => (
    <>
      <td class="number">{rateText(rateOf(all, ({ received: counts }) => counts[transport] ?? 0))}</td>
      <td class="number">{countText(known[transport] ?? 0)}</td>
    </>
  );
  return (
    <section class="panel" aria-labelledby="listeners">
      <h2 id="listeners">Listeners</h2>
      <Scroll label="Table of listeners">
        <table>
          <thead>
            <tr>
              <th scope="col">Transport</th>
              <th scope="col">Address</th>
              <th scope="col" class="number">
                Messages/s
              </th>
              <th scope="col" class="number">
                Since the start
              </th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {now.receivers.map((receiver) => (
              <tr key={`${receiver.receiver} ${receiver.host} ${receiver.port}`}>
                <th scope="row">{receiver.transport}</th>
                <td class="code">{addressOf(receiver)}</td>
                {cells(receiver.transport)}
                <td class="wide">{stateOf(receiver)}</td>
              </tr>
            ))}
            {others.map((transport) => (
              <tr key={transport}>
                <th scope="row">{visible(transport)}</th>
                <td class="dim">{transport === 'http' ? 'the API' : ''}</td>
                {cells(transport)}
                <td />
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

/** A table that is wider than the screen scrolls by itself; the page does not. */
export function Scroll({ label, children }: { label: string; children: ComponentChildren }): JSX.Element {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <div class="table" role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}

function addressOf({ host, port }: StatusAnswer['receivers'][number]): string {
  if (port === 0) return visible(host);
  return host.includes(':') ? `[${visible(host)}]:${port}` : `${visible(host)}:${port}`;
}

function stateOf(receiver: StatusAnswer['receivers'][number]): string {
  const { connections, paused, kernelDrops, bufferBytesGranted, bufferBytesAsked } = receiver;
  const parts: string[] = [];
  if (connections !== undefined) parts.push(`${countText(connections)} ${connections === 1 ? 'connection' : 'connections'}`);
  if (paused !== undefined && paused > 0) parts.push(`${countText(paused)} wait for the disk`);
  if (kernelDrops !== undefined)
    parts.push(kernelDrops === 0 ? 'no drops by the kernel' : `${countText(kernelDrops)} dropped by the kernel`);
  if (bufferBytesGranted !== undefined && bufferBytesAsked !== undefined && bufferBytesGranted < bufferBytesAsked)
    parts.push(`buffer ${bytesText(bufferBytesGranted)} of ${bytesText(bufferBytesAsked)}`);
  return parts.join(', ');
}
