/** Text of a log, drawn: plain pieces, marked matches, ids as links. Only text nodes; what comes in was made visible (text/rows.ts). */
import { hrefOf, placeFor, viewNames } from '../state/here.ts';
import { type Marker, piecesOf } from '../text/pieces.ts';
import type { JSX } from '../ui.ts';

export function LogText({ text, marker }: { text: string; marker: Marker }): JSX.Element {
  return (
    <>
      {piecesOf(text, marker).map(({ text: part, id, isMatch }) =>
        id !== undefined ? <IdLink id={id} text={part} isMatch={isMatch} /> : isMatch ? <mark>{part}</mark> : part,
      )}
    </>
  );
}

/** A click opens what can be done with it (parts/id-menu.tsx); with a modifier it is the link it looks like. */
export function IdLink({ id, text, isMatch }: { id: string; text?: string; isMatch?: boolean }): JSX.Element {
  const link = (
    <a class="id" href={idHref(id)} data-id={id}>
      {text ?? id}
    </a>
  );
  return isMatch ? <mark>{link}</mark> : link;
}

/** Its story, or where there is no such view a search for it. */
export function idHref(id: string): string {
  return viewNames.value.has('story') ? hrefOf(placeFor('story', { id, query: '' })) : hrefOf(placeFor('search', { query: id }));
}
