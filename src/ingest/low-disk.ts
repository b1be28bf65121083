/** Who is told that nothing can be stored, and in which words. Not here: when that is (store/disk.ts). */
import { CodedError } from '../base/errors.ts';
import type { KeepingStatus, Transport } from '../model.ts';

/** Whose sender waits by itself when nothing is read from it, or not answered, any more: what it has sent is held. All others hear `disk-full`. */
export const HELD: ReadonlySet<Transport> = new Set<Transport>(['tcp', 'tls', 'relp']);

export function diskIsLow({ disk, freeBytes, reserveBytes }: KeepingStatus): CodedError {
  const why = disk === 'full' ? 'it refused a commit' : `${freeBytes} bytes are free, ${reserveBytes} are kept back (disk.reserve)`;
  return new CodedError('disk-full', `nothing new is stored until the disk of the data folder has more room: ${why}`);
}
