/** `GET /api/v1/entities/{id}`: what an id is, when and where it was seen, and which ids stand in the same records. */
import { visibleJson } from '../base/visible.ts';
import { JSON_TYPE, type Route } from './route.ts';
import { refTo } from './schemas.ts';
import { ID_PARAM, idOf } from './trace.ts';

export const entities: Route = {
  method: 'GET',
  path: '/api/v1/entities/:id',
  group: 'Stories',
  say: 'What an id is: kind, first and last seen, services, hosts, related ids with the records that prove it',
  arguments: {},
  params: { id: ID_PARAM },
  responses: [{ status: 200, say: 'The entity', types: { 'application/json': refTo('Entity') } }],
  errors: ['bad-argument', 'not-found', 'timeout'],
  async answer({ reader }, request) {
    const entity = await reader.entity(idOf(request), request.signal);
    return { type: JSON_TYPE, body: `${visibleJson(JSON.stringify(entity))}\n` };
  },
};
