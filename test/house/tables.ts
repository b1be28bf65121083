/**
 * Tables that documents show, made from the tables of the code: README.md holds each between
 * `<!-- table:NAME -->` and `<!-- /table -->`. documents.test.ts compares, write-tables.ts writes.
 * Also config/stacktrail.yaml, the commented sample of all settings. Writes nothing itself.
 */
import { join } from 'node:path';
import { environmentName, flagName, SETTINGS, type Setting } from '../../config/keys.ts';
import { COUNTERS, LOSS_REASONS, LOSS_REMEDIES, type LossReason } from '../../src/base/counters.ts';
import { ERRORS } from '../../src/base/errors.ts';
import { COLUMNS } from '../../src/store/columns.ts';

export const ROOT = join(import.meta.dirname, '..', '..');

/** Markdown by table name. */
export type Tables = Readonly<Record<string, string>>;

/** All tables of the code. */
export async function codeTables(): Promise<Tables> {
  return {
    errors: markdown(
      ['code', 'status', 'meaning'],
      Object.entries(ERRORS).map(([code, { status, title }]) => [`\`${code}\``, String(status), title]),
    ),
    counters: markdown(['counter', 'counts'], namedRows(COUNTERS)),
    losses: markdown(
      ['reason', 'meaning', 'what to do'],
      Object.entries(LOSS_REASONS).map(([reason, say]) => [`\`${reason}\``, say, LOSS_REMEDIES[reason as LossReason]]),
    ),
    settings: markdown(['setting', 'flag and environment', 'default', 'changes', 'what it is'], SETTINGS.map(settingRow)),
    ...(await lateTables()),
  };
}

/** Tables of files that import much of the program: a wrong file there should fail this table only. */
async function lateTables(): Promise<Tables> {
  const { verbsMarkdown } = await import('../../src/cli/help-text.ts');
  const { ROUTES } = await import('../../src/api/routes.ts');
  const { FIELDS } = await import('../../src/query/fields.ts');
  const { BODIES, ENVELOPES } = await import('../../parsers/index.ts');
  const code = (words: Iterable<string>) => [...words].map((word) => `\`${word}\``).join(' ');
  return {
    verbs: verbsMarkdown().trim(),
    routes: markdown(
      ['route', 'arguments', 'answer'],
      ROUTES.map((route) => [`\`${route.method} ${route.path}\``, code(Object.keys(route.arguments)), route.say]),
    ),
    formats: markdown(
      ['format', 'is', 'reads'],
      [...ENVELOPES.map((parser) => [parser, 'header'] as const), ...BODIES.map((parser) => [parser, 'text'] as const)].map(
        ([{ name, say }, is]) => [`\`${name}\``, is, say],
      ),
    ),
    fields: markdown(
      ['field', 'holds', 'also written'],
      Object.entries(FIELDS).map(([name, field]) => [`\`${name}\``, field.kind, code(field.aliases)]),
    ),
  };
}

/** Tables of src/store/FORMAT.md. */
export function formatTables(): Tables {
  const rows = COLUMNS.map(({ number, name, codec, part }) => [String(number), `\`${name}\``, codec, String(part)]);
  return { columns: markdown(['number', 'column', 'encoding', 'part'], rows) };
}

function namedRows(table: Readonly<Record<string, string>>): string[][] {
  return Object.entries(table).map(([name, say]) => [`\`${name}\``, say]);
}

function settingRow(setting: Setting): string[] {
  const ways = `\`--${flagName(setting.name)}\` \`${environmentName(setting.name)}\``;
  const choices = setting.choices ? `; one of ${setting.choices.map((choice) => `\`${choice}\``).join(', ')}` : '';
  const unit = setting.type === 'bytes' ? ' bytes' : '';
  const bounds = setting.min === undefined || setting.max === undefined ? '' : `; from ${setting.min} to ${setting.max}${unit}`;
  const fallback = setting.default === undefined ? '' : `\`${setting.default}\``;
  return [`\`${setting.name}\``, ways, fallback, setting.live ? 'live' : '', `${setting.say}${choices}${bounds}`];
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

// ------------------------------------------------------------------------------------------- documents

const TABLE = /<!-- table:([a-z-]+) -->\n([\s\S]*?)<!-- \/table -->/g;

/** The tables that a document holds. */
export function tablesIn(document: string): Map<string, string> {
  return new Map([...document.matchAll(TABLE)].map((match) => [match[1]!, match[2]!.trim()]));
}

/** What is wrong between a document and the code, in words that say what to do. */
export function tableFindings(document: string, tables: Tables, name: string): string[] {
  const there = tablesIn(document);
  const missing = Object.keys(tables).filter((table) => !there.has(table));
  const strange = [...there.keys()].filter((table) => !(table in tables));
  const stale = Object.entries(tables).filter(([table, text]) => there.has(table) && there.get(table) !== text);
  return [
    ...missing.map(
      (table) =>
        `${name}: has no table of ${table}; put "<!-- table:${table} -->" and "<!-- /table -->" on lines of their own, then npm run tables`,
    ),
    ...strange.map((table) => `${name}: marks a table "${table}" that the code does not have`),
    ...stale.map(([table]) => `${name}: the table of ${table} differs from the code; npm run tables writes it anew`),
  ];
}

/** The document with its tables as the code has them. */
export function withTables(document: string, tables: Tables): string {
  return document.replace(TABLE, (whole, name: string) => {
    const table = tables[name];
    return table === undefined ? whole : `<!-- table:${name} -->\n${table}\n<!-- /table -->`;
  });
}

// ------------------------------------------------------------------------------------------- the sample

/** config/stacktrail.yaml: every setting that may stand in a file, at its default. */
export function sampleConfig(): string {
  const head = [
    '# Settings of Stacktrail at their defaults; start with it: stacktrail serve --config stacktrail.yaml',
    '# A flag wins over an environment variable, that over this file. Unknown names and wrong values are refused.',
    '# Made from config/keys.ts by "npm run tables".',
  ].join('\n');
  return `${[head, ...SETTINGS.filter((setting: Setting) => !setting.notInFile).map(sample), SITE_SAMPLE].join('\n\n')}\n`;
}

/** Rules of the site; documents.test.ts reads them without their comment marks. */
export const SITE_SAMPLE = `# Rules for programs of your own; they change while the service runs. README.md says more.
#
# Service of a program, before what is built in; * stands for anything.
# services:
#   billingd: billing
#
# Patterns of RE2 whose named groups are fields of the record: time level service program pid logger request globalRequest
# user project domain instance message. With a program they are asked first, without one for lines that no parser knows.
# Every sample must match, else the file is refused.
# patterns:
#   - name: invoice
#     program: billingd
#     pattern: '^(?P<level>[A-Z]+) invoice=\\d+ (?P<message>.*)$'
#     fields: {logger: invoices}
#     samples:
#       - WARN invoice=4711 price missing
#
# Error groups: merge those that are one to you, split one by service or host, ignore what is none. The first rule that fits decides.
# All of its texts have to fit, * stands for anything: signature exception frame logger shape title level.
# errors:
#   - name: broker
#     merge: {shape: '*AMQP server on*'}
#   - name: probes
#     ignore: {logger: 'nova.osapi_compute.*', shape: '*healthcheck*'}
#   - name: timeouts
#     split: {exception: '*MessagingTimeout'}
#     by: service`;

function sample(setting: Setting): string {
  const unit = setting.type === 'bytes' ? ' bytes' : '';
  const bounds = setting.min === undefined || setting.max === undefined ? undefined : `${setting.min} to ${setting.max}${unit}`;
  const facts = [setting.choices?.join(' | '), bounds, setting.live ? 'Changes while the service runs.' : undefined];
  const comments = [setting.say, ...facts.filter((fact) => fact !== undefined)].map((text) => `# ${text}`);
  const value = setting.default === undefined ? `# ${setting.name}:` : `${setting.name}: ${setting.default}`;
  return [...comments, value].join('\n');
}
