/**
 * Who is told: receivers of reports and alerts, reports on a schedule, and what was told to whom. Part of model.ts, which exports it: import from
 * there. Types only; receivers and plans are parts of the configuration file, plain data with their places.
 */

export const TELL_KINDS = ['webhook', 'alertmanager', 'slack', 'mail', 'file'] as const;
export type TellKind = (typeof TELL_KINDS)[number];

export interface TellReceiver {
  readonly name: string;
  readonly kind: TellKind;
  /** URL of a webhook, Alertmanager or Slack; folder of files. Never shown: addresses of webhooks are secrets. */
  readonly target: string;
  /** Of mail. */
  readonly to: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** Gets alerts; false: only the reports that name it. */
  readonly alerts: boolean;
  /** Is told what is over, too. */
  readonly resolved: boolean;
  readonly place: string;
}

export interface ReportPlan {
  readonly name: string;
  /** Five or six fields, as cron has them. */
  readonly cron: string;
  readonly zone: string;
  /** Length of the time it tells of, µs. */
  readonly spanUs: number;
  /** Names of receivers. */
  readonly to: readonly string[];
  readonly form: 'text' | 'md' | 'html' | 'json';
  readonly place: string;
}

/** One spike of which a receiver was told. */
export interface ToldSpike {
  readonly receiver: string;
  readonly spike: string;
  readonly isOver: boolean;
  readonly atUs: number;
}
export type ToldAsk =
  | { readonly do: 'told-list' }
  /** Kept with one another, or not at all; `sinceUs`: what is older goes. */
  | { readonly do: 'told-keep'; readonly told: readonly ToldSpike[]; readonly sinceUs: number };

/** What was told, over restarts; on disk when `keepTold` resolves. */
export interface ToldBook {
  told(): Promise<ToldSpike[]>;
  keepTold(told: readonly ToldSpike[], sinceUs: number): Promise<void>;
}
