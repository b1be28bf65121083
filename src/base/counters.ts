/**
 * Counters of one process: what came in, what was understood, and every loss with its reason and source.
 * One table names them all (README.md lists the same, a test compares). Not here: history (service/ledger.ts), rates.
 * Sources are bounded, because a hostile sender can invent them; what does not fit is counted under `other`.
 */
import { Histogram } from './exposition.ts';
import { GroupCounts } from './group-counts.ts';

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
  'errors.counted': 'Errors counted into their groups',
  'errors.overflow': 'Errors counted without a group of their own because there were too many signatures',
  'alerts.sent': 'Messages about spikes that a receiver has taken',
  'alerts.failed': 'Messages about spikes that were not taken; they are sent again',
  'alerts.dropped': 'Spikes that a receiver will not be told of: it refused them, or too many waited for it',
  'reports.sent': 'Reports on a schedule that a receiver has taken',
  'reports.failed': 'Reports on a schedule that a receiver has not taken, given up',
  'errors.missed': 'Records that could not be read, or were dropped, before their errors were counted',
  'connections.opened': 'Connections of senders accepted',
  'connections.refused': 'Connections of senders refused or broken off, by reason',
} as const;
export type CounterName = keyof typeof COUNTERS;

/** Why something was lost or cut; the table of README.md. */
export const LOSS_REASONS = {
  'kernel-udp': 'the kernel dropped datagrams because the receive buffer was full',
  'truncated-bytes': 'a message was longer than the limit; the amount is bytes cut off',
  gap: 'messages that a sender numbered (`meta sequenceId` of RFC 5424) and that never came',
  empty: 'a datagram or frame without content',
  'file-truncated': 'a followed file was truncated before its end was read; the amount is bytes',
  'disk-full': 'the disk refused the write',
  overloaded: 'too much was waiting for the disk',
  refused: 'a connection was refused: over a limit, or without a good certificate',
  'not-allowed': 'a sender outside the allow list was refused; the amount is connections, or datagrams of UDP',
  'partial-timeout': 'a message did not arrive whole in time: what was there is kept, the connection was closed',
  'body-too-large':
    'a push was refused: its body, unpacked or as objects, was over a limit; the amount is requests, which no client sends again',
  internal: 'an error of this program',
} as const;
/** What the operator can do about each; the status says it beside the loss. */
export const LOSS_REMEDIES: Readonly<Record<keyof typeof LOSS_REASONS, string>> = {
  'kernel-udp': 'raise udp.receiveBufferBytes and net.core.rmem_max, or send by TCP or RELP',
  'truncated-bytes': 'make the sender split or shorten its messages',
  gap: 'lost on the way or by the sender: look at its queue, and send by TCP or RELP',
  empty: 'harmless; look at what sends nothing',
  'file-truncated': 'rotate by renaming instead of copytruncate',
  'disk-full': 'free or add disk, or lower retention.size',
  overloaded: 'send by TCP or RELP, which wait; look whether the disk is slow',
  refused: 'raise connections.max or connections.perPeer, or look at the certificate of the sender',
  'not-allowed': "add its network to the listener's allow list, or stop the sender",
  'partial-timeout': 'look at the network of the sender, or raise connections.partialTimeout',
  'body-too-large': 'make the sender push less at once (chunk_limit_size, batch size); look who sends bombs',
  internal: 'read the log of the service, and report what it says',
};
export type LossReason = keyof typeof LOSS_REASONS;

export interface Loss {
  reason: string;
  source: string;
  amount: number;
  /** µs of the first and of the newest. */
  firstAt: number;
  lastAt: number;
}

const LOSS_SOURCES_MAX = 1000;

/** What another thread has counted. */
export interface Counted {
  readonly values: [string, number][];
  readonly losses?: readonly Loss[];
  /** Records stored: service, level, how many. */
  readonly services?: readonly (readonly [service: string, level: string, count: number])[];
}

export class Counters {
  /** From the arrival of a run of messages until it is on disk. */
  readonly commits = new Histogram();
  /** Answers of the API by route. */
  readonly requests = new Map<string, Histogram>();
  /** Records stored by service and level; whoever counts them bounds the services (ingest/by-service.ts). */
  readonly services = new Map<string, Map<string, number>>();
  /** Errors by group, of the thread that counts them. */
  readonly groups = new GroupCounts();
  readonly #values = new Map<string, number>();
  readonly #losses = new Map<string, Loss>();
  /** Of these, what nobody has taken to keep. */
  #unkept = new Map<string, Loss>();

  /** Adds to a counter; `label` is a bounded word (a transport, a flag), never an id. */
  add(name: CounterName, amount = 1, label = ''): void {
    const key = label === '' ? name : `${name} ${label}`;
    this.#values.set(key, (this.#values.get(key) ?? 0) + amount);
  }

  /** Counts a loss for its source and in `messages.lost`. */
  lose(reason: LossReason, source: string, amount = 1): void {
    this.add('messages.lost', amount, reason);
    const now = Date.now() * 1000;
    this.#note({ reason, source, amount, firstAt: now, lastAt: now });
  }

  #note(found: Loss): void {
    const isOne = this.#losses.has(`${found.reason} ${found.source}`) || this.#losses.size < LOSS_SOURCES_MAX;
    const loss = isOne ? found : { ...found, source: 'other' };
    const key = `${loss.reason} ${loss.source}`;
    addLoss(this.#losses, key, loss);
    addLoss(this.#unkept, key, loss);
  }

  /** What was lost since the last call; whoever cannot keep it gives it back. */
  takeLosses(): Loss[] {
    const losses = [...this.#unkept.values()];
    this.#unkept = new Map();
    return losses;
  }

  giveBackLosses(losses: readonly Loss[]): void {
    for (const loss of losses) addLoss(this.#unkept, `${loss.reason} ${loss.source}`, loss);
  }

  unkeptLosses(): Loss[] {
    return [...this.#unkept.values()].map((loss) => ({ ...loss }));
  }

  /** `route` is one of our table, never what a client wrote. */
  timeRequest(route: string, seconds: number): void {
    const histogram = this.requests.get(route) ?? new Histogram();
    this.requests.set(route, histogram);
    histogram.add(seconds);
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
  merge(from: Counted): void {
    for (const [key, value] of from.values) this.#values.set(key, (this.#values.get(key) ?? 0) + value);
    for (const loss of from.losses ?? []) this.#note(loss);
    for (const [service, level, count] of from.services ?? []) {
      const levels = this.services.get(service) ?? new Map<string, number>();
      this.services.set(service, levels.set(level, (levels.get(level) ?? 0) + count));
    }
  }

  /** Takes everything counted so far and starts at zero; for the thread that reports to another. */
  take(): Counted {
    const values = [...this.#values];
    const losses = this.takeLosses();
    this.#values.clear();
    this.#losses.clear();
    return losses.length === 0 ? { values } : { values, losses };
  }
}

function addLoss(losses: Map<string, Loss>, key: string, added: Loss): void {
  const loss = losses.get(key);
  if (loss === undefined) {
    losses.set(key, { ...added });
    return;
  }
  loss.amount += added.amount;
  loss.firstAt = Math.min(loss.firstAt, added.firstAt);
  loss.lastAt = Math.max(loss.lastAt, added.lastAt);
}
