/**
 * The waterfall: requests and spans as rows, a bar each on one line of time, long silences shortened. A click shows a row's records only; pointing at
 * a row, or reaching it by the keyboard, says its times. Rows and shortened silences come from the service (src/report/story-view-json.ts).
 * Bars are SVG because that needs no style attribute, which the page's policy forbids.
 */
import type { Story, StoryTreeRow } from '../../../src/model.ts';
import { here } from '../state/here.ts';
import { goStory, isTable, pick } from '../state/story.ts';
import { fullTime } from '../state/zones.ts';
import { levelText } from '../text/rows.ts';
import { lengthText, microsOf, offsetText, placeOnLine } from '../text/spans.ts';
import { shortIds, whereOf } from '../text/story.ts';
import { visible } from '../text/visible.ts';
import { type JSX, type Signal, useMemo, useSignal } from '../ui.ts';

/** What a screen or two show; a click shows the others. */
const ROWS_SHOWN = 60;
/** Of the picture of a bar, whose width is the page's matter. */
const UNITS = 1000;
/** A moment is a line that is seen. */
const UNITS_MIN = 4;

type At = (time: string) => number;

export function StoryTree({ story }: { story: Story }): JSX.Element {
  const isWhole = useSignal(false);
  const pointed = useSignal<StoryTreeRow | undefined>(undefined);
  const { rows = [], breaks = [] } = story.tree ?? {};
  const at = useMemo(() => placeOnLine({ start: story.start ?? '', end: story.end ?? '' }, breaks), [story]);
  const shown = isWhole.value ? rows : rows.slice(0, ROWS_SHOWN);
  return (
    <>
      <PictureChoice count={story.requests.length} />
      <div class="tree">
        <div class="tree-head" aria-hidden="true">
          <span class="tree-name">who, what</span>
          <span class="tree-num">start</span>
          <span class="tree-num">took</span>
          <span class="tree-line">
            <span>0</span>
            <span>
              {breaks.length > 0 ? `${lengthText(story.durationMs ?? 0)}, silences shortened` : lengthText(story.durationMs ?? 0)}
            </span>
          </span>
        </div>
        <ol class="tree-rows">
          {shown.map((row, index) => (
            <TreeRow key={`${index}-${row.spans[0]}`} row={row} story={story} at={at} pointed={pointed} />
          ))}
        </ol>
        {shown.length < rows.length && (
          <button type="button" class="more" onClick={() => (isWhole.value = true)}>
            show all {rows.length} rows
          </button>
        )}
        <p class="tree-said" aria-live="off">
          {pointed.value === undefined ? 'A row’s times are said here; a click shows only its records' : timesOf(pointed.value, story)}
        </p>
      </div>
    </>
  );
}

/** Waterfall or table, above both. */
export function PictureChoice({ count }: { count: number }): JSX.Element {
  return (
    <div class="choices" role="group" aria-label="Show requests as">
      <button type="button" aria-pressed={!isTable.value} onClick={() => goStory({ show: '' }, 'replace')}>
        Waterfall
      </button>
      <button type="button" aria-pressed={isTable.value} onClick={() => goStory({ show: 'requests' }, 'replace')}>
        {count === 1 ? '1 request' : `${count} requests`}
      </button>
    </div>
  );
}

interface TreeRowProps {
  readonly row: StoryTreeRow;
  readonly story: Story;
  readonly at: At;
  readonly pointed: Signal<StoryTreeRow | undefined>;
}

function TreeRow({ row, story, at, pointed }: TreeRowProps): JSX.Element {
  const { name, place } = namesOf(row, story);
  const request = row.request === undefined ? undefined : story.requests[row.request];
  const isHead = request !== undefined && row.spans.length > 1 && row.times === 1;
  const only = isHead ? `request:${request.id}` : `spans:${row.spans.join(',')}`;
  const isPicked = pickText() === only;
  const isBad = request?.outcome === 'failed' || row.level === 'ERROR' || row.level === 'CRITICAL';
  const isWarn = !isBad && row.level === 'WARNING';
  const state = request?.outcome === 'failed' ? 'failed' : isBad || isWarn ? levelText(row.level) : '';
  const point = (): void => {
    pointed.value = row;
  };
  return (
    <li>
      <button
        type="button"
        class={`tree-row d${Math.min(row.depth, DEPTH_MAX)}${isBad ? ' is-bad' : isWarn ? ' is-warn' : ''}`}
        aria-pressed={isPicked}
        onClick={() => goStory({ only: isPicked ? '' : only, find: '' })}
        onMouseEnter={point}
        onFocus={point}
      >
        <span class="tree-name">
          <span class="tree-text">
            {row.request !== undefined && <span class="number">#{row.request + 1}</span>}
            {name !== '' && <b>{name}</b>} {place}
            {row.times > 1 && <b> ×{row.times}</b>}
          </span>
          {state !== '' && <span class="state">{state}</span>}
        </span>
        <span class="tree-num">{offsetText(microsOf(row.pieces[0]!.start) - microsOf(story.start ?? ''))}</span>
        <span class="tree-num">{lengthText(row.tookMs)}</span>
        <Bar row={row} story={story} at={at} />
      </button>
    </li>
  );
}

/** As style/story.css has them. */
const DEPTH_MAX = 12;

function pickText(): string {
  const picked = pick.value;
  if (picked === undefined) return '';
  return picked.kind === 'spans' ? `spans:${[...picked.spans].join(',')}` : `${picked.kind}:${picked.id}`;
}

function namesOf({ request, spans, times }: StoryTreeRow, story: Story): { name: string; place: string } {
  const told = request === undefined ? undefined : story.requests[request];
  const name = told === undefined ? '' : shortIds(visible(told.operation ?? told.id));
  const span = spans.length === 1 || told === undefined || times > 1 ? story.spans[spans[0]!] : undefined;
  return { name, place: span === undefined ? '' : visible(whereOf(span)) };
}

function Bar({ row: { pieces }, story, at }: { row: StoryTreeRow; story: Story; at: At }): JSX.Element {
  const unit = (part: number): number => Math.round(part * UNITS * 10) / 10;
  return (
    <svg class="tree-line" viewBox={`0 0 ${UNITS} 10`} preserveAspectRatio="none" aria-hidden="true">
      {(story.tree?.breaks ?? []).map(({ from, to }) => (
        <rect key={from} class="break" x={unit(from)} y="0" width={unit(to - from)} height="10" />
      ))}
      {pieces.map(({ start, end }, index) => {
        const width = Math.max(UNITS_MIN, unit(at(end)) - unit(at(start)));
        return <rect key={`${start}${index}`} x={Math.min(unit(at(start)), UNITS - width)} y="1.5" width={width} height="7" />;
      })}
    </svg>
  );
}

function timesOf(row: StoryTreeRow, story: Story): string {
  const { name, place } = namesOf(row, story);
  const zone = here.value.zone;
  const [first, last] = [row.pieces[0]!, row.pieces.at(-1)!];
  const self = row.selfMs === undefined || row.selfMs >= row.tookMs ? '' : `, ${lengthText(row.selfMs)} itself`;
  const times = row.times > 1 ? ` in ${row.times} times` : '';
  return `${name} ${place}: ${fullTime(first.start, zone).slice(11, 26)} to ${fullTime(last.end, zone).slice(11, 26)}, ${lengthText(row.tookMs)}${times}${self}, ${row.records} ${row.records === 1 ? 'record' : 'records'}`.trim();
}
