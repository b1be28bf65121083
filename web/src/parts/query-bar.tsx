/**
 * Where the query is typed: a text that grows with what is in it, completion of fields and of values that there are, and what is wrong
 * underlined at the very characters that the service names. Behind the text lies a mirror of it, letter on letter, that carries the
 * underline and the height. Enter asks; shift and Enter breaks the line. Not here: what completions there are (state/complete.ts).
 */
import type { Problem } from '../api/ask.ts';
import type { Offer } from '../state/complete.ts';
import { type JSX, type ReadonlySignal, useId, useLayoutEffect, useRef, useSignal } from '../ui.ts';
import { useCompleting } from './completing.ts';

export interface QueryBarProps {
  readonly query: string;
  /** Of the query as it was asked. */
  readonly trouble: Problem | undefined;
  /** Range of what is offered. */
  readonly range: ReadonlySignal<Readonly<Record<string, string>>>;
  readonly onAsk: (query: string) => void;
}

/** The service takes as many (`limits.queryCharsMax`), and says so where there are more. */
const QUERY_CHARS_MAX = 16_000;

export function QueryBar({ query, trouble, range, onAsk }: QueryBarProps): JSX.Element {
  const area = useRef<HTMLTextAreaElement>(null);
  const text = useSignal(query);
  const listId = useId();
  const asked = useRef(query);
  const completing = useCompleting(area, { text, range });
  const { offers, chosen } = completing;
  // Before anything more can be typed.
  useLayoutEffect(() => {
    asked.current = query;
    text.value = query;
  }, [query, text]);
  const submit = (): void => {
    completing.close();
    onAsk(text.peek().trim());
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (completing.onKey(event)) event.preventDefault();
    else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      submit();
    } else if (event.key === 'Escape') area.current!.blur();
    // Escape is ours here, whatever it means elsewhere.
    if (event.key === 'Escape') event.stopPropagation();
  };
  const wrong = trouble?.position !== undefined && text.value === asked.current ? trouble : undefined;
  return (
    <div class="query">
      <div class="query-box">
        <pre class="query-mirror" aria-hidden="true">
          {wrong ? <Underlined text={text.value} problem={wrong} /> : text.value}
          {'\u200b'}
        </pre>
        <textarea
          ref={area}
          rows={1}
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          maxLength={QUERY_CHARS_MAX}
          placeholder="level:>=warning service:nova &quot;no valid host&quot; or any id"
          aria-label="Query"
          aria-autocomplete="list"
          aria-controls={listId}
          aria-activedescendant={chosen >= 0 ? `${listId}-${chosen}` : undefined}
          aria-invalid={wrong !== undefined}
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
            completing.look();
          }}
          onFocus={completing.look}
          onBlur={completing.close}
          onKeyDown={onKeyDown}
        />
        <Offers id={listId} offers={offers} chosen={chosen} onTake={completing.take} />
      </div>
      <button type="button" class="primary" onClick={submit}>
        Search
      </button>
      {wrong && <Wrong problem={wrong} onTake={onAsk} />}
    </div>
  );
}

interface OffersProps {
  readonly id: string;
  readonly offers: readonly Offer[];
  readonly chosen: number;
  readonly onTake: (offer: Offer) => void;
}

function Offers({ id, offers, chosen, onTake }: OffersProps): JSX.Element {
  return (
    <div class="offers" id={id} role="listbox" aria-label="Completions" hidden={offers.length === 0}>
      {offers.map((offer, index) => (
        <div
          key={offer.text}
          id={`${id}-${index}`}
          class="offer"
          role="option"
          tabIndex={-1}
          aria-selected={index === chosen}
          onPointerDown={(event) => {
            // The focus stays in the text.
            event.preventDefault();
            onTake(offer);
          }}
        >
          <span class="offer-text">{offer.show}</span>
          <span class="dim">{offer.say}</span>
        </div>
      ))}
    </div>
  );
}

function Underlined({ text, problem }: { text: string; problem: Problem }): JSX.Element {
  const at = problem.position ?? 0;
  const end = at + (problem.length ?? 1);
  return (
    <>
      {text.slice(0, at)}
      <span class="wrong">{text.slice(at, end) || ' '}</span>
      {text.slice(end)}
    </>
  );
}

/** The suggestion is the whole query as it could be typed. */
function Wrong({ problem: { detail, suggestion }, onTake }: { problem: Problem; onTake: (better: string) => void }): JSX.Element {
  return (
    <p class="query-wrong" role="alert">
      {detail}
      {suggestion !== undefined && (
        <button type="button" onClick={() => onTake(suggestion)}>
          {suggestion}
        </button>
      )}
    </p>
  );
}
