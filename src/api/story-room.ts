/**
 * How much the stories may hold together that are on their way to their clients: a client reads as slowly as it likes, and some ask for the
 * longest. What waits is packed, but for its beginning (store/story-render.ts); a part is unpacked when its client has taken the one before it. Who finds no room is
 * `overloaded` and comes again; nobody waits, since a slow client may take minutes.
 *
 * Invariant: what a story holds is given back when its answer ends, however it ends.
 */
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Reader, RenderedStory } from '../model.ts';
import { packedPart, partText } from '../store/story-render.ts';

/** Of texts that are packed: a part of some milliseconds. */
const PART_CHARS = 256 * 1024;

export class StoryRoom {
  #bytes = 0;

  /** Now, of all. */
  get heldBytes(): number {
    return this.#bytes;
  }

  /** Gives the room back when it is called, or when `signal` aborts, which it does when the answer has ended. Throws `overloaded`. */
  take(bytes: number, signal: AbortSignal): () => void {
    // One alone always fits: it is bounded by itself (limits.storyBytesMax).
    if (this.#bytes > 0 && this.#bytes + bytes > limits.storyHeldBytesMax)
      throw new CodedError('overloaded', 'Too many stories wait for clients that read slowly; ask again in a second');
    this.#bytes += bytes;
    let isTaken = true;
    const give = (): void => {
      if (isTaken) this.#bytes -= bytes;
      isTaken = false;
      signal.removeEventListener('abort', give);
    };
    if (signal.aborted) give();
    else signal.addEventListener('abort', give);
    return give;
  }
}

const rooms = new WeakMap<Reader, StoryRoom>();

/** One for all stories of a store. */
export function roomOf(reader: Reader): StoryRoom {
  const room = rooms.get(reader) ?? new StoryRoom();
  rooms.set(reader, room);
  return room;
}

export function bytesOf({ ndjson, more = [] }: Pick<RenderedStory, 'ndjson' | 'more'>): number {
  return ndjson.length + more.reduce((sum, part) => sum + part.byteLength, 0);
}

/** So short that it needs no room: its answer is made at once. */
export function isShort(story: RenderedStory): boolean {
  return bytesOf(story) <= PART_CHARS;
}

/** Pulled piece by piece; `give` is called at the end, also where somebody stops in the middle. */
export async function* handedOut(pieces: Iterable<string>, give: () => void): AsyncGenerator<string> {
  try {
    for (const piece of pieces) yield piece;
  } finally {
    give();
  }
}

/** A text that is made at once, so that what it is made of can go, and waits packed. `rest` is called after each part: a turn for others. */
export async function packedText(pieces: Iterable<string>, rest: () => Promise<unknown>): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < PART_CHARS) continue;
    parts.push(packedPart(text));
    text = '';
    await rest();
  }
  if (text !== '') parts.push(packedPart(text));
  return parts;
}

export function* textOf(parts: readonly Uint8Array[]): Generator<string> {
  for (const part of parts) yield partText(part);
}
