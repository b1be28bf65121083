/**
 * Ids in a text: where they stand, and their canonical spelling. Pure, and linear on any text. Kinds come from the record, which the
 * service has read; here an id is only found. Source: the spellings that src/query/ids.ts takes.
 */
const HEX = '[0-9a-f]';
const UUID = `${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}`;
const IDS = new RegExp(
  [
    `(?:req-)?${UUID}`,
    `tx${HEX}{21}-${HEX}{10}[\\w.-]{0,40}`,
    `(?<![0-9a-z])(?:req-)?${HEX}{32}(?![0-9a-z])`,
    `(?<![0-9a-f:])(?:${HEX}{2}:){5}${HEX}{2}(?![0-9a-f:])`,
    '(?<![\\d.])\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}(?![\\d.]*\\d)',
  ].join('|'),
  'gi',
);

export interface FoundId {
  readonly at: number;
  readonly end: number;
  /** As the service writes it. */
  readonly id: string;
}

export function idsIn(text: string): FoundId[] {
  return [...text.matchAll(IDS)].map((match) => ({ at: match.index, end: match.index + match[0].length, id: canonical(match[0]) }));
}

/** Lower case, UUIDs dashed. */
export function canonical(id: string): string {
  const lower = id.toLowerCase();
  const digits = /^(req-)?([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(lower);
  return digits ? `${digits[1] ?? ''}${digits.slice(2).join('-')}` : lower;
}
