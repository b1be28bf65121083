/**
 * Runs in the page, put there by test/bench/browser.ts before the page's own script: when each part of an answer is painted, counted from the Enter that asked, and
 * tasks of the main thread that took longer than 50 ms by the clock. A part is painted when it is not busy any more and the frame after that has been handed over.
 * Not a module: its types are taken off and its text is run as it is.
 */

interface Painted {
  /** ms behind the key; NaN: not yet. */
  readonly records: number;
  readonly histogram: number;
  readonly facets: number;
}

interface Watch {
  /** Resolves when all of what the key asked for is painted; of counts, after so many ms behind the records. */
  painted(countsMs: number): Promise<Painted>;
  /** Resolves when records are there and nothing is on its way. */
  quiet(): Promise<void>;
  /** Those since the last call, ms. */
  longTasks(): number[];
}

(() => {
  const PARTS = { records: '.found', histogram: '.histogram', facets: '.facets' } as const;
  type Part = keyof typeof PARTS;
  const names = Object.keys(PARTS) as Part[];
  const LOOK_MS = 20;
  let askedMs = Number.NaN;
  let painted: Record<Part, number> = { records: Number.NaN, histogram: Number.NaN, facets: Number.NaN };
  let asked = new Set<Part>();
  let tasks: number[] = [];

  addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Enter') return;
      askedMs = event.timeStamp;
      painted = { records: Number.NaN, histogram: Number.NaN, facets: Number.NaN };
      asked = new Set();
    },
    true,
  );

  const done = (part: Part, of: number): void => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        if (of === askedMs) painted[part] = performance.now() - of;
        port1.close();
      };
      port2.postMessage(undefined);
    });
  };
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const part = names.find((name) => (target as Element).matches(PARTS[name]));
      if (part === undefined) continue;
      if ((target as Element).getAttribute('aria-busy') === 'true') asked.add(part);
      else if (asked.has(part)) done(part, askedMs);
    }
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ['aria-busy'] });
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });

  const until = async (isTrue: () => boolean): Promise<void> => {
    while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  };
  const watch: Watch = {
    async painted(countsMs) {
      await until(() => painted.records >= 0);
      await until(() => names.every((part) => painted[part] >= 0) || performance.now() - askedMs - painted.records > countsMs);
      return { ...painted };
    },
    quiet: () => until(() => document.querySelector('.count b, .row') !== null && document.querySelector('[aria-busy="true"]') === null),
    longTasks: () => {
      const found = tasks;
      tasks = [];
      return found;
    },
  };
  Object.assign(globalThis, { watch });
})();
