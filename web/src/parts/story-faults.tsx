/** What went wrong first in a story, what is missing or was slow, and what could not be told: before everything else. */
import type { Story, StoryError, StoryFault, StoryMissing, StoryStep } from '../../../src/model.ts';
import { go, here } from '../state/here.ts';
import { fullTime } from '../state/zones.ts';
import { levelText, shortClass } from '../text/rows.ts';
import { lengthText, microsOf, offsetText } from '../text/spans.ts';
import { whereOf } from '../text/story.ts';
import { visible, visibleLines } from '../text/visible.ts';
import { type JSX, useSignal } from '../ui.ts';
import { IdLink, LogText } from './text.tsx';

export function StoryFaults({ story }: { story: Story }): JSX.Element {
  const { firstFault, firstError, missing = [] } = story;
  return (
    <div class="faults">
      {firstFault !== undefined && firstFault.state !== 'error' && <FirstStep fault={firstFault} story={story} />}
      {firstError !== undefined && <FirstError error={firstError} story={story} />}
      {missing.map((one) => (
        <Missing key={one.request} missing={one} story={story} />
      ))}
      <Limits story={story} />
    </div>
  );
}

/** The record in the list; whatever was picked out gives way. */
function goRecord(seq: number): void {
  go({ line: String(seq), more: { ...here.peek().more, only: '', find: '' } });
}

function Seen({ seq, say }: { seq: number; say: string }): JSX.Element {
  return (
    <button type="button" class="small" onClick={() => goRecord(seq)}>
      {say}
    </button>
  );
}

function Moment({ time, story }: { time: string; story: Story }): JSX.Element {
  return (
    <>
      <time dateTime={time}>{fullTime(time, here.value.zone).slice(11, 23)}</time>
      {story.start !== undefined && <span class="dim"> ({offsetText(microsOf(time) - microsOf(story.start))})</span>}
    </>
  );
}

function FirstStep({ fault, story }: { fault: StoryFault; story: Story }): JSX.Element {
  const isMissing = fault.state === 'missing';
  return (
    <section class="fault is-bad">
      <h3>{isMissing ? 'First: this did not come' : 'First: this was slow'}</h3>
      <p>
        {isMissing && 'due by '}
        <Moment time={fault.time} story={story} />, {visible(whereOf(fault))}
        {fault.seq !== undefined && <Seen seq={fault.seq} say={isMissing ? 'Last step before it' : 'Show record'} />}
      </p>
      <p class="fault-text">
        <LogText text={visible(fault.text)} marker={undefined} />
      </p>
    </section>
  );
}

/** Lines of a traceback that are shown at once: its last ones say what happened, a click shows them all. */
const LINES_SHOWN = 5;

function FirstError({ error, story }: { error: StoryError; story: Story }): JSX.Element {
  const isWhole = useSignal(false);
  // The head may hold the beginning of the text only; the record has it all.
  const record = story.records.find(({ seq }) => seq === error.seq);
  const message = typeof record?.message === 'string' ? record.message : error.message;
  const [first = '', ...lines] = message.replace(/\n+$/, '').split('\n');
  const { exception } = error;
  const shown = isWhole.value ? lines : lines.slice(-LINES_SHOWN);
  return (
    <section class="fault is-bad">
      <h3>First error</h3>
      <p>
        <Moment time={error.time} story={story} />, {visible(whereOf(error))}
        {error.request !== undefined && (
          <>
            {', '}
            <IdLink id={visible(error.request)} />
          </>
        )}
        <Seen seq={error.seq} say="Show record" />
      </p>
      <p class={`fault-text of-${error.level.toLowerCase()}`}>
        <span class="level">{levelText(error.level)}</span>{' '}
        {exception !== undefined && (
          <span class="thrown" title={visible(exception.class)}>
            <b>{shortClass(exception.class)}</b>
            {exception.culprit !== undefined && <span class="culprit"> in {visible(exception.culprit)}</span>}
          </span>
        )}
        <LogText text={visible(first)} marker={undefined} />
      </p>
      {lines.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        <pre class="fault-trace" tabIndex={0} role="region" aria-label="Traceback">
          {shown.length < lines.length && (
            <button type="button" class="more" onClick={() => (isWhole.value = true)}>
              {lines.length - shown.length} lines before
            </button>
          )}
          <LogText text={visibleLines(`${shown.length < lines.length ? '\n' : ''}${shown.join('\n')}`)} marker={undefined} />
        </pre>
      )}
    </section>
  );
}

/** The first ones say where it went another way; the others follow from it. */
const STEPS_SHOWN = 3;

function Missing({ missing, story }: { missing: StoryMissing; story: Story }): JSX.Element | null {
  const isWhole = useSignal(false);
  const number = story.requests.findIndex(({ id }) => id === missing.request) + 1;
  const { steps } = missing;
  if (steps.length === 0) return null;
  const shown = isWhole.value ? steps : steps.slice(0, STEPS_SHOWN);
  return (
    <section class="fault is-warn">
      <h3>
        Unlike other runs of {visible(missing.operation)} {number > 0 && <span class="number">#{number}</span>}
      </h3>
      <p class="dim">Compared with {missing.learnedFrom} runs that went well</p>
      <ul class="steps">
        {shown.map((step) => (
          <Step key={`${step.state}${step.text}`} step={step} />
        ))}
      </ul>
      {shown.length < steps.length && (
        <button type="button" class="small" onClick={() => (isWhole.value = true)}>
          {steps.length - shown.length} more steps
        </button>
      )}
    </section>
  );
}

function Step({ step }: { step: StoryStep }): JSX.Element {
  const at = step.seq ?? step.afterSeq;
  return (
    <li>
      <b class={step.state === 'missing' ? 'is-missing' : 'is-slow'}>{step.state}</b>{' '}
      <span class="dim">{visible(step.program ?? step.service ?? '–')}</span> <code>{visible(step.text)}</code>{' '}
      <span class="dim">
        in {step.usualPercent} of 100 runs, within {lengthText(step.usualMs)}
      </span>
      {step.tookMs !== undefined && (
        <>
          , took <b>{lengthText(step.tookMs)}</b>
        </>
      )}
      {at !== undefined && <Seen seq={at} say={step.seq === undefined ? 'Step before' : 'Show record'} />}
    </li>
  );
}

function Limits({ story: { limits, stats } }: { story: Story }): JSX.Element | null {
  const damaged = (stats.damaged ?? []).map((place) => `Cannot be read in the store: ${place}`);
  const texts = [...limits.map(({ text }) => text), ...damaged];
  if (texts.length === 0) return null;
  return (
    <section class="fault is-warn">
      <h3>Not all of it</h3>
      <ul class="steps">
        {texts.map((text) => (
          <li key={text}>{visible(text)}</li>
        ))}
      </ul>
    </section>
  );
}
