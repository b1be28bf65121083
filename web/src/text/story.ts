/**
 * Which records of a story are shown, and what is said of them: picked by a click (spans, a request, an id), found by words, DEBUG only where
 * somebody wants it or another part of the story speaks of it. Pure. The page of src/report/ hides DEBUG by the same rule; repetitions, which it
 * leaves as they are, are not folded here either.
 */
import type { PublicRecord } from '../../../src/base/public.ts';
import type { Story, StoryWhy } from '../../../src/model.ts';

export type ToldRecord = PublicRecord & { readonly why: StoryWhy; readonly span?: number; readonly skewMs?: number };

/** What was clicked; `text` is its form in the address. */
export type Pick =
  | { readonly kind: 'spans'; readonly spans: ReadonlySet<number> }
  | { readonly kind: 'request' | 'id' | 'level'; readonly id: string };

/** `spans:3,4`, `request:req-…`, `id:…`, `level:warning`. */
export function pickOf(text: string): Pick | undefined {
  const [, kind, value] = /^(spans|request|id|level):(.+)$/.exec(text) ?? [];
  if (kind === undefined || value === undefined) return undefined;
  if (kind !== 'spans') return { kind: kind as 'request' | 'id' | 'level', id: value };
  return { kind, spans: new Set(value.split(',').map(Number).filter(Number.isInteger)) };
}

export interface Wanted {
  readonly pick: Pick | undefined;
  /** Words and "phrases" that all have to be in the record's text, its host, program or ids; `-` in front: must not. */
  readonly find: string;
  readonly isDebugShown: boolean;
  /** Always shown: a link leads to it. */
  readonly line: number | undefined;
}

export interface Picked {
  readonly records: readonly ToldRecord[];
  /** Of level DEBUG, left away. */
  readonly hidden: number;
}

export function pickedRecords(story: Story, wanted: Wanted): Picked {
  const all = toldOf(story);
  const fits = wordsFit(wanted.find);
  const matching = all.filter((record) => isPicked(record, wanted.pick) && fits(record));
  if (wanted.isDebugShown) return { records: matching, hidden: 0 };
  const needed = neededSeqs(story);
  const shown = matching.filter(({ level, seq }) => level !== 'DEBUG' || needed.has(seq) || seq === wanted.line);
  // What was told to developers only is shown to whoever asks for just that.
  return shown.length === 0 ? { records: matching, hidden: 0 } : { records: shown, hidden: matching.length - shown.length };
}

export function toldOf(story: Story): readonly ToldRecord[] {
  return story.records as unknown as readonly ToldRecord[];
}

function isPicked(record: ToldRecord, pick: Pick | undefined): boolean {
  switch (pick?.kind) {
    case undefined:
      return true;
    case 'spans':
      return record.span !== undefined && pick.spans.has(record.span);
    case 'request':
      return record.request === pick.id || record.globalRequest === pick.id;
    case 'level':
      return ['WARNING', 'ERROR', 'CRITICAL'].includes(record.level ?? '');
    case 'id':
      return (
        record.instance === pick.id ||
        record.why.id === pick.id ||
        (record.ids ?? []).some(({ id }) => id === pick.id) ||
        record.message.includes(pick.id)
      );
  }
}

function wordsFit(find: string): (record: ToldRecord) => boolean {
  const words = [...find.toLowerCase().matchAll(/(-?)(?:"([^"]+)"?|(\S+))/g)].map(([, not, phrase, word]) => ({
    isWanted: not === '',
    text: phrase ?? word!,
  }));
  if (words.length === 0) return () => true;
  return ({ message, host, program, service, level, request, instance }) => {
    const text = [message, host, program, service, level, request, instance].join('\n').toLowerCase();
    return words.every(({ isWanted, text: word }) => text.includes(word) === isWanted);
  };
}

/** Records that other parts of the story speak of. */
function neededSeqs({ edges, firstError, firstFault, missing = [] }: Story): ReadonlySet<number | undefined> {
  const steps = missing.flatMap((one) => one.steps).flatMap(({ seq, afterSeq }) => [seq, afterSeq]);
  const calls = edges.filter(({ by }) => by === 'called').map(({ seq }) => seq);
  return new Set([...calls, firstError?.seq, firstFault?.seq, ...steps]);
}

/** By the seq of the shown record before which a silence is told: the one that ended it, or the next one that is shown. */
export function gapsBefore({ gaps }: Story, all: readonly ToldRecord[], shown: readonly ToldRecord[]): ReadonlyMap<number, number> {
  const ended = new Map(gaps.map(({ beforeSeq, durationMs }) => [beforeSeq, durationMs]));
  const isShown = new Set(shown.map(({ seq }) => seq));
  const result = new Map<number, number>();
  let open = 0;
  let hasShown = false;
  for (const { seq } of all) {
    open = Math.max(open, ended.get(seq) ?? 0);
    if (!isShown.has(seq)) continue;
    if (open > 0 && hasShown) result.set(seq, open);
    open = 0;
    hasShown = true;
  }
  return result;
}

/** Why a record belongs to the story, where neither its own request nor the id that was asked for says so. */
export function whyOf({ why, request }: ToldRecord, id: string): StoryWhy | undefined {
  return why.id === id || why.id === request ? undefined : why;
}

/** `nova-compute@cmp02`. */
export function whereOf(of: { program?: string | undefined; service?: string | undefined; host?: string | undefined }): string {
  const who = of.program ?? of.service;
  if (who === undefined) return of.host ?? '–';
  return of.host === undefined ? who : `${who}@${of.host}`;
}

/** Ids by their first eight digits: enough to tell them apart within one story. */
export function shortIds(text: string): string {
  return text.replace(/([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '$1…');
}

/** Requests below those that made them, each once, whatever `caller` says. */
export function requestTree(requests: Story['requests']): { readonly index: number; readonly depth: number }[] {
  const byId = new Map(requests.map(({ id }, index) => [id, index]));
  const below = Map.groupBy(requests.keys(), (index) => byId.get(requests[index]!.caller ?? '') ?? -1);
  const rows: { index: number; depth: number }[] = [];
  const seen = new Set<number>();
  const tell = (indices: readonly number[], depth: number): void => {
    for (const index of indices) {
      if (seen.has(index)) continue;
      seen.add(index);
      rows.push({ index, depth: Math.min(depth, DEPTH_MAX) });
      tell(below.get(index) ?? [], depth + 1);
    }
  };
  tell(below.get(-1) ?? [], 0);
  // Whoever is only in a ring has not been met.
  tell([...requests.keys()], 0);
  return rows;
}

const DEPTH_MAX = 8;
