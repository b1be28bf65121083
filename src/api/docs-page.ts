/**
 * The API document as a page for people: one piece of HTML without scripts, pictures or anything from elsewhere, light and
 * dark by what the reader's system says, readable from 400 pixels on. Pure: the same document gives the same page.
 *
 * Everything is escaped on its way in; text between backticks becomes code. The only style is ours, and the policy that
 * goes with the page allows it by its hash and nothing else.
 */
import { createHash } from 'node:crypto';
import { ERRORS } from '../base/errors.ts';
import { STYLE } from './docs-style.ts';
import type { DocumentResponse, OpenApiDocument, Operation } from './openapi.ts';
import type { JsonSchema } from './route.ts';

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** `Content-Security-Policy` of the page. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

export function pageOf(document: OpenApiDocument): string {
  const { info } = document;
  const groups = document.tags.map(({ name }) => ({ name, operations: operationsOf(document, name) }));
  const contents = groups.map(({ name, operations }) => {
    const links = operations.map(({ id, method, path }) => `<li><a href="#${id}"><b>${method}</b> ${escapeHtml(path)}</a></li>`);
    return `<li><a href="#${idOf(name)}">${escapeHtml(name)}</a><ul>${links.join('')}</ul></li>`;
  });
  const body = [
    `<header><h1>${escapeHtml(info.title)} <small>${escapeHtml(info.version)}</small></h1><p>${prose(info.description)}</p>`,
    '<p>For programs: <a href="/api/openapi.json">/api/openapi.json</a> (OpenAPI 3.1).</p></header>',
    `<nav aria-label="Contents"><ul>${contents.join('')}<li><a href="#errors">Errors</a></li><li><a href="#shapes">Shapes</a></li></ul></nav><main>`,
    ...groups.map(({ name, operations }) => `<h2 id="${idOf(name)}">${escapeHtml(name)}</h2>${operations.map(operationHtml).join('')}`),
    errorsHtml(document),
    shapesHtml(document),
    '</main>',
  ];
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">',
    `<meta name="color-scheme" content="light dark"><title>${escapeHtml(info.title)} API</title><style>${STYLE}</style></head>`,
    `<body>${body.join('\n')}</body></html>\n`,
  ].join('\n');
}

interface Shown {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

function operationsOf(document: OpenApiDocument, group: string): Shown[] {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ id: operation.operationId, method: method.toUpperCase(), path, operation })),
  );
  return all.filter(({ operation }) => operation.tags.includes(group));
}

function operationHtml({ id, method, path, operation }: Shown): string {
  const { parameters, requestBody, responses } = operation;
  const rows = parameters.map(({ name, in: place, description, schema }) => [
    `<code>${escapeHtml(name)}</code>${place === 'path' ? ' <small>in the path</small>' : ''}`,
    `${prose(description)}${choicesHtml(schema)}`,
  ]);
  const answers = Object.entries(responses).flatMap(([status, response]) => ('$ref' in response ? [] : [[status, answerHtml(response)]]));
  return [
    `<section id="${escapeHtml(id)}"><h3><b class="${method.toLowerCase()}">${method}</b> <code>${escapeHtml(path)}</code></h3>`,
    `<p>${prose(operation.summary)}</p>`,
    rows.length === 0 ? '' : `<h4>Arguments</h4>${tableHtml(rows)}`,
    requestBody === undefined ? '' : `<h4>Body</h4>${contentHtml(requestBody.content)}`,
    `<h4>Answers</h4>${tableHtml(answers)}</section>`,
  ].join('');
}

function choicesHtml(schema: JsonSchema): string {
  const choices = schema.enum as readonly string[] | undefined;
  return choices === undefined ? '' : `<br><small>one of ${choices.map((one) => `<code>${escapeHtml(one)}</code>`).join(' ')}</small>`;
}

function answerHtml({ description, headers, content }: DocumentResponse): string {
  const named = Object.entries(headers ?? {}).map(([name, header]) => [`<code>${escapeHtml(name)}</code>`, prose(header.description)]);
  return [
    `<p>${linked(prose(description))}</p>`,
    content === undefined ? '' : contentHtml(content),
    named.length === 0 ? '' : `<h5>Headers</h5>${tableHtml(named)}`,
  ].join('');
}

function contentHtml(content: Readonly<Record<string, { readonly schema: JsonSchema }>>): string {
  return Object.entries(content)
    .filter(([, { schema }]) => !isProblem(schema))
    .map(([type, { schema }]) => {
      const members = membersHtml(schema);
      return `<p><code>${escapeHtml(type)}</code>${members === '' ? ` ${typeHtml(schema)}` : ''}</p>${members}`;
    })
    .join('');
}

/** What every error looks like is said once, under Shapes. */
function isProblem(schema: JsonSchema): boolean {
  return Array.isArray(schema.allOf);
}

/** A table row by row; the first cell is its heading, so that it can stand above the second on a small screen. */
function tableHtml(rows: readonly (readonly string[])[]): string {
  return `<table><tbody>${rows.map(([head, text]) => `<tr><th scope="row">${head}</th><td>${text}</td></tr>`).join('')}</tbody></table>`;
}

function membersHtml(schema: JsonSchema): string {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
  if (properties.length === 0) return '';
  const required = new Set((schema.required ?? []) as readonly string[]);
  const rows = properties.map(([name, own]) => {
    const say = typeof own.description === 'string' ? `<br>${prose(own.description)}` : '';
    return [`<code>${escapeHtml(name)}</code>${required.has(name) ? '' : ' <small>optional</small>'}`, `${typeHtml(own)}${say}`];
  });
  return tableHtml(rows);
}

/** A schema in a few words. */
function typeHtml(schema: JsonSchema): string {
  if (typeof schema.$ref === 'string') {
    const name = escapeHtml(schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1));
    return `<a href="#shape-${name}">${name}</a>`;
  }
  if (Array.isArray(schema.enum)) return schema.enum.map((one) => `<code>${escapeHtml(String(one))}</code>`).join(' | ');
  if (schema.const !== undefined) return `<code>${escapeHtml(String(schema.const))}</code>`;
  const any = (schema.anyOf ?? schema.oneOf) as readonly JsonSchema[] | undefined;
  if (any !== undefined) return any.map(typeHtml).join(' or ');
  if (schema.type === 'array') return `list of ${typeHtml((schema.items ?? {}) as JsonSchema)}`;
  if (schema.type !== 'object') return `<i>${escapeHtml([schema.type ?? 'any'].flat().join(' or '))}</i>`;
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
  if (properties.length === 0) return '<i>object</i>';
  return `{ ${properties.map(([name, own]) => `<code>${escapeHtml(name)}</code>: ${typeHtml(own)}`).join(', ')} }`;
}

function errorsHtml({ components }: OpenApiDocument): string {
  const rows = Object.entries(ERRORS).map(([code, { status, title }]) => [
    `<code id="error-${code}">${code}</code>`,
    `${status} &middot; ${escapeHtml(title)}`,
  ]);
  const { description } = components.responses.Other;
  return `<h2 id="errors">Errors</h2><p>${linked(prose(description))}</p>${tableHtml(rows)}`;
}

function shapesHtml({ components }: OpenApiDocument): string {
  const shapes = Object.entries(components.schemas).map(
    ([name, schema]) =>
      `<section id="shape-${escapeHtml(name)}"><h3>${escapeHtml(name)}</h3>${membersHtml(schema) || `<p>${typeHtml(schema)}</p>`}</section>`,
  );
  return `<h2 id="shapes">Shapes</h2>${shapes.join('')}`;
}

// ------------------------------------------------------------------------------------------------- text

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** Escaped, with `code` between backticks. */
function prose(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

/** Codes of errors lead to their table. */
function linked(html: string): string {
  return html.replace(/<code>([a-z-]+)<\/code>/g, (whole, code: string) =>
    Object.hasOwn(ERRORS, code) ? `<a href="#error-${code}">${whole}</a>` : whole,
  );
}

function idOf(name: string): string {
  return `group-${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
}
