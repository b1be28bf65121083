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
import { bootThatFailsToSpawn, bootWithoutHost, brokerBlink, brokerOutage } from './failures.ts';
import { attachVolume, bootOrDelete } from './lives.ts';
import { swiftListing, swiftReplication, swiftRequest } from './swift.ts';
import { World } from './world.ts';

/** name, how often in comparison with the others, what it plays. */
const OPERATIONS: readonly [string, number, (act: Act) => void][] = [
  ['list', 40, list],
  ['show', 20, show],
  ['swift request', 14, swiftRequest],
  ['swift listing', 8, swiftListing],
  ['periodic task', 12, periodic],
  ['agents', 12, agents],
  ['lease', 6, lease],
  ['audit', 4, audit],
  ['boot or delete', 4, bootOrDelete],
  ['attach volume', 1.5, attachVolume],
  ['failed login', 0.6, failedLogin],
  ['replication', 0.5, swiftReplication],
  ['broker blink', 0.3, brokerBlink],
  ['boot without host', 0.2, bootWithoutHost],
  ['failing spawn', 0.2, bootThatFailsToSpawn],
  ['broker outage', 0.08, brokerOutage],
];
const WEIGHT_SUM = OPERATIONS.reduce((sum, [, weight]) => sum + weight, 0);

export interface CloudOptions {
  seed: number;
  /** Real time of simulated time 0, µs since 1970. */
  startUs: number;
  /** Average; single seconds vary. */
  linesPerSecond: number;
}

export class Cloud {
  readonly clock: Clock;
  /** UUID of the instance of the first boot, which is the first operation. */
  readonly firstInstance: string;
  readonly #world: World;
  readonly #linesPerSecond: number;
  readonly #heap: Waiting[] = [];
  #order = 0;
  #nextStartUs = 0;

  constructor(options: CloudOptions) {
    this.clock = new Clock(options.startUs);
    this.#linesPerSecond = options.linesPerSecond;
    const dice = new Dice(options.seed);
    this.#world = new World(dice, this.clock);
    this.#play(boot);
    this.firstInstance = this.#world.instances.at(-1)!.id;
  }

  /** The next event; times never go backwards. */
  next(): CloudEvent {
    while (this.#heap.length === 0 || this.#heap[0]!.event.atUs > this.#nextStartUs) this.#play(this.#choose());
    return this.#pop();
  }

  /** Simulated time of the event that `next` will give. */
  peekUs(): number {
    while (this.#heap.length === 0 || this.#heap[0]!.event.atUs > this.#nextStartUs) this.#play(this.#choose());
    return this.#heap[0]!.event.atUs;
  }

  #choose(): (act: Act) => void {
    let at = this.#world.dice.fraction() * WEIGHT_SUM;
    for (const [, weight, play] of OPERATIONS) {
      at -= weight;
      if (at < 0) return play;
    }
    return list;
  }

  #play(operation: (act: Act) => void): void {
    const act = new Act(this.#world, this.#nextStartUs);
    operation(act);
    for (const event of act.events) this.#push(event);
    // Between half and one and a half times the due pause: 1 on average, without a beat.
    const pause = (act.events.length / this.#linesPerSecond) * (0.5 + this.#world.dice.fraction());
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
