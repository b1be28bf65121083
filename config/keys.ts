/**
 * The one table of settings: name, type, default, bounds, one sentence. README.md and stacktrail.yaml
 * show the same table (tests compare). Reading them - flag, environment, file, default - is
 * src/base/config.ts. Nothing here is a limit; limits are in src/base/limits.ts.
 *
 * Names are dotted; parts are camelCase. Flag and environment name follow from the name:
 * `udp.receiveBufferBytes` is `--udp-receive-buffer-bytes` and `STACKTRAIL_UDP_RECEIVE_BUFFER_BYTES`.
 */

import { TELLING_SETTINGS } from './keys-telling.ts';

/** How the text of a value is read; src/base/config-values.ts has one reader per word. */
export type SettingType =
  | 'text'
  | 'path'
  | 'address'
  | 'url'
  | 'bytes'
  | 'choice'
  | 'zone'
  | 'zones'
  | 'facilities'
  | 'duration'
  | 'space'
  | 'names'
  | 'peers'
  | 'networks'
  | 'count'
  | 'wait'
  | 'files'
  | 'socket';

export interface Setting {
  readonly name: string;
  readonly type: SettingType;
  /** In the spelling of the configuration file; `undefined`: no value unless one is given. */
  readonly default: string | undefined;
  /** For `choice`. */
  readonly choices?: readonly string[];
  /** For `bytes` and `count`: inclusive bounds, each with its reason beside it; for `space` only the lower one. */
  readonly min?: number;
  readonly max?: number;
  /** Never printed, never logged. */
  readonly secret?: true;
  /** A running service takes a new value from its file at once; absent: with the next start. */
  readonly live?: true;
  /** Cannot stand in the configuration file. */
  readonly notInFile?: true;
  readonly say: string;
}

export const SETTINGS = [
  { name: 'data', type: 'path', default: './data', say: 'Folder of everything that is kept; one process owns it at a time' },
  { name: 'http', type: 'address', default: '127.0.0.1:5580', say: 'Where the HTTP API listens' },
  {
    name: 'http.hosts',
    type: 'names',
    default: undefined,
    say: 'Names, separated by commas, that the API goes by besides those of loopback, e.g. that of a proxy; others are refused (DNS rebinding)',
  },
  ...TELLING_SETTINGS,
  { name: 'udp', type: 'address', default: '0.0.0.0:5514', say: 'Where syslog over UDP (RFC 5426) is received' },
  { name: 'tcp', type: 'address', default: '0.0.0.0:5514', say: 'Where syslog over TCP (RFC 6587, both framings) is received' },
  {
    name: 'relp',
    type: 'address',
    default: 'off',
    say: "Where RELP is received (rsyslog's omrelp, commonly port 2514): each message is acknowledged once it is on disk",
  },
  {
    name: 'relp.tls',
    type: 'choice',
    choices: ['off', 'on'],
    default: 'off',
    say: 'RELP inside TLS, with the certificates and clients of `tls.*`',
  },
  { name: 'tls', type: 'address', default: 'off', say: 'Where syslog over TLS (RFC 5425, commonly port 6514) is received' },
  {
    name: 'tls.certificate',
    type: 'path',
    default: undefined,
    say: 'PEM file of our certificate with its chain; read again when it changes',
  },
  { name: 'tls.key', type: 'path', default: undefined, say: 'PEM file of its key' },
  {
    name: 'tls.ca',
    type: 'path',
    default: undefined,
    say: 'PEM file of those who may sign clients; default: those that the system trusts',
  },
  {
    name: 'tls.clients',
    type: 'choice',
    choices: ['none', 'require'],
    default: 'none',
    say: 'Whether clients need a certificate of their own',
  },
  {
    name: 'tls.names',
    type: 'peers',
    default: undefined,
    say: 'Who may come with one, separated by commas: names (`*.example.org` for one label) or fingerprints (`SHA256:AB:CD…`)',
  },
  {
    name: 'unix',
    type: 'socket',
    default: 'off',
    say: 'Path of a Unix socket of datagrams for the programs of this machine (syslog(3)), e.g. `/dev/log` where no other program has it',
  },
  {
    name: 'udp.receiver',
    type: 'choice',
    choices: ['auto', 'batch', 'dgram', 'syslog-server'],
    default: 'auto',
    say: 'What reads UDP: many datagrams a call in a thread of its own (`batch`, Linux), Node itself (`dgram`) or the portable package; `auto` takes the first that works here',
  },
  {
    name: 'udp.receiveBufferBytes',
    type: 'bytes',
    default: '8MiB',
    /** Below this a single burst of one host is lost before Node is woken. */
    min: 64 * 1024,
    /** Kernel memory that nobody else can use; more only delays the loss of a load that is too high anyway. */
    max: 1024 * 1024 * 1024,
    say: 'Socket buffer asked of the kernel for UDP; `net.core.rmem_max` cuts it without CAP_NET_ADMIN (and for `dgram`), `status` shows what was given',
  },
  {
    name: 'files',
    live: true,
    type: 'files',
    default: undefined,
    say: 'Log files of this machine that are followed: absolute paths and globs, a list in the file, else separated by commas: `/var/log/nova/*.log`',
  },
  {
    name: 'files.from',
    live: true,
    type: 'choice',
    choices: ['start', 'end'],
    default: 'start',
    say: 'Where files are begun that are there when `files` names them for the first time; those that appear later are read from their beginning',
  },
  {
    name: 'http.allow',
    live: true,
    type: 'networks',
    default: 'all',
    say: 'Who may ask and push over HTTP: `all`, or networks, separated by commas: `10.0.0.0/8,::1`',
  },
  {
    name: 'udp.allow',
    live: true,
    type: 'networks',
    default: 'all',
    say: 'Whose datagrams are taken; those of others are counted by sender, and dropped',
  },
  {
    name: 'tcp.allow',
    live: true,
    type: 'networks',
    default: 'all',
    say: 'Who may connect; others are counted by sender, and closed before anything is read',
  },
  { name: 'tls.allow', live: true, type: 'networks', default: 'all', say: 'The same for TLS, before the handshake' },
  { name: 'relp.allow', live: true, type: 'networks', default: 'all', say: 'The same for RELP' },
  {
    name: 'connections.max',
    live: true,
    type: 'count',
    // A region has some thousand hosts; an idle connection costs some KiB (receive/README.md).
    default: '4096',
    min: 1,
    // Idle connections alone then take hundreds of megabytes, with half a message each.
    max: 100_000,
    say: 'Connections of senders over TCP, TLS and RELP together; more are refused and counted',
  },
  {
    name: 'connections.perPeer',
    live: true,
    type: 'count',
    // A sender needs one or a few; whoever hides others (NAT, a load balancer) needs more.
    default: '200',
    min: 1,
    max: 100_000,
    say: 'The same of one address, so that one peer cannot take the place of all; more where a proxy or NAT stands in front of many',
  },
  {
    name: 'connections.partialTimeout',
    live: true,
    type: 'wait',
    default: '60s',
    say: 'Longest time that one message may take to arrive; then what is there is kept, flagged `incomplete`, and the connection is closed; idle ones stay',
  },
  {
    name: 'retention.age',
    live: true,
    type: 'duration',
    default: 'none',
    say: 'Records that arrived longer ago are dropped, oldest file first: `30d`, `12w`, at least `1h`; `none`: whatever their age',
  },
  {
    name: 'retention.size',
    live: true,
    type: 'space',
    default: '80%',
    // The write-ahead logs alone may take 20 MiB: below this hardly anything would be kept.
    min: 64 * 1024 * 1024,
    say: 'The oldest files are dropped while the data folder is larger: `500GiB`, `80%` of its file system, both with a comma (the smaller counts), at least `64MiB`, or `none`',
  },
  {
    name: 'disk.reserve',
    live: true,
    type: 'space',
    // 5 % keeps a small disk usable; 512 MiB is more than checkpoints, indexes and what is under way can ask for, so that more would only be lost.
    default: '5%,512MiB',
    say: 'While the file system has less free space than this nothing new is stored, queries go on: `1GiB`, `5%`, both with a comma (the smaller counts), or `none`',
  },
  {
    name: 'zone',
    live: true,
    type: 'zone',
    default: 'auto',
    say: 'Zone of stamps without one: `auto` learns it per source, else an offset such as `+02:00` or minutes east of UTC',
  },
  {
    name: 'zones',
    live: true,
    type: 'zones',
    default: undefined,
    say: 'Zones of some hosts, which win over `zone`: `c0*=Europe/Berlin,10.1.*=-05:00`, or a map in the file; of several patterns the first counts',
  },
  {
    name: 'facilities',
    live: true,
    type: 'facilities',
    default: 'local0=nova,local1=glance,local2=cinder,local3=keystone',
    say: 'Service of a message that names none, by its syslog facility (the Operations Guide gives local0 to local3)',
  },
  {
    name: 'log.level',
    live: true,
    type: 'choice',
    choices: ['debug', 'info', 'warn', 'error', 'silent'],
    default: 'info',
    say: "How much Stacktrail's own log on stderr says",
  },
  { name: 'url', type: 'url', default: 'http://127.0.0.1:5580', say: 'Server that the reading verbs talk to' },
  { name: 'token', type: 'text', default: undefined, secret: true, say: 'API token sent to that server' },
  {
    name: 'color',
    type: 'choice',
    choices: ['auto', 'always', 'never'],
    default: 'auto',
    say: 'Colours in the terminal; `NO_COLOR` is heeded',
  },
  {
    name: 'timezone',
    type: 'text',
    default: 'local',
    say: 'Zone of times that the reading verbs show and read: `local`, `UTC`, `+02:00`, `Europe/Berlin`',
  },
  {
    name: 'pager',
    type: 'text',
    default: undefined,
    say: 'What pages a search that is longer than the terminal, before `PAGER` and `less`; `cat` for nothing',
  },
  {
    name: 'readyFile',
    type: 'path',
    default: undefined,
    notInFile: true,
    say: 'Gets the bound addresses as JSON once everything is up',
  },
  { name: 'config', type: 'path', default: undefined, notInFile: true, say: 'YAML file of settings' },
] as const satisfies readonly Setting[];

export type SettingName = (typeof SETTINGS)[number]['name'];

/** `udp.receiveBufferBytes` -> `udp-receive-buffer-bytes`. */
export function flagName(name: string): string {
  return name.replaceAll('.', '-').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `udp.receiveBufferBytes` -> `STACKTRAIL_UDP_RECEIVE_BUFFER_BYTES`. */
export function environmentName(name: string): string {
  return `STACKTRAIL_${flagName(name).replaceAll('-', '_').toUpperCase()}`;
}
