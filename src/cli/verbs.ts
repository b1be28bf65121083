/**
 * The table of verbs. `--help`, `help VERB` and the table in README.md are made of it, and the flags are parsed by it,
 * so that neither can say something else. A new verb is one file, one row in rows-*.ts and one word here.
 * The verbs' files are imported only when they run: `--help` must not wait for a server's imports.
 */

import { errors, explain } from './rows-errors.ts';
import { backup, importFiles, restore, verify } from './rows-keeping.ts';
import { completion, config, parse } from './rows-offline.ts';
import { search, status, tail, trace } from './rows-reading.ts';
import { alerts, check, report } from './rows-reports.ts';
import { demo, serve } from './rows-running.ts';
import { help, version } from './rows-telling.ts';
import type { Verb } from './verb.ts';

export type { Example, Verb, VerbRun } from './verb.ts';

export const VERBS: readonly Verb[] = [
  serve,
  demo,
  search,
  tail,
  errors,
  explain,
  check,
  report,
  alerts,
  trace,
  importFiles,
  status,
  verify,
  backup,
  restore,
  parse,
  config,
  completion,
  help,
  version,
];
