/**
 * The tree of requests and spans on the page of a story, with a bar each on one time line. Bars are SVG, whose measures are attributes:
 * the page's policy allows no style but its own. Part of story-html.ts.
 */
import type { Story } from '../model.ts';
import { recordAnchor, requestAnchor, shown } from './story-html-parts.ts';
import { type Axis, axisOf } from './story-view-axis.ts';
import { offsetText, spanText } from './story-view-time.ts';
import { placeOf, rankOf, shortIds, type TreeRow, treeRows } from './story-view-tree.ts';

/** Of a bar's picture, whose width is the page's matter. */
const UNITS = 1000;
/** A moment is a line that is seen. */
const UNITS_MIN = 5;

export function* treeHtml(story: Story): Generator<string> {
  const axis = axisOf(story);
  const numbers = new Map(story.requests.map((request, index) => [request, index + 1]));
  const total = spanText(story.durationMs ?? 0);
  yield '<h2>Requests and what they did</h2>\n<table class="tree">\n<thead><tr class="head"><th>what, where</th><th class="num">start</th>';
  yield `<th class="num">took</th><th class="num self">itself</th><th class="line">0 to ${shown(total)}</th></tr></thead>\n<tbody>\n`;
  for (const row of treeRows(story, { folds: true })) yield rowHtml(row, axis, numbers.get(row.request!));
  yield '</tbody></table>\n';
  if (axis.breaks.length > 0) yield '<p class="dim">Grey columns are silences, shortened.</p>\n';
}

function rowHtml(row: TreeRow, axis: Axis, number: number | undefined): string {
  const { request, span, depth, level, times } = row;
  const isBad = rankOf(level) >= rankOf('ERROR') || request?.outcome === 'failed';
  const color = isBad ? ' class="bad"' : rankOf(level) >= rankOf('WARNING') ? ' class="warn"' : '';
  const place = span === undefined ? '' : `<a href="#${recordAnchor(span.seq)}">${shown(placeOf(span))}</a>`;
  const operation =
    request === undefined
      ? ''
      : `<a href="#${requestAnchor(number!)}">#${number}</a> <b>${shown(shortIds(request.operation ?? request.id))}</b> `;
  const state = request?.outcome === 'failed' ? 'failed' : rankOf(level) >= rankOf('WARNING') && span !== undefined ? level! : '';
  const self = row.selfMs === undefined || row.selfMs >= row.tookMs ? '' : spanText(row.selfMs);
  return [
    `<tr${color}><td class="name"><div class="d${depth}">${operation}${place} <span class="state">${shown(state)}</span>${times > 1 ? ` <b>x${times}</b>` : ''}</div></td>`,
    `<td class="num">${offsetText(row.pieces[0]!.startUs - axis.startUs)}</td><td class="num">${spanText(row.tookMs)}</td><td class="num self">${self}</td>`,
    `<td class="line">${barHtml(row, axis)}</td></tr>\n`,
  ].join('');
}

function barHtml({ pieces }: TreeRow, axis: Axis): string {
  const unit = (part: number): number => Math.round(part * UNITS * 10) / 10;
  const breaks = axis.breaks
    .map(({ from, to }) => `<rect class="break" x="${unit(from)}" y="0" width="${unit(to - from)}" height="10"/>`)
    .join('');
  const bars = pieces.map(({ startUs, endUs }) => {
    const width = Math.max(UNITS_MIN, unit(axis.at(endUs)) - unit(axis.at(startUs)));
    return `<rect x="${Math.min(unit(axis.at(startUs)), UNITS - width).toFixed(1)}" y="2" width="${width.toFixed(1)}" height="6"/>`;
  });
  return `<svg viewBox="0 0 ${UNITS} 10" preserveAspectRatio="none" aria-hidden="true">${breaks}${bars.join('')}</svg>`;
}
