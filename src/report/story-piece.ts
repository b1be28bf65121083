/**
 * What a story needs of one record, taken out once: its place, its ids by key, what it says of a request's course. The
 * record's JSON is made at the same time and only passed on. Not here: which pieces belong together (story-links.ts).
 */
import type { IdKind, LogRecord, Marks, TypedId } from '../model.ts';
import { keyOf, requestOf } from './story-id.ts';

export interface PieceId {
  readonly key: string;
  readonly kind: IdKind;
  readonly id: string;
}

export interface Piece {
  readonly seq: number;
  readonly timeUs: number;
  readonly receivedUs: number;
  /** Where it stands in the order of the story: its time, until story-order.ts knows better. */
  orderUs: number;
  readonly host: string | undefined;
  readonly program: string | undefined;
  readonly pid: number | undefined;
  readonly service: string | undefined;
  readonly level: string | undefined;
  readonly format: string;
  readonly logger: string | undefined;
  readonly user: string | undefined;
  readonly project: string | undefined;
  /** With `req-`, or swift's. */
  readonly request: string | undefined;
  readonly requestKey: string | undefined;
  readonly global: string | undefined;
  readonly globalKey: string | undefined;
  readonly ids: readonly PieceId[];
  readonly http: Marks['http'];
  readonly exception: Marks['exception'];
  /** The beginning of the text. */
  readonly text: string;
  /** Length of the whole text; with it the size of the answer is reckoned. */
  readonly json: string;
}

/** Longer beginnings tell nobody more about what a record says. */
const TEXT_CHARS_MAX = 600;

/**
 * Makes the pieces of one story. Fast path - its records name the same ids again and again: each is made a key once (bench:trace). Lives no longer than the
 * story does, since an id holds on to the text that it is a part of.
 */
export class Pieces {
  readonly #keys = new Map<string, string>();

  of(record: LogRecord, marks: Marks, json: string): Piece {
    const request = requestOf(record.request);
    const global = requestOf(record.globalRequest);
    return {
      seq: record.seq,
      timeUs: record.time,
      orderUs: record.time,
      receivedUs: record.received,
      host: record.host,
      program: record.program,
      pid: record.pid,
      service: record.service,
      level: record.level,
      format: record.format,
      logger: record.logger,
      user: record.user,
      project: record.project,
      request,
      requestKey: request === undefined ? undefined : this.#keyOf(request),
      global,
      globalKey: global === undefined ? undefined : this.#keyOf(global),
      ids: (marks.ids ?? []).map((id) => this.#idOf(id)),
      http: marks.http,
      exception: marks.exception,
      text: record.message.length > TEXT_CHARS_MAX ? record.message.slice(0, TEXT_CHARS_MAX) : record.message,
      json,
    };
  }

  #idOf({ kind, id }: TypedId): PieceId {
    return { key: kind === 'reply' ? id : this.#keyOf(id), kind, id };
  }

  #keyOf(id: string): string {
    let key = this.#keys.get(id);
    if (key === undefined) {
      key = keyOf(id);
      this.#keys.set(id, key);
    }
    return key;
  }
}

/** One alone. */
export function pieceOf(record: LogRecord, marks: Marks, json: string): Piece {
  return new Pieces().of(record, marks, json);
}

export function hasKey(piece: Piece, key: string): boolean {
  return piece.requestKey === key || piece.globalKey === key || piece.ids.some((id) => id.key === key);
}

/** Different ids of one kind. */
export function keysOfKind(piece: Piece, kind: IdKind): string[] {
  return piece.ids.filter((id) => id.kind === kind).map(({ key }) => key);
}
