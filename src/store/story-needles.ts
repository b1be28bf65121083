/**
 * The ids that a story looks for, in the forms in which blocks and batches can be asked for them. Many at once: UUIDs are compared as
 * positions in a block's table of ids in one pass over its columns, whatever their number. Not here: which ids are wanted
 * (report/story-links.ts), and in which blocks they may lie (story-find.ts).
 */
import { tokensOf } from '../base/tokens.ts';
import { macWord, WHOLE_MACS } from '../base/whole-ids.ts';
import type { Filter, StoryKind } from '../model.ts';
import { idOf } from '../query/ids.ts';
import { isHexKey } from '../report/story-id.ts';
import type { Sought } from '../report/story-links.ts';
import { indexExpression } from './index-query.ts';

/** One id, or one spelling of it. */
export interface Needle {
  readonly key: string;
  readonly kind: StoryKind;
  readonly role: Sought['role'];
  /** 32 digits; absent: a text. */
  readonly hex: string | undefined;
  readonly filter: Filter;
  /** What of the filter is about the text alone, where it asks for a speaker, too. */
  readonly said?: Filter;
  /** What the index must hold (FTS5). */
  readonly expression: string | undefined;
  /** Folded; a record's texts hold it where the filter matches. */
  readonly part: string;
  /** That part is always within one variable of a shape (base/shape.ts), or in a text without one. */
  readonly isOneVariable: boolean;
}

/** What Linux and Open vSwitch call the device of a port: these and the first 11 characters of its id. */
const DEVICE_PREFIXES = ['tap', 'qvo', 'qvb', 'qbr'] as const;
const PREFIX_DIGITS = 8;

export const ADDRESS_SPEAKER: Filter = {
  kind: 'or',
  of: (['dnsmasq', 'dhcp', 'metadata'] as const).flatMap((word) =>
    (['program', 'logger', 'format'] as const).map((field) => ({ kind: 'field', field, op: '~', value: `*${word}*` }) as const),
  ),
};

export function needlesOf(wanted: readonly Sought[]): Needle[] {
  return wanted.flatMap((sought) => {
    const own = isHexKey(sought.key) ? hexNeedle(sought) : textNeedle(sought, sought.key);
    return sought.kind === 'port' && own.hex !== undefined ? [own, ...deviceNeedles(sought)] : [own];
  });
}

function hexNeedle({ key, kind, role }: Sought): Needle {
  const filter: Filter = { kind: 'id', id: key, text: key };
  return {
    key,
    kind,
    role,
    hex: key,
    filter,
    // Other words than the head lead to names of swift accounts only, which no request has: four questions to the index instead of one.
    expression: role === 'request' ? `"${key.slice(0, PREFIX_DIGITS)}"` : indexExpression(filter),
    part: key.slice(0, PREFIX_DIGITS),
    isOneVariable: false,
  };
}

function textNeedle({ key, kind, role }: Sought, text: string): Needle {
  const id = idOf(text);
  const plain: Filter = id === undefined ? { kind: 'phrase', tokens: tokensOf(text), text } : { kind: 'id', id, text };
  // Who else prints an address of the story's: nobody whose records would belong (report/story-entities.ts).
  const isSpoken = kind === 'ip' && role === 'entity';
  const filter: Filter = isSpoken ? { kind: 'and', of: [ADDRESS_SPEAKER, plain] } : plain;
  const expression = kind === 'mac' ? macExpression(text, filter) : indexExpression(filter);
  // A token with a digit is a variable as a whole.
  const [longest = text] = tokensOf(text)
    .filter((token) => /\d/.test(token))
    .sort((a, b) => b.length - a.length);
  return {
    key,
    kind,
    role,
    hex: undefined,
    filter,
    ...(isSpoken ? { said: plain } : {}),
    expression,
    part: kind === 'ip' || kind === 'mac' ? text : longest,
    isOneVariable: kind !== 'ip',
  };
}

function macExpression(mac: string, filter: Filter): string {
  return `"${macWord(mac)}" OR (${indexExpression(filter)} NOT "${WHOLE_MACS}")`;
}

function deviceNeedles(sought: Sought): Needle[] {
  const short = `${sought.key.slice(0, PREFIX_DIGITS)}-${sought.key.slice(PREFIX_DIGITS, PREFIX_DIGITS + 2)}`;
  return DEVICE_PREFIXES.map((prefix) => textNeedle(sought, prefix + short));
}
