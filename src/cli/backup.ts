/**
 * `stacktrail backup FOLDER|FILE.tar`: a consistent copy of the data folder, also while a server writes it; run again, it copies what has
 * changed. Exit 0 done, 1 done, but the data hold damages (which the copy now holds, too).
 */
import { statSync } from 'node:fs';
import { visible } from '../base/visible.ts';
import { backupFolder } from '../store/backup.ts';
import { backupTar } from '../store/backup-tar.ts';
import { isTarName } from '../store/tar-file.ts';
import { dataOf, Progress, wordOf } from './data-folder.ts';
import { EXIT, leaving, say } from './shell.ts';
import type { VerbRun } from './verbs.ts';
import { givenUp } from './verify.ts';

/** One that is there keeps being one, whatever it is called. */
function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

export async function run({ arguments: given, shell }: VerbRun): Promise<number> {
  const to = wordOf(given, 'the folder or file for the backup');
  const folder = dataOf(given, shell);
  const isQuiet = given.is('quiet');
  const progress = new Progress(shell, isQuiet);
  const report = await (isTarName(to) && !isFolder(to) ? backupTar : backupFolder)({
    folder,
    to,
    nowMs: Date.now(),
    goOn: givenUp(leaving(shell)),
    onFile: (file, how) => progress.show(`${how} ${file}`),
  });
  progress.end();
  for (const note of report.notes) say(shell, visible(note), isQuiet);
  for (const { file, what } of report.damages) shell.err.write(`stacktrail: damaged: ${visible(file)}: ${visible(what)}\n`);
  const { files, lastSeq } = report.manifest;
  say(shell, `${files.length} files in ${to}, up to seq ${lastSeq}; copied ${report.copied} of them, ${report.copiedBytes} bytes`, isQuiet);
  return report.damages.length === 0 ? EXIT.found : EXIT.nothing;
}
