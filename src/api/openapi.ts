/**
 * The table of routes as an OpenAPI 3.1 document. Everything comes from the routes' rows, schemas.ts and the table of
 * errors; nothing is written twice. Pure: routes in, plain object out.
 *
 * Errors are documented in two ways: a route's own codes by their status, and under `default` those that any request can
 * meet, because a list of thirteen on every route would hide the two that matter.
 */
import { ERRORS, type ErrorCode } from '../base/errors.ts';
import type { ArgumentSchema, JsonSchema, Route, RouteResponse } from './route.ts';
import { refTo, SCHEMAS } from './schemas.ts';

/** What any request can be answered, whatever the route. */
export const COMMON_ERRORS: readonly ErrorCode[] = [
  'bad-request',
  'bad-argument',
  'not-found',
  'bad-method',
  'slow-request',
  'wrong-host',
  'header-too-large',
  'internal',
  'store-closed',
  'store-busy',
  'store-corrupt',
  'store-format',
  'store-foreign',
  'store-unwritable',
];

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly required?: true;
  readonly description: string;
  readonly schema: JsonSchema;
}

export interface DocumentResponse {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly description: string; readonly schema: JsonSchema }>>;
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: true; readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
  /** By status; `default` refers to `components.responses.Other`. */
  readonly responses: Readonly<Record<string, DocumentResponse | { readonly $ref: string }>>;
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string; readonly license: JsonSchema };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly responses: { readonly Other: DocumentResponse };
  };
}

const DESCRIPTION = [
  'Times are RFC 3339, unix seconds or milliseconds, or relative like `15m`, `2h`, `yesterday 14:00`; ranges are [start, end) of record time.',
  'Errors are problem JSON (RFC 9457) with a stable `code`. Unknown arguments are refused. Every route that takes GET takes HEAD.',
].join(' ');

export function openApiOf(routes: readonly Route[], version: string): OpenApiDocument {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Stacktrail',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: [...new Set(routes.map(({ group }) => group))].map((name) => ({ name })),
    paths,
    components: {
      schemas: SCHEMAS,
      responses: { Other: problemResponse(COMMON_ERRORS, 'What any request can meet: ') },
    },
  };
}

function operationOf(route: Route): Operation {
  return {
    operationId: operationId(route),
    tags: [route.group],
    summary: route.say,
    parameters: [...parametersOf(route.params ?? {}, 'path'), ...parametersOf(route.arguments, 'query')],
    ...(route.bodyTypes === undefined ? {} : { requestBody: { required: true, content: contentOf(route.bodyTypes) } }),
    responses: { ...Object.fromEntries(route.responses.map(responseOf)), ...errorResponses(route.errors), default: OTHER },
  };
}

const OTHER = { $ref: '#/components/responses/Other' } as const;

/** `GET /api/v1/records/:seq/context` -> `getRecordsSeqContext`; pages may be called as routes are: `GET /search` -> `getPageSearch`. */
function operationId({ method, path, anyArguments }: Route): string {
  const words = path
    .replace(/^\/(api\/v1|api|-)\//, '')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '');
  return method.toLowerCase() + (anyArguments ? 'Page' : '') + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}

function parametersOf(schemas: Readonly<Record<string, ArgumentSchema>>, place: 'query' | 'path'): Parameter[] {
  return Object.entries(schemas).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    ...(place === 'path' ? { required: true as const } : {}),
    description,
    schema,
  }));
}

function contentOf(types: Readonly<Record<string, JsonSchema>>): Record<string, { schema: JsonSchema }> {
  return Object.fromEntries(Object.entries(types).map(([type, schema]) => [type, { schema }]));
}

function responseOf({ status, say, types, headers }: RouteResponse): [string, DocumentResponse] {
  const told = Object.entries(headers ?? {}).map(([name, description]) => [name, { description, schema: { type: 'string' } }]);
  return [
    String(status),
    {
      description: say,
      ...(told.length === 0 ? {} : { headers: Object.fromEntries(told) }),
      ...(Object.keys(types).length === 0 ? {} : { content: contentOf(types) }),
    },
  ];
}

function errorResponses(codes: readonly ErrorCode[]): Record<string, DocumentResponse> {
  const byStatus = Map.groupBy(codes, (code) => ERRORS[code].status);
  const statuses = [...byStatus].sort(([a], [b]) => a - b);
  return Object.fromEntries(statuses.map(([status, own]) => [String(status), problemResponse(own, '')]));
}

function problemResponse(codes: readonly ErrorCode[], before: string): DocumentResponse {
  const said = codes.map((code) => `\`${code}\` (${ERRORS[code].title})`).join(', ');
  const schema = { allOf: [refTo('Problem'), { properties: { code: { enum: codes } } }] };
  return { description: `${before}${said}`, content: { [PROBLEM_MEDIA_TYPE]: { schema } } };
}
