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
const HEAD = /^[0-9a-f]{8}$/;
/** As a whole token: 32 digits of which the table of ids knows nothing, or what swift names an account (query/ids.ts ACCOUNT_PREFIXES). */
const ODD_ID = /^(?:auth_|key_|service_)?([0-9a-f]{8})[0-9a-f]{24}$/;
/** Integers of as many digits as a head has. */
const HEAD_MIN = 10_000_000;
const HEAD_MAX = 99_999_999;
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
  /** Heads of what may be an id but stands in no table: spelled otherwise, or within a text. */
  readonly #odd = new Set<number>();
  /** Some id column holds `req-…`: one word for all of them. */
  hasRequests = false;

  number(value: number): void {
    this.#numbers.add(value);
    if (value >= HEAD_MIN && value <= HEAD_MAX) this.#odd.add(Number.parseInt(String(value), 16));
  }

  /** An IPv4 address as one number (base/whole-ids.ts). */
  address(value: number): void {
    this.#addresses.add(value);
  }

  /** A folded token. */
  token(token: string): void {
    this.#word(token);
    this.#oddOf(token);
  }

  #word(token: string): void {
    if (token.length === 32 && HEX32.test(token)) this.#words.add(token.slice(0, PREFIX));
    else this.#words.add(token.length > TERM_CHARS_MAX ? token.slice(0, TERM_CHARS_MAX) : token);
  }

  /** A token that is known to need no folding or cutting: digits before or behind a dot. */
  digits(word: string): void {
    this.#words.add(word);
    this.#oddOf(word);
  }

  /** Whole tokens only: an id that is spelled otherwise stands alone, or is an account's (query/ids.ts). */
  #oddOf(token: string): void {
    if (token.length === PREFIX) {
      if (HEAD.test(token)) this.#odd.add(Number.parseInt(token, 16));
    } else if (token.length >= 32) {
      const [, head] = ODD_ID.exec(token) ?? [];
      if (head !== undefined) this.#odd.add(Number.parseInt(head, 16));
    }
  }

  /** The text of one variable: usually one token, but MACs and device names are several. */
  variable(text: string): void {
    if (text.length === MAC_CHARS && MAC.test(text)) this.#words.add(macWord(text));
    for (const token of tokensOf(text)) this.token(token);
  }

  /** Any text: its tokens, and the beginnings of the ids in it. */
  text(text: string): void {
    for (const token of tokensOf(text)) this.token(token);
    for (const head of this.#rest(text)) this.#odd.add(Number.parseInt(head, 16));
  }

  /** A message whose variables and constant words come one by one, too: only how they are glued together is new. */
  glued(message: string): void {
    for (const token of tokensOf(message)) {
      this.#word(token);
      // 32 digits may have been taken apart: their last eight are the head of a UUID where its other groups follow.
      if (token.length >= 32) this.#oddOf(token);
    }
    this.#rest(message);
  }

  /** Heads of the UUIDs in a text, and words of more than one token. */
  #rest(text: string): Set<string> {
    const heads = new Set<string>();
    if (text.length >= 36) for (const uuid of text.toLowerCase().matchAll(UUID)) heads.add(uuid[0].slice(0, PREFIX));
    for (const head of heads) this.#words.add(head);
    if (text.length >= MAC_CHARS) for (const mac of text.matchAll(MACS)) this.#words.add(macWord(mac[0]));
    for (const address of addressesIn(text)) this.#addresses.add(address);
    return heads;
  }

  /** Ascending. */
  get oddHeads(): Uint32Array {
    return Uint32Array.from(this.#odd).sort();
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
