/** The requests of a story, each below the one that made it, with what proves the call. */
import type { Story, StoryEdge, StoryRequest } from '../../../src/model.ts';
import { go, here } from '../state/here.ts';
import { goStory, pick } from '../state/story.ts';
import { countText } from '../text/rows.ts';
import { lengthText } from '../text/spans.ts';
import { requestTree, shortIds } from '../text/story.ts';
import { visible } from '../text/visible.ts';
import { type JSX, useMemo } from '../ui.ts';
import { PictureChoice } from './story-tree.tsx';
import { IdLink } from './text.tsx';

const BY: Readonly<Record<StoryEdge['by'], string>> = {
  called: 'called by',
  global: 'same global id as',
  resource: 'works on the same thing after',
};

export function StoryRequests({ story }: { story: Story }): JSX.Element {
  const rows = useMemo(() => requestTree(story.requests), [story]);
  const edges = useMemo(() => Map.groupBy(story.edges, ({ to }) => to), [story]);
  const numbers = useMemo(() => new Map(story.requests.map(({ id }, index) => [id, index + 1])), [story]);
  return (
    <>
      <PictureChoice count={story.requests.length} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <div class="requests-box" tabIndex={0} role="region" aria-label="Requests">
        <table class="requests">
          <thead>
            <tr>
              <th scope="col">request</th>
              <th scope="col">made by</th>
              <th scope="col">where</th>
              <th scope="col" class="num">
                records
              </th>
              <th scope="col" class="num">
                took
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ index, depth }) => (
              <Request
                key={index}
                request={story.requests[index]!}
                number={index + 1}
                depth={depth}
                edges={edges.get(story.requests[index]!.id) ?? []}
                numbers={numbers}
              />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

interface RequestProps {
  readonly request: StoryRequest;
  readonly number: number;
  readonly depth: number;
  readonly edges: readonly StoryEdge[];
  readonly numbers: ReadonlyMap<string, number>;
}

function Request({ request, number, depth, edges, numbers }: RequestProps): JSX.Element {
  const only = `request:${request.id}`;
  const picked = pick.value;
  const isPicked = picked?.kind === 'request' && picked.id === request.id;
  return (
    <tr class={request.outcome === 'failed' ? 'is-bad' : undefined}>
      <td>
        <div class={`d${depth}`}>
          <button type="button" class="small" aria-pressed={isPicked} onClick={() => goStory({ only: isPicked ? '' : only, find: '' })}>
            #{number}
            <span class="unseen">, only its records</span>
          </button>{' '}
          <b>{shortIds(visible(request.operation ?? ''))}</b> {request.outcome === 'failed' && <span class="state">failed</span>}{' '}
          {request.isShared && <span class="dim">shared by many: only what names this story</span>}
          <div class="dim">
            <IdLink id={visible(request.id)} />
            {request.global !== undefined && request.global !== request.id && (
              <>
                {' '}
                global <IdLink id={visible(request.global)} />
              </>
            )}
          </div>
        </div>
      </td>
      <td>
        {edges.map(({ from, by, seq }) => (
          <div key={`${from}${by}`}>
            {BY[by]} <b>{numbers.has(from) ? `#${numbers.get(from)}` : shortIds(visible(from))}</b>{' '}
            <button
              type="button"
              class="small"
              onClick={() => go({ line: String(seq), more: { ...here.peek().more, only: '', find: '' } })}
            >
              proof<span class="unseen">, record {seq} proves it</span>
            </button>
          </div>
        ))}
      </td>
      <td>
        {request.services.map(visible).join(', ')} <span class="dim">{request.hosts.map(visible).join(', ')}</span>
      </td>
      <td class="num">{countText(request.records)}</td>
      <td class="num">{lengthText(request.durationMs)}</td>
    </tr>
  );
}
