/** `stacktrail restore BACKUP --data FOLDER`: a new data folder from a backup, all of it or nothing. */
import { CodedError } from '../base/errors.ts';
import { restoreFolder } from '../store/restore.ts';
import { Progress, wordOf } from './data-folder.ts';
import { EXIT, leaving, say } from './shell.ts';
import type { VerbRun } from './verbs.ts';
import { givenUp } from './verify.ts';

export async function run({ arguments: given, shell }: VerbRun): Promise<number> {
  const backup = wordOf(given, 'the backup');
  // Never the default: what is restored into should have been thought of.
  const folder = given.text('data');
  if (folder === undefined || folder === '') throw new CodedError('bad-argument', '--data FOLDER says where to; it must be empty or new');
  const progress = new Progress(shell, given.is('quiet'));
  const { files, lastSeq } = await restoreFolder({
    backup,
    folder,
    goOn: givenUp(leaving(shell)),
    onFile: (file, how) => progress.show(`${how} ${file}`),
  });
  progress.end();
  say(shell, `${files.length} files in ${folder}, up to seq ${lastSeq}; start with: stacktrail serve --data ${folder}`, given.is('quiet'));
  return EXIT.found;
}
