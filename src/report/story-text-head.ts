/**
 * What stands above a story in a terminal: what it is about, where and how long it was, what went wrong first with its traceback,
 * what did not come, clocks that disagree, and what was left out. Part of story-text.ts.
 */
import { INK, LEVEL_COLORS } from '../base/ink.ts';
import { visible } from '../base/visible.ts';
import type { Story, StoryError, StoryFault, StoryMissing, StoryStep } from '../model.ts';
import { type Canvas, counted, headed, indented } from './story-text.ts';
import { linesOf, skewsTold, stepName, wholeError } from './story-view-records.ts';
import { microsOf, offsetText, spanText } from './story-view-time.ts';
import { placeOf } from './story-view-tree.ts';

/** Names of one kind that are listed: more are no help to find anything. */
const NAMES_MAX = 12;
/** Steps that did not come: the first ones tell the cause, the others follow from them. */
const STEPS_MAX = 3;
/** Lines of a traceback that are shown from its beginning and its end: where it began and what it says. */
const TRACE_FIRST = 3;
const TRACE_LAST = 9;

export function* headLines(story: Story, canvas: Canvas): Generator<string> {
  yield* headed(`${story.kind} ${visible(story.id)}`, '', { canvas });
  for (const line of summary(story, canvas)) yield* indented(line, '  ', canvas);
  if (story.note !== undefined) yield* indented(visible(story.note), '  ', canvas);
  yield* faultLines(story, canvas);
  for (const missing of story.missing ?? []) yield* missingLines(missing, story, canvas);
  yield* skewLines(story, canvas);
  yield* limitLines(story, canvas);
}

function summary(story: Story, { time, zone }: Canvas): string[] {
  if (story.start === undefined || story.end === undefined) return [];
  const [start, end] = [time(microsOf(story.start)), time(microsOf(story.end))];
  // The day is said once where it is the same.
  const until = end.slice(0, 10) === start.slice(0, 10) ? end.slice(11) : end;
  const took = spanText(story.durationMs ?? (microsOf(story.end) - microsOf(story.start)) / 1000);
  const what = [counted(story.records.length, 'record'), counted(story.requests.length, 'request')].join(' of ');
  return [
    `${start} to ${until} ${zone}, ${took}: ${what}`,
    `${namesOf(story.spans.map(({ service, program }) => service ?? program))} on ${namesOf(story.spans.map(({ host }) => host))}`,
    ...entityLines(story),
  ];
}

/** Most frequent first, as they are met. */
function namesOf(names: readonly (string | undefined)[]): string {
  const counts = new Map<string, number>();
  for (const name of names) if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a).map(([name]) => visible(name));
  const more = sorted.length > NAMES_MAX ? [`and ${sorted.length - NAMES_MAX} more`] : [];
  return [...sorted.slice(0, NAMES_MAX), ...more].join(' ') || '-';
}

function entityLines({ entities, id }: Story): string[] {
  const others = entities.filter((entity) => entity.id !== id);
  if (others.length === 0) return [];
  const shown = others.slice(0, NAMES_MAX).map((entity) => `${entity.kind} ${visible(entity.id)}`);
  return [`with ${shown.join(', ')}${others.length > NAMES_MAX ? `, and ${others.length - NAMES_MAX} more` : ''}`];
}

// ------------------------------------------------------------------------------------------- what went wrong

function* faultLines(story: Story, canvas: Canvas): Generator<string> {
  const { firstFault } = story;
  const firstError = wholeError(story);
  // An error is told with all that it says; a step that did not come before it, above it.
  if (firstFault !== undefined && firstFault.state !== 'error') {
    yield '';
    yield* stepFault(firstFault, story, canvas);
  }
  if (firstError === undefined) return;
  yield '';
  yield* errorLines(firstError, story, canvas);
}

function* stepFault(fault: StoryFault, story: Pick<Story, 'start'>, canvas: Canvas): Generator<string> {
  const what = fault.state === 'missing' ? 'did not come' : 'was slow';
  const when = momentText(fault.time, story, canvas);
  const place = `${fault.state === 'missing' ? 'due by' : 'at'} ${when}  ${visible(placeOf(fault))}`;
  yield* headed(`First: this ${what}`, place, { canvas, sgr: INK.red });
  yield* indented(visible(stepName(fault.text)), '  ', canvas);
}

function* errorLines(error: StoryError, story: Pick<Story, 'start'>, canvas: Canvas): Generator<string> {
  const place = `${momentText(error.time, story, canvas)}  ${visible(placeOf(error))}  ${visible(error.request ?? '')}`.trimEnd();
  yield* headed('First error', place, { canvas, sgr: LEVEL_COLORS[error.level] ?? INK.red });
  const { first, more } = linesOf(error.message);
  yield* indented(`${error.level} ${visible(first)}`, '  ', canvas);
  yield* traceLines(more, '    ', canvas);
  const culprit = error.exception?.culprit;
  if (culprit !== undefined) yield* indented(`at ${visible(culprit)}`, '  ', canvas);
}

/** The beginning and the end of what is long. */
export function* traceLines(lines: readonly string[], indent: string, canvas: Canvas): Generator<string> {
  const cuts = !canvas.full && lines.length > TRACE_FIRST + TRACE_LAST + 1;
  const head = cuts ? lines.slice(0, TRACE_FIRST) : lines;
  for (const line of head) yield* indented(visible(line), indent, canvas);
  if (!cuts) return;
  yield canvas.ink(`${indent}… ${lines.length - TRACE_FIRST - TRACE_LAST} lines (--full)`, INK.faint);
  for (const line of lines.slice(-TRACE_LAST)) yield* indented(visible(line), indent, canvas);
}

function momentText(time: string, { start }: Pick<Story, 'start'>, canvas: Canvas): string {
  const timeUs = microsOf(time);
  const offset = start === undefined ? '' : ` (${offsetText(timeUs - microsOf(start))})`;
  return `${canvas.time(timeUs).slice(11)}${offset}`;
}

// ------------------------------------------------------------------------------------------- what did not come

function* missingLines(missing: StoryMissing, story: Story, canvas: Canvas): Generator<string> {
  if (missing.steps.length === 0) return;
  yield '';
  const number = story.requests.findIndex(({ id }) => id === missing.request) + 1;
  const which = number > 0 ? ` #${number}` : '';
  yield* headed(`Unlike other runs of ${visible(missing.operation)}${which}`, `(${counted(missing.learnedFrom, 'run')} that went well)`, {
    canvas,
  });
  const most = canvas.full || missing.steps.length <= STEPS_MAX + 1 ? missing.steps.length : STEPS_MAX;
  for (const step of missing.steps.slice(0, most)) yield* stepLines(step, canvas);
  const left = missing.steps.slice(most);
  if (left.length === 0) return;
  const programs = [...new Set(left.map(({ program, service }) => program ?? service ?? '-'))].map(visible).join(', ');
  yield* indented(`… and ${counted(left.length, 'step')} after these, of ${programs} (--full)`, '  ', canvas).map((line) =>
    canvas.ink(line, INK.faint),
  );
}

function* stepLines(step: StoryStep, canvas: Canvas): Generator<string> {
  const color = step.state === 'missing' ? INK.red : INK.yellow;
  const who = step.program ?? step.service;
  const [first = '', ...more] = indented(`${visible(who ?? '-')}: ${visible(stepName(step.text))}`, '           ', canvas);
  yield `  ${canvas.ink(step.state.padEnd(7), color)}  ${first.trimStart()}`;
  yield* more;
  const usual = `usually comes in ${step.usualPercent} of 100, within ${spanText(step.usualMs)} after the step before`;
  const took = step.tookMs === undefined ? '' : `; took ${spanText(step.tookMs)} here`;
  yield* indented(`${usual}${took}`, '           ', canvas);
}

// ------------------------------------------------------------------------------------------- what to know about it

function* skewLines(story: Story, canvas: Canvas): Generator<string> {
  const skews = skewsTold(story);
  if (skews.length === 0) return;
  yield '';
  const how = story.deskewed ? '(times are corrected by this)' : '(times are as written; --deskew corrects them)';
  yield* headed('Clocks', how, { canvas });
  for (const { host, against, skewMs, errorMs, pairs } of skews) {
    const where = skewMs < 0 ? 'behind' : 'ahead of';
    const about = `±${spanText(errorMs)}, ${counted(pairs, 'request')} with answer`;
    yield* indented(`${visible(host)} is ${spanText(Math.abs(skewMs))} ${where} ${visible(against)} (${about})`, '  ', canvas);
  }
}

function* limitLines({ limits, stats }: Story, canvas: Canvas): Generator<string> {
  const damaged = stats.damaged ?? [];
  if (limits.length + damaged.length === 0) return;
  yield '';
  yield* headed('Not all of it', '', { canvas, sgr: INK.yellow });
  for (const { text } of limits) yield* indented(visible(text), '  ', canvas);
  if (damaged.length > 0)
    yield* indented(`${counted(damaged.length, 'place')} of the store cannot be read: ${damaged.map(visible).join('; ')}`, '  ', canvas);
}
