/**
 * Hosts that always speak and do not any more. Given who was heard when (ingest/heard.ts), each look tells who fell silent and who is back.
 * Pure. A host counts once it has been known for KNOWN_US and its usual longest pause is short; it is silent after SILENT_US_MIN, or TIMES
 * its usual pause. Hosts that fall silent together are one spike (spike-board.ts). Time in which we ourselves did not listen is no silence of theirs.
 */
export const KNOWN_US = 30 * 60e6;
/** Who pauses longer than this speaks now and then, not always. */
export const PAUSE_US_MAX = 30e6;
export const SILENT_US_MIN = 90e6;
export const TIMES = 6;

/** As `HostHeard` of ingest/heard.ts. */
export type Heard = readonly [host: string, lastUs: number, pauseUs: number];
export interface Silent {
  readonly hosts: readonly { readonly host: string; readonly lastUs: number; readonly pauseUs: number }[];
  /** Hosts that always speak, in all. */
  readonly watched: number;
}

export class SilenceWatch {
  readonly #known = new Map<string, { firstUs: number; lastUs: number }>();
  readonly #silent = new Set<string>();
  readonly #listeningUs: number;

  /** Since when we listen; who was silent when we stopped. */
  constructor(listeningUs: number, silent: readonly string[] = []) {
    this.#listeningUs = listeningUs;
    for (const host of silent) this.#silent.add(host);
  }

  look(heard: readonly Heard[], nowUs: number): { readonly silent: Silent; readonly back: readonly string[] } {
    const back: string[] = [];
    const fell: { host: string; lastUs: number; pauseUs: number }[] = [];
    let watched = 0;
    for (const [host, lastUs, pauseUs] of heard) {
      let known = this.#known.get(host);
      if (known === undefined) {
        known = { firstUs: lastUs, lastUs };
        this.#known.set(host, known);
      }
      if (this.#silent.has(host)) {
        if (nowUs - lastUs < SILENT_US_MIN) {
          this.#silent.delete(host);
          // It has to prove itself again: a host that comes and goes is told once.
          known.firstUs = lastUs;
          back.push(host);
        }
        continue;
      }
      known.lastUs = lastUs;
      if (pauseUs > PAUSE_US_MAX || lastUs - known.firstUs < KNOWN_US) continue;
      watched++;
      const silentUs = nowUs - Math.max(lastUs, this.#listeningUs);
      if (silentUs > Math.max(SILENT_US_MIN, TIMES * pauseUs)) fell.push({ host, lastUs, pauseUs });
    }
    for (const { host } of fell) this.#silent.add(host);
    const names = new Set(heard.map(([host]) => host));
    for (const host of this.#known.keys()) if (!names.has(host)) this.#known.delete(host);
    return { silent: { hosts: fell, watched }, back };
  }
}
