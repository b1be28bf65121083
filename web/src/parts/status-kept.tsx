/** What is kept: the disk and its limits, the days, the files that are followed, the configuration. */
import type { StatusAnswer } from '../api/answers-status.ts';
import { zone } from '../state/here.ts';
import { shortTime } from '../state/zones.ts';
import { countText } from '../text/rows.ts';
import { bytesText, spanText } from '../text/sizes.ts';
import { visible } from '../text/visible.ts';
import { type ComponentChildren, type JSX, useSignal } from '../ui.ts';
import { Scroll } from './status-rates.tsx';

const DISK = { ok: 'has room', low: 'low: nothing new is stored', full: 'full: nothing new is stored' } as const;

export function StatusKeeping({ now }: { now: StatusAnswer }): JSX.Element {
  const { keeping, store, config } = now;
  const timeOf = (us: number): string => shortTime(us / 1000, zone.value);
  return (
    <section class="panel" aria-labelledby="keeping">
      <h2 id="keeping">Disk, retention, configuration</h2>
      <dl class="facts">
        {keeping && (
          <>
            <Fact name="Disk">
              <b class={keeping.disk === 'ok' ? '' : 'is-wrong'}>{DISK[keeping.disk]}</b>, {bytesText(keeping.freeBytes)} free,{' '}
              {bytesText(keeping.reserveBytes)} kept back
            </Fact>
            <Fact name="Kept by size">
              {keeping.bytesMax === undefined ? (
                'no limit'
              ) : (
                <>
                  {bytesText(store.bytes)} of {bytesText(keeping.bytesMax)}{' '}
                  <progress value={store.bytes} max={keeping.bytesMax} aria-label="Share of the size that may be kept" />
                </>
              )}
            </Fact>
            <Fact name="Kept by age">{keeping.ageMaxHours === undefined ? 'no limit' : spanText(keeping.ageMaxHours * 3600)}</Fact>
          </>
        )}
        <Fact name="Records">
          {store.oldest === undefined || store.records === 0
            ? 'none yet'
            : `${shortTime(Math.floor(store.oldest / 1e6) * 1000, zone.value)} to ${shortTime(Math.floor((store.newest ?? store.oldest) / 1e6) * 1000, zone.value)}`}
        </Fact>
        <Fact name="Running since">{timeOf(Math.floor(now.startedUs / 1e6) * 1e6)}</Fact>
        <Fact name="Configuration">
          {config === undefined ? (
            'flags and environment only, no file'
          ) : (
            <>
              <span class="code">{visible(config.path)}</span>, read {timeOf(Math.floor(config.readUs / 1e6) * 1e6)}
              {config.refused !== undefined && <b class="is-wrong"> – as it is now it was refused</b>}
            </>
          )}
        </Fact>
      </dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Before somebody asks for more: a fortnight. */
const DAYS_FIRST = 14;

export function StatusStore({ now }: { now: StatusAnswer }): JSX.Element {
  const isAll = useSignal(false);
  const days = now.store.days.toReversed();
  const most = Math.max(1, ...days.map(({ bytes }) => bytes));
  const shown = isAll.value ? days : days.slice(0, DAYS_FIRST);
  return (
    <section class="panel" aria-labelledby="days">
      <div class="panel-head">
        <h2 id="days">Days</h2>
        <span class="dim">
          {countText(days.length)} {days.length === 1 ? 'file' : 'files'}, newest first
        </span>
      </div>
      {days.length === 0 && <p>Nothing is stored yet.</p>}
      {days.length > 0 && (
        <Scroll label="Table of days">
          <table>
            <thead>
              <tr>
                <th scope="col">File</th>
                <th scope="col" class="number">
                  Records
                </th>
                <th scope="col" class="number">
                  Size
                </th>
                <th scope="col" class="number">
                  A record
                </th>
                <th scope="col">Sealed</th>
              </tr>
            </thead>
            <tbody>
              {shown.map(({ name, records, bytes, fresh, blocks }) => (
                <tr key={name}>
                  <th scope="row" class="code">
                    {visible(name)}
                  </th>
                  <td class="number">{countText(records)}</td>
                  <td class="number">
                    {bytesText(bytes)} <progress value={bytes} max={most} aria-label={`Size of ${visible(name)}`} />
                  </td>
                  <td class="number">{records === 0 ? '–' : bytesText(bytes / records)}</td>
                  <td class="wraps">
                    {countText(blocks)} {blocks === 1 ? 'block' : 'blocks'}
                    {fresh > 0 && `, ${countText(fresh)} records not yet`}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {days.length > shown.length && (
        <button type="button" onClick={() => (isAll.value = true)}>
          Show all {countText(days.length)}
        </button>
      )}
    </section>
  );
}

export function StatusFiles({ now: { files } }: { now: StatusAnswer }): JSX.Element | null {
  if (files === undefined) return null;
  const { followed, notFollowed, behindBytes, behind, troubles } = files;
  return (
    <section class="panel" aria-labelledby="files">
      <h2 id="files">Followed files</h2>
      <p>
        {countText(followed)} followed{notFollowed > 0 && `, ${countText(notFollowed)} more than are allowed`};{' '}
        {behindBytes === 0 ? 'all read to their end' : `${bytesText(behindBytes)} are still to be read`}
        {files.waiting && ', waiting for the disk'}
      </p>
      {behind.length + troubles.length > 0 && (
        <Scroll label="Table of followed files">
          <table>
            <thead>
              <tr>
                <th scope="col">File</th>
                <th scope="col">State</th>
              </tr>
            </thead>
            <tbody>
              {troubles.map(({ path, why }) => (
                <tr key={`trouble ${path}`}>
                  <th scope="row" class="code">
                    {visible(path)}
                  </th>
                  <td class="is-wrong">{visible(why)}</td>
                </tr>
              ))}
              {behind.map(({ path, behindBytes: bytes }) => (
                <tr key={path}>
                  <th scope="row" class="code">
                    {visible(path)}
                  </th>
                  <td>{bytesText(bytes)} to be read</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </section>
  );
}
