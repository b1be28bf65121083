/**
 * Finds the records that hold any of some ids, in the day files, for one story: a snapshot of their units is taken once, blocks stay open from
 * round to round, a record is read once. The oldest and the newest units are taken in turn, so that where an id has more records
 * than are wanted it is the middle that is left out. Yields after each unit.
 *
 * Invariant: what matches is what search says of `ID OR ID …`, as long as no limit is reached.
 */

import { marks } from '../../parsers/index.ts';
import { limits } from '../base/limits.ts';
import { publicJson } from '../base/public.ts';
import type { LogRecord } from '../model.ts';
import { compile } from '../query/match.ts';
import type { Sought } from '../report/story-links.ts';
import { type Piece, Pieces } from '../report/story-piece.ts';
import type { DayView } from './day-view.ts';
import type { DaysReader } from './read.ts';
import { StoryBlocks } from './story-blocks.ts';
import type { FindBounds, Finder, FoundPieces } from './story-finder.ts';
import { freshKeys, scanFresh } from './story-fresh.ts';
import { StoryIndex } from './story-index.ts';
import { keysIn } from './story-near.ts';
import { type Needle, needlesOf } from './story-needles.ts';
import { type Behind, nextRecord } from './story-next.ts';
import { type NeedleHits, scanBlock } from './story-scan.ts';
import { type Passed, Shares } from './story-shares.ts';
import { type Families, familiesOf, firstSeqOf, recordOf, type Unit, unitsOf } from './units.ts';

/** Blocks that are looked into for ids that are nearly one. */
const NEAR_BLOCKS_MAX = 16;

interface Round {
  readonly shares: Shares;
  readonly passed: Passed<Unit>[];
  readonly pieces: Piece[];
  readonly cut: Set<string>;
  all: number;
}

interface Look {
  readonly needles: readonly Needle[];
  readonly round: Round;
}

export class StoryFinder implements Finder {
  readonly #reader: DaysReader;
  readonly #days: readonly DayView[];
  readonly #units: readonly Unit[];
  #arrived: readonly Unit[] | undefined;
  readonly #index: StoryIndex;
  readonly #families: Families;
  readonly #blocks: StoryBlocks;
  readonly #pieces = new Pieces();
  readonly #known = new Set<number>();
  /** Units that have records of the story, and which of theirs were taken. */
  readonly #hit = new Map<Unit, Set<number>>();
  /** Where the id stands that was asked for: it is looked for twice, some records first and then all. */
  readonly #asked = new Map<Unit, { part: string; places: readonly number[] }>();
  readonly #deadlineMs = performance.now() + limits.storyMsMax;
  readonly damaged = new Set<string>();
  searches = 0;
  recordsScanned = 0;

  readonly #withJson: boolean;

  /** `withJson: false`: the pieces are only counted, their JSON is ''. */
  constructor(reader: DaysReader, { withJson = true }: { withJson?: boolean } = {}) {
    this.#reader = reader;
    this.#blocks = new StoryBlocks(reader);
    this.#withJson = withJson;
    this.#days = reader.days();
    this.#units = unitsOf(this.#days).sort((a, b) => a.extent.minTime - b.extent.minTime);
    this.#index = new StoryIndex(reader, this.#units, (view, error) => this.#noteDamage(view, 'index', error));
    this.#families = familiesOf(this.#days);
    for (const view of this.#days) for (const text of view.damaged) this.damaged.add(`${view.name}: ${text}`);
    for (const text of reader.setAside) this.damaged.add(text);
  }

  get span(): { records: number; oldestUs: number; newestUs: number } | undefined {
    if (this.#units.length === 0) return undefined;
    let newestUs = Number.NEGATIVE_INFINITY;
    let records = 0;
    for (const { kind, extent } of this.#units) {
      newestUs = Math.max(newestUs, extent.maxTime);
      records += kind === 'block' ? extent.count : extent.records.length;
    }
    return { records: records - this.#families.children.size, oldestUs: this.#units[0]!.extent.minTime, newestUs };
  }

  *find(wanted: readonly Sought[], bounds: FindBounds): Generator<undefined, FoundPieces> {
    this.searches++;
    const needles = needlesOf(wanted);
    const round: Round = {
      shares: new Shares(needles, bounds.each),
      passed: [],
      pieces: [],
      cut: new Set(),
      all: bounds.all,
    };
    const byUnit = this.#index.unitsWith(needles, new Set(this.#hit.keys()));
    this.#findFamilies(needles, round);
    const units = this.#units.filter((unit) => byUnit.has(unit));
    const isLate = (yield* this.#bothEnds(units, byUnit, round)) || (yield* this.#passedOver(units.length === 1, round));
    return { pieces: round.pieces, cut: round.cut, isLate };
  }

  /** True: the time is over. */
  *#bothEnds(units: readonly Unit[], byUnit: ReadonlyMap<Unit, readonly Needle[]>, round: Round): Generator<undefined, boolean> {
    for (const { unit, fromEnd } of inTurn(units)) {
      const open: Needle[] = [];
      for (const needle of byUnit.get(unit)!) {
        if (round.shares.has(needle.key, fromEnd)) open.push(needle);
        else round.passed.push({ unit, fromEnd, needle, taken: 0 });
      }
      if (open.length === 0 || round.all <= 0) continue;
      this.#look(unit, { needles: open, round }, (hits) => {
        const { indices, more } = round.shares.choose(hits, fromEnd);
        for (const [needle, taken] of more) round.passed.push({ unit, fromEnd, needle, taken });
        return indices;
      });
      yield;
      if (performance.now() > this.#deadlineMs) return true;
    }
    return false;
  }

  /** What one side had no room for, where the other has left some. */
  *#passedOver(isOnly: boolean, round: Round): Generator<undefined, boolean> {
    for (const passed of round.passed) {
      const { unit, needle } = passed;
      if (!round.shares.hasAny(needle.key)) round.cut.add(needle.key);
      else if (round.all > 0) {
        this.#look(unit, { needles: [needle], round }, (hits) => {
          const { indices, isCut } = round.shares.rest(hits.get(needle) ?? [], passed, isOnly);
          if (isCut) round.cut.add(needle.key);
          return indices;
        });
        yield;
        if (performance.now() > this.#deadlineMs) return true;
      }
    }
    return false;
  }

  /** What a process wrote next; undefined: nothing, or it cannot be read. */
  recordBehind(behind: Behind): LogRecord | undefined {
    try {
      return nextRecord({ reader: this.#reader, units: this.#inArrival(), blocks: this.#blocks }, behind);
    } catch (error) {
      this.damaged.add((error as Error).message);
      return undefined;
    }
  }

  #inArrival(): readonly Unit[] {
    this.#arrived ??= this.#units.toSorted((a, b) => firstSeqOf(a) - firstSeqOf(b));
    return this.#arrived;
  }

  /** Keys of the ids that begin with any of these eight digits; a few blocks are looked into. */
  keysWithHead(heads: ReadonlySet<string>): Set<string> {
    const keys = new Set<string>();
    const expression = [...heads].map((head) => `"${head}"`).join(' OR ');
    const byView = new Map(this.#days.map((view) => [view, this.#index.blocksWith(view, expression)]));
    let blocks = NEAR_BLOCKS_MAX;
    for (const unit of this.#units.toReversed()) {
      if (unit.kind === 'fresh') {
        for (const key of freshKeys(unit.extent.records, heads)) keys.add(key);
        continue;
      }
      if (blocks === 0 || byView.get(unit.view)?.has(unit.extent.id) === false) continue;
      blocks--;
      try {
        for (const key of keysIn(this.#blocks.of(unit), heads)) keys.add(key);
      } catch (error) {
        this.#noteDamage(unit.view, `block ${unit.extent.id}`, error);
      }
    }
    return keys;
  }

  /** Takes those records of the unit that `choose` picks from where the ids stand. */
  #look(unit: Unit, { needles, round }: Look, choose: (hits: NeedleHits) => readonly number[]): void {
    try {
      for (const index of choose(this.#hitsIn(unit, needles))) {
        if (round.all <= 0) return;
        this.#takeRow(unit, index, round);
      }
    } catch (error) {
      this.#noteDamage(unit.view, unit.kind === 'block' ? `block ${unit.extent.id}` : 'a fresh batch', error);
    }
  }

  #hitsIn(unit: Unit, needles: readonly Needle[]): NeedleHits {
    const asked = needles.length === 1 && needles[0]!.role === 'asked' ? needles[0] : undefined;
    const known = this.#asked.get(unit);
    if (asked !== undefined && known?.part === asked.part) return new Map([[asked, known.places]]);
    const hits = unit.kind === 'fresh' ? scanFresh(unit.extent.records, needles) : this.#scanBlock(unit, needles);
    this.recordsScanned += unit.kind === 'fresh' ? unit.extent.records.length : unit.extent.count;
    if (asked !== undefined) this.#asked.set(unit, { part: asked.part, places: hits.get(asked) ?? [] });
    return hits;
  }

  #scanBlock(unit: Unit & { kind: 'block' }, needles: readonly Needle[]): NeedleHits {
    const block = this.#blocks.of(unit);
    return scanBlock(block, needles, () => unit.view.digest(unit.extent));
  }

  #takeRow(unit: Unit, index: number, round: Round): void {
    const taken = this.#hit.get(unit) ?? new Set();
    this.#hit.set(unit, taken);
    if (taken.has(index)) return;
    taken.add(index);
    const seq = unit.kind === 'fresh' ? unit.extent.records[index]!.seq : this.#blocks.of(unit).numbers('seq')[index]!;
    // Families are judged whole, and each record is read once.
    if (this.#known.has(seq) || this.#families.children.has(seq) || this.#families.childrenOf.has(seq)) return;
    this.#take(unit.kind === 'fresh' ? recordOf(this.#reader, unit, index) : this.#blocks.of(unit).told(index), round);
  }

  #take(record: LogRecord, round: Round): void {
    this.#known.add(record.seq);
    round.all--;
    const found = marks(record);
    round.pieces.push(this.#pieces.of(record, found, this.#withJson ? publicJson(record, found) : ''));
  }

  #findFamilies(needles: readonly Needle[], round: Round): void {
    if (this.#families.childrenOf.size === 0) return;
    const matches = compile({ kind: 'or', of: needles.map(({ filter }) => filter) }, marks);
    const note = (unit: Unit, error: unknown): void => this.#noteDamage(unit.view, 'a joined record', error);
    for (const record of this.#reader.families.records(this.#reader, { families: this.#families, units: this.#units, note }))
      if (!this.#known.has(record.seq) && matches(record)) this.#take(record, round);
  }

  #noteDamage(view: DayView, what: string, error: unknown): void {
    if (!view.isDropped) this.damaged.add(`${view.name}, ${what}: ${(error as Error).message}`);
  }
}

/** The first, the last, the second, the last but one … */
function* inTurn(units: readonly Unit[]): Generator<{ unit: Unit; fromEnd: boolean }> {
  for (let from = 0, to = units.length - 1; from <= to; from++, to--) {
    yield { unit: units[from]!, fromEnd: false };
    if (from < to) yield { unit: units[to]!, fromEnd: true };
  }
}
