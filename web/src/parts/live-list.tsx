/**
 * The list of a live tail, newest line at the bottom. While it follows, only the last screenful is drawn, at most so many rows in a frame: what comes faster
 * than anybody can read is not drawn at all until it stands still. Then everything kept is there to scroll through, and nothing moves under the
 * reader's eyes. Not here: where lines come from (state/live.ts), what a row looks like (row.tsx).
 */
import { here, hrefOf } from '../state/here.ts';
import type { LiveItem } from '../state/kept.ts';
import { drawn, goOn, live, type Still, still, stop, waiting } from '../state/live-look.ts';
import { countText } from '../text/rows.ts';
import { type JSX, type RefObject, useEffect, useLayoutEffect, useRef, useSignal } from '../ui.ts';
import { LiveScreen, type Screens } from './live-screen.ts';
import { CHUNK_ROWS, ROW_PX_GUESS, useNear } from './near.ts';
import { listenTo, type RowDeeds } from './records.tsx';
import { type Look, Row, type Touched } from './row.tsx';

/** So near to its end a list is at its end: fractions of pixels. */
const END_PX = 4;
/** Further than this from the end is nobody's trembling finger. */
const AWAY_PX = 20;

export interface LiveListProps {
  readonly look: Look;
  readonly touched: Touched;
  readonly deeds: RowDeeds;
}

type Box = RefObject<HTMLDivElement | null>;

export function LiveList({ look, touched, deeds }: LiveListProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const now = still.value;
  useEffect(() => {
    const picking: RowDeeds = {
      ...deeds,
      // What somebody looks into does not run away.
      toggle: (seq) => {
        stop(true);
        deeds.toggle(seq);
      },
    };
    return listenTo(box.current!, picking);
  }, [deeds]);
  useScrolling(box);
  const way = now ? 'is-still' : 'is-following';
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <div class={`records live-list ${way}`} ref={box} role="region" aria-label="Records, live" tabIndex={0}>
      {now ? <Standing now={now} box={box} look={look} touched={touched} /> : <Following box={box} look={look} touched={touched} />}
    </div>
  );
}

interface ShownProps {
  readonly box: Box;
  readonly look: Look;
  readonly touched: Touched;
}

function Following({ box, look, touched }: ShownProps): JSX.Element {
  const screens = useSignal<Screens>({ shown: [], next: [], turn: 0 });
  useLayoutEffect(() => {
    const screen = new LiveScreen({
      newest: (count) => live.kept.newest(count),
      rows: () => Math.ceil(box.current!.clientHeight / ROW_PX_GUESS) + 8,
      show: (value) => {
        screens.value = value;
        drawn.end = (value.shown.at(-1)?.key ?? -1) + 1;
      },
    });
    live.onNews = () => screen.news();
    screen.news();
    return () => {
      live.onNews = () => {};
      screen.stop();
    };
  }, [box, screens]);
  const { shown, next, turn } = screens.value;
  useLayoutEffect(() => {
    box.current!.scrollTop = box.current!.scrollHeight;
    endTop = box.current!.scrollTop;
  });
  const names = look.isFull ? 'rows is-full' : 'rows';
  const isEmpty = shown.length === 0 && live.state.value === 'open';
  return (
    <>
      <Items key={turn} items={shown} names={names} look={look} touched={touched} />
      {next.length > 0 && <Items key={turn + 1} items={next} names={`${names} is-next`} look={look} touched={touched} />}
      {isEmpty && <p class="searching dim">Waiting for lines that match…</p>}
    </>
  );
}

/** The same element when its turn comes to be shown: its key is its turn. */
function Items({ items, names, look, touched }: { items: readonly LiveItem[]; names: string; look: Look; touched: Touched }): JSX.Element {
  return (
    <div role="list" class={names} aria-hidden={names.includes('is-next')}>
      {items.map((item) => itemOf(item, look, touched))}
    </div>
  );
}

/** A row whose record and look are the same draws nothing (it reads signals, which makes it compare); elements kept from one drawing for the next would keep all drawings before. */
function itemOf({ key, record, note }: LiveItem, look: Look, touched: Touched): JSX.Element {
  if (record !== undefined) return <Row key={key} record={record} look={look} touched={touched} />;
  return (
    <div key={key} role="listitem" class={note!.isLoss ? 'live-said is-loss' : 'live-said'}>
      {note!.text}
    </div>
  );
}

/** Everything kept when it stopped, in chunks of which only those near are drawn; the last ones at once. */
function Standing({ now, box, look, touched }: ShownProps & { now: Still }): JSX.Element {
  const { items } = now;
  const chunks: LiveItem[][] = [];
  for (let end = items.length; end > 0; end -= CHUNK_ROWS) chunks.unshift(items.slice(Math.max(0, end - CHUNK_ROWS), end) as LiveItem[]);
  useWaiting(now);
  useLayoutEffect(() => {
    // Until somebody scrolls, it shows what it showed.
    const list = box.current!;
    list.scrollTop = list.scrollHeight - list.clientHeight - fromEnd;
  }, [box]);
  return (
    <>
      <div class="end">
        <a href={hrefOf({ more: { ...here.value.more, live: '' } })} data-go>
          What came before: search
        </a>
      </div>
      <div role="list" class={look.isFull ? 'rows is-full' : 'rows'}>
        {chunks.map((chunk, index) => (
          <Chunk key={chunk.at(-1)!.key} items={chunk} isFirst={index >= chunks.length - 4} box={box} look={look} touched={touched} />
        ))}
      </div>
    </>
  );
}

interface ChunkProps extends ShownProps {
  readonly items: readonly LiveItem[];
  readonly isFirst: boolean;
}

function Chunk({ items, isFirst, box, look, touched }: ChunkProps): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const isDrawn = useNear(element, { root: box, rows: items.length, isFirst });
  return (
    <div class="chunk" role="presentation" ref={element}>
      {isDrawn && items.map((item) => itemOf(item, look, touched))}
    </div>
  );
}

/** Counts what comes meanwhile, once a frame. */
function useWaiting({ total }: Still): void {
  useLayoutEffect(() => {
    let frame = 0;
    const count = (): void => {
      frame = 0;
      waiting.value = Math.max(0, live.kept.total - total);
    };
    live.onNews = () => {
      frame ||= requestAnimationFrame(count);
    };
    count();
    return () => {
      cancelAnimationFrame(frame);
      live.onNews = () => {};
    };
  }, [total]);
}

/** How far from its end the list was when it began to stand still. */
let fromEnd = 0;
/** Where the list was put that follows. */
let endTop = 0;

/** Scrolling up stops the list, coming back to its end lets it go on. */
function useScrolling(box: Box): void {
  useEffect(() => {
    const list = box.current!;
    let before = list.scrollTop;
    const onScroll = (): void => {
      const away = list.scrollHeight - list.clientHeight - list.scrollTop;
      const isDown = list.scrollTop > before;
      before = list.scrollTop;
      if (still.peek() === undefined) {
        // A list that became lower (a note above it) is away from its end, too, but nobody has moved it.
        if (away <= AWAY_PX || endTop - list.scrollTop <= AWAY_PX) return;
        fromEnd = away;
        stop(false);
      } else if (isDown && away <= END_PX && !still.peek()!.isPaused) goOn();
    };
    // A pause leaves everything where it is.
    const end = still.subscribe((now) => {
      if (now === undefined) fromEnd = 0;
    });
    list.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      end();
      list.removeEventListener('scroll', onScroll);
    };
  }, [box]);
}

/** `n new lines`: where the list stands still and something came. */
export function NewLines(): JSX.Element | null {
  const now = still.value;
  if (now === undefined) return null;
  const count = waiting.value;
  return (
    <button type="button" class="primary live-new" onClick={goOn}>
      {count === 0 ? 'Go on' : `${countText(count)} new ${count === 1 ? 'line' : 'lines'}`} <span aria-hidden="true">↓</span>
    </button>
  );
}
