/**
 * Recognises known errors in texts: the entries of `config/signatures.yaml`, each with texts in which `*` stands for anything. Pure.
 * Not here: reading the file (base/config-signatures.ts), finding near ones (explain.ts).
 *
 * Invariant: linear in the text for each entry: the pieces between `*` are looked for one after the other, never again. Most texts hold
 * no piece of most entries, so the longest piece is asked for first, and case is as the service writes it.
 */
import type { KnownSignature, LogRecord, SignatureEntry } from '../model.ts';

/** Pieces of one match may lie so far apart: they are of one sentence or of one traceback's end, not of different ones. */
const APART_CHARS_MAX = 600;

interface Match {
  readonly longest: string;
  readonly pieces: readonly string[];
}

interface Compiled {
  readonly entry: SignatureEntry;
  readonly match: readonly Match[];
  readonly unless: readonly Match[];
}

/** What of a record is looked at. */
export type KnownText = Pick<LogRecord, 'message' | 'service'>;

export class KnownErrors {
  readonly entries: readonly SignatureEntry[];
  readonly #compiled: readonly Compiled[];
  readonly #warnings: readonly Compiled[];

  constructor(entries: readonly SignatureEntry[]) {
    this.entries = entries;
    this.#compiled = entries.map((entry) => ({ entry, match: entry.match.map(matchOf), unless: entry.unless.map(matchOf) }));
    this.#warnings = this.#compiled.filter(({ entry }) => entry.warning);
  }

  /** The first that fits. */
  of(text: KnownText): KnownSignature | undefined {
    return this.#compiled.find((one) => fits(one, text))?.entry.known;
  }

  /** All that fit, for tests and for the author of a new one. */
  all(text: KnownText): KnownSignature[] {
    return this.#compiled.filter((one) => fits(one, text)).map(({ entry }) => entry.known);
  }

  /** A warning that is counted with the errors. */
  countsWarning(text: KnownText): boolean {
    return this.#warnings.some((one) => fits(one, text));
  }

  get hasWarnings(): boolean {
    return this.#warnings.length > 0;
  }
}

function matchOf(text: string): Match {
  const pieces = text.split('*').filter((piece) => piece !== '');
  return { pieces, longest: pieces.reduce((long, piece) => (piece.length > long.length ? piece : long), '') };
}

function fits({ entry, match, unless }: Compiled, { message, service }: KnownText): boolean {
  const { services } = entry.known;
  if (services !== undefined && (service === undefined || !services.includes(service))) return false;
  return match.some((one) => holds(one, message)) && !unless.some((one) => holds(one, message));
}

function holds({ longest, pieces }: Match, message: string): boolean {
  if (!message.includes(longest)) return false;
  for (let start = message.indexOf(pieces[0]!); start >= 0; start = message.indexOf(pieces[0]!, start + 1)) {
    let at = start + pieces[0]!.length;
    let index = 1;
    for (; index < pieces.length; index++) {
      const next = message.indexOf(pieces[index]!, at);
      // Not there at all: no later start can help.
      if (next < 0) return false;
      if (next - at > APART_CHARS_MAX) break;
      at = next + pieces[index]!.length;
    }
    if (index === pieces.length) return true;
  }
  return false;
}
