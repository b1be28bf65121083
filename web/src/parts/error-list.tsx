/** Error groups as a list: what fails, how often and since when, whom it hits, and whether it is known what to do. */
import type { ErrorGroup, GroupState } from '../../../src/model.ts';
import { urlOf } from '../api/ask.ts';
import {
  errorRange,
  errorsAgain,
  goErrors,
  list,
  order,
  reportWords,
  STATES,
  service,
  services,
  shownGroups,
  spikes,
  state,
  text,
} from '../state/errors.ts';
import { go, here, hrefOf } from '../state/here.ts';
import { ALL } from '../state/ranges.ts';
import { fullTime } from '../state/zones.ts';
import { type GroupOrder, radiusText } from '../text/groups.ts';
import { countText, levelText, shortClass } from '../text/rows.ts';
import { agoText } from '../text/spans.ts';
import { visible } from '../text/visible.ts';
import { type JSX, useSignal } from '../ui.ts';
import { Sparkline } from './sparkline.tsx';
import { Spikes } from './spikes.tsx';
import { EmptyNote, TroubleNote } from './states.tsx';
import { TimePicker } from './time-picker.tsx';

const ORDERS: readonly (readonly [GroupOrder, string])[] = [
  ['state', 'new first'],
  ['count', 'most first'],
  ['last', 'last seen'],
  ['first', 'first seen'],
  ['radius', 'hits most'],
];
/** Until somebody asks for the others. */
const GROUPS_SHOWN = 100;

export function ErrorGroups(): JSX.Element {
  const { value, trouble, isBusy } = list.state.value;
  const isWhole = useSignal(false);
  const groups = shownGroups.value;
  const shown = isWhole.value ? groups : groups.slice(0, GROUPS_SHOWN);
  return (
    <div class="errors" aria-busy={isBusy}>
      <Tools />
      {trouble !== undefined && <TroubleNote trouble={trouble} onAgain={errorsAgain} />}
      <Spikes spikes={spikes.state.value.value} range={errorRange.value} zone={here.value.zone} />
      {value === undefined && isBusy && <p class="searching dim">Reading error groups…</p>}
      {value !== undefined && groups.length === 0 && <Nothing isAny={value.groups.length > 0} />}
      {shown.length > 0 && (
        <ol class="groups">
          {shown.map((group) => (
            <Group key={group.signature} group={group} />
          ))}
        </ol>
      )}
      {shown.length < groups.length && (
        <button type="button" class="more" onClick={() => (isWhole.value = true)}>
          show all {countText(groups.length)} groups
        </button>
      )}
      {value !== undefined && value.matched > value.groups.length && (
        <p class="dim">
          {countText(value.matched - value.groups.length)} more groups are not loaded: a shorter time or a service shows them
        </p>
      )}
      {value !== undefined && value.overflow > 0 && (
        <p class="dim">{countText(value.overflow)} errors have no group of their own: there were too many kinds</p>
      )}
      {value !== undefined && value.behind > 0 && <p class="dim">{countText(value.behind)} records are not counted yet</p>}
    </div>
  );
}

function Tools(): JSX.Element {
  const { trouble } = list.state.value;
  const groups = list.state.value.value?.groups;
  return (
    <div class="errors-tools" role="toolbar" aria-label="Error groups">
      <div class="choices" role="group" aria-label="State">
        <button type="button" aria-pressed={state.value === undefined} onClick={() => goErrors({ state: '' })}>
          All {groups !== undefined && <span class="value-count">{groups.length}</span>}
        </button>
        {STATES.map((one) => (
          <button
            type="button"
            key={one}
            aria-pressed={state.value === one}
            onClick={() => goErrors({ state: state.value === one ? '' : one })}
          >
            {one} {groups !== undefined && <span class="value-count">{groups.filter((group) => group.state === one).length}</span>}
          </button>
        ))}
      </div>
      <label class="errors-find">
        <span class="unseen">Find among the groups</span>
        <input
          type="search"
          value={text.value}
          placeholder="Find: exception, text, host, known error"
          spellcheck={false}
          onInput={(event) => goErrors({ text: event.currentTarget.value }, 'replace')}
          onKeyDown={(event) => {
            if (event.key === 'Escape' || event.key === 'Enter') event.currentTarget.blur();
          }}
        />
      </label>
      <label>
        <span class="unseen">Service</span>
        <select value={service.value} onChange={(event) => goErrors({ service: event.currentTarget.value })}>
          <option value="">all services</option>
          {[...new Set([...services.value, ...(service.value === '' ? [] : [service.value])])].map((name) => (
            <option key={name} value={name}>
              {visible(name)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span class="unseen">Order</span>
        <select
          value={order.value}
          onChange={(event) => goErrors({ sort: event.currentTarget.value === 'state' ? '' : event.currentTarget.value }, 'replace')}
        >
          {ORDERS.map(([name, say]) => (
            <option key={name} value={name}>
              {say}
            </option>
          ))}
        </select>
      </label>
      <TimePicker
        range={errorRange.value}
        zone={here.value.zone}
        shown={undefined}
        trouble={trouble?.code === 'bad-argument' ? trouble : undefined}
      />
      <a
        class="button"
        href={urlOf('api/v1/report', reportWords(here.value.zone))}
        title="This time as one page to read or print: what is new, grew or is over, who writes most, latencies, losses"
      >
        Report
      </a>
      <button type="button" title="Ask again" onClick={errorsAgain}>
        Refresh
      </button>
    </div>
  );
}

function Nothing({ isAny }: { isAny: boolean }): JSX.Element {
  if (isAny)
    return (
      <EmptyNote title="No group fits">
        <button type="button" onClick={() => goErrors({ state: '', text: '' })}>
          Show all groups
        </button>
      </EmptyNote>
    );
  return (
    <EmptyNote title="No errors in this time">
      {errorRange.value.from !== ALL && (
        <button type="button" onClick={() => go({ from: ALL, to: '' })}>
          Look at everything kept
        </button>
      )}
    </EmptyNote>
  );
}

function Group({ group }: { group: ErrorGroup }): JSX.Element {
  const {
    signature,
    title,
    state: its,
    level,
    count,
    total,
    parts,
    services: by,
    sparkline,
    known,
    firstSeen,
    lastSeen,
    folded = [],
    dependency,
    snoozedUntil,
  } = group;
  const nowMs = Date.now();
  const zone = here.value.zone;
  return (
    <li class={`group of-${level.toLowerCase()}`}>
      <div class="group-what">
        <p class="group-title">
          <StateBadge state={its} /> <span class="level">{levelText(level)}</span>{' '}
          <a class="group-link" href={hrefOf({ id: signature })} data-go>
            {visible(title)}
          </a>
        </p>
        <p class="group-sub dim">
          {parts.exception !== undefined && <b>{shortClass(parts.exception)} </b>}
          {parts.frames?.[0] !== undefined ? (
            <code>{visible(parts.frames[0])}</code>
          ) : (
            parts.logger !== undefined && <code>{visible(parts.logger)}</code>
          )}{' '}
          {by.map(({ name }) => visible(name)).join(', ')} · {radiusText(group)}
          {folded.length > 0 && ` · ${folded.length} more with the same cause${dependency === undefined ? '' : `, ${visible(dependency)}`}`}
          {snoozedUntil !== undefined && ` · snoozed until ${fullTime(snoozedUntil, zone).slice(0, 19)}`}
        </p>
        {known !== undefined && (
          <p class="group-known">
            <span class="known">known</span> {visible(known.title)}
          </p>
        )}
      </div>
      <Sparkline counts={sparkline} />
      <p class="group-count">
        <b>{countText(count)}</b>
        {total > count && <span class="dim"> of {countText(total)}</span>}
      </p>
      <p class="group-when dim">
        <time dateTime={lastSeen} title={fullTime(lastSeen, zone)}>
          {agoText(lastSeen, nowMs)}
        </time>
        <br />
        <time dateTime={firstSeen} title={fullTime(firstSeen, zone)}>
          first {agoText(firstSeen, nowMs)}
        </time>
      </p>
    </li>
  );
}

export function StateBadge({ state: its }: { state: GroupState }): JSX.Element {
  return <span class={`group-state is-${its}`}>{its}</span>;
}
