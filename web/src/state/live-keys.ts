/** The keys of a list that may be live: those that pick a line hold it still first, and three more. Not here: what the others do (picked.ts). */
import { say } from '../parts/copy.ts';
import type { Key } from '../views/view.ts';
import { go, here } from './here.ts';
import { clearLive, isLive, pauseOrGoOn, still, stop, toggleLive } from './live-look.ts';
import type { RecordPage } from './window.ts';

const PICKING: ReadonlySet<string> = new Set(['j', 'k', 'Enter', 'c', 't']);

/** Lines of a tail that stands still, oldest first, as `j` and `k` go through them. */
export function livePages(): readonly RecordPage[] {
  const records = (still.peek()?.items ?? []).flatMap(({ record }) => (record === undefined ? [] : [record]));
  return [{ key: -1, records, older: undefined, newer: undefined }];
}

/** Holds the list; true: nothing was picked, and now it is the newest line. */
function pickNewest(): boolean {
  stop(true);
  const [page] = livePages();
  const { line } = here.peek();
  const newest = page!.records.at(-1);
  if (newest === undefined || page!.records.some(({ seq }) => String(seq) === line)) return false;
  go({ line: String(newest.seq) }, 'replace');
  return true;
}

/** What was opened at the end of the list is to be seen. */
function showPicked(): void {
  document.querySelector(`.row[data-seq="${here.peek().line}"]`)?.scrollIntoView({ block: 'nearest' });
}

export function withLive(keys: readonly Key[]): readonly Key[] {
  const whileLive =
    (run: () => void): (() => void) =>
    () => {
      if (isLive.peek()) run();
      else say('Only while live: l');
    };
  return [
    ...keys.map((key) => {
      if (!PICKING.has(key.key)) return key;
      const run = (): void => {
        const isFirst = isLive.peek() && pickNewest();
        if (!isFirst || (key.key !== 'j' && key.key !== 'k')) key.run();
        if (isLive.peek()) requestAnimationFrame(showPicked);
      };
      return { ...key, run };
    }),
    { key: 'l', say: 'Live: lines as they come, or a search again', run: toggleLive },
    { key: 'p', say: 'Live: pause, go on', run: whileLive(pauseOrGoOn) },
    { key: 'x', say: 'Live: clear what is shown', run: whileLive(clearLive) },
  ];
}
