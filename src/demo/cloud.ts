/**
 * The simulated cloud: an endless, ordered run of events, the same for the same seed and start.
 *
 * Operations come from one weighted table. Each is played to its end when it starts (its lines wait in a
 * heap until their time); the next one starts after `lines / linesPerSecond` seconds of simulated time, which
 * makes the average rate exact whatever the operations are. Memory is bounded by what one operation
 * says and how long it lasts. No sockets, no timers: send.ts and the corpus of the benches pull from here.
 */
import { Act, type CloudEvent } from './act.ts';
import { boot } from './boot.ts';
import { Clock } from './clock.ts';
import { Dice } from './dice.ts';
import { agents, audit, failedLogin, lease, list, periodic, show } from './everyday.ts';
import { bootThatFailsToSpawn, bootWithoutBinding, bootWithoutHost, bootWithoutImage, bootWithoutWiring, noAddress } from './failures.ts';
import { uploadImage } from './images.ts';
import { attachVolume, bootOrDelete } from './lives.ts';
import { liveMigration } from './migrate.ts';
import { noise } from './noise.ts';
import { brokerBlink, brokerOutage } from './outage.ts';
import { rhythmAt } from './rhythm.ts';
import { swiftListing, swiftReplication, swiftRequest } from './swift.ts';
import { issueToken, validate } from './tokens.ts';
import { type OperationTruth, Truth } from './truth.ts';
import { World } from './world.ts';

/** name, how often in comparison with the others, what it plays. */
type Operation = readonly [name: string, weight: number, play: (act: Act) => void];
const OPERATIONS: readonly Operation[] = [
  ['list', 40, list],
  ['show', 20, show],
  ['swift request', 14, swiftRequest],
  ['swift listing', 8, swiftListing],
  ['periodic task', 12, periodic],
  ['agents', 12, agents],
  ['lease', 6, lease],
  ['audit', 4, audit],
  ['boot or delete', 4, bootOrDelete],
  ['noise', 45, noise],
  ['token', 6, issueToken],
  ['token check', 8, validate],
  ['attach volume', 1.5, attachVolume],
  ['live migration', 0.5, liveMigration],
  ['image upload', 0.8, uploadImage],
  ['failed login', 0.6, failedLogin],
  ['replication', 0.5, swiftReplication],
  ['broker blink', 0.3, brokerBlink],
  ['boot without host', 0.2, bootWithoutHost],
  ['failing spawn', 0.2, bootThatFailsToSpawn],
  ['boot without binding', 0.08, bootWithoutBinding],
  ['boot without image', 0.08, bootWithoutImage],
  ['boot without wiring', 0.06, bootWithoutWiring],
  ['no address', 0.1, noAddress],
  ['broker outage', 0.05, brokerOutage],
];

export interface CloudOptions {
  seed: number;
  /** Real time of simulated time 0, µs since 1970. */
  startUs: number;
  /** Average; single seconds vary. */
  linesPerSecond: number;
  /** The rate follows the hours of day and week around that average (rhythm.ts). */
  rhythm?: boolean;
  /** What really happened, an operation at a time (truth.ts). */
  onOperation?: (truth: OperationTruth) => void;
  /** By how much the clocks of hosts are wrong, µs. */
  skewUs?: Readonly<Record<string, number>>;
  /** Other weights for operations of the table, by name. */
  weights?: Readonly<Record<string, number>>;
}

export class Cloud {
  readonly clock: Clock;
  /** UUID of the instance of the first boot, which is the first operation. */
  readonly firstInstance: string;
  readonly #world: World;
  readonly #linesPerSecond: number;
  readonly #heap: Waiting[] = [];
  readonly #rhythm: boolean;
  readonly #truth: Truth | undefined;
  readonly #operations: readonly Operation[];
  readonly #weightSum: number;
  #order = 0;
  #nextStartUs = 0;

  constructor(options: CloudOptions) {
    this.clock = new Clock(options.startUs);
    this.#linesPerSecond = options.linesPerSecond;
    const dice = new Dice(options.seed);
    this.#world = new World(dice, this.clock, options.skewUs);
    this.#rhythm = options.rhythm === true;
    this.#operations = OPERATIONS.map(([name, weight, play]) => [name, options.weights?.[name] ?? weight, play]);
    this.#weightSum = this.#operations.reduce((sum, [, weight]) => sum + weight, 0);
    if (options.onOperation) {
      const time = (atUs: number): string => new Date(Math.floor(this.clock.epochUs(atUs) / 1000)).toISOString();
      this.#truth = new Truth(options.onOperation, time);
    }
    this.#play(['boot', 0, boot]);
    this.firstInstance = this.#world.instances.at(-1)!.id;
  }

  /** The next event; times never go backwards. */
  next(): CloudEvent {
    while (this.#heap.length === 0 || this.#heap[0]!.event.atUs > this.#nextStartUs) this.#play(this.#choose());
    const event = this.#pop();
    this.#truth?.said(event);
    return event;
  }

  /** Tells the operations that are not over. */
  end(): void {
    this.#truth?.end();
  }

  /** Simulated time of the event that `next` will give. */
  peekUs(): number {
    while (this.#heap.length === 0 || this.#heap[0]!.event.atUs > this.#nextStartUs) this.#play(this.#choose());
    return this.#heap[0]!.event.atUs;
  }

  #choose(): Operation {
    let at = this.#world.dice.fraction() * this.#weightSum;
    for (const operation of this.#operations) {
      at -= operation[1];
      if (at < 0) return operation;
    }
    return this.#operations[0]!;
  }

  #play([name, , play]: Operation): void {
    const act = new Act(this.#world, this.#nextStartUs, name);
    play(act);
    this.#truth?.begin(act.note, act.events);
    for (const event of act.events) this.#push(event);
    // Between half and one and a half times the due pause: 1 on average, without a beat.
    const load = this.#rhythm ? rhythmAt(this.clock.epochUs(this.#nextStartUs)) : 1;
    const pause = (act.events.length / (this.#linesPerSecond * load)) * (0.5 + this.#world.dice.fraction());
    this.#nextStartUs += Math.floor(pause * 1e6);
  }

  #push(event: CloudEvent): void {
    const heap = this.#heap;
    const entry = { event, order: this.#order++ };
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): CloudEvent {
    const heap = this.#heap;
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length > 0) sink(heap, last);
    return top.event;
  }
}

/** An event until its time comes; `order` keeps the lines of one instant as they were said. */
interface Waiting {
  event: CloudEvent;
  order: number;
}

function before(a: Waiting, b: Waiting): boolean {
  return a.event.atUs < b.event.atUs || (a.event.atUs === b.event.atUs && a.order < b.order);
}

/** Puts `entry` at the top of a heap and lets it sink to its place. */
function sink(heap: Waiting[], entry: Waiting): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
    if (!before(heap[child]!, entry)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = entry;
}
