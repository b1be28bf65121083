/** A board of spikes that goes through minutes which tests make, and an outage of a broker as its victims tell it. Not here: what is expected of it. */
import type { Complained } from '../../src/report/collapse.ts';
import { type BoardMinute, SpikeBoard } from '../../src/report/spike-board.ts';
import type { SpikeCount } from '../../src/report/spike-finder.ts';
import { spikeList } from '../../src/report/spike-view.ts';

export const MINUTE_US = 60e6;
export const DAY = 24 * 60;
/** A Sunday, 00:00 UTC. */
export const START = Math.floor(Date.UTC(2026, 10, 1) / 60_000);
const ALL = { startUs: 0, endUs: Number.MAX_SAFE_INTEGER };

export interface Given {
  readonly counts?: readonly SpikeCount[];
  readonly complaints?: readonly Complained[];
  readonly change?: Partial<BoardMinute>;
}

/** A board that goes through minutes; `at` gives what is in each. */
export class Play {
  readonly board = new SpikeBoard();
  minute = START;

  run(minutes: number, at: (minute: number) => Given = () => ({})): this {
    for (const end = this.minute + minutes; this.minute < end; this.minute++) {
      const { counts = [], complaints = [], change = {} } = at(this.minute);
      this.board.minute({
        ...{ minute: this.minute, counts, complaints, nowUs: (this.minute + 1) * MINUTE_US },
        facts: (signature) => ({ title: `title of ${signature}`, level: 'ERROR', samples: [[this.minute - START, 'nova', 'c1']] }),
        ...change,
      });
    }
    return this;
  }

  /** All, folded ones too, oldest first. */
  get told() {
    const by = { snoozes: [], nowUs: this.minute * MINUTE_US };
    return spikeList(this.board.spikes, { ...ALL, withFolded: true }, by).toReversed();
  }
}

export const one = (signature: string, count: number, place: readonly [string, string] = ['nova', 'c1']): Given => ({
  counts: count === 0 ? [] : [[signature, ...place, count]],
});

export const BROKER = 'ctl01:5672';
export const places = [
  ['nova', 'cmp01'],
  ['nova', 'ctl01'],
  ['neutron', 'net01'],
  ['cinder', 'ctl01'],
] as const;
/** All complain of the broker; what comes of it carries no address, or no word of a broker. */
export function outage(of: readonly (readonly [string, string])[] = places): Given {
  const counts: SpikeCount[] = of.flatMap(([service, host]) => [
    ['unreachable', service, host, 4] as const,
    ['timeout', service, host, 3] as const,
    [`boom ${service}`, service, host, 6] as const,
  ]);
  const complaints = of.flatMap(([service, host]): Complained[] => [
    { kind: 'broker', address: BROKER, signature: 'unreachable', service, host, count: 4 },
    { kind: 'broker', signature: 'timeout', service, host, count: 3 },
  ]);
  return { counts, complaints };
}
