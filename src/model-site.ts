/**
 * Rules of a site: what its configuration says about programs that are not OpenStack's. Part of model.ts, which exports it:
 * import from there. Types only. The rules are plain data and travel between threads; a reader is what parsers/site.ts makes
 * of them.
 */
import type { ErrorRule, LogRecord, MaintenanceWindow, ReportPlan, TellReceiver } from './model.ts';

/** Fields that a named group or a constant of a pattern may set; `time` and `pid` are read as such, `level` as a word. */
export const SITE_FIELDS = [
  'time',
  'level',
  'service',
  'program',
  'pid',
  'logger',
  'request',
  'globalRequest',
  'user',
  'project',
  'domain',
  'instance',
  'message',
] as const;
export type SiteField = (typeof SITE_FIELDS)[number];

export interface SitePattern {
  readonly name: string;
  /** Only lines of this program, `*` stands for anything; absent: lines that no parser knows. */
  readonly program?: string;
  /** In the syntax of RE2. */
  readonly pattern: string;
  /** The same for every line. */
  readonly fields: Readonly<Partial<Record<SiteField, string>>>;
  readonly samples: readonly { readonly text: string; readonly place: string }[];
  /** Where it stands: `stacktrail.yaml:12:14`. */
  readonly place: string;
}

export interface SiteRules {
  /** First that fits the program wins, before what is built in. */
  readonly services: readonly { readonly program: string; readonly service: string }[];
  /** First that matches wins. */
  readonly patterns: readonly SitePattern[];
  /** Of error groups; the first that fits a group decides. */
  readonly errors?: readonly ErrorRule[];
  /** When spikes are expected. */
  readonly maintenance?: readonly MaintenanceWindow[];
  /** Who is told. */
  readonly receivers?: readonly TellReceiver[];
  /** Reports that come by themselves. */
  readonly reports?: readonly ReportPlan[];
}

/** Compiled rules. */
export interface SiteReader {
  /** The service of a program, where a rule names it. */
  service(program: string): string | undefined;
  /**
   * Reads `text` from `at` on by the patterns for the record's program. The index where its message begins, or what
   * bodies answer (parsers/parser.ts): OWN_MESSAGE, the message is set; NOT_MINE, the record is untouched.
   */
  read(text: string, at: number, record: LogRecord): number;
  /** The same by the patterns without a program, for text that no parser knew. */
  readUnknown(text: string, at: number, record: LogRecord): number;
}
