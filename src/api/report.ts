/** `GET /api/v1/report`: what happened within a time, as JSON or for people. Not here: what a report is (report/report.ts), who gets one by himself (service/). */
import { CodedError } from '../base/errors.ts';
import { nowUs, parseTime } from '../base/time.ts';
import { zoneOf } from '../base/zone.ts';
import { REPORT_FORMS, type ReportForm } from '../report/report-forms.ts';
import { lookIn } from '../report/report-rows.ts';
import { POLICY } from '../report/story-html-style.ts';
import type { Route } from './route.ts';
import { refTo, TEXT } from './schemas.ts';

const SINCE_DEFAULT = '24h';
/** The time before is read, too; nobody keeps two years. */
const RANGE_US_MAX = 366 * 86_400e6;
const FORMS = Object.keys(REPORT_FORMS) as ReportForm[];

export const report: Route = {
  method: 'GET',
  path: '/api/v1/report',
  group: 'Errors',
  say: 'What happened in a time: errors that are new, back, grown or over, who writes most, latencies of the APIs, losses, capacity',
  arguments: {
    since: { type: 'string', maxLength: 64, description: `From this time, by whole minutes; default \`${SINCE_DEFAULT}\`` },
    until: { type: 'string', maxLength: 64, description: 'To this time; default now' },
    form: { type: 'string', enum: FORMS, description: 'Default `json`; `html` is one page without scripts that needs no network' },
    timezone: {
      type: 'string',
      maxLength: 64,
      description: 'Zone of times in forms for people: `UTC` (default), `+02:00`, `Europe/Berlin`',
    },
    settled: { type: 'string', enum: ['true', 'false'], description: 'First wait until everything that is stored by now is counted' },
  },
  responses: [
    {
      status: 200,
      say: 'The report',
      types: { 'application/json': refTo('Report'), 'text/plain': TEXT, 'text/markdown': TEXT, 'text/html': TEXT },
    },
  ],
  errors: ['bad-argument', 'timeout'],
  async answer({ reports, errors }, request) {
    if (reports === undefined) throw new CodedError('not-found', 'No reports are made here');
    const { since, until, form = 'json', timezone, settled } = request.arguments;
    const now = nowUs();
    const startUs = timeOf('since', since || SINCE_DEFAULT, now);
    const endUs = until ? timeOf('until', until, now) : now;
    if (endUs <= startUs) throw new CodedError('bad-argument', 'until is not later than since');
    if (endUs - startUs > RANGE_US_MAX) throw new CodedError('bad-argument', 'A report tells of a year at most; give a later since');
    const zone = zoneOf(timezone || 'UTC');
    if (settled === 'true') await errors?.settled(request.signal);
    const made = await reports.make({ startUs, endUs }, request.signal);
    const { type, render } = REPORT_FORMS[form as ReportForm];
    const headers = form === 'html' ? { headers: { 'content-security-policy': `${POLICY}; frame-ancestors 'none'; sandbox` } } : {};
    return { type, ...headers, body: render(made, lookIn(zone, reports.url())) };
  },
};

function timeOf(name: string, text: string, now: number): number {
  try {
    return parseTime(text, now);
  } catch (error) {
    throw error instanceof CodedError ? new CodedError(error.code, `${name}: ${error.message}`, error.place) : error;
  }
}
