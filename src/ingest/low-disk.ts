/** Who is told that nothing can be stored, and in which words. Not here: when that is (store/disk.ts). */
import { CodedError } from '../base/errors.ts';
import type { KeepingStatus, Transport } from '../model.ts';
import type { Filling } from './batch.ts';

/**
 * Whose sender waits by itself when nothing is read from it, or not answered, any more: what it has sent is held. All others hear `disk-full`; those of the
 * Unix socket, too, although they would wait: a machine whose every program waits cannot be helped by anybody.
 */
export const HELD: ReadonlySet<Transport> = new Set<Transport>(['tcp', 'tls', 'relp']);

export function diskIsLow({ disk, freeBytes, reserveBytes }: KeepingStatus): CodedError {
  const why = disk === 'full' ? 'it refused a commit' : `${freeBytes} bytes are free, ${reserveBytes} are kept back (disk.reserve)`;
  return new CodedError('disk-full', `nothing new is stored until the disk of the data folder has more room: ${why}`);
}

/** How long a client waits for a commit that the disk has refused: most give up after 10 s or more, and would send again without knowing. */
const PATIENCE_MS = 5000;
const MAY_COME_TWICE =
  'the disk has no room. These lines were taken before that was known, and are stored when there is room: sent again, they may be there twice';

/**
 * Clients that wait for an answer (HTTP) when the disk gets low. What the worker does not have is left out of its batch: refused at once, and there once
 * when it is sent again. What the worker has it commits into the reserve within milliseconds, unless the disk is really full: then the answer
 * comes after a while, and says what is not known.
 */
export class Patience {
  readonly #sent: () => readonly Filling[];
  #timer: NodeJS.Timeout | undefined;

  /** `sent`: the batches that the worker has. */
  constructor(sent: () => readonly Filling[]) {
    this.#sent = sent;
  }

  begin(error: Error, waiting: readonly Filling[]): void {
    for (const batch of waiting) {
      for (const { run } of batch.refusals) batch.runs[run] = { ...batch.runs[run]!, isRefused: true };
      refuse(batch, error);
    }
    this.#timer ??= setTimeout(() => {
      for (const batch of this.#sent()) refuse(batch, new CodedError('disk-full', MAY_COME_TWICE));
    }, PATIENCE_MS).unref();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function refuse(batch: Filling, error: Error): void {
  for (const { reject } of batch.refusals.splice(0)) reject(error);
}
