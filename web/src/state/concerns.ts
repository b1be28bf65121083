/** What an operator should look at, out of what the service says of itself. Pure; the moment comes in. Texts of others are made visible here. */
import type { LossesAnswer, SourcesAnswer, StatusAnswer } from '../api/answers-status.ts';
import { lossWords } from '../text/losses.ts';
import { countText } from '../text/rows.ts';
import { bytesText, skewText, spanText } from '../text/sizes.ts';
import { visible } from '../text/visible.ts';

export interface Concern {
  /** `wrong`: something is being lost or will be; `look`: somebody should know. */
  readonly kind: 'wrong' | 'look';
  readonly text: string;
}

export interface Told {
  readonly status: StatusAnswer;
  readonly sources: SourcesAnswer['sources'];
  readonly losses: LossesAnswer['losses'];
}

/** A loss of the last while is news; an old one is history, and in the table. */
const RECENT_MS = 10 * 60_000;
/** A clock that is off by more puts lines of one request in the wrong order for a reader. */
const SKEW_S_MAX = 5;
/** Hosts that are named; the table has all. */
const NAMED_MAX = 3;

export function concernsOf(told: Told, nowMs: number): Concern[] {
  return [...ofDisk(told.status), ...ofLosses(told.losses, nowMs), ...ofStore(told.status), ...ofSettings(told.status), ...ofSources(told)];
}

function ofDisk({ keeping }: StatusAnswer): Concern[] {
  if (keeping === undefined || keeping.disk === 'ok') return [];
  const why = keeping.disk === 'full' ? 'The disk refused a write' : 'The disk has less free than the reserve';
  return [{ kind: 'wrong', text: `${why}: nothing new is stored, queries go on. ${bytesText(keeping.freeBytes)} are free.` }];
}

function ofLosses(losses: Told['losses'], nowMs: number): Concern[] {
  return losses
    .filter(({ last, reason }) => nowMs - Date.parse(last) < RECENT_MS && reason !== 'empty')
    .slice(0, NAMED_MAX)
    .map(({ reason, source, amount, remedy }) => ({
      kind: 'wrong',
      text: `Lost: ${countText(amount)} ${lossWords(reason, amount)}, ${visible(source)}${remedy === '' ? '' : ` – ${remedy}`}`,
    }));
}

function ofStore({ store, keeping, queryWorkersReplaced }: StatusAnswer): Concern[] {
  const damaged = (store.damaged ?? []).length;
  const aside = (keeping?.setAside ?? []).length;
  return [
    ...(damaged > 0
      ? [{ kind: 'wrong', text: `${damaged} places on the disk cannot be read: ${visible(store.damaged![0]!)}` } as const]
      : []),
    ...(aside > 0 ? [{ kind: 'look', text: `${aside} damaged files were set aside and are kept` } as const] : []),
    ...(queryWorkersReplaced > 0 ? [{ kind: 'look', text: `A query thread was started anew ${queryWorkersReplaced} times` } as const] : []),
  ];
}

function ofSettings({ config, receivers, files }: StatusAnswer): Concern[] {
  return [
    ...(config?.refused === undefined
      ? []
      : [{ kind: 'wrong', text: `The configuration file was refused, the old settings stay: ${visible(config.refused)}` } as const]),
    ...(config !== undefined && config.needsRestart.length > 0
      ? [{ kind: 'look', text: `Changed settings need a restart: ${config.needsRestart.map(visible).join(', ')}` } as const]
      : []),
    ...receivers.flatMap(({ receiver, warnings }) =>
      warnings.map((text) => ({ kind: 'look', text: `${receiver}: ${visible(text)}` }) as const),
    ),
    ...(files?.troubles ?? [])
      .slice(0, NAMED_MAX)
      .map(({ path, why }) => ({ kind: 'look', text: `${visible(path)}: ${visible(why)}` }) as const),
  ];
}

function ofSources({ sources }: Told): Concern[] {
  const silent = sources.filter(({ silentSeconds }) => silentSeconds !== undefined);
  const skewed = sources.filter(({ skewSeconds = 0 }) => Math.abs(skewSeconds) > SKEW_S_MAX);
  return [
    ...(silent.length > 0 ? [{ kind: 'look', text: `Silent: ${named(silent, (one) => spanText(one.silentSeconds!))}` } as const] : []),
    ...(skewed.length > 0
      ? [{ kind: 'look', text: `Clocks that are off: ${named(skewed, (one) => skewText(one.skewSeconds!))}` } as const]
      : []),
  ];
}

function named(sources: Told['sources'], say: (source: Told['sources'][number]) => string): string {
  const names = sources.slice(0, NAMED_MAX).map((one) => `${visible(one.host)} (${say(one)})`);
  return `${names.join(', ')}${sources.length > NAMED_MAX ? ` and ${sources.length - NAMED_MAX} more` : ''}`;
}
