/** Beside the records of a story: the things it is about, how each came in, and hosts whose clocks disagree. */
import type { Story, StoryEntity, StorySkew } from '../../../src/model.ts';
import { go, here, hrefOf, placeFor } from '../state/here.ts';
import { goStory, isDeskewed, pick } from '../state/story.ts';
import { countText } from '../text/rows.ts';
import { lengthText } from '../text/spans.ts';
import { shortIds } from '../text/story.ts';
import { visible } from '../text/visible.ts';
import { type JSX, useSignal } from '../ui.ts';

/** More than that are lists that somebody printed. */
const ENTITIES_SHOWN = 25;

export function StorySide({ story }: { story: Story }): JSX.Element {
  const isWhole = useSignal(false);
  const { entities } = story;
  const shown = isWhole.value ? entities : entities.slice(0, ENTITIES_SHOWN);
  return (
    <aside class="story-side" aria-label="What the story is about">
      <h3>Ids in this story</h3>
      {entities.length === 0 && <p class="dim">none but its requests</p>}
      <ul class="entities">
        {shown.map((entity) => (
          <Entity key={`${entity.kind}${entity.id}`} entity={entity} isAsked={entity.id === story.id} />
        ))}
      </ul>
      {shown.length < entities.length && (
        <button type="button" class="more" onClick={() => (isWhole.value = true)}>
          show all {entities.length}
        </button>
      )}
      <Clocks story={story} />
    </aside>
  );
}

function Entity({ entity: { kind, id, records, through }, isAsked }: { entity: StoryEntity; isAsked: boolean }): JSX.Element {
  const picked = pick.value;
  const isPicked = picked?.kind === 'id' && picked.id === id;
  const told = visible(id);
  return (
    <li class="entity">
      <button
        type="button"
        class="entity-pick"
        aria-pressed={isPicked}
        title={`Only records with ${told}`}
        onClick={() => goStory({ only: isPicked ? '' : `id:${id}`, find: '' })}
      >
        <span class="kind">{kind}</span> <code>{told}</code> <span class="value-count">{countText(records)}</span>
      </button>
      <span class="entity-more dim">
        {isAsked ? (
          'asked for'
        ) : (
          <a href={hrefOf(placeFor('story', { id, query: '' }))} data-go>
            its story
            <span class="unseen">
              {' '}
              of {kind} {told}
            </span>
          </a>
        )}
        {through !== undefined && (
          <>
            <span>with</span>
            <span title={visible(through.id)}>{shortIds(visible(through.id))}</span>{' '}
            <button
              type="button"
              class="small"
              onClick={() => go({ line: String(through.seq), more: { ...here.peek().more, only: '', find: '' } })}
            >
              proof<span class="unseen">, record {through.seq} carries both</span>
            </button>
          </>
        )}
      </span>
    </li>
  );
}

function Clocks({ story: { skew } }: { story: Story }): JSX.Element | null {
  const isOn = isDeskewed.value;
  const told = skew.filter(({ skewMs, errorMs }) => isOn || Math.abs(skewMs) > errorMs);
  if (skew.length === 0) return null;
  return (
    <>
      <h3>Clocks</h3>
      {told.length === 0 && <p class="dim">The clocks of these hosts agree, as far as can be told</p>}
      <ul class="clocks">
        {told.map((one) => (
          <li key={`${one.host}${one.against}`}>{skewText(one)}</li>
        ))}
      </ul>
      <label class="check">
        <input type="checkbox" checked={isOn} onChange={() => goStory({ deskew: isOn ? '' : 'true' }, 'replace')} /> Order by corrected
        clocks
      </label>
    </>
  );
}

function skewText({ host, against, skewMs, errorMs, pairs }: StorySkew): string {
  const where = skewMs < 0 ? 'behind' : 'ahead of';
  return `${visible(host)} is ${lengthText(Math.abs(skewMs))} ${where} ${visible(against)} (±${lengthText(errorMs)}, ${pairs} requests with answer)`;
}
