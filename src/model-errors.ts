/**
 * Errors that were told first: error groups, known signatures, spikes. Part of model.ts, which exports it all: import from
 * there. Types only; JSON as it goes out of `/api/v1/errors`, `/spikes` and `/report`: times are RFC 3339.
 */
import type { ErrorHistory } from './model-spikes.ts';

/** `new`: first seen within the time asked about; `regressed`: back after it had been quiet; `quiet`: not for long. */
export type GroupState = 'new' | 'ongoing' | 'regressed' | 'quiet';

/** What hits how many; exact while `approximate` is absent. */
export interface BlastRadius {
  hosts: number;
  services: number;
  requests: number;
  instances: number;
  projects: number;
  approximate?: true;
}

/** One known error of `config/signatures.yaml`. */
export interface KnownSignature {
  /** `amqp-unreachable` */
  name: string;
  title: string;
  services?: string[];
  /** What it means, what to check. */
  meaning: string;
  check: string[];
  commands: string[];
  links: string[];
}

/** One entry of `config/signatures.yaml`: what is known, and by what it is recognised. */
export interface SignatureEntry {
  readonly known: KnownSignature;
  /** Any of them; `*` stands for anything, all else is as the service writes it. */
  readonly match: readonly string[];
  /** None of them. */
  readonly unless: readonly string[];
  /** Also counted as an error where the service only warns. */
  readonly warning: boolean;
  /** Where the text comes from: a file of the service. */
  readonly source: string;
  readonly place: string;
}

/** What the signature of a group was made of. */
export interface GroupParts {
  /** `exception`: class and frames; `shape`: logger and constant text. */
  by: 'exception' | 'shape';
  exception?: string;
  /** Innermost first: `nova/compute/manager.py function`. */
  frames?: string[];
  logger?: string;
  /** Constant text, variables as `<*>`. */
  shape?: string;
  /** A rule of the configuration that merged it. */
  rule?: string;
}

/** A rule of the configuration, applied when groups are read; the first that matches a group decides. */
export interface ErrorRule {
  readonly name: string;
  readonly does: 'merge' | 'split' | 'ignore';
  /** Texts in which `*` stands for anything; all of them have to fit. */
  readonly match: Readonly<Partial<Record<ErrorRuleField, string>>>;
  /** Of a split. */
  readonly by?: 'service' | 'host';
  readonly place: string;
}
export type ErrorRuleField = 'signature' | 'exception' | 'frame' | 'logger' | 'shape' | 'title' | 'level';

/** What one slice of the store adds to the groups; everything since `from` up to `after`, committed as a whole. */
export interface ErrorTally {
  readonly from: number;
  readonly after: number;
  /** Everything that can be counted by now is. */
  readonly caughtUp: boolean;
  /** Records that retention took, or that could not be read, before they were counted. */
  readonly lost: number;
  readonly groups: readonly TallyGroup[];
}
export interface TallyGroup {
  readonly signature: string;
  readonly title: string;
  readonly parts: GroupParts;
  readonly level: string;
  /** Record times, µs. */
  readonly firstUs: number;
  readonly lastUs: number;
  /** When it came back within the slice after a long pause; 0: it did not. */
  readonly backUs: number;
  readonly count: number;
  readonly lastSeq: number;
  /** Newest first. */
  readonly samples: readonly ErrorSample[];
  /** Text of the newest. */
  readonly text: string;
  readonly counts: readonly MinuteCount[];
  /** Newest five, µs, oldest first. */
  readonly newestUs?: readonly number[];
  /** What these records complain of (report/dependency.ts); absent: nothing. */
  readonly complaints?: readonly ComplaintCount[];
  /** In the order of `RADIUS_SETS` (report/radius.ts). */
  readonly radius: readonly Uint8Array[];
}
export type ErrorSample = readonly [seq: number, service: string, host: string];
/** address: `host:port`, '' where the text names none. */
export type ComplaintCount = readonly [
  minute: number,
  kind: 'broker' | 'database' | 'keystone',
  address: string,
  service: string,
  host: string,
  count: number,
];
/** Minutes since 1970; '' where a record has none. */
export type MinuteCount = readonly [minute: number, service: string, host: string, count: number];

/** What is asked of the groups; times in µs. */
export interface ErrorWant {
  readonly startUs: number;
  readonly endUs: number;
  readonly rules: readonly ErrorRule[];
  readonly service?: string;
  readonly state?: GroupState;
  /** Only these, as signature or the beginning of one. */
  readonly signature?: string;
  readonly limit: number;
}
/** Known signatures and error groups that are nearest to a text. */
export interface ErrorExplain {
  readonly text: string;
  /** The known signature that the text is; absent: none matches, only near ones. */
  readonly is?: KnownSignature;
  readonly near: readonly { readonly score: number; readonly known: KnownSignature }[];
  readonly groups: readonly {
    readonly score: number;
    readonly signature: string;
    readonly title: string;
    readonly count: number;
    readonly known?: string;
  }[];
}

export interface ErrorList {
  readonly groups: readonly ErrorGroup[];
  /** Groups that matched, also those beyond the limit. */
  readonly matched: number;
  /** Errors that are counted together because there were too many signatures. */
  readonly overflow: number;
}

/** What a query worker is asked about errors. */
export type ErrorQuestion =
  | { readonly do: 'slice'; readonly after: number; readonly settledUs: number; readonly limit: number }
  | { readonly do: 'list'; readonly want: ErrorWant }
  /** Minutes since 1970, [from, until). */
  | { readonly do: 'history'; readonly from: number; readonly until: number }
  | { readonly do: 'explain'; readonly want: ErrorWant; readonly text: string };

/** Error groups as query workers read them; `store/pool.ts` implements it. */
export interface ErrorReader {
  countErrors(want: Omit<Extract<ErrorQuestion, { do: 'slice' }>, 'do'>): Promise<ErrorTally[]>;
  listErrors(want: ErrorWant, signal?: AbortSignal): Promise<ErrorList>;
  errorHistory(from: number, until: number): Promise<ErrorHistory>;
  explainError(text: string, want: ErrorWant, signal?: AbortSignal): Promise<ErrorExplain>;
}

/** The groups on disk: who counts writes, who answers reads. `state.db` belongs to the ingest thread. */
export type ErrorAsk =
  | { readonly do: 'errors-add'; readonly tally: ErrorTally }
  | { readonly do: 'errors-after' }
  /** The seqs kept begin here. */
  | { readonly do: 'errors-prune'; readonly firstSeq: number };

export interface ErrorBook {
  /** False: it does not begin where the last one ended, and was not taken. Written when it resolves. */
  addErrors(tally: ErrorTally): Promise<{ readonly isTaken: boolean; readonly overflow: number }>;
  /** Everything up to this seq is counted. */
  errorsAfter(): Promise<number>;
  pruneErrors(firstSeq: number): Promise<void>;
}

export interface ErrorGroup {
  /** 16 hex digits. */
  signature: string;
  /** One line for people. */
  title: string;
  parts: GroupParts;
  state: GroupState;
  level: string;
  firstSeen: string;
  lastSeen: string;
  /** Within the time asked about. */
  count: number;
  /** Since the group is known. */
  total: number;
  services: { name: string; count: number }[];
  hosts: { name: string; count: number }[];
  radius: BlastRadius;
  /** Counts of equal steps over the time asked about. */
  sparkline: number[];
  known?: KnownSignature;
  /** Seqs of records, newest first. */
  samples: number[];
  /** Groups with the same root, folded below this one. */
  folded?: { signature: string; title: string; count: number }[];
  /** `host:port` of the broker, database or keystone that is the root, or `unknown`. */
  dependency?: string;
  /** RFC 3339. */
  snoozedUntil?: string;
}
