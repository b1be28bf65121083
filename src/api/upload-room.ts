/**
 * How much the bodies of requests may hold together while they come in: each counts with the length it announced, or with the longest that its route
 * takes, until it is answered. Who finds no room is `overloaded` and comes again; nobody waits, since slow uploads may last minutes.
 * Not here: what is unpacked and decoded of them (unpack.ts).
 */
import type { IncomingHttpHeaders } from 'node:http';
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';

/** The method tells whether there may be a body; `bodyBytesMax`: of the route. */
export interface Upload {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly bodyBytesMax: number;
}

export class UploadRoom {
  #bytes = 0;

  /** Gives the room back when it is called. Throws `overloaded`. */
  take({ method, headers, bodyBytesMax }: Upload): () => void {
    if (method === 'GET' || method === 'HEAD') return () => {};
    const announced = Number(headers['content-length'] ?? (headers['transfer-encoding'] === undefined ? 0 : bodyBytesMax));
    // What is longer than its route takes is refused before it is read.
    const bytes = Math.min(announced, bodyBytesMax);
    if (this.#bytes > 0 && this.#bytes + bytes > limits.uploadBytesMax)
      throw new CodedError('overloaded', 'Too many bodies are coming in at once; send again in a second');
    this.#bytes += bytes;
    let isTaken = true;
    return () => {
      if (isTaken) this.#bytes -= bytes;
      isTaken = false;
    };
  }
}
