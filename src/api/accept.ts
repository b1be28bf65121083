/**
 * Which of its forms a route answers in, by the `Accept` header (RFC 9110 section 12.5.1): the one with the highest
 * `q`, among equals the one that the header names first, then the route's first. Where nothing fits it is the
 * first, too: an answer in another form helps more than none (the same section allows it).
 */
import { type ApiRequest, headerOf } from './route.ts';

export type Form = 'json' | 'ndjson' | 'text' | 'csv' | 'html';

/** Media types of a form; the first is what we call it. */
const TYPES: Readonly<Record<Form, readonly string[]>> = {
  json: ['application/json'],
  ndjson: ['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/x-jsonl', 'application/jsonlines'],
  text: ['text/plain'],
  csv: ['text/csv'],
  html: ['text/html'],
};

export const CONTENT_TYPES: Readonly<Record<Form, string>> = {
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  text: 'text/plain; charset=utf-8',
  // RFC 7111: the first row names the columns.
  csv: 'text/csv; charset=utf-8; header=present',
  html: 'text/html; charset=utf-8',
};

/** More ranges than any client sends; what follows is not looked at. */
const RANGES_MAX = 32;

export function formOf<F extends Form>(request: ApiRequest, forms: readonly F[]): F {
  let best = forms[0]!;
  let bestQ = 0;
  for (const { type, q } of rangesOf(headerOf(request, 'accept') ?? '')) {
    const form = forms.find((one) => TYPES[one].some((own) => fits(own, type)));
    if (form === undefined || q <= bestQ) continue;
    best = form;
    bestQ = q;
  }
  return best;
}

/** Whether the header names a media type, and nothing else with a higher `q`: browsers name `text/html` first, programs never do. */
export function prefers(accept: string | undefined, type: string): boolean {
  const ranges = rangesOf(accept ?? '');
  const own = ranges.find((range) => range.type === type);
  return own !== undefined && ranges.every((range) => range.q <= own.q);
}

function rangesOf(accept: string): { type: string; q: number }[] {
  return accept
    .split(',', RANGES_MAX)
    .map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
      const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return { type, q: q === undefined ? 1 : Number(q) || 0 };
    })
    .filter(({ type, q }) => type !== '' && q > 0);
}

function fits(own: string, range: string): boolean {
  return range === own || range === '*/*' || (range.endsWith('/*') && own.startsWith(range.slice(0, -1)));
}
