/**
 * The story of one thing - an instance, a request, a volume …: what went wrong first, the waterfall of who did what, every record once. Not
 * here: asking (state/story.ts), which records (text/story.ts); the service puts the story together (src/report/).
 */
import '../style/story.css';
import type { Problem } from '../api/ask.ts';
import { openIdMenu } from '../parts/id-menu.tsx';
import { EmptyNote, TroubleNote } from '../parts/states.tsx';
import { StoryFaults } from '../parts/story-faults.tsx';
import { StoryForm, StoryHead } from '../parts/story-head.tsx';
import { StoryRecords } from '../parts/story-records.tsx';
import { StoryRequests } from '../parts/story-requests.tsx';
import { StorySide } from '../parts/story-side.tsx';
import { StoryTree } from '../parts/story-tree.tsx';
import { go, here, hrefOf, placeFor } from '../state/here.ts';
import { keysOf } from '../state/picked.ts';
import { ALL } from '../state/ranges.ts';
import { followStory, goStory, id, isTable, runs, shown, story, storyAgain } from '../state/story.ts';
import { visible } from '../text/visible.ts';
import { type JSX, useEffect, useLayoutEffect, useRef } from '../ui.ts';
import type { View } from './view.ts';

const { deeds, keys } = keysOf({
  pages: () => [{ key: 0, records: runs.peek().map(({ record }) => record), older: undefined, newer: undefined }],
  grow: () => {},
  focusQuery: () => document.querySelector<HTMLElement>('.story-find input')?.focus(),
});
/** Of a story there is no query to type. */
const SAY: Readonly<Record<string, string>> = { '/': 'Find words in this story' };
const storyKeys = [
  ...keys.map((key) => ({ ...key, say: SAY[key.key] ?? key.say })),
  { key: 'e', say: 'The first error', run: () => showError() },
  { key: 'a', say: 'All records again', run: () => goStory({ only: '', find: '' }) },
];

function showError(): void {
  const seq = story.state.peek().value?.firstError?.seq;
  if (seq !== undefined) go({ line: String(seq), more: { ...here.peek().more, only: '', find: '' } });
}

function StoryView(): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(followStory, []);
  useEffect(() => offerIds(box.current), [id.value === '']);
  const { value, trouble, isBusy } = story.state.value;
  if (id.value === '') return <Beginning />;
  return (
    <div class="story" aria-busy={isBusy} ref={box}>
      {trouble !== undefined && <StoryTrouble trouble={trouble} />}
      {value === undefined && isBusy && (
        <p class="searching dim" role="status">
          Putting the story of {visible(id.value)} together…
        </p>
      )}
      {value !== undefined && (
        <>
          <StoryHead story={value} />
          <StoryFaults story={value} />
          {value.spans.length > 0 && (
            <section class="story-pictures" aria-label="Requests and what they did">
              {isTable.value ? <StoryRequests story={value} /> : <StoryTree story={value} />}
            </section>
          )}
          <div class="story-found">
            <StoryRecords story={value} shown={shown.value!} deeds={deeds} />
            <StorySide story={value} />
          </div>
        </>
      )}
    </div>
  );
}

/** Ids outside of the list of records, which hears its clicks itself. */
function offerIds(box: HTMLElement | null): (() => void) | undefined {
  const onClick = (event: MouseEvent): void => {
    const link = (event.target as Element).closest<HTMLElement>('[data-id]');
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    openIdMenu(link, link.dataset.id!);
  };
  box?.addEventListener('click', onClick);
  return () => box?.removeEventListener('click', onClick);
}

function Beginning(): JSX.Element {
  return (
    <div class="story">
      <EmptyNote title="The story of what?">
        <p>A request, an instance, a volume, a port, an image, a network, a MAC or an IP; in any spelling, at any time.</p>
        <StoryForm />
      </EmptyNote>
    </div>
  );
}

/** Why there is no story, and what was perhaps meant. */
function StoryTrouble({ trouble }: { trouble: Problem }): JSX.Element {
  const { suggestion, code } = trouble;
  // Of a project or a user there is no story, but a search.
  const isSearch = code === 'bad-argument';
  const place = isSearch
    ? placeFor('search', { query: suggestion ?? '', from: ALL, to: '' })
    : placeFor('story', { id: suggestion ?? '', query: '' });
  return (
    <>
      <TroubleNote trouble={trouble} {...(code === 'not-found' || isSearch ? {} : { onAgain: storyAgain })} />
      <div class="empty">
        {code === 'not-found' && (
          <p>
            <a href={hrefOf(placeFor('search', { query: `"${id.value.replaceAll('"', '')}"`, from: ALL, to: '' }))} data-go>
              Search for it as a word
            </a>
            , or tell the story of something else:
          </p>
        )}
        {suggestion !== undefined && (
          <p>
            {isSearch ? 'Search instead: ' : 'Perhaps you mean '}
            <a href={hrefOf(place)} data-go>
              {visible(suggestion)}
            </a>
          </p>
        )}
        <StoryForm />
      </div>
    </>
  );
}

export const storyView: View = { name: 'story', title: 'Story', isInHead: true, keys: storyKeys, Show: StoryView };
