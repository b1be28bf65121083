/**
 * `stacktrail verify`: a line for every damage of a data folder or a backup on stdout; progress and what else is worth knowing on
 * stderr. Exit 0 nothing is damaged, 1 something is. Reads the folder itself, not through a server, which may own it.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { CodedError } from '../base/errors.ts';
import { visible } from '../base/visible.ts';
import { type Damage, type VerifyProgress, verifyFolder } from '../store/verify.ts';
import { dataOf, Progress } from './data-folder.ts';
import { choiceOf } from './flags.ts';
import { EXIT, exitOfLeaving, leaving, say } from './shell.ts';
import type { VerbRun } from './verbs.ts';

export async function run({ arguments: given, shell }: VerbRun): Promise<number> {
  const form = choiceOf(given, 'output', ['default', 'jsonl'] as const) ?? 'default';
  const folder = dataOf(given, shell);
  const signal = leaving(shell);
  const progress = new Progress(shell, given.is('quiet'));
  const steps = verifyFolder({ folder, isQuick: given.is('quick') === true });
  const startedMs = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done) {
      const { files, blocks, records, damages, notes } = step.value;
      progress.end();
      for (const note of notes) say(shell, visible(note), given.is('quiet'));
      for (const damage of damages) shell.out.write(`${form === 'jsonl' ? JSON.stringify(damage) : lineOf(damage)}\n`);
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      const found = damages.length === 0 ? 'nothing is damaged' : `${damages.length} damaged`;
      say(shell, `${folder}: ${files} files, ${blocks} blocks, ${records} records in ${seconds} s: ${found}`, given.is('quiet'));
      return damages.length === 0 ? EXIT.found : EXIT.nothing;
    }
    progress.show(textOf(step.value));
    // So that Ctrl-C is heard.
    await breathe();
    if (signal.aborted) {
      progress.end();
      steps.return(undefined as never);
      return exitOfLeaving(shell);
    }
  }
}

function textOf({ file, files, of, blocks }: VerifyProgress): string {
  return `verifying ${file} (${files + 1} of ${of}), ${blocks} blocks`;
}

/** `2026-11-22.db  block 17  seqs 1001-9192  its part 3 does not match its checksum`. */
function lineOf({ file, block, firstSeq, lastSeq, what }: Damage): string {
  const seqs = firstSeq === undefined ? [] : [firstSeq === lastSeq ? `seq ${firstSeq}` : `seqs ${firstSeq}-${lastSeq}`];
  return [file, ...(block === undefined ? [] : [`block ${block}`]), ...seqs, what].map(visible).join('  ');
}

/** For `goOn` of what runs long: a signal ends it. */
export function givenUp(signal: AbortSignal): () => void {
  return () => {
    if (signal.aborted) throw new CodedError('timeout', 'it was given up');
  };
}
