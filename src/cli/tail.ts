/**
 * `stacktrail tail [QUERY]`: the last lines and what comes, from a server (tail-server.ts) or from files of this machine
 * (`--local`, tail-local.ts). Here is what both have in common: what is picked, how it is printed, when it ends.
 */
import type { PublicRecord } from '../base/public.ts';
import { seqOf } from '../base/public.ts';
import { choiceOf, countOf } from './flags.ts';
import { type Picks, picksOf } from './picks.ts';
import { lookOf, printerOf } from './printer.ts';
import { EXIT, exitOfLeaving, hasColor, leaving, type Shell } from './shell.ts';
import type { VerbRun } from './verbs.ts';

const LINES_DEFAULT = 10;
/** Shown records whose continuations are shown too, whatever these say: more than may come between the two. */
const SHOWN_MAX = 10_000;

/** One record, or text that joined one; `lead` stands before it. */
export interface TailEvent {
  readonly json: string;
  readonly isMore: boolean;
  readonly lead?: string;
}

export interface Tail {
  readonly shell: Shell;
  /** Last lines to begin with. */
  readonly lines: number;
  readonly follows: boolean;
  readonly quiet: boolean;
  readonly wantsRaw: boolean;
  readonly left: AbortSignal;
  /** Prints the event if it is picked. */
  readonly show: (event: TailEvent) => void;
  /** Whether -i and -e let a record through. */
  readonly takes: Picks['takes'];
}

export async function run({ arguments: given, shell }: VerbRun): Promise<number> {
  const isLocal = given.is('local') ?? false;
  const look = lookOf(given, shell);
  const color = hasColor(shell, choiceOf(given, 'color', ['auto', 'always', 'never'] as const));
  const picks = picksOf(given, shell, color);
  const printer = printerOf(look, { out: shell.out, color, mark: picks.mark, isEndless: true });
  const shown = new Set<number>();
  const tail: Tail = {
    shell,
    lines: countOf(given, 'lines') ?? LINES_DEFAULT,
    follows: given.is('follow') ?? true,
    quiet: given.is('quiet') ?? false,
    wantsRaw: look.wantsRaw,
    left: leaving(shell),
    takes: picks.takes,
    show(event) {
      const seq = seqShown(event, shown, picks);
      if (seq === undefined) return;
      shown.add(seq);
      if (shown.size > SHOWN_MAX) shown.delete(shown.values().next().value!);
      printer.print(event);
    },
  };
  if (isLocal) await (await import('./tail-local.ts')).tailFiles(tail, given);
  else await (await import('./tail-server.ts')).tailServer(tail, given);
  if (tail.left.aborted) return exitOfLeaving(shell);
  return shown.size > 0 ? EXIT.found : EXIT.nothing;
}

/** The seq by which it is remembered, if it is to be shown: a continuation goes with its record. */
function seqShown({ json, isMore }: TailEvent, shown: ReadonlySet<number>, { takes, takesAll }: Picks): number | undefined {
  if (takesAll) return seqOf(json);
  const record = JSON.parse(json) as PublicRecord;
  if (isMore && record.of !== undefined && shown.has(record.of)) return record.of;
  return takes(record) ? (record.of ?? seqOf(json)) : undefined;
}
