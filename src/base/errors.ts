/**
 * The one table of errors that leave this program: code, HTTP status, title. README.md lists the same
 * table (a test compares them). Bytes of senders never throw (they are kept and counted); these are for
 * requests of users and for the machine. Our own bugs are `assert`s whose text starts with `BUG:`.
 */
export const ERRORS = {
  'bad-query': { status: 400, title: 'The query cannot be read' },
  'bad-argument': { status: 400, title: 'An argument is wrong' },
  'bad-cursor': { status: 400, title: 'The cursor is not one of ours' },
  'bad-setting': { status: 500, title: 'A setting is wrong' },
  'bad-body': { status: 400, title: 'The body cannot be read' },
  'bad-request': { status: 400, title: 'The request is not HTTP as we read it' },
  'wrong-origin': { status: 403, title: 'Pages of other sites may not write here' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'bad-method': { status: 405, title: 'The route does not take this method' },
  'slow-request': { status: 408, title: 'The request did not come in time' },
  gone: { status: 410, title: 'The data was dropped by retention' },
  'position-moved': { status: 409, title: 'The source was taken further by somebody else' },
  'too-large': { status: 413, title: 'The body is too large' },
  'wrong-host': { status: 421, title: 'The request names a host that is not this one' },
  'too-many': { status: 429, title: 'Too many at once' },
  'header-too-large': { status: 431, title: 'The address or the headers are too long' },
  timeout: { status: 504, title: 'The query took too long' },
  overloaded: { status: 503, title: 'Too much is waiting for the disk' },
  'disk-full': { status: 503, title: 'The disk is full' },
  'store-busy': { status: 503, title: 'Another process owns the data folder' },
  'store-closed': { status: 503, title: 'The store is closed' },
  'store-foreign': { status: 500, title: 'The data folder is not ours' },
  'store-format': { status: 500, title: 'The data folder is of a newer version' },
  'store-unwritable': { status: 500, title: 'The data folder cannot be written' },
  'store-corrupt': { status: 500, title: 'Stored data is damaged' },
  'not-here': { status: 500, title: 'This machine cannot do that' },
  'port-busy': { status: 500, title: 'The address is in use' },
  unreachable: { status: 502, title: 'The server cannot be reached' },
  internal: { status: 500, title: 'Something went wrong here' },
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** Where in the user's text the trouble is, and what to type instead. */
export interface ErrorPlace {
  /** The text that was read. */
  readonly text: string;
  /** Index of the first wrong character, in UTF-16 units. */
  readonly position: number;
  /** How many characters are wrong, at least 1. */
  readonly length: number;
  readonly suggestion?: string;
}

export class CodedError extends Error {
  readonly code: ErrorCode;
  readonly place: ErrorPlace | undefined;

  constructor(code: ErrorCode, message: string, place?: ErrorPlace) {
    super(message);
    this.name = 'CodedError';
    this.code = code;
    this.place = place;
  }
}

export function isCoded(error: unknown): error is CodedError {
  return error instanceof CodedError;
}

/** A coded error that crossed a thread, as it was. */
export interface ErrorMessage {
  code: ErrorCode;
  message: string;
  place?: ErrorPlace | undefined;
}

export function toMessage(error: unknown): ErrorMessage {
  if (isCoded(error)) return { code: error.code, message: error.message, place: error.place };
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}

export function fromMessage(message: ErrorMessage): CodedError {
  return new CodedError(message.code, message.message, message.place);
}
