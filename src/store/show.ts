/**
 * A found record in the form that a query asks for instead of JSON: made in the query worker, so that the main thread
 * only passes text on. Times are RFC 3339 in UTC: a line says the same wherever it is read.
 */
import { type CsvField, csvRow } from '../base/csv.ts';
import { lineOf } from '../base/line.ts';
import type { PublicRecord } from '../base/public.ts';
import { formatTime } from '../base/time.ts';
import type { Show } from '../model.ts';

/** `json` is public JSON; the answer ends its own line. The columns were checked by whoever made the query. */
export function shown(json: string, show: Show): string {
  const record = JSON.parse(json) as PublicRecord;
  return show.form === 'csv'
    ? csvRow(record, show.fields as readonly CsvField[])
    : `${lineOf(record, { color: false, time: formatTime })}\n`;
}
