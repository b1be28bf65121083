/**
 * Documents tell the truth: tables of README.md equal the tables of the code, the sample configuration
 * equals the defaults, scripts and paths that documents name exist.
 */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { SETTINGS } from '../../config/keys.ts';
import { siteReader } from '../../parsers/site.ts';
import { defaultSettings, readConfigText, readSettings } from '../../src/base/config.ts';
import { codeTables, formatTables, ROOT, SITE_SAMPLE, sampleConfig, tableFindings, withTables } from './tables.ts';

const DOCUMENTS = ['README.md', 'src/README.md', 'src/store/README.md', 'src/store/FORMAT.md'];
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

test('README.md shows the tables of the code', async () => {
  expect(tableFindings(read('README.md'), await codeTables(), 'README.md')).toEqual([]);
});

test('src/store/FORMAT.md shows the columns of the code', () => {
  expect(tableFindings(read('src/store/FORMAT.md'), formatTables(), 'src/store/FORMAT.md')).toEqual([]);
});

test('config/stacktrail.yaml is the table of settings', () => {
  expect(read('config/stacktrail.yaml')).toBe(sampleConfig());
});

test('config/stacktrail.yaml sets every default', () => {
  const path = join(ROOT, 'config', 'stacktrail.yaml');
  const { values, places } = readSettings({ flag: (name) => (name === 'config' ? path : undefined) });
  expect(values).toEqual(defaultSettings({ config: path }));
  const set = SETTINGS.filter((one) => places[one.name].startsWith(`${path}:`)).map((one) => one.name);
  expect(set).toEqual(SETTINGS.filter((one) => one.default !== undefined).map((one) => one.name));
});

test.each([
  ['config/stacktrail.yaml', SITE_SAMPLE.replace(/^# ?/gm, '').replace(/^(?=[A-Z])(?!.*:$)|^user project/gm, '# $&')],
  ['README.md', /```yaml\n(services:[\s\S]*?)```/.exec(read('README.md'))?.[1] ?? ''],
])('the rules of a site in %s are right, and take their samples', (_name, yaml) => {
  const { site } = readConfigText(yaml, 'example.yaml');
  expect(site.patterns.length).toBeGreaterThan(0);
  expect(site.services.length).toBeGreaterThan(0);
  expect(siteReader(site)).toBeDefined();
});

test.each([
  ['config/stacktrail.yaml', /# errors:\n(?:# .*\n?)*/.exec(SITE_SAMPLE)?.[0].replace(/^# /gm, '') ?? ''],
  ['README.md', /```yaml\n(errors:[\s\S]*?)```/.exec(read('README.md'))?.[1] ?? ''],
])('the rules of error groups in %s are right', (_name, yaml) => {
  expect(readConfigText(yaml, 'example.yaml').site.errors?.map(({ does }) => does)).toEqual(['merge', 'ignore', 'split']);
});

test.each(DOCUMENTS)('%s: npm scripts that it names exist', (document) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = [...read(document).matchAll(/npm run ([\w:-]*\w)/g)].map((match) => match[1]!);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test.each(DOCUMENTS)('%s: files and folders of ours that it names exist', (document) => {
  const beside = join(ROOT, dirname(document));
  // `src/api/tail.ts`, `parsers/`, in src/README.md also `api/tail.ts`; not what the reader makes, like `data/`.
  const named = [...read(document).matchAll(/`((?:[\w.-]+\/)+(?:[\w-]+\.(?:ts|cjs|md|yaml))?)`/g)].map((match) => match[1]!);
  const ours = named.filter((path) =>
    [ROOT, beside].some((folder) => !path.startsWith('data/') && existsSync(join(folder, path.split('/')[0]!))),
  );
  expect(ours.filter((path) => ![ROOT, beside].some((folder) => existsSync(join(folder, path))))).toEqual([]);
});

test('fixtures/SOURCES.md says of every fixture where it came from', () => {
  // First column: `parsers/` for a folder with all that is in it, or the path of a file, from fixtures/ on.
  const named = [...read('fixtures/SOURCES.md').matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1]!);
  const files = globSync('**/*', { cwd: join(ROOT, 'fixtures') }).filter((path) => statSync(join(ROOT, 'fixtures', path)).isFile());
  const nameless = files.filter(
    (path) => path !== 'SOURCES.md' && !named.some((name) => name === path || (name.endsWith('/') && path.startsWith(name))),
  );
  expect(nameless).toEqual([]);
  expect(named.filter((name) => !existsSync(join(ROOT, 'fixtures', name)))).toEqual([]);
});

test('files of ours that package.json names exist', () => {
  const { scripts, bin } = JSON.parse(read('package.json')) as { scripts: Record<string, string>; bin: Record<string, string> };
  const paths = Object.values(scripts).flatMap((script) =>
    [...script.matchAll(/(?<![\w/])(?:src|test)\/\S+\.(?:ts|cjs)/g)].map((match) => match[0]),
  );
  expect([...paths, ...Object.values(bin)].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('a table that is missing, stale or strange is found', () => {
  const document = 'x\n<!-- table:a -->\n| old |\n<!-- /table -->\n<!-- table:z -->\n<!-- /table -->\n';
  const tables = { a: '| new |', b: '| b |' };
  expect(tableFindings(document, tables, 'D')).toEqual([
    expect.stringMatching(/^D: has no table of b; put "<!-- table:b -->"/),
    'D: marks a table "z" that the code does not have',
    'D: the table of a differs from the code; npm run tables writes it anew',
  ]);
  expect(withTables(document, tables)).toBe('x\n<!-- table:a -->\n| new |\n<!-- /table -->\n<!-- table:z -->\n<!-- /table -->\n');
});
