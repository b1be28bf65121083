/** The head of a story: what it is about, when and where it happened, and what can be done with all of it - keep it, put clocks right, find words. */
import type { Story } from '../../../src/model.ts';
import { urlOf } from '../api/ask.ts';
import { go, here, hrefOf, placeFor } from '../state/here.ts';
import { ALL } from '../state/ranges.ts';
import { goStory, isDeskewed, storyAgain } from '../state/story.ts';
import { fullTime } from '../state/zones.ts';
import { countText } from '../text/rows.ts';
import { lengthText } from '../text/spans.ts';
import { visible } from '../text/visible.ts';
import { type JSX, useRef } from '../ui.ts';
import { copyText } from './copy.ts';
import { Menu } from './menu.tsx';

export function StoryHead({ story }: { story: Story }): JSX.Element {
  const { kind, note, start, end } = story;
  const zone = here.value.zone;
  return (
    <header class="story-head">
      <div class="story-title">
        <h2>
          <span class="kind">{kind}</span> <code>{visible(story.id)}</code>
        </h2>
        <button type="button" class="quiet" onClick={() => void copyText(story.id)}>
          Copy
        </button>
        <span class="gap" />
        <Deeds story={story} />
      </div>
      {note !== undefined && <p class="story-note">{visible(note)}</p>}
      {start !== undefined && end !== undefined && (
        <p class="story-when">
          <time dateTime={start}>{fullTime(start, zone).slice(0, 23)}</time> to <time dateTime={end}>{endText(start, end, zone)}</time>{' '}
          <span class="dim">{fullTime(start, zone).slice(-6)}</span>, <b>{lengthText(story.durationMs ?? 0)}</b>:{' '}
          {countText(story.records.length)} records of {countText(story.requests.length)}{' '}
          {story.requests.length === 1 ? 'request' : 'requests'}, {names(story.spans.map(({ service, program }) => service ?? program))} on{' '}
          {names(story.spans.map(({ host }) => host))}
        </p>
      )}
    </header>
  );
}

function endText(start: string, end: string, zone: string): string {
  const text = fullTime(end, zone).slice(0, 23);
  return text.slice(0, 10) === fullTime(start, zone).slice(0, 10) ? text.slice(11) : text;
}

function names(of: readonly (string | undefined)[]): string {
  const all = [...new Set(of.filter((name) => name !== undefined))].map(visible);
  return all.length > NAMES_MAX ? `${all.slice(0, NAMES_MAX).join(', ')} and ${all.length - NAMES_MAX} more` : all.join(', ') || '–';
}
const NAMES_MAX = 8;

const KEPT = [
  { form: 'html', say: 'A page: opens anywhere, without a network; secrets masked' },
  { form: 'text', say: 'Text, as in the terminal; secrets masked' },
  { form: 'ndjson', say: 'NDJSON: everything, as it is stored' },
] as const;

function Deeds({ story }: { story: Story }): JSX.Element {
  const zone = here.value.zone === '' ? Intl.DateTimeFormat().resolvedOptions().timeZone : here.value.zone;
  const deskew = isDeskewed.value ? 'true' : '';
  const hrefFor = (form: string): string => urlOf(`api/v1/trace/${encodeURIComponent(story.id)}`, { download: form, zone, deskew });
  return (
    <div class="story-deeds">
      <StoryForm />
      <button
        type="button"
        title="Times in UTC, or in the zone of this browser"
        aria-pressed={here.value.zone === 'UTC'}
        onClick={() => go({ zone: here.peek().zone === 'UTC' ? '' : 'UTC' }, 'replace')}
      >
        UTC
      </button>
      <Menu
        label="Download"
        title="Keep this story as a file"
        panel={(close) => (
          <div class="export">
            <p class="menu-title">The whole story as a file</p>
            {KEPT.map(({ form, say }) => (
              <a key={form} href={hrefFor(form)} download onClick={close}>
                {say}
              </a>
            ))}
          </div>
        )}
      />
      <a class="button" href={hrefOf(placeFor('search', { query: story.id, from: ALL, to: '' }))} data-go>
        Search
      </a>
      <button type="button" title="Ask again" onClick={storyAgain}>
        Refresh
      </button>
    </div>
  );
}

/** Another id. */
export function StoryForm(): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    const asked = input.current!.value.trim();
    if (asked !== '') go(placeFor('story', { id: asked, query: '' }));
  };
  return (
    <form class="story-form" onSubmit={onSubmit}>
      <input
        ref={input}
        type="text"
        name="id"
        aria-label="Story of another id"
        placeholder="id of anything…"
        spellcheck={false}
        autocomplete="off"
      />
      <button type="submit">Story</button>
    </form>
  );
}

/** Words to find within the story. */
export function StoryFind({ value }: { value: string }): JSX.Element {
  return (
    <label class="story-find">
      <span class="unseen">Find in this story</span>
      <input
        type="search"
        value={value}
        placeholder="Find in this story: words, “phrases”, -without"
        spellcheck={false}
        onInput={(event) => goStory({ find: event.currentTarget.value }, 'replace')}
        onKeyDown={(event) => {
          if (event.key === 'Escape' || event.key === 'Enter') event.currentTarget.blur();
        }}
      />
    </label>
  );
}
