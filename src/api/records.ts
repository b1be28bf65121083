/** `GET /api/v1/records/{seq}`: one record by the number that the store gave it. */
import { CodedError } from '../base/errors.ts';
import type { Reader } from '../model.ts';
import { type ApiRequest, type ArgumentSchema, JSON_TYPE, type Route } from './route.ts';
import { refTo } from './schemas.ts';

export const SEQ_PARAM: ArgumentSchema = { type: 'string', description: 'seq of the record', maxLength: 16 };

export const record: Route = {
  method: 'GET',
  path: '/api/v1/records/:seq',
  group: 'Records',
  say: 'One record by its seq; that of a line that joined another record gives that record',
  arguments: {},
  params: { seq: SEQ_PARAM },
  responses: [{ status: 200, say: 'The record', types: { 'application/json': refTo('Record') } }],
  errors: ['bad-argument', 'not-found', 'gone'],
  async answer(parts, request) {
    return { type: JSON_TYPE, body: `${await keptRecord(parts.reader, seqParam(request))}\n` };
  },
};

/** The seq of the path; throws `bad-argument`. */
export function seqParam(request: ApiRequest): number {
  const text = request.params.seq ?? '';
  const seq = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(seq)) throw new CodedError('bad-argument', 'A seq is a whole number from 1');
  return seq;
}

/** Its public JSON; throws `gone` where retention has dropped it, `not-found` where there never was one. */
export async function keptRecord(reader: Reader, seq: number): Promise<string> {
  const json = await reader.record(seq);
  if (json !== undefined) return json;
  const { firstSeq, lastSeq } = await reader.status();
  if (firstSeq !== undefined && seq < firstSeq)
    throw new CodedError('gone', `Record ${seq} was dropped by retention; the oldest kept one is ${firstSeq}`);
  throw new CodedError('not-found', `There is no record ${seq}; ${lastSeq === 0 ? 'nothing is stored yet' : `the newest is ${lastSeq}`}`);
}
