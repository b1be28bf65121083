/** Spikes of hosts that fell silent: those that did within TOGETHER_US of each other are one. Who is silent is spike-silence.ts. */
import { type LiveSpike, notePlace, spikeId } from './spike-live.ts';
import { silenceRule } from './spike-rule.ts';
import type { Silent } from './spike-silence.ts';

const MINUTE_US = 60e6;
const TOGETHER_US = 60e6;

export interface SilenceLook {
  readonly silent: Silent;
  /** Hosts that speak again. */
  readonly back: readonly string[];
  readonly nowUs: number;
  readonly maintenance?: (service: string, host: string) => string | undefined;
}

/** Closes and widens what there is; what is new. */
export function silenceSpikes(spikes: readonly LiveSpike[], { silent, back, nowUs, maintenance }: SilenceLook): LiveSpike[] {
  const open = spikes.filter((spike) => spike.silent !== undefined && spike.untilUs === undefined);
  for (const spike of open) {
    spike.open = spike.open.filter((host) => !back.includes(host));
    if (spike.open.length === 0) spike.untilUs = nowUs;
  }
  const news: LiveSpike[] = [];
  for (const { host, lastUs, pauseUs } of silent.hosts) {
    const window = maintenance?.('', host);
    const together = [...open, ...news].find(
      (spike) =>
        spike.untilUs === undefined &&
        spike.maintenance === window &&
        Object.values(spike.silent!).some((us) => Math.abs(us - lastUs) < TOGETHER_US),
    );
    if (together !== undefined) {
      widen(together, host, lastUs);
      continue;
    }
    const sinceMinute = Math.floor(lastUs / MINUTE_US);
    const observed = Math.round((nowUs - lastUs) / 1e6);
    const spike: LiveSpike = {
      ...{ id: spikeId('silence', host, sinceMinute), kind: 'silence', open: [host], title: `${host} fell silent`, places: {} },
      ...{ isWhole: false, sinceMinute, foundUs: nowUs, lastMinute: sinceMinute, count: 0, evidence: [] },
      ...{ observed, baseline: Math.round(pauseUs / 1e6), rule: silenceRule({ observed, pauseUs, watched: silent.watched }) },
      silent: { [host]: lastUs },
      ...(window === undefined ? {} : { maintenance: window }),
    };
    notePlace(spike, ['', host], 0);
    news.push(spike);
  }
  return news;
}

function widen(spike: LiveSpike, host: string, lastUs: number): void {
  spike.silent![host] = lastUs;
  spike.open.push(host);
  spike.title = `${Object.keys(spike.silent!).length} hosts fell silent together`;
  notePlace(spike, ['', host], 0);
}
