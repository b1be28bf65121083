/** Spikes as people and programs get them: times as text, what is folded below, who snoozed it, and a link that shows the same tomorrow. Pure. */
import { formatTime } from '../base/time-text.ts';
import type { OutageRoot, Snooze, Spike, SpikeFolded, SpikeLink, SpikeWant } from '../model.ts';
import { type LiveSpike, placesBy } from './spike-live.ts';

const MINUTE_US = 60e6;
/** Around it, in the link: what was before belongs to it. */
const MARGIN_US = 5 * MINUTE_US;
const FOLDED_MAX = 200;
/** Of constant text: a shorter piece is everywhere. */
const PIECE_CHARS_MIN = 8;

export interface ViewWith {
  readonly snoozes: readonly Snooze[];
  readonly nowUs: number;
}

/** Newest first, those that go on before all others. */
export function spikeList(spikes: readonly LiveSpike[], want: SpikeWant, by: ViewWith): Spike[] {
  const wanted = spikes.filter((spike) => {
    const beganUs = spike.sinceMinute * MINUTE_US;
    if (beganUs >= want.endUs || (spike.untilUs ?? want.endUs) < want.startUs) return false;
    if (want.open === true && spike.untilUs !== undefined) return false;
    if (want.withFolded !== true && spike.foldedInto !== undefined) return false;
    return want.service === undefined || servicesOf(spike).includes(want.service);
  });
  const isOpen = (spike: LiveSpike): number => (spike.untilUs === undefined ? 1 : 0);
  return wanted
    .sort((one, other) => isOpen(other) - isOpen(one) || other.foundUs - one.foundUs || (one.id < other.id ? -1 : 1))
    .map((spike) => spikeOf(spike, spikes, by));
}

export interface Within {
  readonly startUs: number;
  readonly endUs: number;
  /** Was the store young in this minute? */
  readonly isYoungAt: (minute: number) => boolean;
}

/** Outages that went on at some time within [startUs, endUs), with who stands below them. */
export function outageRoots(spikes: readonly LiveSpike[], { startUs, endUs, isYoungAt }: Within): OutageRoot[] {
  return spikes.flatMap(({ id, dependency, foldedInto, sinceMinute, untilUs }) => {
    const sinceUs = sinceMinute * MINUTE_US;
    if (dependency === undefined || foldedInto !== undefined || sinceUs >= endUs || (untilUs ?? endUs) < startUs) return [];
    const caused = spikes.flatMap((one) => (one.foldedInto === id && one.signature !== undefined ? [one.signature] : []));
    const { kind, address, signatures, naming = [], services } = dependency;
    const isEarly = isYoungAt(sinceMinute);
    return [
      {
        ...{ id, kind, address, naming, complaining: signatures, caused, services: [...services], isEarly, sinceUs },
        ...(untilUs === undefined ? {} : { untilUs }),
      },
    ];
  });
}

function servicesOf(spike: LiveSpike): string[] {
  return [...new Set([...placesBy(spike, 'service'), ...(spike.dependency?.services ?? [])])];
}

export function spikeOf(spike: LiveSpike, all: readonly LiveSpike[], { snoozes, nowUs }: ViewWith): Spike {
  const { id, kind, signature, title, level, rule, evidence, windowMinutes, dependency, foldedInto, maintenance } = spike;
  const [service, host] = [only(placesBy(spike, 'service')), only(placesBy(spike, 'host'))];
  const snoozedUntil = snoozes
    .filter((snooze) => Date.parse(snooze.until) * 1000 > nowUs && isSnoozed(spike, snooze))
    .map(({ until }) => until)
    .sort()
    .at(-1);
  const said: Record<string, unknown> = {
    ...{ id, kind, signature, title, level, service, host },
    since: formatTime(sinceUs(spike)),
    found: formatTime(spike.foundUs),
    until: spike.untilUs === undefined ? undefined : formatTime(spike.untilUs),
    lastSeen: formatTime(spike.lastMinute * MINUTE_US),
    ...{ observed: spike.observed, baseline: round(spike.baseline), windowMinutes, count: spike.count, rule, evidence },
    link: linkOf(spike, nowUs),
    dependency: dependency === undefined ? undefined : { ...dependency, signatures: undefined, naming: undefined },
    folded: foldedOf(spike, all),
    ...{ foldedInto, snoozedUntil, maintenance },
  };
  // Absent members are absent.
  return JSON.parse(JSON.stringify(said)) as Spike;
}

function sinceUs({ silent, sinceMinute }: LiveSpike): number {
  return silent === undefined ? sinceMinute * MINUTE_US : Math.min(...Object.values(silent));
}

function foldedOf(spike: LiveSpike, all: readonly LiveSpike[]): SpikeFolded[] {
  if (spike.silent !== undefined) {
    const hosts = Object.keys(spike.silent);
    return hosts.length < 2 ? [] : hosts.slice(0, FOLDED_MAX).map((host) => ({ title: `${host} fell silent`, host, count: 0 }));
  }
  return all
    .filter(({ foldedInto }) => foldedInto === spike.id)
    .slice(0, FOLDED_MAX)
    .map((one) => {
      const [service, host] = [only(placesBy(one, 'service')), only(placesBy(one, 'host'))];
      return {
        ...(one.signature === undefined ? {} : { signature: one.signature }),
        title: one.title,
        ...(service === undefined ? {} : { service }),
        ...(host === undefined ? {} : { host }),
        count: one.count,
      };
    });
}

function linkOf(spike: LiveSpike, nowUs: number): SpikeLink {
  const query = queryOf(spike);
  const from = formatTime(sinceUs(spike) - MARGIN_US);
  // What still goes on is pinned to now, too: the link shows what its reader was told of.
  const to = formatTime(Math.min(nowUs, (spike.untilUs ?? nowUs) + MARGIN_US));
  const [line] = spike.evidence;
  const words = new URLSearchParams({ q: query, from, to, ...(line === undefined ? {} : { line: String(line) }) });
  return { query, from, to, ...(line === undefined ? {} : { line }), path: `/search?${words}` };
}

function queryOf(spike: LiveSpike): string {
  const [service, host] = [only(placesBy(spike, 'service')), only(placesBy(spike, 'host'))];
  const words: string[] = [];
  if (spike.silent !== undefined) {
    const hosts = Object.keys(spike.silent).map((name) => `host:${quoted(name)}`);
    return hosts.length === 1 ? hosts[0]! : `(${hosts.slice(0, 20).join(' OR ')})`;
  }
  const { dependency } = spike;
  if (dependency !== undefined) {
    const [name] = dependency.address.split(':');
    if (dependency.address === 'unknown') return `level:>=warning`;
    if (dependency.kind === 'broker') return `broker:${quoted(dependency.address)}`;
    return `level:>=warning ${quoted(dependency.kind === 'database' ? (name ?? '') : dependency.address)}`;
  }
  if (service !== undefined) words.push(`service:${quoted(service)}`);
  if (host !== undefined) words.push(`host:${quoted(host)}`);
  const pieces = (spike.texts ?? [spike.title]).map(pieceOf);
  if (pieces.length === 0 || pieces.some((piece) => piece.length < PIECE_CHARS_MIN)) words.push('level:>=error');
  else words.push(pieces.length === 1 ? `"${pieces[0]}"` : `(${pieces.map((piece) => `"${piece}"`).join(' OR ')})`);
  return words.join(' ');
}

/** The longest piece of constant text. */
function pieceOf(text: string): string {
  return text
    .split(/<\*>|…|["\\]/)
    .map((one) => one.trim())
    .reduce((longest, one) => (one.length > longest.length ? one : longest), '');
}

const quoted = (text: string): string => (/^[\w.-]+$/.test(text) ? text : `"${text.replaceAll(/["\\]/g, ' ')}"`);
const only = (names: readonly string[]): string | undefined => (names.length === 1 ? names[0] : undefined);
const round = (value: number): number => (value >= 1 ? Math.round(value * 10) / 10 : Number(value.toPrecision(2)));

/** All members that the snooze gives fit. */
export function isSnoozed(spike: LiveSpike, snooze: Snooze): boolean {
  const { spike: id, signature, service, host, dependency } = snooze;
  if (id === undefined && signature === undefined && service === undefined && host === undefined && dependency === undefined) return false;
  return (
    (id === undefined || id === spike.id) &&
    (signature === undefined || signature === spike.signature) &&
    (service === undefined || isAll(servicesOf(spike), service)) &&
    (host === undefined || isAll(placesBy(spike, 'host'), host)) &&
    (dependency === undefined || dependency === (spike.dependency?.address ?? spike.complaint?.address))
  );
}

/** A spike that is also elsewhere is not meant. */
const isAll = (names: readonly string[], name: string): boolean => names.length > 0 && names.every((one) => one === name);
