/**
 * What a query worker answers about errors: a slice of the store counted, the groups within a time, and what is near to a text. All in
 * steps, so that searches go on beside it. Not here: counting, reading, ranking; this only puts them together.
 */
import { formatTime } from '../base/time.ts';
import type { ErrorExplain, ErrorHistory, ErrorList, ErrorQuestion, ErrorTally, KnownSignature, SignatureEntry } from '../model.ts';
import { type GroupRow, listErrors } from '../report/error-list.ts';
import { Explainer } from '../report/explain.ts';
import { KnownErrors } from '../report/known-signatures.ts';
import { errorHistory } from './error-history.ts';
import { errorSlice } from './error-slice.ts';
import { OVERFLOW_SIGNATURE } from './errors.ts';
import { ErrorFile } from './errors-read.ts';
import type { DaysReader } from './read.ts';

/** Groups that a text is compared with, the most frequent of each state: an index over them takes 50 ms. */
const COMPARED_MAX = 500;
/** Texts that were recognised before. */
const RECOGNISED_MAX = 20_000;

export class ErrorQuestions {
  readonly #reader: DaysReader;
  readonly #file: ErrorFile;
  readonly #known: KnownErrors;
  readonly #explainer: Explainer;
  readonly #recognised = new Map<string, KnownSignature | undefined>();

  constructor(folder: string, reader: DaysReader, entries: readonly SignatureEntry[]) {
    this.#reader = reader;
    this.#file = new ErrorFile(folder);
    this.#known = new KnownErrors(entries);
    this.#explainer = new Explainer(this.#known);
  }

  *steps(question: ErrorQuestion): Generator<undefined, ErrorTally[] | ErrorList | ErrorExplain | ErrorHistory> {
    if (question.do === 'slice') {
      const known = this.#known;
      return yield* errorSlice(this.#reader, {
        ...question,
        ...(known.hasWarnings ? { countsWarning: (record) => known.countsWarning(record) } : {}),
      });
    }
    if (question.do === 'history') return yield* errorHistory(this.#file, question.from, question.until);
    const rows = yield* this.#file.rows(question.want.startUs, question.want.endUs);
    const by = { time: formatTime, known: (row: GroupRow) => this.#knownOf(row) };
    if (question.do === 'list') {
      const overflow = rows.find(({ signature }) => signature === OVERFLOW_SIGNATURE);
      return { ...listErrors(rows, question.want, by), overflow: overflow?.places.reduce((sum, { count }) => sum + count, 0) ?? 0 };
    }
    const { groups } = listErrors(rows, { ...question.want, limit: COMPARED_MAX }, by);
    const { text } = question;
    // A signature stands for its newest text.
    const asked = /^[0-9a-f]{6,16}$/.test(text) ? groups.find(({ signature }) => signature.startsWith(text)) : undefined;
    const row = asked === undefined ? undefined : rows.find(({ signature }) => signature === asked.signature);
    const others = asked === undefined ? groups : groups.filter((group) => group !== asked);
    const explained = this.#explainer.explain(row?.text ?? asked?.title ?? text, others, asked?.services[0]?.name);
    if (asked === undefined) return explained;
    return { ...explained, text: asked.title, ...(asked.known === undefined ? {} : { is: asked.known }) };
  }

  /** By the newest text of the group and the service that wrote most of it. */
  #knownOf({ signature, text, places }: GroupRow): KnownSignature | undefined {
    const service = places.reduce((most, place) => (place.count > most.count ? place : most)).service || undefined;
    const key = `${signature} ${service ?? ''} ${text}`;
    if (this.#recognised.has(key)) return this.#recognised.get(key);
    if (this.#recognised.size >= RECOGNISED_MAX) this.#recognised.clear();
    const known = this.#known.of({ message: text, service });
    this.#recognised.set(key, known);
    return known;
  }

  close(): void {
    this.#file.close();
  }
}
