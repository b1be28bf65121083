/**
 * A report as one page that needs no network and runs no script, and says so in its policy: for mails, archives, bug reports. Charts are inline SVG.
 * Pure. Invariant: what a sender wrote is text and nothing else (story-html-parts.ts). Not here: what is told (report-rows.ts).
 */
import type { Report } from '../model.ts';
import { reportChart, sparkline } from './report-chart.ts';
import { cellText, microsOf, type ReportCell, type ReportLook, type ReportTable, reportTables, summaryOf, titleOf } from './report-rows.ts';
import { shown } from './story-html-parts.ts';
import { POLICY, STYLE } from './story-html-style.ts';

export function reportHtml(report: Report, look: ReportLook): string {
  const title = `Stacktrail report, ${titleOf(report, look)}`;
  return [
    `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width,initial-scale=1">\n<meta name="referrer" content="no-referrer">',
    `<title>${shown(title)}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n<main>`,
    `<h1>${shown(title)}</h1>\n<p>${shown(summaryOf(report))}</p>`,
    chartOf(report, look),
    ...reportTables(report, look).map(tableHtml),
    `<p class="dim">Made ${shown(look.time(microsOf(report.made)))} (${shown(look.zone)}).</p>`,
    '</main>\n</body>\n</html>\n',
  ].join('\n');
}

function chartOf(report: Report, { time }: ReportLook): string {
  if (report.errors === 0) return '';
  const [since, until] = [microsOf(report.since), microsOf(report.until)];
  const ticks = [0, 0.25, 0.5, 0.75].map((share) => ({ share, text: time(since + share * (until - since)) }));
  return `<h2>Errors over the time</h2>\n${reportChart(report.errorSteps, ticks)}`;
}

function tableHtml({ title, say, head, rows, notes, charts }: ReportTable): string {
  const isNumber = head.map((_, column) => rows.every((row) => typeof row[column] === 'number' || row[column] === ''));
  const cell = (name: 'td' | 'th', html: string, column: number): string =>
    `<${name}${isNumber[column] ? ' class="num"' : ''}>${html}</${name}>`;
  const body = rows.map((row, at) => {
    const cells = row.map((one, column) => cell('td', cellHtml(one), column)).join('');
    const chart = charts === undefined ? '' : `<td>${sparkline(charts[at]!)}</td>`;
    const note = notes?.[at];
    const below = note === undefined ? '' : `\n<tr><td></td><td colspan="${head.length}" class="dim wrap">${shown(note)}</td></tr>`;
    return `<tr>${cells}${chart}</tr>${below}`;
  });
  const heads = [
    ...head.map((name, column) => cell('th', shown(name), column)),
    ...(charts === undefined ? [] : ['<th>over the time</th>']),
  ];
  return `<h2>${shown(title)}</h2>\n${say === undefined ? '' : `<p class="dim">${shown(say)}</p>\n`}<table class="report">\n<tr>${heads.join('')}</tr>\n${body.join('\n')}\n</table>`;
}

function cellHtml(cell: ReportCell): string {
  const text = shown(cellText(cell));
  return typeof cell === 'object' ? `<a href="${shown(cell.href)}">${text}</a>` : text;
}
