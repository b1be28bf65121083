/** What a filter needs (query/need.ts) as an FTS5 expression; undefined when any block may hold a match. */
import type { Filter } from '../model.ts';
import { type Need, need } from '../query/need.ts';

export function indexExpression(filter: Filter): string | undefined {
  return expressionOf(need(filter));
}

function expressionOf(wanted: Need): string | undefined {
  if (wanted === true) return undefined;
  // Quoted, so that no word of the user is an operator of FTS5; tokens hold no quotes, the doubling is for certainty.
  if (wanted.kind === 'token') return `"${wanted.token.replaceAll('"', '""')}"`;
  if (wanted.kind === 'whole') {
    const parts = expressionOf(wanted.parts);
    return parts === undefined ? undefined : `("${wanted.word}" OR (${parts} NOT "${wanted.mark}"))`;
  }
  if (wanted.kind === 'prefix') {
    // Half a surrogate pair at the cut would become another character in SQLite.
    const prefix = wanted.prefix.replace(/[\ud800-\udbff]$/, '');
    return prefix === '' ? undefined : `"${prefix.replaceAll('"', '""')}" *`;
  }
  const parts = wanted.of.map(expressionOf);
  if (wanted.kind === 'or') return parts.length === 0 || parts.includes(undefined) ? undefined : `(${parts.join(' OR ')})`;
  const known = parts.filter((part) => part !== undefined);
  return known.length === 0 ? undefined : `(${known.join(' AND ')})`;
}
