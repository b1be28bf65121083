/**
 * The records of a story: all in one order, with the silences between them and why each belongs. Rows are those of the search; only those near to
 * what is seen are drawn. They scroll with the page, not by themselves: a story is read from its head on.
 */
import type { Story } from '../../../src/model.ts';
import type { PublicRecord } from '../api/answers.ts';
import { here } from '../state/here.ts';
import { isFull, touched } from '../state/picked.ts';
import { find, gaps, goStory, isEach, marker, pick, repeated, runs, unfolded } from '../state/story.ts';
import { foldedCount, type Run } from '../text/alike.ts';
import { columnsOf, countText } from '../text/rows.ts';
import { lengthText, microsOf, offsetText } from '../text/spans.ts';
import { type Picked, shortIds, type ToldRecord, whereOf, whyOf } from '../text/story.ts';
import { visible } from '../text/visible.ts';
import { type JSX, type RefObject, useComputed, useEffect, useMemo, useRef } from '../ui.ts';
import { CHUNK_ROWS, useNear } from './near.ts';
import { listenTo, type RowDeeds, showRow } from './records.tsx';
import { type Look, Row } from './row.tsx';
import { EmptyNote } from './states.tsx';
import { StoryFind } from './story-head.tsx';
import { IdLink } from './text.tsx';

export interface StoryRecordsProps {
  readonly story: Story;
  readonly shown: Picked;
  readonly deeds: RowDeeds;
}

/** Columns where the address names none; a story is told by who spoke, and where. */
const COLUMNS = ['program', 'host'] as const;

export function StoryRecords({ story, shown: { records, hidden }, deeds }: StoryRecordsProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const { columns, zone } = here.value;
  const look: Look = useMemo(() => {
    const numbers = new Map(story.requests.map(({ id }, index) => [id, index + 1]));
    const startUs = microsOf(story.start ?? '');
    const own = (record: PublicRecord): JSX.Element => (
      <Own record={record as ToldRecord} story={story} startUs={startUs} number={numbers.get(record.request ?? '')} />
    );
    return { columns: columns === '' ? COLUMNS : columnsOf(columns), isFull: isFull.value, zone, marker: marker.value, own };
  }, [story, columns, zone, isFull.value, marker.value]);
  useEffect(() => listenTo(box.current!, deeds), [deeds]);
  useShownLine(story);
  return (
    <section class="story-records" aria-label="Records of the story" ref={box}>
      <Tools story={story} count={records.length} hidden={hidden} />
      {records.length === 0 && (
        <EmptyNote title="No record of this story fits">
          <button type="button" onClick={() => goStory({ only: '', find: '' })}>
            All its records
          </button>
        </EmptyNote>
      )}
      <div role="list" class={look.isFull ? 'rows is-full' : 'rows'}>
        {chunksOf(runs.value).map((chunk, index) => (
          <Rows key={chunk[0]!.record.seq} isFirst={index === 0} runs={chunk} look={look} box={box} start={story.start} />
        ))}
      </div>
    </section>
  );
}

/** The line of the address comes into sight when the story is there, and when it is another one. */
function useShownLine(story: Story): void {
  const line = here.value.line;
  useEffect(() => {
    if (line === '') return;
    // Its rows are drawn first; who moves line by line does not want the list to jump.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        if (!isSeen(line)) showRow(Number(line), 'center');
      }),
    );
  }, [line, story]);
}

/** Below the tools, which stay at the top. */
const TOOLS_PX = 90;

function isSeen(line: string): boolean {
  const box = document.querySelector(`.story-records .row[data-seq="${line}"]`)?.getBoundingClientRect();
  return box !== undefined && box.top >= TOOLS_PX && box.bottom <= innerHeight;
}

function Tools({ story, count, hidden }: { story: Story; count: number; hidden: number }): JSX.Element {
  const picked = pick.value;
  const isDebug = here.value.more.debug === 'true';
  const isPicked = picked !== undefined;
  return (
    <div class="tools" role="toolbar" aria-label="Records">
      <h3>Records</h3>
      <span class="count" role="status">
        <b>{countText(count)}</b>
        {count < story.records.length && <span class="dim"> of {countText(story.records.length)}</span>}
      </span>
      {isPicked && picked.kind !== 'level' && (
        <button type="button" class="picked" onClick={() => goStory({ only: '' })}>
          {pickWords(story)} <span aria-hidden="true">×</span>
          <span class="unseen">, show all again</span>
        </button>
      )}
      <StoryFind value={find.value} />
      <button
        type="button"
        aria-pressed={picked?.kind === 'level'}
        onClick={() => goStory({ only: picked?.kind === 'level' ? '' : 'level:warning' })}
      >
        Warnings
      </button>
      {(hidden > 0 || isDebug) && (
        <button type="button" aria-pressed={isDebug} onClick={() => goStory({ debug: isDebug ? '' : 'true' }, 'replace')}>
          {isDebug ? 'DEBUG' : `DEBUG (${countText(hidden)})`}
        </button>
      )}
      {repeated.value > 0 && (
        <button
          type="button"
          aria-pressed={isEach.value}
          title="Neighbours that say the same but for numbers and ids, one by one"
          onClick={() => goStory({ each: isEach.value ? '' : 'true' }, 'replace')}
        >
          {isEach.value ? 'Repetitions' : `Repetitions (${countText(foldedCount(runs.value))})`}
        </button>
      )}
    </div>
  );
}

function pickWords(story: Story): string {
  const picked = pick.value;
  if (picked === undefined) return '';
  if (picked.kind === 'spans') return spanWords(story, picked.spans);
  if (picked.kind === 'request') return `request #${story.requests.findIndex(({ id }) => id === picked.id) + 1}`;
  return `with ${shortIds(visible(picked.id))}`;
}

function spanWords({ spans }: Story, picked: ReadonlySet<number>): string {
  const [first] = picked;
  const span = spans[first ?? -1];
  const where = span === undefined ? 'a span' : visible(whereOf(span));
  return picked.size > 1 ? `${where} and ${picked.size - 1} more` : where;
}

interface OwnProps {
  readonly record: ToldRecord;
  readonly story: Story;
  readonly startUs: number;
  readonly number: number | undefined;
}

/** What only the story knows of a record: how far from its beginning, in which request, through which id it belongs. */
function Own({ record, story, startUs, number }: OwnProps): JSX.Element {
  const why = whyOf(record, story.id);
  const operation = number === undefined ? undefined : story.requests[number - 1]?.operation;
  return (
    <>
      <span class="offset">{offsetText(microsOf(record.time) - Math.round((record.skewMs ?? 0) * 1000) - startUs)}</span>
      <span class="own-number" title={operation === undefined ? undefined : visible(operation)}>
        {number === undefined ? '' : `#${number}`}
      </span>
      {why !== undefined && (
        <span class="why" title={`Belongs to the story by ${why.kind} ${visible(why.id)}`}>
          {why.kind} <IdLink id={visible(why.id)} text={visible(why.id).replace(/^req-/, '').slice(0, WHY_CHARS)} />
        </span>
      )}
      {record.skewMs !== undefined && record.skewMs !== 0 && <span class="why">clock {lengthText(record.skewMs)}</span>}
    </>
  );
}

/** Enough to tell ids apart within one story. */
const WHY_CHARS = 8;

function chunksOf(all: readonly Run[]): (readonly Run[])[] {
  const count = Math.ceil(all.length / CHUNK_ROWS);
  return Array.from({ length: count }, (_, index) => all.slice(index * CHUNK_ROWS, (index + 1) * CHUNK_ROWS));
}

interface RowsProps {
  readonly runs: readonly Run[];
  /** What comes next below the head is there at once. */
  readonly isFirst: boolean;
  readonly look: Look;
  readonly box: RefObject<HTMLElement | null>;
  readonly start: string | undefined;
}

function Rows({ runs: told, isFirst, look, box, start }: RowsProps): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const root = useMemo(
    () => ({
      get current() {
        return box.current?.closest('.story') ?? null;
      },
    }),
    [box],
  );
  const hasSelected = useComputed(() => told.some(({ record }) => record.seq === touched.selected.value)).value;
  const isDrawn = useNear(element, { root, rows: told.length, isFirst, isAlways: isFirst || hasSelected });
  return (
    <div class="chunk" role="presentation" ref={element}>
      {isDrawn && told.map((run) => <Told key={run.record.seq} run={run} look={look} start={start} />)}
    </div>
  );
}

function Told({ run: { record, others }, look, start }: { run: Run; look: Look; start: string | undefined }): JSX.Element {
  const gapMs = gaps.value.get(record.seq);
  return (
    <>
      {gapMs !== undefined && (
        <p class="silence" role="listitem">
          {lengthText(gapMs)} nothing
        </p>
      )}
      <Row record={record} look={look} touched={touched} />
      {others.length > 0 && <Folded record={record} others={others} start={start} />}
    </>
  );
}

/** What stands for those that say the same: how many in all, until when. */
function Folded({ record, others, start }: Run & { start: string | undefined }): JSX.Element {
  const until = offsetText(microsOf(others.at(-1)!.time) - microsOf(start ?? ''));
  return (
    <p class="folded" role="listitem">
      <button type="button" class="more" onClick={() => (unfolded.value = new Set([...unfolded.peek(), record.seq]))}>
        {countText(others.length + 1)} times, until {until}
        <span class="unseen">: show each of them</span>
      </button>
    </p>
  );
}
