/**
 * Builds the browser's view into dist/web: `npm run build` always, `npm start` (with `--when-older`) where it is missing or older
 * than its sources. The door of Vite, and its whole configuration. Without Vite (`npm ci --omit=dev`) it says so and leaves things
 * as they are: the service runs without its view, and its page says how to build it.
 *
 * No Preact preset: JSX is compiled by Vite's own compiler, and signals hook into Preact by themselves.
 */
import { existsSync, globSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const HERE = import.meta.dirname;
const ROOT = join(HERE, '..');
const OUT = join(ROOT, 'dist', 'web');

export function isOlder(): boolean {
  const built = join(OUT, 'index.html');
  if (!existsSync(built)) return true;
  const { mtimeMs } = statSync(built);
  // Folders too: a file that was taken away changes only these.
  const sources = [
    HERE,
    ...globSync('{index.html,build.ts,src,src/**/*}', { cwd: HERE }).map((path) => join(HERE, path)),
    join(ROOT, 'package-lock.json'),
  ];
  return sources.some((path) => statSync(path).mtimeMs > mtimeMs);
}

/**
 * False: there is nothing to build with. The new view takes the place of the old one when it is whole: who serves it sees one or the
 * other, and two that build at once (tests) do not mix.
 */
export async function buildView(): Promise<boolean> {
  const vite = await import('vite').catch(() => undefined);
  if (vite === undefined) return false;
  const draft = `${OUT}.${process.pid}`;
  const { NODE_ENV } = process.env;
  // A test runner sets its own, and Vite would make a view for developers of it.
  process.env.NODE_ENV = 'production';
  try {
    await vite.build({
      root: HERE,
      configFile: false,
      mode: 'production',
      // Below any path: the page's <base> says where it is.
      base: './',
      logLevel: 'warn',
      oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
      build: {
        outDir: draft,
        emptyOutDir: true,
        target: 'es2022',
        // One script, one style: over a fast line a second round trip costs more than its bytes.
        cssCodeSplit: false,
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        reportCompressedSize: false,
      },
    });
    replace(draft);
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
    rmSync(draft, { recursive: true, force: true });
  }
  return true;
}

function replace(draft: string): void {
  rmSync(OUT, { recursive: true, force: true });
  try {
    renameSync(draft, OUT);
  } catch (error) {
    // Somebody else's is there in this moment, made of the same sources.
    if (!existsSync(join(OUT, 'index.html'))) throw error;
  }
}

if (import.meta.main) {
  const isNeeded = !process.argv.includes('--when-older') || isOlder();
  if (isNeeded && !(await buildView())) {
    const text = 'Vite is not installed (npm ci installs it): the view for the browser is not built anew\n';
    process.stderr.write(`stacktrail: ${text}`);
    if (!process.argv.includes('--when-older')) process.exitCode = 2;
  }
}
