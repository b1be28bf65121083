/** The forms of a report by name: one literal table. Pure. JSON is the report itself. */
import type { Report } from '../model.ts';
import { reportHtml } from './report-html.ts';
import { reportMarkdown } from './report-markdown.ts';
import type { ReportLook } from './report-rows.ts';
import { reportText } from './report-text.ts';

export const REPORT_FORMS = {
  json: { type: 'application/json; charset=utf-8', ending: 'json', render: (report: Report) => `${JSON.stringify(report)}\n` },
  text: { type: 'text/plain; charset=utf-8', ending: 'txt', render: reportText },
  md: { type: 'text/markdown; charset=utf-8', ending: 'md', render: reportMarkdown },
  html: { type: 'text/html; charset=utf-8', ending: 'html', render: reportHtml },
} as const satisfies Record<string, { type: string; ending: string; render: (report: Report, look: ReportLook) => string }>;

export type ReportForm = keyof typeof REPORT_FORMS;
