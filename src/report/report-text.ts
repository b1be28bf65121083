/** A report as plain text for terminals and mails: aligned tables, titles cut to the width. Pure; log text is made visible, never obeyed. */
import { visible } from '../base/visible.ts';
import { columns, cut, fitted } from '../base/width.ts';
import type { Report } from '../model.ts';
import { cellText, type ReportLook, type ReportTable, reportTables, summaryOf, titleOf } from './report-rows.ts';

/** A cell; titles and paths are longer at times. */
const CELL_COLUMNS_MAX = 70;

export function reportText(report: Report, look: ReportLook): string {
  const head = [`Stacktrail report, ${titleOf(report, look)}`, summaryOf(report)];
  return `${[head.join('\n'), ...reportTables(report, look).map(tableText)].join('\n\n')}\n`;
}

function tableText({ title, say, head, rows, notes }: ReportTable): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cut(visible(cellText(cell)), CELL_COLUMNS_MAX)));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => columns(row[column]!))));
  const isNumber = head.map((_, column) => rows.every((row) => typeof row[column] === 'number' || row[column] === ''));
  const lines = cells.map((row) =>
    row
      .map((text, column) => (isNumber[column] ? ' '.repeat(widths[column]! - columns(text)) + text : fitted(text, widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
  const body = lines.slice(1).flatMap((line, row) => (notes?.[row] === undefined ? [line] : [line, `    ${visible(notes[row])}`]));
  return [visible(title).toUpperCase(), ...(say === undefined ? [] : [say]), lines[0]!, ...body].join('\n');
}
