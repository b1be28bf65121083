/**
 * `stacktrail check`: a plugin for Nagios, Icinga and all that speak their API. Counts errors of a time, or records of a query, on a server
 * and says OK, WARNING, CRITICAL or UNKNOWN: exit 0, 1, 2 or 3, one line with performance data, then what fails most.
 *
 * Invariants: whatever goes wrong - wrong use, no server, no answer in time, an answer that is none - is UNKNOWN with exit 3, on stdout and
 * without performance data (run.ts does that for verbs with `onFailure`); log text never brings in a `|`, which would begin such data.
 * Source: the Monitoring Plugins' development guidelines.
 */
import { formatAddress, parseAddress } from '../base/address.ts';
import { CodedError, isCoded } from '../base/errors.ts';
import { version } from '../base/version.ts';
import { visible } from '../base/visible.ts';
import type { ErrorGroup } from '../model.ts';
import { alerts, type CheckRange, readRange } from './check-range.ts';
import { ask, type Server, serverOf } from './server.ts';
import { leaving, type Shell } from './shell.ts';
import type { VerbRun } from './verbs.ts';

export const STATES = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const;
export const UNKNOWN = 3;
const SINCE_DEFAULT = '5m';
const PORT_DEFAULT = 5580;
/** Nagios itself gives up after 60 s; the plugins' own default is 10 s. */
const TIMEOUT_S = { fallback: 10, max: 3600 };
/** Some graphs are made of each; a cloud has some ten services. */
const SERVICES_MAX = 20;
const GROUPS_MAX = 5;
/** A line of a pager or a status page. */
const TITLE_CHARS_MAX = 160;

interface Wanted {
  readonly server: Server;
  readonly query: string;
  /** Absent: errors. */
  readonly given: string | undefined;
  readonly since: string;
  readonly warning: CheckRange | undefined;
  readonly critical: CheckRange | undefined;
  readonly isVerbose: boolean;
  readonly signal: AbortSignal;
}

export interface Found {
  readonly total: number;
  readonly services: readonly { readonly value: string; readonly count: number }[];
  readonly groups: readonly ErrorGroup[];
}

export async function run({ arguments: flags, shell }: VerbRun): Promise<number> {
  if (flags.is('version') === true) {
    shell.out.write(`stacktrail ${version()} check\n`);
    return 0;
  }
  const seconds = secondsOf(flags.text('timeout'));
  const timeout = AbortSignal.timeout(seconds * 1000);
  const given = flags.text('query');
  const wanted: Wanted = {
    server: placeOf({ arguments: flags, shell }),
    query: given ?? 'level:>=error',
    given,
    since: flags.text('since') ?? SINCE_DEFAULT,
    warning: rangeOf(flags.text('warning'), '-w'),
    critical: rangeOf(flags.text('critical'), '-c'),
    isVerbose: flags.is('verbose') === true,
    signal: AbortSignal.any([leaving(shell), timeout]),
  };
  let found: Found;
  try {
    found = await ofServer(wanted);
  } catch (error) {
    if (timeout.aborted) throw new CodedError('timeout', `${wanted.server.url} did not answer within ${seconds} s`);
    throw isCoded(error) || leaving(shell).aborted
      ? error
      : new CodedError('unreachable', `the answer of ${wanted.server.url} is not Stacktrail's`);
  }
  const state = alerts(wanted.critical, found.total) ? 2 : alerts(wanted.warning, found.total) ? 1 : 0;
  shell.out.write(checkText(state, found, wanted));
  return state;
}

/** What went wrong, for a monitoring system. */
export function onFailure(sentence: string, shell: Shell): number {
  shell.out.write(`STACKTRAIL UNKNOWN - ${sentence.trimEnd().split('\n').map(shown).join('\n')}\n`);
  return UNKNOWN;
}

function placeOf({ arguments: flags, shell }: VerbRun): Server {
  const [host, port] = [flags.text('host'), flags.text('port')];
  if (host === undefined && port === undefined) return serverOf(flags, shell);
  if (flags.text('url') !== undefined)
    throw new CodedError('bad-argument', '-H and -p say where the server is, and so does --url: give one of them');
  if (port !== undefined && !/^\d{1,5}$/.test(port)) throw new CodedError('bad-argument', `-p: ${JSON.stringify(port)} is no port`);
  // An empty one is a macro that has no value; it must not become this machine.
  if (host === '') throw new CodedError('bad-argument', '-H is empty');
  const name = host ?? '127.0.0.1';
  // `::1` has no port behind its last colon.
  const address = parseAddress(`${/:.*:/.test(name) && !name.startsWith('[') ? `[${name}]` : name}:${port ?? PORT_DEFAULT}`);
  if (address === undefined) throw new CodedError('bad-argument', `-H: ${JSON.stringify(name)} is no host`);
  return { ...serverOf({ ...flags, text: (flag) => (flag === 'url' ? `http://${formatAddress(address)}` : flags.text(flag)) }, shell) };
}

function secondsOf(text: string | undefined): number {
  if (text === undefined) return TIMEOUT_S.fallback;
  const seconds = /^\d{1,4}(\.\d{1,3})?s?$/.test(text) ? Number.parseFloat(text) : 0;
  if (seconds <= 0 || seconds > TIMEOUT_S.max)
    throw new CodedError('bad-argument', `-t: ${JSON.stringify(text)} is no number of seconds up to ${TIMEOUT_S.max}`);
  return seconds;
}

function rangeOf(text: string | undefined, flag: string): CheckRange | undefined {
  return text === undefined ? undefined : readRange(text, flag);
}

async function ofServer({ server, query, given, since, signal }: Wanted): Promise<Found> {
  const json = async (path: string, words: Record<string, string>): Promise<unknown> => {
    const response = await ask(server, { path, arguments: words, accept: 'application/json', signal });
    return response.json();
  };
  const [counted, listed] = await Promise.all([
    json('/api/v1/facets', { query, since, fields: 'service', limit: String(SERVICES_MAX) }),
    given === undefined ? json('/api/v1/errors', { since, limit: '1000' }) : { groups: [] },
  ]);
  const { total, facets } = counted as { total: number; facets: { service: Found['services'] } };
  if (!Number.isSafeInteger(total)) throw new Error('no count');
  const groups = (listed as { groups: ErrorGroup[] }).groups.toSorted((one, other) => other.count - one.count);
  return { total, services: facets.service, groups: groups.slice(0, GROUPS_MAX) };
}

// ------------------------------------------------------------------------------------------- text

export function checkText(
  state: 0 | 1 | 2,
  { total, services, groups }: Found,
  wanted: Pick<Wanted, 'given' | 'since' | 'warning' | 'critical' | 'isVerbose'>,
): string {
  const noun = wanted.given === undefined ? 'error' : 'record';
  const head = `STACKTRAIL ${STATES[state]} - ${total} ${noun}${total === 1 ? '' : 's'} ${period(wanted.since)}`;
  const limits = `${wanted.warning?.text ?? ''};${wanted.critical?.text ?? ''};0;`;
  const data = [`${noun}s=${total};${limits}`, ...services.map(({ value, count }) => `${label(`${value}_${noun}s`)}=${count};;;0;`)];
  const lines = groups.map((group) => groupLine(group, wanted.isVerbose));
  const asked = wanted.given !== undefined && wanted.isVerbose ? [`query: ${plain(wanted.given)}`] : [];
  return `${[`${head} | ${data.join(' ')}`, ...asked, ...lines].join('\n')}\n`;
}

/** `in 5m`, but `since yesterday`. */
function period(since: string): string {
  return /^(\d+(ms|[smhdw]))+$/i.test(since) ? `in ${since}` : `since ${plain(since)}`;
}

function groupLine({ title, count, state, services, hosts, signature, known }: ErrorGroup, isVerbose: boolean): string {
  const where = services
    .map(({ name }) => name)
    .slice(0, 3)
    .join(' ');
  const line = `${count} ${plain(title).slice(0, TITLE_CHARS_MAX)} (${[state, plain(where)].filter((part) => part !== '').join(', ')})`;
  if (!isVerbose) return line;
  const on = hosts
    .map(({ name, count: own }) => `${plain(name)} ${own}`)
    .slice(0, 5)
    .join(', ');
  return `${line} [${signature}${on === '' ? '' : `; on ${on}`}${known === undefined ? '' : `; ${plain(known.title)}`}]`;
}

/** One line without anything that a terminal obeys or a monitoring system divides at. */
function plain(text: string): string {
  return shown(text.trim());
}

function shown(text: string): string {
  return visible(text).replaceAll('|', '¦');
}

/** Of performance data: in quotes where it holds a space or such, quotes doubled; `=` cannot be in one. */
function label(text: string): string {
  const name = plain(text).replaceAll('=', '_');
  return /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", "''")}'`;
}
