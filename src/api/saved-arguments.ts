/**
 * `saved=NAME` beside the arguments of a search: a saved search stands in for the arguments that the request does not
 * give itself. So `saved=errors&since=1h` asks the saved question about another time.
 */
import { CodedError } from '../base/errors.ts';
import type { ApiAnswer, ApiParts, ApiRequest, ArgumentSchema } from './route.ts';

/** Safe in addresses, file names and shells as it is. */
export const SAVED_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export const SAVED_ARGUMENT: ArgumentSchema = {
  type: 'string',
  maxLength: 64,
  description: 'Name of a saved search: gives query, since, end and fields where they are not given here',
};

/** Of an answer to which a saved search stood in; its name is safe there (`SAVED_NAME`). */
const SAVED_HEADER = 'x-saved-search';

export const SAVED_HEADER_SAY: Readonly<Record<string, string>> = {
  [SAVED_HEADER]: 'Name of the saved search that stood in; absent without `saved`',
};

/** The answer, and which saved search stood in. */
export function toldSaved(answer: ApiAnswer, { arguments: { saved } }: ApiRequest): ApiAnswer {
  return saved === undefined || saved === '' ? answer : { ...answer, headers: { ...answer.headers, [SAVED_HEADER]: saved } };
}

/** The request with what the saved search says, and still with its name; throws `not-found`. */
export async function withSaved({ saved }: ApiParts, request: ApiRequest): Promise<ApiRequest> {
  const { saved: name, ...given } = request.arguments;
  if (name === undefined || name === '') return request;
  const search = await saved.one(name);
  if (search === undefined) throw new CodedError('not-found', 'There is no saved search of that name; GET /api/v1/saved lists them');
  const { query, since, until, fields } = search;
  const isTimed = given.start !== undefined || given.since !== undefined || given.end !== undefined;
  const stands = {
    query,
    ...(isTimed || since === undefined ? {} : { since }),
    ...(isTimed || until === undefined ? {} : { end: until }),
    ...(fields === undefined ? {} : { fields: fields.join(',') }),
  };
  return { ...request, arguments: { ...stands, ...given, saved: name } };
}
