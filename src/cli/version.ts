/** `stacktrail version`: what package.json says. */
import { version } from '../base/version.ts';
import type { VerbRun } from './verbs.ts';

export { version } from '../base/version.ts';

export async function run({ shell }: VerbRun): Promise<number> {
  shell.out.write(`stacktrail ${version()} (Node ${process.versions.node})\n`);
  return 0;
}
