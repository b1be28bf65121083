/** All hosts that send live, put together from what the ingest worker tells now and then: who was heard, whose clock is off, whose zone was learned. Pure. */
import type { Source } from '../api/sources.ts';
import { type HostHeard, isSilent } from '../ingest/heard.ts';
import type { HostSkew } from '../ingest/skew.ts';

export interface SourceParts {
  readonly heard: readonly HostHeard[];
  readonly skew: readonly HostSkew[];
  /** Minutes east of UTC. */
  readonly zones: ReadonlyMap<string, number>;
}

/** Silent ones first, the newest silence before older ones: what broke last is looked for first. Then who was heard longest ago. */
export function sourcesOf({ heard, skew, zones }: SourceParts, nowUs: number): Source[] {
  const skews = new Map(skew);
  const all = heard.map(([host, lastUs, pauseUs]): Source => {
    const skewUs = skews.get(host);
    const zone = zones.get(host);
    return {
      host,
      lastUs,
      usualPauseSeconds: Math.round(pauseUs / 1e6),
      ...(isSilent({ lastUs, pauseUs }, nowUs) ? { silentSeconds: Math.round((nowUs - lastUs) / 1e6) } : {}),
      ...(skewUs === undefined ? {} : { skewSeconds: Math.round(skewUs / 1000) / 1000 }),
      ...(zone === undefined ? {} : { zone: zoneText(zone) }),
    };
  });
  const silent = all.filter(({ silentSeconds }) => silentSeconds !== undefined).sort((one, other) => other.lastUs - one.lastUs);
  const others = all.filter(({ silentSeconds }) => silentSeconds === undefined).sort((one, other) => one.lastUs - other.lastUs);
  return [...silent, ...others];
}

function zoneText(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`;
}
