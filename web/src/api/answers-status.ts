/** What the service says of itself, as types: `/api/v1/status`, `/sources`, `/losses`. Types only; what a newer service says besides is passed over. */
import type { LiveStatus } from '../../../src/base/live-settings.ts';
import type { KeepingStatus, StoreStatus } from '../../../src/model.ts';
import type { FilesStatus } from '../../../src/receive/files.ts';
import type { ReceiverStatus } from '../../../src/receive/receiver.ts';

export interface StatusAnswer {
  readonly version?: string;
  readonly node?: string;
  readonly startedUs: number;
  readonly lastSeq: number;
  readonly pendingBytes: number;
  readonly followers: number;
  readonly queryWorkersReplaced: number;
  readonly receivers: readonly ReceiverStatus[];
  readonly files?: FilesStatus;
  readonly counters: Readonly<Record<string, number | Readonly<Record<string, number>>>>;
  readonly keeping?: KeepingStatus;
  readonly config?: LiveStatus;
  readonly store: StoreStatus;
}

export interface SourcesAnswer {
  readonly sources: readonly {
    readonly host: string;
    readonly last: string;
    readonly usualPauseSeconds: number;
    readonly silentSeconds?: number;
    readonly skewSeconds?: number;
    readonly zone?: string;
  }[];
}

export interface LossesAnswer {
  readonly losses: readonly {
    readonly reason: string;
    readonly source: string;
    readonly amount: number;
    readonly first: string;
    readonly last: string;
    readonly remedy: string;
  }[];
}
