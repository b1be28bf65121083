/**
 * Which kind of thing an id names: told by the word before it (`volume <uuid>`, `'port_id': u'<uuid>'`,
 * `/servers/<uuid>`, `qdhcp-<uuid>`), rarely by what follows (`<uuid>_disk`). Part of marks.ts.
 *
 * Invariant: looks at LOOK_BACK characters at most, so linear; a word that is not in the table tells nothing.
 * Source: the message texts, URL paths, file and device names of the services.
 */
import type { IdKind } from '../src/model.ts';

/** Longest word with its punctuation, and a general word (`with id`) in front of it. */
const LOOK_BACK = 72;
const GENERAL_WORDS_MAX = 3;

/** Say nothing themselves: the word before them does. */
const GENERAL = new Set(['', 'id', 'ids', 'uuid', 'uuids', 'is', 'with', 'name', 'named', 'list', 'set', 'json']);

/** In lower case and the singular, without `_id`, `_uuid`, `_ref`. */
const KINDS: ReadonlyMap<string, IdKind> = new Map<string, IdKind>([
  ['instance', 'instance'],
  ['server', 'instance'],
  ['vm', 'instance'],
  ['guest', 'instance'],
  // Nova's lock while it asks neutron for the addresses of one.
  ['refresh_cache', 'instance'],
  ['volume', 'volume'],
  ['vol', 'volume'],
  ['volume-extended', 'volume'],
  ['os-volume_attachment', 'volume'],
  ['image', 'image'],
  ['kernel', 'image'],
  ['ramdisk', 'image'],
  ['port', 'port'],
  ['vif', 'port'],
  ['lport', 'port'],
  ['iface', 'port'],
  ['os-interface', 'port'],
  ['network-vif-plugged', 'port'],
  ['network-vif-unplugged', 'port'],
  ['network-vif-deleted', 'port'],
  ['network-changed', 'port'],
  ['network', 'network'],
  ['net', 'network'],
  ['qdhcp', 'network'],
  ['router', 'router'],
  ['qrouter', 'router'],
  ['snat', 'router'],
  ['subnet', 'subnet'],
  ['snapshot', 'snapshot'],
  ['message', 'message'],
  ['msg', 'message'],
  ['reply', 'reply'],
  ['project', 'project'],
  ['tenant', 'project'],
  ['auth', 'project'],
  ['user', 'user'],
  // Neutron's agents call a port so; `device_id` says whose it is: an instance's, unless device_owner says otherwise.
  ['device', 'port'],
  ['device_id', 'instance'],
  ['deviceid', 'instance'],
]);
/** Things whose ids are UUIDs, however they are spelled. */
const WITH_UUIDS: ReadonlySet<IdKind> = new Set<IdKind>(['instance', 'volume', 'image', 'port', 'network', 'router', 'subnet', 'snapshot']);

/** `_id`, `Uuid`, `_ref` and the plural: a word is looked up as it is first. */
const ENDING = /(?:[_-]?(?:uuid|id|ref))?s?$/;
const BEHIND: readonly (readonly [string, IdKind])[] = [
  ['_disk', 'instance'],
  ['_del', 'instance'],
  ['_resize', 'instance'],
];
/** `VIFOpenVSwitch(active=False,address=…,id=<uuid>`: os-vif names a port by `id` alone, among its fields in the order of the alphabet. */
const VIF_ID = /[(,] ?id=$/;
const VIF = /\bVIF[A-Z][A-Za-z]{0,40}\([^()]{0,360}$/;
const VIF_LOOK_BACK = 400;
/** libvirt names a guest by its domain and its UUID, which is the instance's: `Domain id=7 name='instance-0000001f' uuid=<uuid>`. */
const DOMAIN_UUID = /\bname=['"]?instance-[0-9a-f]{8}['"]?,? uuid=['"]?$/;
const VERSIONED_PATH = /\/v[123](?:\.\d{1,2})?\/$/;

export function hasUuid(kind: IdKind): boolean {
  return WITH_UUIDS.has(kind);
}

/** The kind of the id at text[start, end). */
export function kindAt(text: string, start: number, end: number): IdKind | undefined {
  const before = text.slice(Math.max(0, start - LOOK_BACK), start);
  const named = kindBehind(before);
  if (named !== undefined) return isDeviceOfNetwork(named, before, text) ? undefined : named;
  if (VIF_ID.test(before) && VIF.test(text.slice(Math.max(0, start - VIF_LOOK_BACK), start))) return 'port';
  if (DOMAIN_UUID.test(before)) return 'instance';
  for (const [word, kind] of BEHIND) if (text.startsWith(word, end)) return kind;
  // keystone's ids in paths: `/v2/<project>/servers`.
  if (end - start === 32 && VERSIONED_PATH.test(before)) return 'project';
  return undefined;
}

/** `device_id` of a router's or a DHCP server's port. */
function isDeviceOfNetwork(kind: IdKind, before: string, text: string): boolean {
  return kind === 'instance' && /device_?id\W{0,8}$/i.test(before) && text.includes('network:');
}

function kindBehind(before: string): IdKind | undefined {
  let end = before.length;
  for (let step = 0; step < GENERAL_WORDS_MAX; step++) {
    end = connectorStart(before, end);
    const start = wordStart(before, end);
    const word = before.slice(start, end).toLowerCase();
    const kind = kindNamed(word) ?? kindOfPart(word);
    if (kind !== undefined) return kind;
    if (start === 0 || !GENERAL.has(word)) return undefined;
    end = start;
  }
  return undefined;
}

/** `floating_network_id`, `iqn.2010-10.org.openstack:volume-…`: the last part says what it is. */
function kindOfPart(word: string): IdKind | undefined {
  const bare = word.replace(ENDING, '');
  return KINDS.get(bare.slice(Math.max(bare.lastIndexOf('_'), bare.lastIndexOf('-')) + 1));
}

function kindNamed(word: string): IdKind | undefined {
  return KINDS.get(word) ?? KINDS.get(word.replace(ENDING, ''));
}

/** Back over what joins a word and its id: `: `, `=`, `': u'`, `/`, `%2F`, `-`, `_`, `([`. */
function connectorStart(text: string, end: number): number {
  let at = end;
  for (;;) {
    // `/servers%2F<uuid>`, `["iface-id","<uuid>"]` of OVSDB.
    if (text.endsWith('%2F', at) || text.endsWith('%2f', at) || text.endsWith('","', at)) at -= 3;
    else if (at > 0 && isConnector(text.charCodeAt(at - 1))) at--;
    else if (isPrefixOfString(text, at) || (text.endsWith('.', at) && text.startsWith('json', at))) at--;
    else return at;
  }
}

/** ` " ' ( - / : < = ? [ _ ` {` */
function isConnector(code: number): boolean {
  return (
    code === 32 ||
    code === 34 ||
    code === 39 ||
    code === 40 ||
    code === 45 ||
    code === 47 ||
    code === 58 ||
    code === 60 ||
    code === 61 ||
    code === 63 ||
    code === 91 ||
    code === 95 ||
    code === 96 ||
    code === 123
  );
}

/** The u of `u'…'`, the b of `b'…'`. */
function isPrefixOfString(text: string, at: number): boolean {
  const code = text.charCodeAt(at - 1);
  const next = text.charCodeAt(at);
  return (code === 117 || code === 98) && (next === 39 || next === 34) && !isWordUnit(text.charCodeAt(at - 2));
}

function wordStart(text: string, end: number): number {
  let at = end;
  while (at > 0 && isWordUnit(text.charCodeAt(at - 1))) at--;
  return at;
}

/** Letters, digits, `_` and `-`. */
function isWordUnit(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95 || code === 45;
}
