/**
 * What a route is, without any web framework: a row with method, path, arguments and a function from a
 * request to an answer. The routes are tabled in routes.ts; http.ts is the only file that knows fastify.
 * Invariant: a route throws coded errors only for the user's mistakes and the machine's troubles; anything
 * else is our bug and leaves as `internal` without its text.
 */
import type { Counters } from '../base/counters.ts';
import type { ErrorCode } from '../base/errors.ts';
import type { Family } from '../base/exposition.ts';
import type { Log } from '../base/log.ts';
import type { Follow } from '../follow.ts';
import type {
  ErrorExplain,
  ErrorList,
  ErrorWant,
  Ingest,
  LossEntry,
  Reader,
  Report,
  ReportRange,
  SavedSearches,
  SpikeBook,
} from '../model.ts';
import type { Source } from './sources.ts';

/** Error groups, as `service/errors.ts` keeps them. */
export interface ErrorGroups {
  list(asked: Omit<ErrorWant, 'rules'>, signal?: AbortSignal): Promise<ErrorList>;
  explain(text: string, asked: Omit<ErrorWant, 'rules'>, signal?: AbortSignal): Promise<ErrorExplain>;
  /** Records that are stored and not yet counted. */
  readonly behind: number;
  /** Resolves when everything that is stored by now is counted. */
  settled(signal: AbortSignal): Promise<void>;
}

export interface Reports {
  make(range: ReportRange, signal?: AbortSignal): Promise<Report>;
  /** Where people reach this server, without a slash at the end; links begin with it. */
  readonly url: () => string;
}

/** Alerts, as `service/telling.ts` sends them. */
export interface TellsAlerts {
  status(): object;
  test(): Promise<readonly object[]>;
}

/** What the routes work with; whoever builds the whole supplies it. */
export interface ApiParts {
  readonly reader: Reader;
  readonly ingest: Ingest;
  readonly follow: Follow;
  readonly saved: SavedSearches;
  /** Everything that `GET /api/v1/status` says; JSON. */
  readonly status: () => Promise<object>;
  readonly log: Log;
  /** Further names that the server goes by, in lower case; guard.ts says what for. */
  readonly hosts?: readonly string[];
  /** Numbers for Prometheus. */
  readonly metrics?: () => Promise<Family[]>;
  /** What was lost at or after a time (µs), newest first. */
  readonly losses?: (sinceUs: number) => Promise<readonly (LossEntry & { readonly remedy: string })[]>;
  /** Hosts that send live, in the order of sources.ts. */
  readonly sources?: () => readonly Source[];
  /** Absent: errors are not counted. */
  readonly errors?: ErrorGroups;
  /** Absent: nobody looks for spikes. */
  readonly spikes?: SpikeBook;
  /** Absent: no reports are made. */
  readonly reports?: Reports;
  /** Absent: nobody is told. */
  readonly alerts?: TellsAlerts;
  /** Whether a client at this address may come at all; default: everybody. */
  readonly admits?: (peer: string) => boolean;
  /** Counts what comes in by `POST /ingest`, where given. */
  readonly counters?: Counters;
  /** False while starting or stopping; default: always true. */
  readonly isReady?: () => boolean;
}

export interface ApiRequest {
  /** The query string, checked by the route's `arguments`. */
  readonly arguments: Readonly<Record<string, string | undefined>>;
  /** Parts of the path (`:seq`), unchecked. */
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array | undefined;
  /** Address of the client without its port. */
  readonly peer: string;
  /** Aborts when the client leaves or the server stops. */
  readonly signal: AbortSignal;
}

export interface ApiAnswer {
  /** Default 200. */
  readonly status?: number;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Chunks are pulled when the client has room for them. */
  readonly body: string | Uint8Array | AsyncIterable<string | Uint8Array>;
}

/** JSON schema of one argument; all arrive as text. */
export interface ArgumentSchema {
  readonly type: 'string';
  readonly description: string;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly maxLength?: number;
}

/** JSON Schema of the 2020-12 dialect, as OpenAPI 3.1 takes it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** An answer that is no error; errors are problem JSON everywhere. */
export interface RouteResponse {
  readonly status: number;
  readonly say: string;
  /** Schema of the body by media type; empty: there is no body. Of an event stream: of one event's `data`. */
  readonly types: Readonly<Record<string, JsonSchema>>;
  /** Headers worth knowing, with what they say. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** Heading of the documents under which it stands. */
  readonly group: string;
  readonly say: string;
  readonly arguments: Readonly<Record<string, ArgumentSchema>>;
  /** A page: what stands behind its `?` is for the script in it, and nothing is refused. */
  readonly anyArguments?: true;
  /** Parts of the path. */
  readonly params?: Readonly<Record<string, ArgumentSchema>>;
  /** Bytes of the body; absent: takes none. */
  readonly bodyBytesMax?: number;
  /** Schema of the body by media type. */
  readonly bodyTypes?: Readonly<Record<string, JsonSchema>>;
  readonly responses: readonly RouteResponse[];
  /** Codes of its own; those that every route can answer are in openapi.ts. */
  readonly errors: readonly ErrorCode[];
  /** Throws to refuse a request before its body is read. */
  refuse?(parts: ApiParts): void;
  answer(parts: ApiParts, request: ApiRequest): Promise<ApiAnswer>;
}

export const JSON_TYPE = 'application/json; charset=utf-8';

export function jsonAnswer(value: unknown, status = 200): ApiAnswer {
  return { status, type: JSON_TYPE, body: `${JSON.stringify(value)}\n` };
}

/** The one value of a header. */
export function headerOf(request: ApiRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
