/**
 * The records of a story: all in one order, with the silences between them and why each belongs. Rows are those of the search; only those near to
 * what is seen are drawn. They scroll with the page, not by themselves: a story is read from its head on.
 */
import type { Story } from '../../../src/model.ts';
import type { PublicRecord } from '../api/answers.ts';
import { here } from '../state/here.ts';
import { isFull, touched } from '../state/picked.ts';
import { find, goStory, marker, pick } from '../state/story.ts';
import { columnsOf, countText } from '../text/rows.ts';
import { lengthText, microsOf, offsetText } from '../text/spans.ts';
import { gapsBefore, type Picked, shortIds, type ToldRecord, toldOf, whereOf, whyOf } from '../text/story.ts';
import { visible } from '../text/visible.ts';
import { type JSX, type RefObject, useComputed, useEffect, useLayoutEffect, useMemo, useRef, useSignal } from '../ui.ts';
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
  const gaps = useMemo(() => gapsBefore(story, toldOf(story), records), [story, records]);
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
        {chunksOf(records).map((chunk, index) => (
          <Rows key={chunk[0]!.seq} isFirst={index === 0} records={chunk} look={look} gaps={gaps} box={box} />
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
/** Drawn in some milliseconds. */
const CHUNK_RECORDS = 25;
const ROW_PX_GUESS = 25;
const MARGIN = '900px 0px';

function chunksOf(records: readonly ToldRecord[]): (readonly ToldRecord[])[] {
  const count = Math.ceil(records.length / CHUNK_RECORDS);
  return Array.from({ length: count }, (_, index) => records.slice(index * CHUNK_RECORDS, (index + 1) * CHUNK_RECORDS));
}

interface RowsProps {
  readonly records: readonly ToldRecord[];
  /** What comes next below the head is there at once. */
  readonly isFirst: boolean;
  readonly look: Look;
  readonly gaps: ReadonlyMap<number, number>;
  readonly box: RefObject<HTMLElement | null>;
}

function Rows({ records, isFirst, look, gaps, box }: RowsProps): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const isNear = useSignal(false);
  const height = useRef(records.length * ROW_PX_GUESS);
  const hasSelected = useComputed(() => records.some(({ seq }) => seq === touched.selected.value)).value;
  const isDrawn = isFirst || isNear.value || hasSelected;
  useEffect(() => {
    const root = box.current?.closest('.story') ?? null;
    const watch = new IntersectionObserver(
      ([entry]) => {
        if (!entry!.isIntersecting && isNear.peek()) height.current = entry!.boundingClientRect.height;
        isNear.value = entry!.isIntersecting;
      },
      { root, rootMargin: MARGIN },
    );
    watch.observe(element.current!);
    return () => watch.disconnect();
  }, [box, isNear]);
  useLayoutEffect(() => {
    element.current!.style.height = isDrawn ? '' : `${height.current}px`;
  });
  return (
    <div class="chunk" role="presentation" ref={element}>
      {isDrawn && records.map((record) => <Told key={record.seq} record={record} look={look} gapMs={gaps.get(record.seq)} />)}
    </div>
  );
}

function Told({ record, look, gapMs }: { record: ToldRecord; look: Look; gapMs: number | undefined }): JSX.Element {
  return (
    <>
      {gapMs !== undefined && (
        <p class="silence" role="listitem">
          {lengthText(gapMs)} nothing
        </p>
      )}
      <Row record={record} look={look} touched={touched} />
    </>
  );
}
