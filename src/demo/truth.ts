/**
 * What really happened in the simulated cloud, for whoever measures how much of it can be told from the lines: each operation
 * with its ids, its records, and what was made to go wrong in it. Events are numbered as the cloud says them,
 * from 1; a corpus written in that order and stored by one sender gets the same numbers as seq while no lines are joined.
 * An operation is told when its last event has been said.
 */
import type { CloudEvent } from './act.ts';

/** Something that was made to go wrong. */
export interface Fault {
  /** `no valid host`, `broker away` … */
  readonly kind: string;
  readonly service: string;
  readonly host: string;
  /** The step of the operation that fails: `spawn`, `schedule` … */
  readonly step: string;
  /** What it depends on and that is away, `10.0.0.10:5672`. */
  readonly dependency?: string;
  /** Simulated time of its first line. */
  readonly atUs: number;
}

/** What an operation notes about itself while it is played. */
export interface OperationNote {
  kind: string;
  /** Canonical ids by kind: instance, port, mac, ip, domain, volume, image, network, project … */
  ids: Record<string, string>;
  faults: Fault[];
  /** `ok`, or how it ended. */
  outcome: 'ok' | 'failed';
}

export function operationNote(kind: string): OperationNote {
  return { kind, ids: {}, faults: [], outcome: 'ok' };
}

/** One line of a truth file. */
export interface OperationTruth {
  /** 1, 2, 3 … in the order in which they began. */
  operation: number;
  kind: string;
  outcome: 'ok' | 'failed';
  /** The cloud stopped in the middle of it. */
  isCut?: true;
  /** RFC 3339. */
  start: string;
  end: string;
  ids: Record<string, string>;
  faults: (Omit<Fault, 'atUs'> & { time: string; record: number })[];
  /** Numbers of all its events. */
  records: number[];
  /** Request -> numbers of the events that were said for it, by whomever. */
  requests: Record<string, number[]>;
  /** Instance -> numbers of the events that belong to its story. */
  instances: Record<string, number[]>;
}

interface Open {
  truth: OperationTruth;
  note: OperationNote;
  left: number;
}

export class Truth {
  readonly #tell: (truth: OperationTruth) => void;
  /** Simulated time -> RFC 3339. */
  readonly #time: (atUs: number) => string;
  readonly #open = new Map<OperationNote, Open>();
  #operations = 0;
  #records = 0;

  constructor(tell: (truth: OperationTruth) => void, time: (atUs: number) => string) {
    this.#tell = tell;
    this.#time = time;
  }

  begin(note: OperationNote, events: readonly CloudEvent[]): void {
    const { length } = events;
    this.#operations++;
    if (length === 0) return;
    const truth: OperationTruth = {
      operation: this.#operations,
      kind: note.kind,
      outcome: note.outcome,
      start: '',
      end: '',
      ids: note.ids,
      faults: [],
      records: [],
      requests: {},
      instances: {},
    };
    this.#open.set(note, { truth, note, left: length });
  }

  said(event: CloudEvent): void {
    const record = ++this.#records;
    const open = this.#open.get(event.note);
    if (open === undefined) return;
    const { truth, note } = open;
    const time = this.#time(event.atUs);
    if (truth.records.length === 0) truth.start = time;
    truth.end = time;
    truth.records.push(record);
    if (event.root !== undefined) listed(truth.requests, event.root).push(record);
    if (event.instance !== undefined) listed(truth.instances, event.instance).push(record);
    for (const { atUs, ...fault } of note.faults) if (atUs === event.atUs) truth.faults.push({ ...fault, time, record });
    open.left--;
    if (open.left > 0) return;
    this.#open.delete(event.note);
    this.#tell(truth);
  }

  /** Tells what is not over. */
  end(): void {
    for (const { truth } of this.#open.values()) if (truth.records.length > 0) this.#tell({ ...truth, isCut: true });
    this.#open.clear();
  }
}

function listed(lists: Record<string, number[]>, key: string): number[] {
  lists[key] ??= [];
  return lists[key];
}
