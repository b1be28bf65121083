/**
 * `config/signatures.yaml`: known errors as plain data, checked, each mistake with its place. Not here: YAML (config.ts), recognising them
 * (report/known-signatures.ts). Throws `bad-setting`.
 */
import type { SignatureEntry } from '../model-errors.ts';
import type { Located } from './config-site.ts';
import { CodedError } from './errors.ts';
import { didYouMean } from './nearest.ts';

const NEEDED = ['name', 'title', 'match', 'meaning', 'check', 'source'] as const;
const MAY = ['services', 'unless', 'commands', 'links', 'warning'] as const;
const KEYS: readonly string[] = [...NEEDED, ...MAY];
const NAME = /^[a-z0-9][a-z0-9-]{1,47}$/;
const LINK = /^https:\/\/[a-z0-9.-]+\/[\x21-\x7e]*$/;
/** A match without a piece of this length is in half of all texts. */
const PIECE_CHARS_MIN = 6;
/** Every error record may meet all of them. */
const ENTRIES_MAX = 1000;

export function readSignatures(value: Located): SignatureEntry[] {
  if (!('list' in value)) throw wrong(value.place, 'signatures are a list: "- name: …", "  match: …"');
  if (value.list.length > ENTRIES_MAX) throw wrong(value.place, `more than ${ENTRIES_MAX} signatures`);
  const names = new Set<string>();
  return value.list.map((one) => {
    const entry = readEntry(one);
    if (names.has(entry.known.name)) throw wrong(one.place, `a second signature ${entry.known.name}`);
    names.add(entry.known.name);
    return entry;
  });
}

function readEntry(value: Located): SignatureEntry {
  if (!('map' in value)) throw wrong(value.place, 'a signature is written as "name: …", "title: …", "match: …"');
  const members = new Map<string, Located>();
  for (const { key, place, value: member } of value.map) {
    if (!KEYS.includes(key))
      throw wrong(place, `${key} is no part of a signature${didYouMean(key, KEYS) || `; there are ${KEYS.join(', ')}`}`);
    if (members.has(key)) throw wrong(place, `${key} stands here a second time`);
    members.set(key, member);
  }
  for (const key of NEEDED) if (!members.has(key)) throw wrong(value.place, `a signature without ${key}`);
  const text = (key: string): string => textOf(members.get(key)!, key);
  const list = (key: string): string[] => listOf(members.get(key), key);
  const name = text('name');
  if (!NAME.test(name)) throw wrong(members.get('name')!.place, `${JSON.stringify(name)} is no name of lower-case letters, digits and -`);
  const links = list('links');
  for (const link of links) if (!LINK.test(link)) throw wrong(members.get('links')!.place, `${JSON.stringify(link)} is no https address`);
  const services = list('services');
  return {
    known: {
      ...{ name, title: text('title') },
      ...(services.length === 0 ? {} : { services }),
      ...{ meaning: text('meaning'), check: list('check'), commands: list('commands'), links },
    },
    match: matches(members.get('match')!),
    unless: list('unless'),
    warning: flagOf(members.get('warning')),
    source: text('source'),
    place: value.place,
  };
}

function matches(value: Located): string[] {
  const texts = listOf(value, 'match');
  if (texts.length === 0) throw wrong(value.place, 'match is empty: it would fit nothing');
  for (const text of texts)
    if (text.split('*').every((piece) => piece.trim().length < PIECE_CHARS_MIN))
      throw wrong(value.place, `${JSON.stringify(text)} fits nearly everything: ${PIECE_CHARS_MIN} characters in a row are needed`);
  return texts;
}

function flagOf(value: Located | undefined): boolean {
  if (value === undefined) return false;
  const text = textOf(value, 'warning');
  if (text !== 'true' && text !== 'false') throw wrong(value.place, `warning is true or false, not ${JSON.stringify(text)}`);
  return text === 'true';
}

function listOf(value: Located | undefined, what: string): string[] {
  if (value === undefined || 'empty' in value) return [];
  return 'list' in value ? value.list.map((one) => textOf(one, what)) : [textOf(value, what)];
}

function textOf(value: Located, what: string): string {
  if (!('text' in value) || value.text.trim() === '') throw wrong(value.place, `${what} has no single value`);
  return value.text.trim();
}

function wrong(place: string, message: string): CodedError {
  return new CodedError('bad-setting', `${place}: ${message}`);
}
