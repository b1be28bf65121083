/**
 * What a request did, where its path alone does not say: all actions of a server come to `/servers/ID/action`, all events of a port to
 * `/os-server-external-events`. The body names them, and the service prints the body, or what it does with it. Told from the records
 * of the request; undefined: they do not say, and then nothing is known of the operation, since a reboot is no migration. Pure.
 *
 * Source: `_process_stack` of nova's and cinder's api/openstack/wsgi.py (DEBUG), nova/api/openstack/compute/server_external_events.py (INFO; AUDIT
 * before Liberty), nova/compute/manager.py and virt/libvirt/driver.py (INFO).
 */
import type { HttpAccess } from '../model.ts';

/** What of a record counts here; a `Piece` of a story is one. */
export interface NamingRecord {
  readonly program: string | undefined;
  readonly text: string;
}

export interface OperationName {
  /** `os-migrateLive`, `network-vif-plugged`; several events of one call with `+`, in the order of letters. */
  readonly name: string;
  /** Words of the record that says it, by which other requests of the same name are found. */
  readonly words: string;
}

const ACTION_PATH = /\/action$/;
const EVENTS_PATH = /\/os-server-external-events$/;
/** swift's paths name containers and objects, each its own: no two requests have the same. */
const OBJECT_PATH = /\/AUTH_[\w-]{1,64}(?:\/|$)/;

/** The first key of the JSON behind it names the action; what Python prints of the method is not that long. */
const ACTION = /^Action: '[^']{0,60}', calling method: .{0,300}?, body: \{\s*"([\w.:-]{1,60})"/;
const EVENT = /^Creating event ([\w-]{1,60}):/;
/** Where DEBUG is off, nova-compute tells the action by its first words. */
const COMPUTE_SAYS: readonly (readonly [words: string, name: string])[] = [
  ['Migration running for', 'os-migrateLive'],
  ['Rebooting instance', 'reboot'],
  ['Rebuilding instance', 'rebuild'],
  ['instance snapshotting', 'createImage'],
  ['Rescuing', 'rescue'],
  ['Unrescuing', 'unrescue'],
  ['Pausing', 'pause'],
  ['Unpausing', 'unpause'],
  ['Resuming', 'resume'],
  ['Shelving', 'shelve'],
  ['Unshelving', 'unshelve'],
];

/** Does the path alone say too little of the operation to compare by it? */
export function isOfMany({ path }: Pick<HttpAccess, 'path'>): boolean {
  const bare = path.replace(/[?#].*$/s, '');
  return ACTION_PATH.test(bare) || EVENTS_PATH.test(bare) || OBJECT_PATH.test(bare);
}

/** `records`: those of the request itself. Undefined also of a path that says all. */
export function operationName({ path }: Pick<HttpAccess, 'path'>, records: Iterable<NamingRecord>): OperationName | undefined {
  const bare = path.replace(/[?#].*$/s, '');
  if (EVENTS_PATH.test(bare)) return eventsName(records);
  return ACTION_PATH.test(bare) ? actionName(records) : undefined;
}

function eventsName(records: Iterable<NamingRecord>): OperationName | undefined {
  const names = new Set<string>();
  for (const { text } of records) {
    const [, name] = EVENT.exec(text) ?? [];
    if (name !== undefined) names.add(name);
  }
  const [first, ...more] = [...names].sort();
  return first === undefined ? undefined : { name: [first, ...more].join('+'), words: `Creating event ${first}` };
}

function actionName(records: Iterable<NamingRecord>): OperationName | undefined {
  let said: OperationName | undefined;
  for (const { program, text } of records) {
    const [, name] = ACTION.exec(text) ?? [];
    if (name !== undefined) return { name, words: `body ${name}` };
    if (said !== undefined || program?.startsWith('nova-compute') !== true) continue;
    const [words, told] = COMPUTE_SAYS.find(([beginning]) => text.startsWith(beginning)) ?? [];
    if (words !== undefined) said = { name: told!, words };
  }
  return said;
}
