/**
 * The address bar is the state: which view, which query, which range, which line, as an address and back. Pure; here.ts
 * keeps the one place we are at. Invariant: `placeOf(addressOf(place))` is the place, and what is at its default is not
 * written, so that a short question has a short address.
 */

/** One place in the view; every member has a value, '' where nothing was said. */
export interface Place {
  /** First part of the path: `search`, `tail`, `story` … */
  readonly view: string;
  /** Second part: the id of a story, the signature of an error group. */
  readonly id: string;
  readonly query: string;
  /** As typed or RFC 3339: `1h`, `all` for everything, '' for the default of the view. */
  readonly from: string;
  readonly to: string;
  /** Seq of the selected record. */
  readonly line: string;
  /** Names of columns, separated by commas; '' for the usual ones. */
  readonly columns: string;
  /** How rows are drawn. */
  readonly rows: '' | 'full';
  /** `UTC` or a name of the IANA data base; '' for the zone of the browser. */
  readonly zone: string;
  /** What only one view knows, by name. */
  readonly more: Readonly<Record<string, string>>;
}

export const NOWHERE: Place = { view: 'search', id: '', query: '', from: '', to: '', line: '', columns: '', rows: '', zone: '', more: {} };

/** Members by the name in the address; those of the field's permalinks: `q from to line`. */
const NAMES = { query: 'q', from: 'from', to: 'to', line: 'line', columns: 'columns', rows: 'rows', zone: 'zone' } as const;
type Named = keyof typeof NAMES;
const NAMED = Object.entries(NAMES) as readonly (readonly [Named, string])[];
const KNOWN: ReadonlySet<string> = new Set(Object.values(NAMES));

/** `path` is below the root of the view, without a slash before it: `story/req-1`; `search` is what stands behind its `?`. */
export function placeOf(path: string, search: string): Place {
  const [view = '', id = ''] = path.split('/');
  const given = new URLSearchParams(search);
  const place: Record<string, unknown> = { ...NOWHERE, view: view === '' ? NOWHERE.view : unescaped(view), id: unescaped(id) };
  for (const [member, name] of NAMED) place[member] = given.get(name) ?? '';
  if (place.rows !== 'full') place.rows = '';
  if (!/^[1-9]\d{0,15}$/.test(String(place.line))) place.line = '';
  place.more = Object.fromEntries([...given].filter(([name]) => !KNOWN.has(name)));
  return place as unknown as Place;
}

/** Relative to the root of the view: `search?q=level%3Aerror`. */
export function addressOf(place: Place): string {
  const words = new URLSearchParams();
  for (const [member, name] of NAMED) if (place[member] !== '') words.set(name, place[member]);
  for (const [name, value] of Object.entries(place.more)) if (value !== '') words.set(name, value);
  const path = [place.view, ...(place.id === '' ? [] : [place.id])].map(encodeURIComponent).join('/');
  // `:` and `,` may stand in a query as they are, and are half of what people type.
  const search = words.toString().replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%2F', '/');
  return search === '' ? path : `${path}?${search}`;
}

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
