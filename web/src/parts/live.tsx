/** The live tail as a page: the query, the line that says how it goes, the list. Not here: the tail (state/live.ts), the list (live-list.tsx). */
import type { Problem } from '../api/ask.ts';
import { go, hrefOf, placeFor, query, viewNames, zone } from '../state/here.ts';
import { clearLive, isLive, live, lookAgain, pauseOrGoOn, still, toggleLive } from '../state/live-look.ts';
import { PACE_SECONDS } from '../state/pace.ts';
import { touched } from '../state/picked.ts';
import { facets, followFacets } from '../state/search.ts';
import { fullTime } from '../state/zones.ts';
import { countText } from '../text/rows.ts';
import { effect, type JSX, type ReadonlySignal, type Signal, untracked, useEffect, useLayoutEffect, useSignal } from '../ui.ts';
import { copyText } from './copy.ts';
import { FacetsPanel } from './facets.tsx';
import { FiltersButton, RowTools, useFacetsShown } from './list-tools.tsx';
import { LiveList, NewLines } from './live-list.tsx';
import { QueryBar } from './query-bar.tsx';
import type { RowDeeds } from './records.tsx';
import type { Look } from './row.tsx';
import { EmptyNote, TroubleNote } from './states.tsx';

/** Behind by more than this is worth a word; less is the network. */
const BEHIND_MS = 5000;

export interface LivePaneProps {
  readonly look: Look;
  /** Of the search beside it: what filters count. */
  readonly range: ReadonlySignal<Readonly<Record<string, string>>>;
  readonly deeds: RowDeeds;
}

export function LivePane({ look, range, deeds }: LivePaneProps): JSX.Element {
  const areFacetsShown = useFacetsShown();
  useLayoutEffect(() => {
    const ends = [
      live.pace.tell(),
      followFacets(),
      effect(() => {
        const asked = query.value;
        if (isLive.value) untracked(() => begin(asked));
      }),
    ];
    return () => {
      for (const end of ends) end();
      live.close();
      lookAgain();
    };
  }, []);
  const trouble = live.trouble.value;
  const isQueryWrong = trouble?.code === 'bad-query' && trouble.position !== undefined;
  const onAsk = (asked: string): void => {
    if (asked === query.peek()) begin(asked);
    else go({ query: asked, line: '' });
  };
  return (
    <>
      <div class="ask">
        <QueryBar query={query.value} trouble={isQueryWrong ? trouble : undefined} range={range} onAsk={onAsk} />
      </div>
      <LiveBar areFacetsShown={areFacetsShown} look={look} />
      <Connection />
      <div class="found">
        {areFacetsShown.value && <FacetsPanel load={facets.state} onClose={() => (areFacetsShown.value = false)} />}
        {live.state.value === 'failed' ? (
          <div class="records is-empty">
            <Failed trouble={trouble!} />
          </div>
        ) : (
          <div class="live-box">
            <LiveList look={look} touched={touched} deeds={deeds} />
            <NewLines />
          </div>
        )}
      </div>
    </>
  );
}

function begin(asked: string): void {
  lookAgain();
  live.open(asked);
}

function Failed({ trouble }: { trouble: Problem }): JSX.Element {
  if (trouble.code === 'bad-query') return <EmptyNote title="The query cannot be read; what is wrong is marked above" />;
  return <TroubleNote trouble={trouble} onAgain={() => begin(query.peek())} />;
}

function LiveBar({ areFacetsShown, look }: { areFacetsShown: Signal<boolean>; look: Look }): JSX.Element {
  const isPaused = still.value?.isPaused === true;
  return (
    <div class="tools live-bar" role="toolbar" aria-label="Live tail">
      <FiltersButton areFacetsShown={areFacetsShown} />
      <State />
      <PaceText />
      <span class="gap" />
      <RowTools look={look} />
      <button type="button" title="Copy a link to this tail" onClick={() => void copyText(hrefOf({ line: '' }))}>
        Link
      </button>
      <button type="button" title="Clear what is shown (x)" onClick={clearLive}>
        Clear
      </button>
      <button
        type="button"
        class="live-pause"
        aria-pressed={isPaused}
        title="Hold the list still; lines go on coming (p)"
        onClick={pauseOrGoOn}
      >
        Pause
      </button>
      <button type="button" class="live-switch" aria-pressed={true} title="Back to the search (l)" onClick={toggleLive}>
        Live
      </button>
    </div>
  );
}

const STATES = { off: 'Live', opening: 'Connecting', open: 'Live', waiting: 'Connection lost', failed: 'Stopped' } as const;

/** The dot and its word. */
function State(): JSX.Element {
  const state = live.state.value;
  const isStill = state === 'open' && still.value !== undefined;
  const word = isStill ? (still.value!.isPaused ? 'Paused' : 'Reading') : STATES[state];
  return (
    <span class={`live-state is-${isStill ? 'still' : state}`} role="status">
      <span class="live-dot" aria-hidden="true" />
      {word}
    </span>
  );
}

function PaceText(): JSX.Element {
  const { rate, total, seconds, behindMs } = live.pace.told.value;
  const lost = live.pace.lost.value;
  const since = fullTime(new Date(live.pace.sinceMs.value).toISOString(), zone.value).slice(11, 19);
  return (
    <>
      <PaceChart seconds={seconds} />
      <span class="count">
        <b>{rateText(rate)}</b> lines/s
        <span class="dim live-total">
          {' '}
          · {countText(total)} since {since}
        </span>
      </span>
      {behindMs > BEHIND_MS && rate > 0 && <span class="live-behind">catching up: {Math.round(behindMs / 1000)} s behind</span>}
      {lost > 0 && (
        <a class="live-lost" href={hrefOf(placeFor(viewNames.value.has('status') ? 'status' : 'search', { query: '' }))} data-go>
          {countText(lost)} lost on the way in
        </a>
      )}
    </>
  );
}

function rateText(rate: number): string {
  return rate > 0 && rate < 10 ? rate.toFixed(1) : countText(Math.round(rate));
}

const CHART_PX = 22;

/** A bar a second, the newest on the right. */
function PaceChart({ seconds }: { seconds: readonly number[] }): JSX.Element {
  const most = Math.max(1, ...seconds);
  const path = seconds
    .map((count, index) => (count === 0 ? '' : `M${index * 2 + 0.5} ${CHART_PX}v${-Math.max(1, (count / most) * CHART_PX).toFixed(1)}`))
    .join('');
  const width = PACE_SECONDS * 2;
  return (
    <svg
      class="live-chart"
      viewBox={`0 0 ${width} ${CHART_PX}`}
      width={width}
      height={CHART_PX}
      role="img"
      aria-label={`Lines a second in the last minute, at most ${countText(most)}`}
    >
      <title>{`The last minute; at most ${countText(most)} lines a second`}</title>
      <path d={path} />
    </svg>
  );
}

/** While there is no connection: why, and when it tries again. What is shown stays. */
function Connection(): JSX.Element | null {
  const now = useSignal(Date.now());
  const isWaiting = live.state.value === 'waiting';
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setInterval(() => (now.value = Date.now()), 500);
    return () => clearInterval(timer);
  }, [isWaiting, now]);
  if (!isWaiting) return null;
  const { title, detail } = live.trouble.value ?? { title: 'The connection was lost', detail: '' };
  const leftS = Math.max(0, Math.ceil((live.againMs.value - now.value) / 1000));
  return (
    <div class="live-trouble" role="alert">
      <span>
        <b>{title}</b>
        {detail !== '' && detail !== title && <>: {detail}</>}.{' '}
        {live.hasPlace.value ? 'What is shown stays; nothing of what comes meanwhile is missed.' : 'Lines are shown as soon as it answers.'}
      </span>
      <span class="dim" aria-hidden="true">
        Trying again {leftS === 0 ? 'now' : `in ${leftS} s`}
      </span>
      <button type="button" onClick={() => live.hurry()}>
        Try now
      </button>
    </div>
  );
}
