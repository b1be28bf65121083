/**
 * In which units the ids of a story may lie: each day file's index is asked for each id by itself, so that a block is looked into only for what it
 * may hold. An index that cannot be read excludes nothing. Not here: what is in the units (story-scan.ts, story-fresh.ts).
 */
import { listed } from '../base/listed.ts';
import type { DayView } from './day-view.ts';
import type { DaysReader } from './read.ts';
import type { Needle } from './story-needles.ts';
import type { Unit } from './units.ts';

/** Up to so many ids each is looked up by itself; of more, files that hold none are passed over first. */
const TOGETHER_MIN = 4;

interface UnitsOfView {
  /** By the number of the block. */
  readonly blocks: ReadonlyMap<number, Unit>;
  readonly fresh: readonly Unit[];
}

export class StoryIndex {
  readonly #reader: DaysReader;
  readonly #byView: ReadonlyMap<DayView, UnitsOfView>;
  readonly #note: (view: DayView, error: unknown) => void;

  /** `note`: an index that cannot be read. */
  constructor(reader: DaysReader, units: readonly Unit[], note: (view: DayView, error: unknown) => void) {
    this.#reader = reader;
    this.#byView = new Map([...Map.groupBy(units, ({ view }) => view)].map(([view, own]) => [view, split(own)]));
    this.#note = note;
  }

  /** `hit`: units that hold records of the story, as far as is known. */
  unitsWith(needles: readonly Needle[], hit: ReadonlySet<Unit>): Map<Unit, Needle[]> {
    const found = new Map<Unit, Needle[]>();
    for (const [view, { blocks, fresh }] of this.#byView) {
      for (const unit of fresh) found.set(unit, [...needles]);
      if (blocks.size === 0 || !this.#mayHoldAny(view, needles, hit)) continue;
      for (const needle of needles) {
        if (needle.kind === 'ip' && needle.role === 'entity') {
          const named = this.blocksWith(view, needle.expression);
          for (const unit of hit)
            if (unit.view === view && unit.kind === 'block' && named?.has(unit.extent.id) !== false) listed(found, unit).push(needle);
          continue;
        }
        for (const id of this.blocksWith(view, needle.expression) ?? blocks.keys()) {
          const unit = blocks.get(id);
          if (unit !== undefined) listed(found, unit).push(needle);
        }
      }
    }
    return found;
  }

  #mayHoldAny(view: DayView, needles: readonly Needle[], hit: ReadonlySet<Unit>): boolean {
    // What holds some of the story is likely to hold more: the question would cost as much as the answers (half of all questions in one day's file).
    for (const unit of hit) if (unit.view === view) return true;
    const asked = needles.filter(({ kind, role }) => kind !== 'ip' || role !== 'entity');
    if (asked.length < Math.max(TOGETHER_MIN, needles.length) || asked.some(({ expression }) => expression === undefined)) return true;
    const blocks = this.blocksWith(view, asked.map(({ expression }) => `(${expression})`).join(' OR '));
    return blocks === undefined || blocks.size > 0;
  }

  /** Undefined: all may. */
  blocksWith(view: DayView, expression: string | undefined): ReadonlySet<number> | undefined {
    if (expression === undefined) return undefined;
    try {
      return this.#reader.use(view).file.words.blocksWith(expression);
    } catch (error) {
      this.#note(view, error);
      return undefined;
    }
  }
}

function split(units: readonly Unit[]): UnitsOfView {
  return {
    blocks: new Map(units.flatMap((unit) => (unit.kind === 'block' ? [[unit.extent.id, unit] as const] : []))),
    fresh: units.filter(({ kind }) => kind === 'fresh'),
  };
}
