/**
 * What clients of HTTP call the fields of a record: one table from their names to ours, in the order in which they win. Not
 * here: how a client wraps them (item.ts). A name stands in lower case, members of members with a dot.
 *
 * Invariant: a value that does not fit its field (a level nobody knows, a list as host) is not taken, and stays with the rest.
 * Sources: kolla-ansible's fluentd rules (Hostname, programname, log_level, python_module, Payload), rsyslog's JSON properties,
 * Elastic Common Schema, OpenTelemetry's semantic conventions, labels of promtail and Alloy, journald's fields.
 */
import type { Level, LogRecord } from '../src/model.ts';
import { LEVELS } from '../src/model.ts';
import { isoStampAt, stampEnd, stampOffset } from './header.ts';
import { daemonLevel } from './levels.ts';
import { isWall, MINUTE_US } from './time.ts';

/** What an item says, in our words. */
export interface ItemFields {
  message?: string;
  time?: number;
  host?: string;
  program?: string;
  service?: string;
  pid?: number;
  level?: Level;
  severity?: number;
  facility?: number;
  logger?: string;
  request?: string;
  globalRequest?: string;
  user?: string;
  project?: string;
  domain?: string;
  systemScope?: string;
  userDomain?: string;
  projectDomain?: string;
  instance?: string;
  msgid?: string;
}

export type ItemField = keyof ItemFields;
/** Fields that are taken over as they are where the text says none. */
export const PLAIN_FIELDS = [
  'facility',
  'severity',
  'level',
  'pid',
  'logger',
  'request',
  'globalRequest',
  'user',
  'project',
  'domain',
  'systemScope',
  'userDomain',
  'projectDomain',
  'instance',
  'msgid',
] as const satisfies readonly (ItemField & keyof LogRecord)[];

interface Target {
  readonly field: ItemField;
  readonly names: readonly string[];
  /** `zone`: minutes east of UTC of stamps without one. */
  read(value: unknown, zone: number): string | number | undefined;
}

/** Longer ones are no names. */
const NAME_CHARS_MAX = 255;
const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/;
const BARE_UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
/** `nova-compute[7]:` of rsyslog's syslogtag. */
const TAG = /^([^\s[\]:]+)(?:\[\d+\])?:?$/;

export const TARGETS: readonly Target[] = [
  target('message', 'message msg payload log body line short_message full_message event.original', (value) =>
    typeof value === 'string' && value !== '' ? value : undefined,
  ),
  target('time', '@timestamp time timestamp ts date timereported _time eventtime _source_realtime_timestamp asctime', timeOf),
  target(
    'host',
    'host host.name host.hostname hostname _hostname nodename node_name node kubernetes.host kubernetes.node_name k8s.node.name agent.hostname beat.hostname fromhost source_host',
    word,
  ),
  target(
    'program',
    'program programname app-name app_name appname syslog_identifier syslogtag syslog_program process.name process.executable.name ident',
    programOf,
  ),
  target('service', 'service service.name service_name job app', serviceNameOf),
  target('pid', 'pid procid process.pid process_id process.id _pid process', countOf),
  target('level', 'level log_level loglevel levelname severity_text severity log.level priority lvl detected_level level_name', levelOf),
  target('severity', 'severity syslogseverity syslog_severity priority log.syslog.severity.code level', (value) => numberUpTo(value, 7)),
  target('facility', 'facility syslogfacility syslog_facility log.syslog.facility.code', facilityOf),
  target('logger', 'python_module logger logger_name logger.name log.logger name module scope.name', word),
  target('request', 'request_id request openstack.request_id', requestOf),
  target('globalRequest', 'global_request_id global_request', requestOf),
  target('user', 'user_id user.id user', word),
  target('project', 'project_id tenant_id project.id project tenant', word),
  target('domain', 'domain_id domain', word),
  target('systemScope', 'system_scope', word),
  target('userDomain', 'user_domain user_domain_id', word),
  target('projectDomain', 'project_domain project_domain_id', word),
  target('instance', 'instance instance_uuid instance_id resource_uuid', (value) =>
    typeof value === 'string' ? UUID.exec(value.slice(0, 200))?.[0] : undefined,
  ),
  target('msgid', 'msgid', word),
];

function target(field: ItemField, names: string, read: Target['read']): Target {
  return { field, names: names.split(' '), read };
}

/** Nothing, as the clients write it: a regular expression without a match, oslo.log without a context. */
function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === '' || value === '-' || value === 'None';
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' && !isNothing(value) && value.length <= NAME_CHARS_MAX && !/[\s\x00-\x1f\x7f]/.test(value)
    ? value
    : undefined;
}

function programOf(value: unknown): string | undefined {
  return typeof value === 'string' ? TAG.exec(value.slice(0, NAME_CHARS_MAX + 1))?.[1] : undefined;
}

/** `openstack/nova-api` of a job. */
function serviceNameOf(value: unknown): string | undefined {
  return word(value)?.replace(/^.*\//, '') || undefined;
}

function countOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number < 1e9 ? number : undefined;
}

function numberUpTo(value: unknown, most: number): number | undefined {
  const number = countOf(value);
  return number !== undefined && number <= most ? number : undefined;
}

const KNOWN_LEVELS: ReadonlySet<string> = new Set(LEVELS);

export function levelOf(value: unknown): Level | undefined {
  if (typeof value !== 'string' || value.length > 16) return undefined;
  const upper = value.toUpperCase();
  return KNOWN_LEVELS.has(upper) ? (upper as Level) : daemonLevel(value);
}

const FACILITIES =
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  );

function facilityOf(value: unknown): number | undefined {
  const at = typeof value === 'string' ? FACILITIES.indexOf(value.toLowerCase()) : -1;
  return at >= 0 ? at : numberUpTo(value, FACILITIES.length - 1);
}

/** Kolla's rules take `req-` off: it is put back, so that the id is found as what it is. */
function requestOf(value: unknown): string | undefined {
  const text = word(value);
  return text !== undefined && BARE_UUID.test(text) ? `req-${text.toLowerCase()}` : text;
}

/** 1973 in seconds to 9999 in ns: each unit has its own range, so a number needs no unit (1e8 s … 1e11 ms …). */
const SECONDS_MAX = 1e11;
const MILLIS_MAX = 1e14;
const MICROS_MAX = 1e17;
const OLDEST_SECOND = 1e8;

/** µs of unix seconds, ms, µs, ns (number or text) or of an ISO stamp. */
export function timeOf(value: unknown, zone: number): number | undefined {
  if (typeof value === 'number') return unixOf(value);
  if (typeof value !== 'string' || value.length > 64) return undefined;
  // ns have more digits than a number holds.
  if (/^\d{18,19}$/.test(value)) return Number(value.slice(0, -3));
  if (/^\d{9,17}(?:\.\d{1,9})?$/.test(value)) return unixOf(Number(value));
  const wall = isoStampAt(value, 0);
  if (!isWall(wall) || value.slice(stampEnd).trim() !== '') return undefined;
  return wall - (stampOffset ?? zone) * MINUTE_US;
}

function unixOf(number: number): number | undefined {
  if (!(number >= OLDEST_SECOND)) return undefined;
  if (number < SECONDS_MAX) return Math.round(number * 1e6);
  if (number < MILLIS_MAX) return Math.round(number * 1e3);
  if (number < MICROS_MAX) return Math.round(number);
  return number < MICROS_MAX * 1e3 ? Math.round(number / 1e3) : undefined;
}
