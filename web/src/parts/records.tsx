/**
 * A list of records that scrolls without an end: pages of rows, of which only those near to what is seen are drawn; the others are as high
 * as they were. Reaching an end asks for more. One listener hears every click. Not here: where records come from (state/window.ts),
 * what a row looks like (row.tsx).
 */
import type { PublicRecord } from '../api/answers.ts';
import type { Edge, RecordPage } from '../state/window.ts';
import { type JSX, type ReadonlySignal, type RefObject, useEffect, useLayoutEffect, useRef } from '../ui.ts';
import { openIdMenu } from './id-menu.tsx';
import { CHUNK_ROWS, MARGIN, useNear } from './near.ts';
import { type Look, Row, type Touched } from './row.tsx';
import { TroubleNote } from './states.tsx';

export interface RecordsProps {
  readonly pages: ReadonlySignal<readonly RecordPage[]>;
  readonly older: ReadonlySignal<Edge>;
  readonly newer: ReadonlySignal<Edge>;
  readonly grow: (way: 'older' | 'newer') => void;
  readonly look: Look;
  readonly touched: Touched;
  readonly deeds: RowDeeds;
}

export interface RowDeeds {
  select(seq: number): void;
  toggle(seq: number): void;
  whole(seq: number): void;
}

export function Records(props: RecordsProps): JSX.Element {
  const { pages, older, newer, grow, look, touched, deeds } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const chunks = pages.value.flatMap(chunksOf);
  useStayingPut(scroller, pages.value);
  useEffect(() => listenTo(scroller.current!, deeds), [deeds]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <div class="records" ref={scroller} role="region" aria-label="Records" tabIndex={0}>
      <End way="newer" edge={newer} grow={grow} scroller={scroller} />
      <div role="list" class={look.isFull ? 'rows is-full' : 'rows'}>
        {chunks.map((chunk, index) => (
          <Rows key={chunk.key} chunk={chunk} isFirst={index < FIRST_CHUNKS} look={look} touched={touched} scroller={scroller} />
        ))}
      </div>
      <End way="older" edge={older} grow={grow} scroller={scroller} />
    </div>
  );
}

type Scroller = RefObject<HTMLDivElement | null>;

/** Records that are drawn together. */
interface Chunk {
  readonly key: string;
  readonly records: readonly PublicRecord[];
}

/** What fills the screen at once is drawn at once. */
const FIRST_CHUNKS = 2;
const chunked = new WeakMap<RecordPage, readonly Chunk[]>();

function chunksOf(page: RecordPage): readonly Chunk[] {
  let chunks = chunked.get(page);
  if (chunks === undefined) {
    const count = Math.ceil(page.records.length / CHUNK_ROWS);
    chunks = Array.from({ length: count }, (_, index) => ({
      key: `${page.key}-${index}`,
      records: page.records.slice(index * CHUNK_ROWS, (index + 1) * CHUNK_ROWS),
    }));
    chunked.set(page, chunks);
  }
  return chunks;
}

interface RowsProps {
  readonly chunk: Chunk;
  readonly isFirst: boolean;
  readonly look: Look;
  readonly touched: Touched;
  readonly scroller: Scroller;
}

/** Rows while they are near, else as much empty space. */
function Rows({ chunk: { key, records }, isFirst, look, touched, scroller }: RowsProps): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const isPicked = isFirst || records.some(({ seq }) => seq === touched.selected.value);
  const isDrawn = useNear(element, { root: scroller, rows: records.length, isFirst: isPicked });
  return (
    <div class="chunk" role="presentation" data-chunk={key} ref={element}>
      {isDrawn && records.map((record) => <Row key={record.seq} record={record} look={look} touched={touched} />)}
    </div>
  );
}

interface EndProps {
  readonly way: 'older' | 'newer';
  readonly edge: ReadonlySignal<Edge>;
  readonly grow: (way: 'older' | 'newer') => void;
  readonly scroller: Scroller;
}

/** Asks for more when it comes near; says what it waits for, or what went wrong. */
function End({ way, edge, grow, scroller }: EndProps): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const { isBusy, isEnd, trouble } = edge.value;
  useEffect(() => {
    if (isBusy || isEnd || trouble !== undefined) return;
    const watch = new IntersectionObserver(([entry]) => entry!.isIntersecting && grow(way), { root: scroller.current, rootMargin: MARGIN });
    watch.observe(element.current!);
    return () => watch.disconnect();
  }, [isBusy, isEnd, trouble, grow, way, scroller]);
  return (
    <div class={`end end-${way}`} ref={element}>
      {trouble !== undefined && trouble.code !== 'bad-query' && <TroubleNote trouble={trouble} onAgain={() => grow(way)} />}
      {trouble === undefined && isBusy && <span class="dim">Loading {way} records…</span>}
      {isEnd && way === 'older' && <span class="dim">Nothing older in this range</span>}
    </div>
  );
}

/** What is put in or let go above must not move what is read: the chunk at the top of what is seen stays where it was. */
function useStayingPut(scroller: Scroller, pages: readonly RecordPage[]): void {
  const before = useRef<{ key: string; below: number } | undefined>(undefined);
  const box = scroller.current;
  if (box) {
    // While this runs the document still is as it was.
    const top = [...box.querySelectorAll<HTMLElement>('.chunk')].find((one) => one.offsetTop + one.offsetHeight > box.scrollTop);
    before.current = top ? { key: top.dataset.chunk!, below: top.offsetTop - box.scrollTop } : undefined;
  }
  useLayoutEffect(() => {
    const was = before.current;
    const list = scroller.current;
    if (was === undefined || !list) return;
    const same = list.querySelector<HTMLElement>(`.chunk[data-chunk="${was.key}"]`);
    // Set, not added: where the browser keeps the place by itself, it is the same. Another list begins at its top.
    list.scrollTop = same ? same.offsetTop - was.below : 0;
  }, [pages, scroller]);
}

/** Hears every click in a list: on an id, on a row, on what a row offers. */
export function listenTo(box: HTMLElement, deeds: RowDeeds): () => void {
  const onClick = (event: MouseEvent): void => {
    const target = event.target as Element;
    const id = target.closest<HTMLElement>('[data-id]');
    if (id) {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      openIdMenu(id, id.dataset.id!);
      return;
    }
    const row = target.closest<HTMLElement>('.row');
    if (!row || target.closest('.details')) return;
    const seq = Number(row.dataset.seq);
    if (target.closest('[data-do="whole"]')) deeds.whole(seq);
    // Who marks text to copy it does not want to open anything.
    else if (getSelection()?.isCollapsed !== false) {
      deeds.select(seq);
      deeds.toggle(seq);
    }
  };
  box.addEventListener('click', onClick);
  return () => box.removeEventListener('click', onClick);
}

/** Brings a row to where it can be read, when it is drawn. */
export function showRow(seq: number, where: ScrollLogicalPosition): void {
  document.querySelector(`.row[data-seq="${seq}"]`)?.scrollIntoView({ block: where });
}
