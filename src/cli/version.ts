/** `stacktrail version`: what package.json says. */
import { existsSync, readFileSync } from 'node:fs';
import type { VerbRun } from './verbs.ts';

export async function run({ shell }: VerbRun): Promise<number> {
  shell.out.write(`stacktrail ${version()} (Node ${process.versions.node})\n`);
  return 0;
}

/** From the sources package.json is two folders up, from the built package (dist/src/cli) three. */
const PACKAGES = ['../../package.json', '../../../package.json'];

export function version(): string {
  for (const path of PACKAGES) {
    const file = new URL(path, import.meta.url);
    if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  }
  return 'unknown';
}
