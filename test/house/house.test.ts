/**
 * The house rules over the real tree: every TypeScript file under src, parsers, config, web and test.
 * The rules themselves, and proof that each can fail, are in rules.ts and rules.test.ts.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RULES } from './rules.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FILES = globSync('{src,parsers,config,web,test}/**/*.{ts,tsx}', {
  cwd: ROOT,
  exclude: (path) => /(^|[\\/])(node_modules|dist)$/.test(String(path)),
})
  .map((path) => path.replaceAll('\\', '/'))
  .sort()
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

test('the tree is there', () => {
  expect(FILES.map((file) => file.path)).toEqual(
    expect.arrayContaining(['src/main.ts', 'src/model.ts', 'config/keys.ts', 'test/house/rules.ts']),
  );
});

test.each(Object.entries(RULES))('%s', (_name, rule) => {
  expect(rule(FILES)).toEqual([]);
});
