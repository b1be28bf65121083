/** What is shown where there is nothing to show: trouble with its way out, waiting, an empty answer. Never a blank page. */
import type { Problem } from '../api/ask.ts';
import type { ComponentChildren, JSX } from '../ui.ts';

/** What a person can do about it, by code. */
const REMEDIES: Readonly<Record<string, string>> = {
  timeout: 'A shorter range, a field such as service: or a whole word make it faster.',
  gone: 'Retention has dropped those records; newer ones are still there.',
  unreachable: 'What is shown stays; try again when the service runs.',
  'bad-cursor': 'The place in the list has expired; trying again goes on by time.',
  'store-closed': 'It is starting or stopping; ask again in a moment.',
};

export function TroubleNote({ trouble, onAgain }: { trouble: Problem; onAgain?: () => void }): JSX.Element {
  return (
    <div class="trouble" role="alert">
      <p>
        <b>{trouble.title}</b>
        {trouble.detail !== trouble.title && <span>: {trouble.detail}</span>}
      </p>
      {REMEDIES[trouble.code] !== undefined && <p>{REMEDIES[trouble.code]}</p>}
      {onAgain && (
        <button type="button" onClick={onAgain}>
          Try again
        </button>
      )}
    </div>
  );
}

export function EmptyNote({ title, children }: { title: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="empty">
      <p>
        <b>{title}</b>
      </p>
      {children}
    </div>
  );
}
