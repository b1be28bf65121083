/**
 * `stacktrail config`: the settings as they would hold here, each with where it came from; secrets are masked. `config check [FILE]`
 * only says whether a file is right, exit 2 with the place of the first mistake when it is not.
 * The YAML that is printed is a configuration again, but for secrets and what cannot stand in a file.
 */

import { SETTINGS, type Setting, type SettingName } from '../../config/keys.ts';
import { siteReader } from '../../parsers/site.ts';
import type { Arguments } from '../base/arguments.ts';
import { type EffectiveSettings, readSettings } from '../base/config.ts';
import { CodedError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import { visible } from '../base/visible.ts';
import type { SiteRules } from '../model.ts';
import { choiceOf } from './flags.ts';
import { EXIT, type Shell } from './shell.ts';
import type { VerbRun } from './verbs.ts';

const MASKED = '********';
/** Longer values have their place further right. */
const PLACE_COLUMN = 44;

export async function run({ arguments: given, shell }: VerbRun): Promise<number> {
  const [word, file] = given.words;
  if (word !== undefined && word !== 'check')
    throw new CodedError(
      'bad-argument',
      `${visible(word)} is nothing that config does${didYouMean(word, ['check']) || '; there is config check FILE'}`,
    );
  const form = choiceOf(given, 'output', ['yaml', 'json'] as const) ?? 'yaml';
  const effective =
    file === undefined ? ofEverything(given, shell) : readSettings({ flag: (name) => (name === 'config' ? file : undefined) });
  siteReader(effective.site);
  for (const warning of effective.warnings) shell.err.write(`stacktrail: ${visible(warning)}\n`);
  if (word === 'check') shell.out.write(`${verdict(effective, file)}\n`);
  else shell.out.write(form === 'yaml' ? yamlText(effective) : `${JSON.stringify(jsonOf(effective), null, 2)}\n`);
  return EXIT.found;
}

function ofEverything(given: Arguments, shell: Shell): EffectiveSettings {
  return readSettings({ flag: (name) => given.text(name), environment: shell.environment });
}

function verdict({ places, values, site }: EffectiveSettings, file: string | undefined): string {
  const path = file ?? values.config;
  const set = Object.values(places).filter((place) => place !== 'default' && place.startsWith(`${path}:`)).length;
  const what = [count(set, 'setting'), count(site.services.length, 'service'), count(site.patterns.length, 'pattern')].join(', ');
  return `${path === undefined ? 'flags and environment' : visible(path)}: right${path === undefined ? '' : `; ${what}`}`;
}

function count(amount: number, name: string): string {
  return `${amount} ${name}${amount === 1 ? '' : 's'}`;
}

function shown(setting: Setting, text: string | undefined): string | undefined {
  return setting.secret && text !== undefined ? MASKED : text;
}

// ------------------------------------------------------------------------------------------- YAML

function yamlText(effective: EffectiveSettings): string {
  const lines = SETTINGS.map((setting: Setting) => {
    const name = setting.name as SettingName;
    const text = shown(setting, effective.texts[name]);
    const isOut = text === undefined || setting.notInFile === true || setting.secret === true;
    const line = `${isOut ? '# ' : ''}${name}:${text === undefined ? '' : ` ${scalar(text)}`}`;
    return `${line.padEnd(PLACE_COLUMN)}  # ${visible(effective.places[name])}`;
  });
  return `${[...lines, ...siteYaml(effective.site)].join('\n')}\n`;
}

/** As it is where YAML reads that as the same text, else quoted. */
function scalar(text: string): string {
  return /^[A-Za-z0-9./+][\w./:%,=+@-]*$/.test(text) && !/^(null|Null|NULL)$|:$/.test(text) ? text : JSON.stringify(text);
}

function siteYaml({ services, patterns }: SiteRules): string[] {
  return [
    ...(services.length === 0
      ? []
      : ['services:', ...services.map(({ program, service }) => `  ${JSON.stringify(program)}: ${scalar(service)}`)]),
    ...(patterns.length === 0 ? [] : ['patterns:']),
    ...patterns.flatMap(({ name, program, pattern, fields, samples, place }) => [
      `  - name: ${scalar(name)}`.padEnd(PLACE_COLUMN).concat(`  # ${visible(place)}`),
      ...(program === undefined ? [] : [`    program: ${JSON.stringify(program)}`]),
      `    pattern: ${JSON.stringify(pattern)}`,
      ...(Object.keys(fields).length === 0 ? [] : [`    fields: ${JSON.stringify(fields)}`]),
      '    samples:',
      ...samples.map(({ text }) => `      - ${JSON.stringify(text)}`),
    ]),
  ];
}

// ------------------------------------------------------------------------------------------- JSON

function jsonOf({ texts, places, site }: EffectiveSettings): object {
  const settings = SETTINGS.map((setting: Setting): [string, object] => {
    const name = setting.name as SettingName;
    return [name, { value: shown(setting, texts[name]) ?? null, from: places[name], live: setting.live === true }];
  });
  return { settings: Object.fromEntries(settings), services: site.services, patterns: site.patterns };
}
