/**
 * The signature of an error: what has to be the same for two records to be one error. With a traceback the class of the exception and
 * the innermost frames of the service's own code; without one the logger and the constant text (error-shape.ts).
 *
 * Invariants: stable across ids, hosts, restarts and line numbers; 16 hex digits of 64 bits; everything that went into it stands in
 * `parts`. Not here: finding frames (parsers/marks-own-frames.ts), rules of the configuration (error-rules.ts).
 */
import { shapeHash } from '../base/shape-text.ts';
import type { ExceptionMark, GroupParts, LogRecord } from '../model.ts';
import { errorShape } from './error-shape.ts';

/** The exception of a record and the frames that tell where it happened, innermost first; no frames: there is no traceback. */
export interface Raised {
  readonly mark: ExceptionMark;
  readonly frames: readonly string[];
  /** False: no frame is the service's own, and the logger has to tell places apart. */
  readonly isOwn: boolean;
}

export interface Signed {
  readonly signature: string;
  readonly title: string;
  readonly parts: GroupParts;
}

const TITLE_CHARS_MAX = 200;
/** Separates what is hashed: no text of a log holds it. */
const BETWEEN = '\x00';

export function signatureOf(record: LogRecord, raised: Raised | undefined): Signed {
  const logger = record.logger ?? record.program;
  if (raised === undefined || raised.frames.length === 0) return byShape(record, logger);
  const { mark, frames, isOwn } = raised;
  const where = isOwn ? [] : [logger ?? ''];
  const why = mark.message === undefined ? '' : errorShape(mark.message, record.host);
  return {
    signature: shapeHash(['exception', mark.class, ...frames, ...where].join(BETWEEN)),
    title: cut(`${mark.class}${why === '' ? '' : `: ${why}`}`),
    parts: { by: 'exception', exception: mark.class, frames: [...frames], ...(logger === undefined ? {} : { logger }) },
  };
}

function byShape(record: LogRecord, logger: string | undefined): Signed {
  const shape = errorShape(record.message, record.host);
  return {
    signature: shapeHash(['shape', logger ?? '', shape].join(BETWEEN)),
    title: cut(shape === '' ? `(an empty message of ${logger ?? 'nobody'})` : shape),
    parts: { by: 'shape', ...(logger === undefined ? {} : { logger }), shape },
  };
}

function cut(text: string): string {
  return text.length > TITLE_CHARS_MAX ? `${text.slice(0, TITLE_CHARS_MAX - 1)}…` : text;
}
