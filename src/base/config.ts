/**
 * The effective settings: flag > environment `STACKTRAIL_*` > `--config FILE` (YAML) > default, every
 * value read by config-values.ts. The only door of the package `yaml`. Wrong and unknown settings are
 * refused with where they stand; only unknown *environment* names are a warning, because Kubernetes
 * sets `STACKTRAIL_PORT` and the like for every service of that name.
 */
import { readFileSync, statSync } from 'node:fs';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseDocument } from 'yaml';
import { environmentName, flagName, SETTINGS, type Setting, type SettingName } from '../../config/keys.ts';
import type { SignatureEntry } from '../model-errors.ts';
import type { SiteRules } from '../model-site.ts';
import { readErrorRules } from './config-errors.ts';
import { readMaintenance } from './config-maintenance.ts';
import { readSignatures } from './config-signatures.ts';
import { type Located, NO_RULES, readPatterns, readServices, SITE_PARTS } from './config-site.ts';
import { checkTelling, readReceivers, readReports } from './config-telling.ts';
import { readValue, type Settings, type SettingValue, Unreadable } from './config-values.ts';
import { CodedError } from './errors.ts';
import { didYouMean } from './nearest.ts';

export type { Settings } from './config-values.ts';

/** A text that somebody gave for a setting, and where: `--udp`, `STACKTRAIL_UDP`, `stacktrail.yaml:3:7`. */
interface Given {
  readonly text: string;
  readonly place: string;
}

export interface SettingSources {
  /** Value of a flag by its name without dashes; `Arguments.text` fits. */
  readonly flag?: (name: string) => string | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export interface EffectiveSettings {
  readonly values: Settings;
  /** Each as it was written, or its default; absent where there is none. */
  readonly texts: Readonly<Partial<Record<SettingName, string>>>;
  /** Where each value came from; `default` where nobody gave one. */
  readonly places: Readonly<Record<SettingName, string>>;
  /** Of the file only. */
  readonly site: SiteRules;
  readonly warnings: readonly string[];
}

/** A configuration is written by hand; more than this is some other file. */
const FILE_BYTES_MAX = 1024 * 1024;
const NAMES: readonly SettingName[] = SETTINGS.map((setting) => setting.name);

/** Throws `bad-setting` with the place of the first wrong one. */
export function readSettings(sources: SettingSources): EffectiveSettings {
  const environment = sources.environment ?? {};
  const given = (name: SettingName): Given | undefined => {
    const flag = sources.flag?.(flagName(name));
    if (flag !== undefined) return { text: flag, place: `--${flagName(name)}` };
    const variable = environment[environmentName(name)];
    // An empty variable is how a shell or a compose file says "not set".
    return variable === undefined || variable === '' ? undefined : { text: variable, place: environmentName(name) };
  };
  const file = given('config');
  const { settings: inFile, site } = file === undefined ? NO_FILE : readConfigFile(file.text);
  const values: Record<string, SettingValue> = {};
  const places: Record<string, string> = {};
  const texts: Partial<Record<SettingName, string>> = {};
  for (const setting of SETTINGS) {
    const found = given(setting.name) ?? inFile.get(setting.name);
    places[setting.name] = found?.place ?? 'default';
    const text = found?.text ?? setting.default;
    if (text !== undefined) texts[setting.name] = text;
    values[setting.name] = found === undefined ? defaultOf(setting) : checked(setting, found);
  }
  return {
    values: values as unknown as Settings,
    texts,
    places: places as Record<SettingName, string>,
    site,
    warnings: strangers(environment),
  };
}

/** All defaults; what a test or a small program starts from. */
export function defaultSettings(change: Partial<Settings> = {}): Settings {
  return { ...readSettings({}).values, ...change };
}

function defaultOf(setting: Setting): SettingValue {
  return setting.default === undefined ? undefined : readValue(setting, setting.default);
}

function checked(setting: Setting, given: Given): SettingValue {
  try {
    return readValue(setting, given.text);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const name = given.place === `--${flagName(setting.name)}` || given.place === environmentName(setting.name) ? '' : ` ${setting.name}`;
    throw new CodedError('bad-setting', `${given.place}:${name} ${error.message}`);
  }
}

const ENVIRONMENT_PREFIX = 'STACKTRAIL_';

function strangers(environment: Readonly<Record<string, string | undefined>>): string[] {
  const known = NAMES.map((name) => environmentName(name).slice(ENVIRONMENT_PREFIX.length));
  return Object.keys(environment)
    .filter((name) => name.startsWith(ENVIRONMENT_PREFIX))
    .map((name) => name.slice(ENVIRONMENT_PREFIX.length))
    .filter((name) => !known.includes(name))
    .map((name) => `${ENVIRONMENT_PREFIX}${name} is not a setting${didYouMean(name, known, ENVIRONMENT_PREFIX)}`);
}

// ------------------------------------------------------------------------------------------- the file

export interface ConfigText {
  readonly settings: ReadonlyMap<string, Given>;
  readonly site: SiteRules;
}

const NO_FILE: ConfigText = { settings: new Map(), site: NO_RULES };

function readConfigFile(path: string): ConfigText {
  return readConfigText(readText(path), path);
}

function readText(path: string): string {
  try {
    if (statSync(path).size > FILE_BYTES_MAX) throw new Error(`it has more than ${FILE_BYTES_MAX} bytes`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CodedError('bad-setting', `${path}: cannot be read: ${(error as Error).message}`);
  }
}

/** The known errors of a file like `config/signatures.yaml`. Throws `bad-setting`. */
export function readSignatureFile(path: string): SignatureEntry[] {
  const { document, placeOf } = documentOf(readText(path), path);
  const walk: Walk = { settings: new Map(), site: NO_RULES, placeOf, resolve: (node) => (isAlias(node) ? node.resolve(document) : node) };
  return readSignatures(located(walk, document.contents, { place: path, depth: 0 }));
}

/** Settings of a YAML text, nested (`log: {level: info}`) or dotted (`log.level: info`). Throws `bad-setting`. */
export function readConfigText(text: string, path: string): ConfigText {
  const { document, placeOf } = documentOf(text, path);
  const settings = new Map<string, Given>();
  // A file of comments only is an empty configuration.
  if (document.contents === null) return NO_FILE;
  const walk: Walk = { settings, site: { ...NO_RULES }, placeOf, resolve: (node) => (isAlias(node) ? node.resolve(document) : node) };
  collect(walk, document.contents, { prefix: '', place: placeOf(document.contents.range[0]) });
  checkTelling(walk.site);
  return { settings, site: walk.site };
}

function documentOf(text: string, path: string) {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const placeOf = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const [wrong] = document.errors;
  if (wrong) throw new CodedError('bad-setting', `${placeOf(wrong.pos[0])}: this is not YAML: ${wrong.message}`);
  return { document, placeOf };
}

interface Walk {
  readonly settings: Map<string, Given>;
  site: SiteRules;
  readonly placeOf: (offset: number) => string;
  readonly resolve: (node: Node | null) => Node | null | undefined;
}

function collect(walk: Walk, node: unknown, group: { prefix: string; place: string }): void {
  const { prefix } = group;
  if (!isMap(node)) {
    const what =
      prefix === '' ? 'the file must hold settings like "udp: 0.0.0.0:5514"' : `${prefix.slice(0, -1)} is a group of settings, not a value`;
    throw new CodedError('bad-setting', `${group.place}: ${what}`);
  }
  for (const pair of node.items) {
    const place = walk.placeOf((pair.key as ParsedNode).range[0]);
    const name = `${prefix}${isScalar(pair.key) ? String(pair.key.value) : '?'}`;
    const setting: Setting | undefined = SETTINGS.find((one) => one.name === name);
    const value = walk.resolve(pair.value as Node | null);
    if (name === 'services') walk.site = { ...walk.site, services: readServices(located(walk, value, { place, depth: 0 })) };
    else if (name === 'patterns') walk.site = { ...walk.site, patterns: readPatterns(located(walk, value, { place, depth: 0 })) };
    else if (name === 'errors') walk.site = { ...walk.site, errors: readErrorRules(located(walk, value, { place, depth: 0 })) };
    else if (name === 'maintenance') walk.site = { ...walk.site, maintenance: readMaintenance(located(walk, value, { place, depth: 0 })) };
    else if (name === 'receivers') walk.site = { ...walk.site, receivers: readReceivers(located(walk, value, { place, depth: 0 })) };
    else if (name === 'reports') walk.site = { ...walk.site, reports: readReports(located(walk, value, { place, depth: 0 })) };
    else collectOne(walk, { name, setting, value, place });
  }
}

interface Member {
  readonly name: string;
  readonly setting: Setting | undefined;
  readonly value: Node | null | undefined;
  readonly place: string;
}

function collectOne(walk: Walk, { name, setting, value, place }: Member): void {
  const isGroup = NAMES.some((known) => known.startsWith(`${name}.`));
  if (isGroup && (isMap(value) || setting === undefined)) collect(walk, value, { prefix: `${name}.`, place });
  else if (setting === undefined)
    throw new CodedError('bad-setting', `${place}: ${name} is not a setting${didYouMean(name, [...NAMES, ...SITE_PARTS])}`);
  else if (setting.notInFile) throw new CodedError('bad-setting', `${place}: ${name} cannot stand in a file; use --${flagName(name)}`);
  else if (walk.settings.has(name)) throw new CodedError('bad-setting', `${place}: ${name} stands here a second time`);
  else walk.settings.set(name, { text: textOf(setting, value, place), place });
}

/** Aliases are followed so deep at most; a list that holds itself would be followed for ever. */
const DEPTH_MAX = 8;

/** A node of YAML with its place, and nothing else of YAML. */
function located(walk: Walk, node: Node | null | undefined, around: { place: string; depth: number }): Located {
  const place = node?.range ? walk.placeOf(node.range[0]) : around.place;
  const depth = around.depth + 1;
  if (depth > DEPTH_MAX) throw new CodedError('bad-setting', `${place}: nested too deeply`);
  const inner = (child: unknown): Located => located(walk, walk.resolve(child as Node | null), { place, depth });
  if (isSeq(node)) return { place, list: node.items.map(inner) };
  if (!isMap(node)) {
    const text = scalarText(node);
    return text === undefined ? { place, empty: true } : { place, text };
  }
  const map = node.items.map((pair) => {
    const key = walk.resolve(pair.key as Node | null);
    const keyPlace = key?.range ? walk.placeOf(key.range[0]) : place;
    return {
      key: scalarText(key) ?? '?',
      place: keyPlace,
      value: located(walk, walk.resolve(pair.value as Node | null), { place: keyPlace, depth }),
    };
  });
  return { place, map };
}

/** The value as it was written, so that `0012` or `off` mean here what they mean as a flag. */
function textOf(setting: Setting, value: unknown, place: string): string {
  if (setting.type === 'files' && isSeq(value)) {
    const patterns = value.items.map(scalarText);
    if (patterns.includes(undefined)) throw new CodedError('bad-setting', `${place}: ${setting.name} is a list of paths and globs`);
    return patterns.join(',');
  }
  const map = (setting.type === 'facilities' || setting.type === 'zones') && isMap(value) ? value.items : undefined;
  const texts = map ? map.flatMap((pair) => [scalarText(pair.key), scalarText(pair.value)]) : [scalarText(value)];
  if (texts.includes(undefined)) throw new CodedError('bad-setting', `${place}: ${setting.name} has no single value`);
  return map ? map.map((_, index) => `${texts[2 * index]}=${texts[2 * index + 1]}`).join(',') : texts[0]!;
}

function scalarText(value: unknown): string | undefined {
  if (!isScalar(value) || value.value === null) return undefined;
  return typeof value.value === 'string' ? value.value : (value.source ?? String(value.value));
}
