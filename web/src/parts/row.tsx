/**
 * One record as a row: time, level, chosen columns, message; folded to a line or full; opened it shows its details. All clicks are
 * heard by the list (parts/records.tsx); `data-` attributes say what was hit.
 */
import type { PublicRecord } from '../api/answers.ts';
import { fullTime, rowTime } from '../state/zones.ts';
import type { Marker } from '../text/pieces.ts';
import { type Column, cellText, countText, levelText, lineOf, linesMore, messageOf, shortClass } from '../text/rows.ts';
import { visible } from '../text/visible.ts';
import { type JSX, type Signal, useComputed } from '../ui.ts';
import { Details } from './details.tsx';
import { idHref, LogText } from './text.tsx';

/** How all rows of a list look; another object draws them anew. */
export interface Look {
  readonly columns: readonly Column[];
  readonly isFull: boolean;
  readonly zone: string;
  readonly marker: Marker;
  /** What only the view knows of a record, before its message. */
  readonly own?: (record: PublicRecord) => JSX.Element;
}

/** What a person has done to rows of a list. */
export interface Touched {
  /** Seqs whose details are shown. */
  readonly opened: Signal<ReadonlySet<number>>;
  /** Seqs whose message is shown whole. */
  readonly whole: Signal<ReadonlySet<number>>;
  readonly selected: { readonly value: number | undefined };
}

export function Row({ record, look, touched }: { record: PublicRecord; look: Look; touched: Touched }): JSX.Element {
  const { seq } = record;
  const isOpen = useComputed(() => touched.opened.value.has(seq)).value;
  const isWhole = useComputed(() => touched.whole.value.has(seq)).value;
  const isSelected = useComputed(() => touched.selected.value === seq).value;
  const names = ['row', `of-${(record.level ?? 'none').toLowerCase()}`];
  if (isSelected) names.push('is-selected');
  if (isOpen) names.push('is-open');
  return (
    <div class={names.join(' ')} role="listitem" data-seq={seq} aria-current={isSelected ? 'true' : undefined}>
      <div class="row-line">
        <button
          type="button"
          class="row-open"
          data-do="open"
          aria-expanded={isOpen}
          aria-label={`Details of record ${seq}`}
          tabIndex={isSelected ? 0 : -1}
        />
        <time class="row-time" dateTime={record.time} title={fullTime(record.time, look.zone)}>
          {rowTime(record.time, look.zone)}
        </time>
        <span class="level">{levelText(record.level)}</span>
        {look.columns.map((column) => (
          <Cell key={column} record={record} column={column} />
        ))}
        {look.own?.(record)}
        <Message record={record} look={look} isWhole={isWhole} isOpen={isOpen} />
      </div>
      {isOpen && <Details record={record} look={look} />}
    </div>
  );
}

const ID_COLUMNS: ReadonlySet<Column> = new Set(['request', 'globalRequest', 'instance', 'project', 'user']);

function Cell({ record, column }: { record: PublicRecord; column: Column }): JSX.Element {
  const text = cellText(record, column);
  if (text === undefined) return <span class={`cell cell-${className(column)}`} />;
  return (
    <span class={`cell cell-${className(column)}`} title={`${column}: ${text}`}>
      {ID_COLUMNS.has(column) && text.length > 8 ? (
        <a class="id" href={idHref(text)} data-id={text}>
          {text}
        </a>
      ) : (
        text
      )}
    </span>
  );
}

export function className(column: string): string {
  return column.replaceAll('.', '-');
}

interface MessageProps {
  readonly record: PublicRecord;
  readonly look: Look;
  readonly isWhole: boolean;
  readonly isOpen: boolean;
}

function Message({ record, look, isWhole, isOpen }: MessageProps): JSX.Element {
  // Opened, the details show the text itself.
  if (!look.isFull || isOpen) {
    return (
      <span class="message">
        <Thrown record={record} />
        <LogText text={lineOf(record)} marker={look.marker} />
        <More record={record} />
      </span>
    );
  }
  const shown = messageOf(record, isWhole);
  return (
    <span class="message is-full">
      <Thrown record={record} />
      <LogText text={shown.text} marker={look.marker} />
      {shown.charsHidden > 0 && (
        <button type="button" class="more" data-do="whole">
          {shown.linesHidden > 0
            ? `show all: ${shown.linesHidden} more lines`
            : `show all: ${countText(shown.charsHidden)} more characters`}
        </button>
      )}
    </span>
  );
}

/** The exception of a folded traceback: what, and where in the service's own code. */
function Thrown({ record: { exception } }: { record: PublicRecord }): JSX.Element | null {
  if (exception === undefined) return null;
  const culprit = exception.culprit === undefined ? '' : visible(exception.culprit);
  return (
    <span class="thrown" title={`${visible(exception.class)}${culprit === '' ? '' : ` in ${culprit}`}`}>
      <b>{shortClass(exception.class)}</b>
      {culprit !== '' && <span class="culprit"> in {shortCulprit(culprit)}</span>}
    </span>
  );
}

/** The last two parts of the path: `compute/manager.py:2461 _build`. */
function shortCulprit(culprit: string): string {
  return culprit.replace(/^(\S*\/)?([^\s/]+\/[^\s/]+)(?=\s|$)/, '$2');
}

function More({ record }: { record: PublicRecord }): JSX.Element | null {
  const lines = linesMore(record);
  return lines === 0 ? null : <span class="lines-more"> +{lines} lines</span>;
}
