/** One error group: what it is made of, whom it hits, when, what to do about it, and records that show it. */
import type { ErrorGroup, GroupParts } from '../../../src/model.ts';
import { errorRange, errorsAgain, type GroupAnswer, group } from '../state/errors.ts';
import { go, here, hrefOf, placeFor } from '../state/here.ts';
import { isFull, touched } from '../state/picked.ts';
import { ALL, endsOf } from '../state/ranges.ts';
import { fullTime, shortTime } from '../state/zones.ts';
import { queryOf } from '../text/groups.ts';
import { columnsOf, countText, levelText } from '../text/rows.ts';
import { shortIds } from '../text/story.ts';
import { visible } from '../text/visible.ts';
import { type JSX, useEffect, useRef } from '../ui.ts';
import { StateBadge } from './error-list.tsx';
import { listenTo, type RowDeeds } from './records.tsx';
import { Near, Remedy } from './remedy.tsx';
import { Row } from './row.tsx';
import { Sparkline } from './sparkline.tsx';
import { EmptyNote, TroubleNote } from './states.tsx';
import { TimePicker } from './time-picker.tsx';

export function ErrorGroupPage({ deeds }: { deeds: RowDeeds }): JSX.Element {
  const { value, trouble, isBusy } = group.state.value;
  return (
    <div class="errors" aria-busy={isBusy}>
      <div class="errors-tools">
        <a class="button" href={hrefOf({ id: '', line: '' })} data-go>
          ‹ All errors
        </a>
        <span class="gap" />
        <TimePicker range={errorRange.value} zone={here.value.zone} shown={undefined} trouble={undefined} />
        <button type="button" title="Ask again" onClick={errorsAgain}>
          Refresh
        </button>
      </div>
      {trouble !== undefined && (
        <>
          <TroubleNote trouble={trouble} {...(trouble.code === 'not-found' ? {} : { onAgain: errorsAgain })} />
          {trouble.code === 'not-found' && errorRange.value.from !== ALL && (
            <EmptyNote title="Perhaps it was seen at another time">
              <button type="button" onClick={() => go({ from: ALL, to: '' })}>
                Look at everything kept
              </button>
            </EmptyNote>
          )}
        </>
      )}
      {value === undefined && isBusy && <p class="searching dim">Reading the group…</p>}
      {value !== undefined && <Group value={value} deeds={deeds} />}
    </div>
  );
}

function Group({ value, deeds }: { value: GroupAnswer; deeds: RowDeeds }): JSX.Element {
  const { title, state, level, count, total, firstSeen, lastSeen, known, folded = [], dependency, snoozedUntil } = value;
  const zone = here.value.zone;
  return (
    <>
      <header class={`group-head of-${level.toLowerCase()}`}>
        <h2>
          <StateBadge state={state} /> <span class="level">{levelText(level)}</span> {visible(title)}
        </h2>
        <p>
          <b>{countText(count)}</b> in this time, {countText(total)} in all; first{' '}
          <time dateTime={firstSeen}>{fullTime(firstSeen, zone).slice(0, 19)}</time>, last{' '}
          <time dateTime={lastSeen}>{fullTime(lastSeen, zone).slice(0, 19)}</time>{' '}
          <span class="dim">{fullTime(lastSeen, zone).slice(-6)}</span>
          {dependency !== undefined && (
            <>
              ; depends on <code>{visible(dependency)}</code>
            </>
          )}
          {snoozedUntil !== undefined && `; snoozed until ${shortTime(Date.parse(snoozedUntil), zone)}`}
        </p>
      </header>
      <Course value={value} />
      <div class="group-columns">
        <div>{known === undefined ? <Near /> : <Remedy known={known} />}</div>
        <div>
          <Radius value={value} />
          <Parts parts={value.parts} signature={value.signature} />
          {folded.length > 0 && <Folded folded={folded} />}
        </div>
      </div>
      <Samples value={value} deeds={deeds} />
    </>
  );
}

function Course({ value: { sparkline } }: { value: ErrorGroup }): JSX.Element {
  const ends = endsOf(errorRange.value, { nowMs: Date.now() });
  const zone = here.value.zone;
  return (
    <figure class="course">
      <Sparkline counts={sparkline} class="is-large" />
      <figcaption>
        <span>{ends === undefined ? 'the beginning' : shortTime(Math.floor(ends.fromMs / 60_000) * 60_000, zone)}</span>
        <span>at most {countText(Math.max(...sparkline, 0))} at a time</span>
        <span>{ends === undefined ? 'now' : shortTime(Math.floor(ends.toMs / 60_000) * 60_000, zone)}</span>
      </figcaption>
    </figure>
  );
}

function Radius({ value }: { value: ErrorGroup }): JSX.Element {
  const { radius, services, hosts } = value;
  const query = queryOf(value);
  const names = (field: string, of: ErrorGroup['hosts']): JSX.Element => (
    <ul class="names">
      {of.map(({ name, count }) => (
        <li key={name}>
          <a
            href={hrefOf(
              placeFor('search', {
                query: `${field}:${/^[\w.-]+$/.test(name) ? name : JSON.stringify(name)} ${query}`.trim(),
                from: errorRange.value.from,
              }),
            )}
            data-go
          >
            {visible(name)}
          </a>{' '}
          <span class="value-count">{countText(count)}</span>
        </li>
      ))}
    </ul>
  );
  return (
    <section aria-label="Whom it hits">
      <h3>Whom it hits</h3>
      <dl class="radius">
        {(['hosts', 'services', 'requests', 'instances', 'projects'] as const).map((name) => (
          <div key={name}>
            <dd>{countText(radius[name])}</dd>
            <dt>{name}</dt>
          </div>
        ))}
      </dl>
      {radius.approximate && <p class="dim">Too many to count exactly: within some percent</p>}
      {names('service', services)}
      {names('host', hosts)}
    </section>
  );
}

function Parts({ parts, signature }: { parts: GroupParts; signature: string }): JSX.Element {
  const { by, exception, frames = [], logger, shape, rule } = parts;
  return (
    <section aria-label="What makes it one error">
      <h3>What makes it one error</h3>
      <dl class="parts">
        {exception !== undefined && <Part name="exception" text={exception} />}
        {frames.map((frame, index) => (
          <Part key={frame} name={index === 0 ? 'in' : 'from'} text={frame} />
        ))}
        {logger !== undefined && <Part name="logger" text={logger} />}
        {shape !== undefined && <Part name="text" text={shape} />}
        {rule !== undefined && <Part name="rule" text={rule} />}
        <Part name="signature" text={signature} />
      </dl>
      <p class="dim">
        {by === 'exception' ? 'The exception and its innermost own frames' : 'The logger and the constant text; <*> stands for what varies'}
      </p>
    </section>
  );
}

function Part({ name, text }: { name: string; text: string }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <code>{visible(text)}</code>
      </dd>
    </div>
  );
}

function Folded({ folded }: { folded: NonNullable<ErrorGroup['folded']> }): JSX.Element {
  return (
    <section aria-label="With the same cause">
      <h3>With the same cause</h3>
      <ul class="names">
        {folded.map(({ signature, title, count }) => (
          <li key={signature}>
            <a href={hrefOf({ id: signature, line: '' })} data-go>
              {visible(title)}
            </a>{' '}
            <span class="value-count">{countText(count)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Samples({ value, deeds }: { value: GroupAnswer; deeds: RowDeeds }): JSX.Element {
  const box = useRef<HTMLElement>(null);
  useEffect(() => listenTo(box.current!, deeds), [deeds]);
  const { records } = value;
  const look = { columns: columnsOf(here.value.columns), isFull: isFull.value, zone: here.value.zone, marker: undefined };
  const stories = [
    ...new Map(
      records.flatMap(({ instance, request }) =>
        (instance ?? request) === undefined ? [] : [[(instance ?? request)!, instance === undefined ? 'request' : 'instance'] as const],
      ),
    ),
  ];
  const query = queryOf(value);
  return (
    <section class="samples" aria-label="Newest records" ref={box}>
      <h3>
        Newest records{' '}
        {query !== '' && (
          <a href={hrefOf(placeFor('search', { query, from: errorRange.value.from }))} data-go>
            search for all
          </a>
        )}
      </h3>
      {stories.length > 0 && (
        <p>
          Stories:{' '}
          {stories.map(([id, kind]) => (
            <a class="story-link" key={id} href={hrefOf(placeFor('story', { id, query: '' }))} data-go>
              {kind} {shortIds(visible(id))}
            </a>
          ))}
        </p>
      )}
      <div role="list" class={look.isFull ? 'rows is-full' : 'rows'}>
        {records.map((record) => (
          <Row key={record.seq} record={record} look={look} touched={touched} />
        ))}
      </div>
      {records.length === 0 && <p class="dim">Its records are not kept any more</p>}
    </section>
  );
}
