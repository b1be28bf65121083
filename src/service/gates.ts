/**
 * Who may come to which listener, as the settings say it: one gate per listener, one count of connections for all senders.
 * HTTP has networks only: its requests are bounded by themselves, and many readers may stand behind one proxy.
 * Not here: what a gate decides (receive/admission.ts). All of it changes while the service runs.
 */
import type { Settings } from '../base/config.ts';
import type { Counters } from '../base/counters.ts';
import { Connections, Gate } from '../receive/receivers.ts';

const LISTENERS = ['http', 'udp', 'tcp', 'tls', 'relp'] as const;
type Listener = (typeof LISTENERS)[number];

export class Gates {
  readonly #connections = new Connections();
  readonly #gates = new Map(LISTENERS.map((listener) => [listener, new Gate(this.#connections)]));
  readonly #counters: Counters;

  constructor(settings: Settings, counters: Counters) {
    this.#counters = counters;
    this.configure(settings);
  }

  configure(settings: Settings): void {
    this.#connections.max = settings['connections.max'];
    this.#connections.perPeerMax = settings['connections.perPeer'];
    const partialUs = settings['connections.partialTimeout'];
    for (const [listener, gate] of this.#gates) gate.configure({ allow: settings[`${listener}.allow`], partialUs });
  }

  of(listener: Listener): Gate {
    return this.#gates.get(listener)!;
  }

  /** Of a client of the API; whoever may not come is counted. */
  admitsReader(peer: string): boolean {
    const admits = this.of('http').allows(peer);
    if (!admits) {
      this.#counters.add('connections.refused', 1, 'not-allowed');
      this.#counters.lose('not-allowed', peer);
    }
    return admits;
  }
}
