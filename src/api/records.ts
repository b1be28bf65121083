/** `GET /api/v1/records/{seq}`: one record by the number that the store gave it. */
import { CodedError } from '../base/errors.ts';
import { JSON_TYPE, type Route } from './route.ts';

export const record: Route = {
  method: 'GET',
  path: '/api/v1/records/:seq',
  say: 'One record by its seq',
  arguments: {},
  params: { seq: { type: 'string', description: 'seq of the record', maxLength: 16 } },
  async answer(parts, request) {
    const text = request.params.seq ?? '';
    const seq = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!Number.isSafeInteger(seq)) throw new CodedError('bad-argument', 'A seq is a whole number from 1');
    const json = await parts.reader.record(seq);
    if (json === undefined) throw new CodedError('not-found', `There is no record ${seq}; it may have been dropped by retention`);
    return { type: JSON_TYPE, body: `${json}\n` };
  },
};
