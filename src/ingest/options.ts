/** What the ingest thread is started with, and what it offers besides taking in. Types only. */
import type { Counters } from '../base/counters.ts';
import type { ErrorBook, Ingest, KeepingStatus, KeepSettings, LossBook, SavedSearches, SpikeShelf, ToldBook } from '../model.ts';
import type { KeepNote } from '../store/keep.ts';
import type { HostHeard } from './heard.ts';
import type { ReadingSettings, WorkerOptions } from './protocol.ts';

export interface IngestOptions extends WorkerOptions {
  readonly counters: Counters;
  /** Something about retention or the disk that belongs into the log. */
  readonly onNote?: (note: KeepNote) => void;
  /** Retention has dropped files: whoever has them open must let go. */
  readonly onDropped?: () => void;
  /** A host's zone was learned. */
  readonly onZone?: (host: string, minutes: number) => void;
  /** How much later the lines of each host arrive than they say, µs: all hosts, every few seconds. */
  readonly onSkew?: (hosts: readonly (readonly [host: string, us: number])[]) => void;
  /** When each host was last heard, and how long its pauses are: all hosts, every few seconds. */
  readonly onHeard?: (hosts: readonly HostHeard[]) => void;
  /** Something here threw that never should. */
  readonly onBug?: (error: Error) => void;
  /** The worker ended without being asked to: nothing can be stored any more. */
  readonly onDeath?: (error: Error) => void;
}

/** The thread also keeps what people save: it owns `state.db`. */
export interface StartedIngest extends Ingest {
  readonly saved: SavedSearches & LossBook & ErrorBook & SpikeShelf & ToldBook;
  /** Retention and the disk, as they were last looked at; undefined before that. */
  readonly keeping: KeepingStatus | undefined;
  /** Other limits, from now on; takes effect at once. */
  configure(keep: KeepSettings): void;
  /** Other zones, services and rules of the site, from the next message on; they must have been checked. */
  configureReading(settings: ReadingSettings): void;
  /** Before receivers stop: what a low disk holds up is stored after all, as far as it goes. */
  endHold(): void;
}
