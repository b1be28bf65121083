/**
 * How the service is: whether it is well in one line, then what comes in, what was lost, who sends, what is kept. It refreshes itself, and says
 * how old it is when the service does not answer. Not here: asking (state/service.ts), the tables (parts/status-*.tsx).
 */
import { StatusFiles, StatusKeeping, StatusStore } from '../parts/status-kept.tsx';
import { StatusLosses } from '../parts/status-losses.tsx';
import { StatusReceivers, StatusTiles } from '../parts/status-rates.tsx';
import { StatusSources } from '../parts/status-sources.tsx';
import { concernsOf } from '../state/concerns.ts';
import { answeredMs, losses, sources, status, trouble, watchService } from '../state/service.ts';
import { spanText } from '../text/sizes.ts';
import { type JSX, useEffect, useLayoutEffect, useSignal } from '../ui.ts';
import type { View } from './view.ts';

function StatusView(): JSX.Element {
  useLayoutEffect(watchService, []);
  const now = status.value;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <div class="status" role="region" aria-label="Status" tabIndex={0}>
      <Unanswered />
      {now === undefined ? (
        trouble.value === undefined && <p class="searching dim">Asking the service…</p>
      ) : (
        <div class={trouble.value ? 'status-parts is-stale' : 'status-parts'}>
          <Concerns />
          <StatusTiles now={now} />
          <StatusReceivers now={now} />
          <StatusKeeping now={now} />
          <StatusLosses />
          <StatusSources />
          <StatusStore now={now} />
          <StatusFiles now={now} />
        </div>
      )}
    </div>
  );
}

/** The service is silent: since when, and that we go on asking. */
function Unanswered(): JSX.Element | null {
  const now = useSignal(Date.now());
  const problem = trouble.value;
  useEffect(() => {
    if (problem === undefined) return;
    const timer = setInterval(() => (now.value = Date.now()), 1000);
    return () => clearInterval(timer);
  }, [problem, now]);
  if (problem === undefined) return null;
  const ageS = (Math.max(now.value, Date.now()) - answeredMs.value) / 1000;
  return (
    <div class="trouble" role="alert">
      <p>
        <b>{problem.title}</b>: {problem.detail}
      </p>
      <p>
        {answeredMs.value > 0 && <span aria-hidden="true">What is shown is {spanText(ageS)} old. </span>}
        It is asked again every two seconds.
      </p>
    </div>
  );
}

/** What an operator should look at now; nothing is said so, too. */
function Concerns(): JSX.Element {
  const found = concernsOf({ status: status.value!, sources: sources.value ?? [], losses: losses.value ?? [] }, Date.now());
  if (found.length === 0)
    return <p class="concerns is-well">All is well: nothing was lost in the last minutes, nobody is silent, the disk has room.</p>;
  return (
    <ul class="concerns" aria-label="To look at">
      {found.map((concern) => (
        <li key={concern.text} class={`is-${concern.kind}`}>
          <span class="concern-kind">{concern.kind === 'wrong' ? 'Wrong' : 'Look'}</span> {concern.text}
        </li>
      ))}
    </ul>
  );
}

export const statusView: View = { name: 'status', title: 'Status', isInHead: true, keys: [], Show: StatusView };
