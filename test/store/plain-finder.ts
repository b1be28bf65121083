/** The finder of stories as plain as it can be: every id is looked for in every record. What the engine's own has to find. */
import { marks } from '../../parsers/index.ts';
import { publicJson } from '../../src/base/public.ts';
import type { LogRecord, Store } from '../../src/model.ts';
import { compile } from '../../src/query/match.ts';
import { isHexKey, keyOf } from '../../src/report/story-id.ts';
import type { Sought } from '../../src/report/story-links.ts';
import { pieceOf } from '../../src/report/story-piece.ts';
import type { FindBounds, Finder, FoundPieces } from '../../src/store/story-finder.ts';
import { type Needle, needlesOf } from '../../src/store/story-needles.ts';
import { everything } from '../contract/reading.ts';

export class PlainFinder implements Finder {
  readonly damaged = new Set<string>();
  readonly #store: Store;
  #records: readonly LogRecord[] | undefined;
  searches = 0;
  recordsScanned = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  get span() {
    const { records, oldest, newest } = this.#store.status();
    return oldest === undefined || newest === undefined ? undefined : { records, oldestUs: oldest, newestUs: newest };
  }

  keysWithHead(heads: ReadonlySet<string>): Set<string> {
    const keys = new Set<string>();
    for (const record of everything(this.#store, { direction: 'forward' }))
      for (const { id } of marks(record).ids ?? []) if (isHexKey(keyOf(id)) && heads.has(keyOf(id).slice(0, 8))) keys.add(keyOf(id));
    return keys;
  }

  *find(wanted: readonly Sought[], { each, all }: FindBounds): Generator<undefined, FoundPieces> {
    this.searches++;
    const pieces = [];
    const cut = new Set<string>();
    const left = new Map<Needle, number>();
    const tests = needlesOf(wanted).map((needle) => ({ needle, matches: compile(needle.filter, marks) }));
    this.#records ??= everything(this.#store, { direction: 'forward' });
    for (const record of this.#records) {
      this.recordsScanned++;
      const fits = tests.filter(({ matches }) => matches(record));
      const open = fits.filter(({ needle }) => (left.get(needle) ?? 0) < each(needle));
      for (const { needle } of fits) {
        if (!open.some((other) => other.needle === needle)) cut.add(needle.key);
        left.set(needle, (left.get(needle) ?? 0) + 1);
      }
      if (open.length === 0 || pieces.length >= all) continue;
      const found = marks(record);
      pieces.push(pieceOf(record, found, publicJson(record, found)));
    }
    return { pieces, cut, isLate: false };
  }
}

/** Runs a generator of steps to its end. */
export function run<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
