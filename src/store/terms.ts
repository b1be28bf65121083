/**
 * The words under which a block is found: everything that `query/need.ts` may ask for.
 *
 * Tokens as base/tokens.ts cuts them; of a UUID (or a token of 32 hex digits) its first eight digits:
 * all 32 would cost 12 bytes a line more, the block decides the rest. Invariant: whatever matches a
 * record has its needed words here; one word too many only opens a block in vain.
 */
import { tokensOf } from '../base/tokens.ts';
import { addressesIn, ipWord, macWord, WHOLE_IPS, WHOLE_MACS } from '../base/whole-ids.ts';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const HEX32 = /^[0-9a-f]{32}$/;
const PREFIX = 8;
/** A token longer than this is indexed by its beginning only as far as FTS5 takes it: dumps, keys, base64. */
const TERM_CHARS_MAX = 256;

const MAC_CHARS = 17;
const MAC = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i;
const MACS = /(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/gi;

export class Terms {
  readonly #words = new Set<string>([WHOLE_MACS, WHOLE_IPS]);
  readonly #numbers = new Set<number>();
  readonly #addresses = new Set<number>();
  #ids = '';
  /** Some id column holds `req-…`: one word for all of them. */
  hasRequests = false;

  number(value: number): void {
    this.#numbers.add(value);
  }

  /** An IPv4 address as one number (base/whole-ids.ts). */
  address(value: number): void {
    this.#addresses.add(value);
  }

  /** A folded token. */
  token(token: string): void {
    if (token.length === 32 && HEX32.test(token)) this.#words.add(token.slice(0, PREFIX));
    else this.#words.add(token.length > TERM_CHARS_MAX ? token.slice(0, TERM_CHARS_MAX) : token);
  }

  /** A token that is known to need no folding or check: the beginning of an id. */
  prefix(word: string): void {
    this.#words.add(word);
  }

  /** The text of one variable: usually one token, but MACs and device names are several. */
  variable(text: string): void {
    if (text.length === MAC_CHARS && MAC.test(text)) this.#words.add(macWord(text));
    for (const token of tokensOf(text)) this.token(token);
  }

  /** Any text: its tokens, and the beginnings of the ids in it. */
  text(text: string): void {
    for (const token of tokensOf(text)) this.token(token);
    if (text.length >= 36) for (const uuid of text.toLowerCase().matchAll(UUID)) this.#words.add(uuid[0].slice(0, PREFIX));
    if (text.length >= MAC_CHARS) for (const mac of text.matchAll(MACS)) this.#words.add(macWord(mac[0]));
    for (const address of addressesIn(text)) this.#addresses.add(address);
  }

  /** The beginnings of all ids of a table of 16 bytes each. */
  ids(table: Buffer): void {
    const hex = table.toString('hex');
    let words = '';
    for (let at = 0; at < table.length; at += 16) words += `${hex.slice(at * 2, at * 2 + PREFIX)} `;
    this.#ids = words;
  }

  get size(): number {
    return this.#words.size + this.#numbers.size + this.#addresses.size;
  }

  /** All words for the index, separated by spaces. */
  joined(): string {
    let all = this.hasRequests ? `req ${this.#ids}` : this.#ids;
    for (const word of this.#words) all += `${word} `;
    for (const value of this.#numbers) all += `${value} `;
    for (const value of this.#addresses) all += `${ipWord(value)} `;
    return all;
  }
}
