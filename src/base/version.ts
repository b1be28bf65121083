/** The version of this program: what package.json says, which is two folders up from the sources, three from the built package (dist/src/base). */
import { existsSync, readFileSync } from 'node:fs';

const PACKAGES = ['../../package.json', '../../../package.json'];

export function version(): string {
  for (const path of PACKAGES) {
    const file = new URL(path, import.meta.url);
    if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  }
  return 'unknown';
}
