/**
 * The newest lines of a live tail, in the order of their coming: records, and between them notes of what happened to the tail. Bounded in number
 * and in characters: the oldest go. Pure but for its own memory; who fills it is live.ts.
 * Invariant: an item has the same index for as long as it is kept; indexes go up by one, from `begin` (the oldest) to `end` (behind the newest).
 */
import type { PublicRecord } from '../api/answers.ts';

/** Half an hour of a quiet cloud, some seconds of a busy one: what a person scrolls back through; the rest is a search away. */
const ITEMS_MAX = 10_000;
/** Of JSON; messages of a megabyte would fill the memory of a browser. */
const CHARS_MAX = 32 * 1024 * 1024;
/** Let go together: taking one from the front of a long array moves all the others. */
const LET_GO = 500;

export interface LiveNote {
  readonly text: string;
  /** Something is missing, or only news. */
  readonly isLoss: boolean;
}

/** Another object when it changes. */
export interface LiveItem {
  readonly key: number;
  readonly record?: PublicRecord;
  readonly note?: LiveNote;
  readonly chars: number;
  /** Records added up to this item, with it. */
  readonly nth: number;
}

export class Kept {
  readonly #itemsMax: number;
  readonly #charsMax: number;
  #items: LiveItem[] = [];
  #begin = 0;
  #chars = 0;
  #total = 0;
  /** Where records are, to join what comes later. */
  #keys = new Map<number, number>();

  constructor(itemsMax = ITEMS_MAX, charsMax = CHARS_MAX) {
    this.#itemsMax = itemsMax;
    this.#charsMax = charsMax;
  }

  get begin(): number {
    return this.#begin;
  }

  /** Records that were ever added. */
  get total(): number {
    return this.#total;
  }

  get end(): number {
    return this.#begin + this.#items.length;
  }

  /** The newest ones, at most so many. */
  newest(count: number): LiveItem[] {
    return this.#items.slice(Math.max(0, this.#items.length - count));
  }

  at(index: number): LiveItem | undefined {
    return this.#items[index - this.#begin];
  }

  add(record: PublicRecord, chars: number): void {
    this.#keys.set(record.seq, this.end);
    this.#put({ key: this.end, record, chars, nth: ++this.#total });
  }

  note(note: LiveNote): void {
    this.#put({ key: this.end, note, chars: note.text.length, nth: this.#total });
  }

  /** Instead of the newest note, if that is what came last. */
  renote(note: LiveNote): void {
    const last = this.#items.at(-1);
    if (last?.note === undefined) this.note(note);
    else this.#items[this.#items.length - 1] = { ...last, note };
  }

  get last(): LiveItem | undefined {
    return this.#items.at(-1);
  }

  /** Text that joined a record after it was sent; a record that is not here (any more) leaves it a line of its own. */
  more(record: PublicRecord, chars: number): void {
    const key = this.#keys.get(record.of ?? 0);
    const item = key === undefined ? undefined : this.at(key);
    if (item?.record === undefined) {
      this.add(record, chars);
      return;
    }
    const parent = item.record;
    const exception = parent.exception ?? record.exception;
    const joined = { ...parent, ...(exception === undefined ? {} : { exception }), message: `${parent.message}\n${record.message}` };
    this.#items[item.key - this.#begin] = { ...item, record: joined, chars: item.chars + chars };
    this.#chars += chars;
    this.#bound();
  }

  /** Indexes go on: what is drawn is not mistaken for what was there. */
  clear(): void {
    this.#begin = this.end;
    this.#items = [];
    this.#keys.clear();
    this.#chars = 0;
  }

  #put(item: LiveItem): void {
    this.#items.push(item);
    this.#chars += item.chars;
    this.#bound();
  }

  #bound(): void {
    while (this.#items.length > 1 && (this.#items.length > this.#itemsMax || this.#chars > this.#charsMax)) {
      // Never the newest; few large ones go one by one.
      const count = Math.min(this.#items.length > LET_GO * 2 ? LET_GO : 1, this.#items.length - 1);
      for (const { record, chars } of this.#items.splice(0, count)) {
        this.#chars -= chars;
        if (record !== undefined) this.#keys.delete(record.seq);
      }
      this.#begin += count;
    }
  }
}
