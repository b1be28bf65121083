/**
 * What a verb is: a row with name, words, flags, sentence and examples, and the flags that several verbs share.
 * The rows are in rows-*.ts, the table in verbs.ts.
 */
import type { Arguments, Flag } from '../base/arguments.ts';
import type { Shell } from './shell.ts';

export interface VerbRun {
  readonly arguments: Arguments;
  readonly shell: Shell;
}

export interface Example {
  readonly words: string;
  readonly does: string;
}

export interface Verb {
  readonly name: string;
  /** What stands behind the name in the usage line. */
  readonly words: string;
  /** More words than this are wrong use; absent: any number. */
  readonly wordsMax?: number;
  readonly say: string;
  readonly flags: readonly Flag[];
  readonly examples: readonly Example[];
  /** Resolves with the exit code: 0 found or done, 1 nothing found; throws coded errors, which exit with 2. */
  readonly load: () => Promise<{
    run(given: VerbRun): Promise<number>;
    /** Tells in its own way what went wrong, and with which exit code; absent: a sentence on stderr and 2. */
    onFailure?: (sentence: string, shell: Shell) => number;
  }>;
}

export const FILTER_FLAGS: readonly Flag[] = [
  { name: 'service', short: 's', value: 'NAME', say: 'only this service, as `service:NAME`; repeated or with commas: any of them' },
  { name: 'level', short: 'l', value: 'LEVEL', say: 'only this level, as `level:LEVEL`; `>=warning` for that and worse' },
  { name: 'host', value: 'NAME', say: 'only this host, as `host:NAME`; `c0*` for several' },
];

export const SERVER_FLAGS: readonly Flag[] = [
  { name: 'url', value: 'URL', say: 'the server (STACKTRAIL_URL; else the one that runs here for this user, else http://127.0.0.1:5580)' },
  { name: 'token', value: 'TOKEN', say: 'API token (STACKTRAIL_TOKEN)' },
];

export const ZONE_FLAG: Flag = {
  name: 'timezone',
  short: 'z',
  value: 'ZONE',
  say: 'zone of times shown and typed: `local` (default), `UTC`, `+02:00`, `Europe/Berlin` (STACKTRAIL_TIMEZONE); JSON and CSV are always UTC',
};

/** Of records that are printed; printer.ts reads them. */
export const OUTPUT_FLAGS: readonly Flag[] = [
  {
    name: 'output',
    short: 'o',
    value: 'default|raw|json|jsonl|csv',
    say: 'a line for people, the text as it was received, a JSON array (of tail: an object a line), JSON lines, or CSV',
  },
  {
    name: 'template',
    value: 'TEXT',
    say: 'lines like `{time} {host} {pid|-} {http.status} {message}`; `\\t \\n \\{`; {field|instead} where there is none',
  },
  { name: 'fields', value: 'NAME,…', say: 'columns of CSV, like `time,host,http.status,message`' },
  { name: 'timestamps', value: 'full|short|iso|relative|none', say: 'how times stand in lines (default full)' },
  ZONE_FLAG,
];

export const QUIET_FLAG: Flag = { name: 'quiet', short: 'q', say: 'nothing on stderr but errors' };
export const COLOR_FLAG: Flag = {
  name: 'color',
  value: 'auto|always|never',
  say: 'colour the levels (STACKTRAIL_COLOR; default auto: on a terminal without NO_COLOR)',
};
