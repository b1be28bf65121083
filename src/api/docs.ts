/**
 * The API's own documents: `GET /api/openapi.json` for programs and `GET /api/docs` for people, both of the table of
 * routes as it runs. Made once, at the first request: the table does not change while we run.
 */
import { version } from '../base/version.ts';
import { PAGE_POLICY, pageOf } from './docs-page.ts';
import { type OpenApiDocument, openApiOf } from './openapi.ts';
import { JSON_TYPE, type Route } from './route.ts';
import { TEXT } from './schemas.ts';

const GROUP = 'The service';

/** `routes` is asked late: these two are in the table themselves. */
export function documentRoutes(routes: () => readonly Route[]): readonly [Route, Route] {
  let made: { json: string; page: string } | undefined;
  const documents = (): { json: string; page: string } => {
    made ??= write(openApiOf(routes(), version()));
    return made;
  };
  const openapi: Route = {
    method: 'GET',
    path: '/api/openapi.json',
    group: GROUP,
    say: 'This API as an OpenAPI 3.1 document',
    arguments: {},
    responses: [{ status: 200, say: 'The document', types: { 'application/json': { type: 'object', required: ['openapi', 'paths'] } } }],
    errors: [],
    async answer() {
      return { type: JSON_TYPE, body: documents().json };
    },
  };
  const docs: Route = {
    method: 'GET',
    path: '/api/docs',
    group: GROUP,
    say: 'This API as a page',
    arguments: {},
    responses: [{ status: 200, say: 'The page, without scripts', types: { 'text/html': TEXT } }],
    errors: [],
    async answer() {
      return { type: 'text/html; charset=utf-8', headers: { 'content-security-policy': PAGE_POLICY }, body: documents().page };
    },
  };
  return [openapi, docs];
}

function write(document: OpenApiDocument): { json: string; page: string } {
  return { json: `${JSON.stringify(document, null, 1)}\n`, page: pageOf(document) };
}
