/** Whether a chunk of a long list is near to what is seen: only then are its rows drawn, else it is as much empty space as they took. Shared by all lists. Not here: rows. */
import { type RefObject, useEffect, useLayoutEffect, useRef, useSignal } from '../ui.ts';

/** Rows of a chunk: drawn in some milliseconds, so that scrolling never waits for a frame. */
export const CHUNK_ROWS = 25;
/** How far beyond what is seen rows are drawn and pages asked for: more than a turn of the wheel, less than costs a frame. */
export const MARGIN = '900px 0px';
/** Of a row, until its chunk has been measured. */
export const ROW_PX_GUESS = 25;

export interface NearOptions {
  /** What scrolls. */
  readonly root: { readonly current: Element | null };
  readonly rows: number;
  /** Drawn at once, before anything was looked at. */
  readonly isFirst: boolean;
  /** Drawn wherever it is. */
  readonly isAlways?: boolean;
}

/** True: to be drawn. Sets the height of the element while it is not. */
export function useNear(element: RefObject<HTMLDivElement | null>, { root, rows, isFirst, isAlways = false }: NearOptions): boolean {
  const isNear = useSignal(isFirst);
  const height = useRef(rows * ROW_PX_GUESS);
  const isDrawn = isNear.value || isAlways;
  useEffect(() => {
    const watch = new IntersectionObserver(
      ([entry]) => {
        if (!entry!.isIntersecting && isNear.peek()) height.current = entry!.boundingClientRect.height;
        isNear.value = entry!.isIntersecting;
      },
      { root: root.current, rootMargin: MARGIN },
    );
    watch.observe(element.current!);
    return () => watch.disconnect();
  }, [root, isNear, element]);
  useLayoutEffect(() => {
    element.current!.style.height = isDrawn ? '' : `${height.current}px`;
  });
  return isDrawn;
}
