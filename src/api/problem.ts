/**
 * Errors as `application/problem+json` (RFC 9457): `code` is one of base/errors.ts and stable, `title` and
 * `status` are of that table, `detail` is for people; where a text of the user is wrong also `position`,
 * `length` and `suggestion`. Invariant: the text of a bug (paths, SQL, stacks) never leaves the server.
 */
import { type CodedError, ERRORS, isCoded } from '../base/errors.ts';
import { visibleJson } from '../base/visible.ts';
import type { ApiAnswer } from './route.ts';

const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** A second is longer than any commit takes, and short enough that nobody notices. */
const RETRY_AFTER_SECONDS = '1';

export interface Problem {
  type: 'about:blank';
  code: string;
  title: string;
  status: number;
  detail: string;
  position?: number;
  length?: number;
  suggestion?: string;
}

export function problemOf(error: CodedError): Problem {
  const { status, title } = ERRORS[error.code];
  const problem: Problem = { type: 'about:blank', code: error.code, title, status, detail: error.message };
  if (error.place === undefined) return problem;
  const { position, length, suggestion } = error.place;
  return { ...problem, position, length, ...(suggestion === undefined ? {} : { suggestion }) };
}

export function problemAnswer(error: unknown): ApiAnswer {
  const problem = isCoded(error) ? problemOf(error) : internal();
  const again = problem.status === 429 || problem.status === 503;
  return {
    status: problem.status,
    type: PROBLEM_TYPE,
    headers: again ? { 'retry-after': RETRY_AFTER_SECONDS } : {},
    body: `${visibleJson(JSON.stringify(problem))}\n`,
  };
}

function internal(): Problem {
  const { status, title } = ERRORS.internal;
  return { type: 'about:blank', code: 'internal', title, status, detail: 'The log of the server has the details' };
}
