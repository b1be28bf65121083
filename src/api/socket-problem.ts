/**
 * Problem JSON for what is no request yet: bytes that are not HTTP, headers that are too long or too slow. The framework
 * never sees these, so the answer is written on the socket by hand - unless another answer is under way there, which more
 * bytes would damage.
 * Source: Node's `clientError` event and its codes; RFC 9110 section 15.5.
 */
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { CodedError } from '../base/errors.ts';
import { problemAnswer } from './problem.ts';

/** The error as the user is told of it. */
export function socketProblem(code: string | undefined): CodedError {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new CodedError('header-too-large', 'The address or the headers are too long; a query has at most 8192 characters');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new CodedError('slow-request', 'The request did not come in time');
  return new CodedError('bad-request', 'The bytes are not HTTP/1.1');
}

export function answerSocket(socket: Socket, error: CodedError, headers: Readonly<Record<string, string>>): void {
  const { status = 400, type, body } = problemAnswer(error);
  const all = { ...headers, 'content-type': type, 'content-length': String(Buffer.byteLength(String(body))), connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}

/** The answers under way, by socket. */
export class Answering {
  readonly #newest = new WeakMap<Socket, ServerResponse>();

  begin(socket: Socket, response: ServerResponse): void {
    this.#newest.set(socket, response);
  }

  /** A part of an answer is out and its end is not: nothing else may be written there. */
  isHalfway(socket: Socket): boolean {
    const response = this.#newest.get(socket);
    return response?.headersSent === true && !response.writableFinished;
  }
}
