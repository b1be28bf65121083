/** A report as Markdown (GitHub's tables) for tickets and chats. Pure; what stands in a cell is text: marks of Markdown and HTML in it are escaped. */
import { visible } from '../base/visible.ts';
import type { Report } from '../model.ts';
import { cellText, type ReportCell, type ReportLook, type ReportTable, reportTables, summaryOf, titleOf } from './report-rows.ts';

export function reportMarkdown(report: Report, look: ReportLook): string {
  const head = `# Stacktrail report\n\n${escaped(titleOf(report, look))}\n\n**${escaped(summaryOf(report))}**`;
  return `${[head, ...reportTables(report, look).map(tableMarkdown)].join('\n\n')}\n`;
}

function tableMarkdown({ title, say, head, rows, notes = [] }: ReportTable): string {
  const isNumber = head.map((_, column) => rows.every((row) => typeof row[column] === 'number' || row[column] === ''));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const told = [...new Set(notes.filter((note) => note !== undefined))].map((note) => `- ${escaped(note)}`);
  return [
    `## ${escaped(title)}`,
    '',
    ...(say === undefined ? [] : [escaped(say), '']),
    line(head.map(escaped)),
    line(isNumber.map((one) => (one ? '---:' : '---'))),
    ...rows.map((row) => line(row.map(cellMarkdown))),
    ...(told.length > 0 ? ['', ...told] : []),
  ].join('\n');
}

function cellMarkdown(cell: ReportCell): string {
  const text = escaped(cellText(cell));
  // An address of ours has no space, bracket or bar that is not encoded.
  return typeof cell === 'object' ? `[${text}](${cell.href.replace(/[()|<> ]/g, encodeURIComponent)})` : text;
}

/** Also `://`, which becomes a link by itself. */
function escaped(text: string): string {
  return visible(text)
    .replace(/[\\`*_{}[\]<>#|~!&]/g, '\\$&')
    .replaceAll('://', ':\\//');
}
