/** The HTTP API as a whole: the table of routes behind the door of http.ts. */
import { createHttp, type Http } from './http.ts';
import type { ApiParts } from './route.ts';
import { ROUTES } from './routes.ts';

export type { ApiParts } from './route.ts';

export type Api = Http;

export async function createApi(parts: ApiParts): Promise<Api> {
  return createHttp(ROUTES, parts);
}
