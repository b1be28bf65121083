/**
 * Records for tests of stores: what a cloud sends, made from a seed and read by our own parsers, so that they
 * are what ingest gives to a store. Ids meet again in several services; now and then something comes late,
 * in another script, hostile, glued, as a traceback, or huge. The same seed gives the same records.
 */
import { parse } from '../../parsers/index.ts';
import type { LogRecord } from '../../src/model.ts';

export interface MakeOptions {
  readonly seed: number;
  readonly count: number;
  /** µs of the first; default 2024-11-22 09:00 UTC. */
  readonly startUs?: number;
  /** µs between two, on the average; 0 gives them all one time. */
  readonly stepUs?: number;
  /** One message of this many characters among them. */
  readonly bigChars?: number;
}

export const START_US = Date.UTC(2024, 10, 22, 9) * 1000;
const STEP_US = 250_000;
/** Every 25th record is up to two hours late. */
const LATE_SHARE = 0.04;
const LATE_US_MAX = 7_200_000_000;

export interface Dice {
  next(): number;
  below(bound: number): number;
  pick<T>(choices: readonly T[]): T;
  hex(digits: number): string;
  uuid(): string;
}

/** mulberry32: small, fast, and the same everywhere. */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  const hex = (digits: number): string => Array.from({ length: digits }, () => below(16).toString(16)).join('');
  const uuid = (): string => [8, 4, 4, 4, 12].map(hex).join('-');
  return { next, below, hex, uuid, pick: (choices) => choices[below(choices.length)]! };
}

/** The few names and ids that the records of one seed share. */
export interface Cast {
  readonly dice: Dice;
  readonly hosts: readonly string[];
  readonly instances: readonly string[];
  readonly requests: readonly string[];
  readonly projects: readonly string[];
  readonly txns: readonly string[];
}

export function castOf(seed: number): Cast {
  const dice = diceOf(seed ^ 0x5eed);
  const several = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
  return {
    dice,
    hosts: ['c01', 'c02', 'net-01.example.org', 'controller', '10.0.0.7', 'büro-3'],
    instances: several(5, dice.uuid),
    requests: several(6, () => `req-${dice.uuid()}`),
    projects: several(3, () => dice.hex(32)),
    txns: several(4, () => `tx${dice.hex(21)}-${dice.hex(10)}`),
  };
}

export function makeRecords(options: MakeOptions): LogRecord[] {
  const { seed, count, startUs = START_US, stepUs = STEP_US, bigChars = 0 } = options;
  const dice = diceOf(seed);
  const cast = castOf(seed);
  const big = bigChars > 0 ? dice.below(count) : -1;
  const records: LogRecord[] = [];
  let nowUs = startUs;
  for (let index = 0; index < count; index++) {
    nowUs += Math.floor(dice.next() * 2 * stepUs);
    const late = stepUs > 0 && dice.next() < LATE_SHARE ? dice.below(LATE_US_MAX) : 0;
    const text = index === big ? bigText({ cast, dice, timeUs: nowUs }, bigChars) : dice.pick(MAKERS)({ cast, dice, timeUs: nowUs - late });
    records.push(parse(text, { received: nowUs + 1500, transport: 'udp', peer: '10.0.0.3', zone: 0 }));
  }
  return records;
}

/** A continuation that came after `parent` had been committed, as the joiner makes it. */
export function continuationOf(parent: LogRecord, message: string): LogRecord {
  return { ...parent, seq: 0, of: parent.seq, message, raw: undefined, more: undefined, received: parent.received + 7000 };
}

interface Scene {
  readonly cast: Cast;
  readonly dice: Dice;
  readonly timeUs: number;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function headOf({ cast, dice, timeUs }: Scene, program: string, priority: number): string {
  const time = new Date(Math.floor(timeUs / 1000));
  const clock = time.toISOString().slice(11, 19);
  return `<${priority}>${MONTHS[time.getUTCMonth()]} ${String(time.getUTCDate()).padStart(2)} ${clock} ${dice.pick(cast.hosts)} ${program}: `;
}

const LEVELS = ['DEBUG', 'INFO', 'INFO', 'INFO', 'AUDIT', 'WARNING', 'ERROR', 'CRITICAL'];

/** A line as oslo.log formats it since 2015; `message` may hold several lines. */
function oslo(scene: Scene, program: string, message: string): string {
  const { cast, dice, timeUs } = scene;
  const iso = new Date(Math.floor(timeUs / 1000)).toISOString();
  const stamp = `${iso.slice(0, 10)} ${iso.slice(11, 23)}`;
  const context = dice.next() < 0.7 ? `${dice.pick(cast.requests)} ${dice.hex(32)} ${dice.pick(cast.projects)} - - -` : '-';
  const instance = dice.next() < 0.4 ? `[instance: ${dice.pick(cast.instances)}] ` : '';
  const logger = `${program.replace(/-.*/, '')}.${dice.pick(['compute.manager', 'scheduler.filters', 'api.openstack.wsgi', 'service'])}`;
  return `${headOf(scene, program, 134)}${stamp} ${1000 + dice.below(40)} ${dice.pick(LEVELS)} ${logger} [${context}] ${instance}${message}`;
}

const MAKERS: readonly ((scene: Scene) => string)[] = [
  (scene) => oslo(scene, 'nova-compute', `Took ${(scene.dice.below(9000) / 100).toFixed(2)} seconds to build instance.`),
  (scene) => oslo(scene, 'nova-scheduler', 'No valid host was found. There are not enough hosts available.'),
  (scene) => oslo(scene, 'nova-compute', `VM ${scene.dice.pick(['Started', 'Paused', 'Resumed', 'Stopped'])} (Lifecycle Event)`),
  (scene) =>
    oslo(
      scene,
      'nova-api',
      `10.0.0.${scene.dice.below(9)} "GET /v2.1/servers/${scene.dice.pick(scene.cast.instances)} HTTP/1.1" status: ${scene.dice.pick([200, 404, 500])} len: ${scene.dice.below(5000)} time: 0.${scene.dice.below(9_999_999)}`,
    ),
  (scene) =>
    oslo(
      scene,
      'cinder-volume',
      `Attached volume_${scene.dice.pick(scene.cast.instances)} and ${scene.dice.pick(scene.cast.instances)}_disk.`,
    ),
  (scene) =>
    oslo(
      scene,
      'neutron-server',
      `Port tap${scene.dice.hex(8)}-${scene.dice.hex(2)} fa:16:3e:${[2, 2, 2].map(scene.dice.hex).join(':')} fe80::${scene.dice.hex(4)}:1 up`,
    ),
  (scene) =>
    oslo(
      scene,
      'glance-api',
      `Bild ${scene.dice.pick(['gelöscht', 'größer', '日本語', 'Ελλάς ΑΣ', 'İstanbul', '🙂'])} ${scene.dice.hex(scene.dice.pick([4, 8, 12, 16, 32, 40]))}`,
    ),
  (scene) => oslo(scene, 'nova-compute', TRACEBACK.join(scene.dice.pick(['#012', '\n']))),
  (scene) =>
    `${headOf(scene, 'proxy-server', 134)}10.0.0.4 10.0.0.4 ${swiftTime(scene.timeUs)} ${scene.dice.pick(['GET', 'PUT', 'HEAD'])} /v1/AUTH_${scene.dice.pick(scene.cast.projects)}/glance HTTP/1.0 ${scene.dice.pick([200, 201, 404, 503])} - python-swiftclient - - ${scene.dice.below(9000)} - ${scene.dice.pick(scene.cast.txns)} - 0.${scene.dice.below(9999)} - - 1402328502.550486088 1402328502.790656090 0`,
  (scene) =>
    `<165>1 ${new Date(scene.timeUs / 1000).toISOString()} ${scene.dice.pick(scene.cast.hosts)} keystone ${scene.dice.below(999)} ID${scene.dice.below(9)} [x@1 token="${scene.dice.hex(8)}" why="a \\"b\\""] Could not find user: ${scene.dice.pick(scene.cast.projects)}`,
  (scene) => `${headOf(scene, 'evil', 11)}${scene.dice.pick(HOSTILE)}`,
  (scene) =>
    `${headOf(scene, 'kernel', 4)}Out of memory: Killed process ${scene.dice.below(99_999)} (${scene.dice.pick(['qemu', 'mysqld'])})`,
  (scene) =>
    scene.dice.pick(['', ' ', '<', '<999>x', 'just words', `instance ${scene.dice.pick(scene.cast.instances).toUpperCase()} is gone`]),
];

const TRACEBACK = [
  'Traceback (most recent call last):',
  '  File "/usr/lib/python3/nova/compute/manager.py", line 2461, in _build',
  '    yield resources',
  'nova.exception.NoValidHost: none of 3 hosts fits',
];

const HOSTILE = [
  '\x1b[31mred\x1b[0m \x07 \x9b31m',
  'a\x00b\x01c\x02d\x03e\x04f\x05g\x06h\x08i',
  '" OR 1=1; DROP TABLE record; --',
  '<script>alert(1)</script> \u202egnirts',
  '* NOT (AND) "quoted" \\ /re/ field:value',
  '\ufffd\ufffd invalid bytes \ufeff',
  'x'.repeat(300),
  '__proto__ constructor toString NEAR(a b)',
];

function swiftTime(timeUs: number): string {
  const iso = new Date(Math.floor(timeUs / 1000)).toISOString();
  return `${iso.slice(8, 10)}/${MONTHS[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}/${iso.slice(11, 19).replaceAll(':', '/')}`;
}

/** A debug dump: tokens of all kinds until it is long enough. */
function bigText(scene: Scene, chars: number): string {
  const parts: string[] = ['dumping'];
  for (let length = 0; length < chars; length += parts.at(-1)!.length + 1)
    parts.push(scene.dice.pick([scene.dice.uuid(), scene.dice.hex(10), 'word', String(scene.dice.below(1e6)), 'größe']));
  return oslo(scene, 'nova-compute', parts.join(' '));
}
