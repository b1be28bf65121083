/**
 * Counters of one process: what came in, what was understood, and every loss with its reason and source.
 * One table names them all (README.md lists the same, a test compares). Not here: history, rates.
 * Sources are bounded, because a hostile sender can invent them; what does not fit is counted under `other`.
 */
export const COUNTERS = {
  'messages.received': 'Messages taken from a listener, by transport',
  'bytes.received': 'Bytes of those messages, by transport',
  'records.stored': 'Records committed to disk',
  'lines.joined': 'Messages that became part of the record before them',
  'lines.unparsed': 'Messages kept as plain text because no parser knew them',
  'messages.flagged': 'Messages kept although something was wrong with them, by flag',
  'messages.lost': 'Messages or datagrams lost, by reason',
  'records.dropped': 'Records dropped by retention, by reason (`age`, `size`)',
  'bytes.dropped': 'Bytes of the files that retention dropped, by reason',
  'store.damaged': 'Files and batches that were found damaged and were set aside or left',
  'files.begun': 'Log files whose following was begun',
  'files.truncated': 'Times that a followed file was truncated under us',
  'connections.opened': 'Connections of senders accepted',
  'connections.refused': 'Connections of senders refused or broken off, by reason',
} as const;
export type CounterName = keyof typeof COUNTERS;

/** Why something was lost or cut; the table of README.md. */
export const LOSS_REASONS = {
  'kernel-udp': 'the kernel dropped datagrams because the receive buffer was full',
  'truncated-bytes': 'a message was longer than the limit; the amount is bytes cut off',
  empty: 'a datagram or frame without content',
  'file-truncated': 'a followed file was truncated before its end was read; the amount is bytes',
  'disk-full': 'the disk refused the write',
  overloaded: 'too much was waiting for the disk',
  refused: 'a connection was refused: over a limit, or without a good certificate',
  'not-allowed': 'a sender outside the allow list was refused; the amount is connections, or datagrams of UDP',
  'partial-timeout': 'a message did not arrive whole in time: what was there is kept, the connection was closed',
  internal: 'an error of this program',
} as const;
export type LossReason = keyof typeof LOSS_REASONS;

export interface Loss {
  reason: LossReason;
  source: string;
  amount: number;
  /** µs of the newest. */
  lastAt: number;
}

const LOSS_SOURCES_MAX = 1000;

export class Counters {
  readonly #values = new Map<string, number>();
  readonly #losses = new Map<string, Loss>();

  /** Adds to a counter; `label` is a bounded word (a transport, a flag), never an id. */
  add(name: CounterName, amount = 1, label = ''): void {
    const key = label === '' ? name : `${name} ${label}`;
    this.#values.set(key, (this.#values.get(key) ?? 0) + amount);
  }

  /** Counts a loss for its source and in `messages.lost`. */
  lose(reason: LossReason, source: string, amount = 1): void {
    this.add('messages.lost', amount, reason);
    let key = `${reason} ${source}`;
    if (!this.#losses.has(key) && this.#losses.size >= LOSS_SOURCES_MAX) {
      source = 'other';
      key = `${reason} other`;
    }
    const loss = this.#losses.get(key);
    const lastAt = Date.now() * 1000;
    if (loss) {
      loss.amount += amount;
      loss.lastAt = lastAt;
    } else this.#losses.set(key, { reason, source, amount, lastAt });
  }

  value(name: CounterName, label = ''): number {
    return this.#values.get(label === '' ? name : `${name} ${label}`) ?? 0;
  }

  /** `{ 'messages.received': { udp: 3 }, 'records.stored': 3 }`: labelled counters as objects. */
  read(): Record<string, number | Record<string, number>> {
    const answer: Record<string, number | Record<string, number>> = {};
    for (const [key, value] of this.#values) {
      const space = key.indexOf(' ');
      if (space < 0) {
        answer[key] = value;
        continue;
      }
      const name = key.slice(0, space);
      const group = typeof answer[name] === 'object' ? answer[name] : {};
      group[key.slice(space + 1)] = value;
      answer[name] = group;
    }
    return answer;
  }

  losses(): Loss[] {
    return [...this.#losses.values()].map((loss) => ({ ...loss }));
  }

  /** Adds what another thread counted since its last report. */
  merge(from: { values: [string, number][] }): void {
    for (const [key, value] of from.values) this.#values.set(key, (this.#values.get(key) ?? 0) + value);
  }

  /** Takes everything counted so far and starts at zero; for the thread that reports to another. */
  take(): { values: [string, number][] } {
    const values = [...this.#values];
    this.#values.clear();
    return { values };
  }
}
