/** `stacktrail version`: what package.json says. */
import { readFileSync } from 'node:fs';
import type { VerbRun } from './verbs.ts';

export async function run({ shell }: VerbRun): Promise<number> {
  shell.out.write(`stacktrail ${version()} (Node ${process.versions.node})\n`);
  return 0;
}

export function version(): string {
  const packageText = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(packageText) as { version: string }).version;
}
