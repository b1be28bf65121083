/**
 * The regular expressions of queries. They run as V8's own; the engine switch of launch.cjs keeps most of them
 * linear, but not all: flags i, u, v and d, look-aheads, back-references and counted repetitions may backtrack for ever
 * (measured, Node 26: `/(a+)+$/i` doubles its time with each character). So they run in query workers only, which can be
 * ended (store/pool.ts), never on the main thread (follow.ts).
 */
import { CodedError } from '../base/errors.ts';

/** `/source/flags` as a field condition carries it. Never `g` or `y`: those have a state. */
export function regexOf(value: string): RegExp {
  const close = value.lastIndexOf('/');
  try {
    return new RegExp(value.slice(1, close), value.slice(close + 1).replace(/[gy]/g, ''));
  } catch (error) {
    const message = `the regular expression cannot be read: ${error instanceof Error ? error.message : ''}`;
    throw new CodedError('bad-query', message, { text: value, position: 0, length: value.length });
  }
}
