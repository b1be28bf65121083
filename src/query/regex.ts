/**
 * The regular expressions of queries. They run as V8's own, with the engine switch of launch.cjs that keeps
 * them linear; the time limit of a query is the workers' business.
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
