/**
 * Completion of what is typed in a text box: looks after each pause, moves among the offers by the arrow keys, takes one by Tab or Enter.
 * Not here: what is offered (state/complete.ts), how it is drawn (query-bar.tsx).
 */
import { type Completion, complete, type Offer } from '../state/complete.ts';
import { completed, type Typing, typingAt } from '../text/query.ts';
import { type ReadonlySignal, type RefObject, type Signal, useRef, useSignal } from '../ui.ts';

/** While somebody types fast, only the last pause is answered. */
const TYPING_MS = 120;
const EMPTY: Completion = { typing: undefined, offers: [] };

export interface Completing {
  readonly offers: readonly Offer[];
  /** Index of the one that the arrow keys have reached; -1: none. */
  readonly chosen: number;
  look(): void;
  close(): void;
  take(offer: Offer): void;
  /** True: the key was for the offers. */
  onKey(event: KeyboardEvent): boolean;
}

interface Typed {
  readonly text: Signal<string>;
  readonly range: ReadonlySignal<Readonly<Record<string, string>>>;
}

export function useCompleting(area: RefObject<HTMLTextAreaElement | null>, { text, range }: Typed): Completing {
  const completion = useSignal<Completion>(EMPTY);
  const chosen = useSignal(-1);
  const timer = useRef(0);
  const looking = useRef<AbortController | undefined>(undefined);
  const close = (): void => {
    clearTimeout(timer.current);
    looking.current?.abort();
    completion.value = EMPTY;
    chosen.value = -1;
  };
  const find = async (): Promise<void> => {
    looking.current?.abort();
    const own = new AbortController();
    looking.current = own;
    const box = area.current!;
    const found = await complete(box.value, { caret: box.selectionStart, range: range.peek(), signal: own.signal });
    if (own.signal.aborted || document.activeElement !== box) return;
    // Who has gone to one of them already stays at it.
    const at = completion.peek().offers[chosen.peek()]?.text;
    completion.value = found;
    chosen.value = at === undefined ? -1 : found.offers.findIndex(({ text }) => text === at);
  };
  const look = (): void => {
    clearTimeout(timer.current);
    narrow();
    timer.current = window.setTimeout(() => void find(), TYPING_MS);
  };
  /** What is shown is of what was typed before: until the next answer, those of it that still fit. */
  const narrow = (): void => {
    const { typing: before, offers } = completion.peek();
    if (offers.length === 0) return;
    const typing = typingHere();
    if (typing === undefined || typing.field !== before?.field || typing.at !== before?.at) close();
    else completion.value = { typing, offers: offers.filter(({ show }) => show.toLowerCase().includes(typing.text.toLowerCase())) };
  };
  const typingHere = (): Typing | undefined => typingAt(area.current!.value, area.current!.selectionStart);
  const take = (offer: Offer): void => {
    const typing = typingHere();
    if (typing === undefined || typing.field !== completion.peek().typing?.field) {
      close();
      return;
    }
    const done = completed(text.peek(), typing, offer.text);
    text.value = done.query;
    const box = area.current!;
    box.value = done.query;
    box.setSelectionRange(done.caret, done.caret);
    close();
    // Behind a field's name its values are next.
    if (offer.text.endsWith(':')) look();
  };
  const onKey = ({ key, shiftKey }: KeyboardEvent): boolean => {
    const { offers } = completion.peek();
    if (offers.length === 0 || shiftKey) return false;
    const at = chosen.peek();
    if (key === 'ArrowDown') chosen.value = (at + 1) % offers.length;
    else if (key === 'ArrowUp') chosen.value = at <= 0 ? offers.length - 1 : at - 1;
    else if (key === 'Tab') take(offers[Math.max(0, at)]!);
    else if (key === 'Enter' && at >= 0) take(offers[at]!);
    else if (key === 'Escape') close();
    else return false;
    return true;
  };
  return { offers: completion.value.offers, chosen: chosen.value, look, close, take, onKey };
}
