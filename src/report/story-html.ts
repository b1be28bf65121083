/**
 * A story as one page to attach to a bug report: it needs no network, runs no script, and carries a policy that forbids both. Pieces
 * come one by one, so that nobody holds the page as a whole. Pure: who made it, when, and in which zone times are, is said by whoever
 * makes it. Not here: masking of secrets (base/secrets.ts; the story comes masked).
 *
 * Invariant: what a sender wrote is text and nothing else (story-html-parts.ts).
 */
import type { Story, StoryError, StoryFault, StoryMissing, StoryRequest } from '../model.ts';
import { recordAnchor, requestAnchor, shown, shownLines } from './story-html-parts.ts';
import { recordsHtml } from './story-html-records.ts';
import { POLICY, STYLE } from './story-html-style.ts';
import { treeHtml } from './story-html-tree.ts';
import { linesOf, skewsTold, stepName, wholeError } from './story-view-records.ts';
import { microsOf, offsetText, spanText } from './story-view-time.ts';
import { placeOf } from './story-view-tree.ts';

export interface HtmlStyle {
  /** `2026-11-22 08:24:11.548` in the zone of the readers, from µs. */
  readonly time: (timeUs: number) => string;
  readonly zone: string;
  /** Sentences about how it was made. */
  readonly madeBy: readonly string[];
  /** What to type to see it again. */
  readonly command: string;
}

export function* storyHtml(story: Story, style: HtmlStyle): Generator<string> {
  const title = `${story.kind} ${story.id}`;
  yield `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="${POLICY}">\n`;
  yield '<meta name="viewport" content="width=device-width,initial-scale=1">\n<meta name="referrer" content="no-referrer">\n';
  yield `<title>${shown(title)}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n`;
  yield* headHtml(story, style);
  yield* faultHtml(story, style);
  for (const missing of story.missing ?? []) yield missingHtml(missing, story);
  yield limitsHtml(story);
  if (story.spans.length > 0) yield* treeHtml(story);
  yield requestsHtml(story);
  yield entitiesHtml(story);
  yield skewHtml(story);
  if (story.records.length > 0) yield* recordsHtml(story, style);
  yield `<footer>${style.madeBy.map((text) => `<p>${shown(text)}</p>`).join('')}<p>Again: <code>${shown(style.command)}</code></p></footer>\n</body>\n</html>\n`;
}

function* headHtml(story: Story, style: HtmlStyle): Generator<string> {
  yield `<h1><small>${shown(story.kind)}</small> <code>${shown(story.id)}</code></h1>\n`;
  if (story.note !== undefined) yield `<p>${shown(story.note)}</p>\n`;
  if (story.start === undefined || story.end === undefined) return;
  const [start, end] = [style.time(microsOf(story.start)), style.time(microsOf(story.end))];
  const until = end.slice(0, 10) === start.slice(0, 10) ? end.slice(11) : end;
  yield `<p>${shown(start)} to ${shown(until)} ${shown(style.zone)}, <b>${spanText(story.durationMs ?? 0)}</b>: ${story.records.length} records of ${story.requests.length} requests, `;
  const names = (of: readonly (string | undefined)[]): string =>
    [...new Set(of.filter((name) => name !== undefined))].map(shown).join(', ');
  yield `${names(story.spans.map(({ service, program }) => service ?? program))} on ${names(story.spans.map(({ host }) => host))}</p>\n`;
}

// ------------------------------------------------------------------------------------------- what went wrong

function* faultHtml(story: Story, style: HtmlStyle): Generator<string> {
  const { firstFault } = story;
  const firstError = wholeError(story);
  if (firstFault !== undefined && firstFault.state !== 'error') yield stepHtml(firstFault, story, style);
  if (firstError !== undefined) yield errorHtml(firstError, story, style);
}

function momentHtml(time: string, { start }: Pick<Story, 'start'>, style: HtmlStyle): string {
  const timeUs = microsOf(time);
  return `${shown(style.time(timeUs))}${start === undefined ? '' : ` (${offsetText(timeUs - microsOf(start))})`}`;
}

function stepHtml(fault: StoryFault, story: Pick<Story, 'start'>, style: HtmlStyle): string {
  const what = fault.state === 'missing' ? 'First: this did not come' : 'First: this was slow';
  const place = `${fault.state === 'missing' ? 'due by ' : ''}${momentHtml(fault.time, story, style)}, ${shown(placeOf(fault))}`;
  return `<section class="box bad"><h2>${what}</h2><p class="dim">${place}</p><p class="mono wrap">${shown(stepName(fault.text))}</p></section>\n`;
}

function errorHtml(error: StoryError, story: Pick<Story, 'start'>, style: HtmlStyle): string {
  const { first, more } = linesOf(error.message);
  const place = `${momentHtml(error.time, story, style)}, <a href="#${recordAnchor(error.seq)}">${shown(placeOf(error))}</a>`;
  const trace =
    more.length === 0 ? '' : `<details open><summary>${more.length} lines</summary><pre>${shownLines(more.join('\n'))}</pre></details>`;
  const culprit = error.exception?.culprit;
  return [
    `<section class="box bad"><h2>First error</h2><p class="dim">${place}${error.request === undefined ? '' : `, <code>${shown(error.request)}</code>`}</p>`,
    `<p class="mono wrap"><b>${shown(error.level)}</b> ${shown(first)}</p>`,
    culprit === undefined ? '' : `<p class="dim">at <code>${shown(culprit)}</code></p>`,
    `${trace}</section>\n`,
  ].join('');
}

function missingHtml({ operation, request, learnedFrom, steps }: StoryMissing, story: Story): string {
  if (steps.length === 0) return '';
  const number = story.requests.findIndex(({ id }) => id === request) + 1;
  const rows = steps.map((step) => {
    const at = step.seq ?? step.afterSeq;
    const where =
      at === undefined ? '' : `<a href="#${recordAnchor(at)}">${step.seq === undefined ? 'the last step before it' : 'here'}</a>`;
    const usual = `in ${step.usualPercent} of 100 runs, within ${spanText(step.usualMs)}`;
    const took = step.tookMs === undefined ? '' : `, took <b>${spanText(step.tookMs)}</b>`;
    const color = step.state === 'missing' ? 'bad' : 'warn';
    const who = shown(step.program ?? step.service ?? '-');
    return `<tr class="${color}"><td class="state">${step.state}</td><td>${who}</td><td class="mono wrap">${shown(stepName(step.text))}</td><td>${usual}${took}</td><td>${where}</td></tr>\n`;
  });
  const which = number > 0 ? ` <a href="#${requestAnchor(number)}">#${number}</a>` : '';
  return `<section class="box warn"><h2>Unlike other runs of ${shown(operation)}${which}</h2><p class="dim">Compared with ${learnedFrom} runs that went well.</p>\n<table class="facts">\n<thead><tr><th></th><th>where</th><th>step</th><th>usually</th><th></th></tr></thead>\n<tbody>\n${rows.join('')}</tbody></table></section>\n`;
}

// ------------------------------------------------------------------------------------------- tables

function requestsHtml({ requests }: Story): string {
  if (requests.length === 0) return '';
  const rows = requests.map((request, index) => requestHtml(request, index + 1)).join('');
  return `<details><summary>${requests.length} requests with their ids</summary>\n<table class="facts">\n<thead><tr><th></th><th>request</th><th>operation</th><th>who</th><th class="num">records</th><th class="num">took</th></tr></thead>\n<tbody>\n${rows}</tbody></table></details>\n`;
}

function requestHtml(request: StoryRequest, number: number): string {
  const { id, global, operation, user, project, outcome, isShared, durationMs, records } = request;
  const notes = [
    outcome === 'failed' ? '<span class="state">failed</span>' : '',
    isShared ? 'shared by many: only what names this story' : '',
  ];
  const who = [
    user === undefined ? '' : `user <code>${shown(user)}</code>`,
    project === undefined ? '' : `project <code>${shown(project)}</code>`,
  ];
  const ids = `<code>${shown(id)}</code>${global === undefined ? '' : ` <span class="dim">global <code>${shown(global)}</code></span>`}`;
  return `<tr id="${requestAnchor(number)}"${outcome === 'failed' ? ' class="bad"' : ''}><td>#${number}</td><td>${ids}</td><td class="wrap">${shown(operation ?? '')} ${notes.filter(Boolean).join(', ')}</td><td>${who.filter(Boolean).join(' ')}</td><td class="num">${records}</td><td class="num">${spanText(durationMs)}</td></tr>\n`;
}

function entitiesHtml({ entities, id }: Story): string {
  const others = entities.filter((entity) => entity.id !== id);
  if (others.length === 0) return '';
  const rows = others.map(({ kind, id: other, records, through }) => {
    const how = through === undefined ? '' : `<a href="#${recordAnchor(through.seq)}">with</a> <code>${shown(through.id)}</code>`;
    return `<tr><td>${shown(kind)}</td><td><code>${shown(other)}</code></td><td class="num">${records}</td><td>${how}</td></tr>\n`;
  });
  return `<details><summary>${others.length} more ids that belong to it</summary>\n<table class="facts">\n<thead><tr><th>kind</th><th>id</th><th class="num">records</th><th>known from</th></tr></thead>\n<tbody>\n${rows.join('')}</tbody></table></details>\n`;
}

function skewHtml(story: Story): string {
  const skews = skewsTold(story);
  if (skews.length === 0) return '';
  const rows = skews.map(({ host, against, skewMs, errorMs, pairs }) => {
    const where = skewMs < 0 ? 'behind' : 'ahead of';
    return `<li>${shown(host)} is ${spanText(Math.abs(skewMs))} ${where} ${shown(against)} (±${spanText(errorMs)}, ${pairs} requests with answer)</li>`;
  });
  return `<details open><summary>Clocks that disagree; times are ${story.deskewed ? 'corrected by this' : 'as they were written'}</summary><ul>${rows.join('')}</ul></details>\n`;
}

function limitsHtml({ limits, stats }: Story): string {
  const damaged = (stats.damaged ?? []).map((place) => `cannot be read in the store: ${place}`);
  const texts = [...limits.map(({ text }) => text), ...damaged];
  if (texts.length === 0) return '';
  return `<section class="box warn"><h2>Not all of it</h2><ul>${texts.map((text) => `<li>${shown(text)}</li>`).join('')}</ul></section>\n`;
}
