/**
 * The records on the page of a story: all of them, DEBUG hidden until it is asked for (by the reader's click, without a script),
 * tracebacks folded. Part of story-html.ts.
 */
import type { Story } from '../model.ts';
import type { HtmlStyle } from './story-html.ts';
import { levelClass, recordAnchor, requestAnchor, shown, shownLines } from './story-html-parts.ts';
import { linesOf, type StoryItem, type ToldRecord, toldRecords, whyText } from './story-view-records.ts';
import { microsOf, offsetText, spanText } from './story-view-time.ts';
import { placeOf } from './story-view-tree.ts';

/** Characters of a line that are shown at once: four rows of a wide screen. */
const LINE_CHARS_MAX = 800;

export function* recordsHtml(story: Story, style: HtmlStyle): Generator<string> {
  const { items } = toldRecords(story, { debug: true, folds: false });
  const isOnlyDebug = story.records.every(({ level }) => level === 'DEBUG');
  yield `<h2>Records</h2>\n${picksHtml(isOnlyDebug)}<table class="records">\n<thead><tr><th>time, ${shown(style.zone)}</th><th class="num">from start</th>`;
  yield '<th>where</th><th></th><th>level</th><th>message</th></tr></thead>\n<tbody>\n';
  const numbers = new Map(story.requests.map(({ id }, index) => [id, index + 1]));
  const startUs = microsOf(story.start ?? '');
  let day = style.time(startUs).slice(0, 10);
  for (const item of items) {
    if (item.kind === 'gap') {
      yield `<tr class="gap"><td colspan="6">${spanText(item.durationMs)} nothing</td></tr>\n`;
      continue;
    }
    const [now = '', clock = ''] = style.time(item.timeUs).split(' ');
    if (now !== day) yield `<tr class="gap"><td colspan="6">${shown(now)}</td></tr>\n`;
    day = now;
    yield rowHtml(item, { story, clock, offset: offsetText(item.timeUs - startUs), number: numbers.get(item.record.request ?? '') });
  }
  yield '</tbody></table>\n';
}

function picksHtml(isOnlyDebug: boolean): string {
  const pick = (id: string, text: string, isOn: boolean): string =>
    `<label class="pick"><input type="radio" name="show" id="show-${id}"${isOn ? ' checked' : ''}> ${text}</label>`;
  return `<p class="picks">${pick('info', 'without DEBUG', !isOnlyDebug)}${pick('all', 'all', isOnlyDebug)}${pick('warn', 'warnings and errors', false)}</p>\n`;
}

interface Place {
  readonly story: Story;
  readonly clock: string;
  readonly offset: string;
  readonly number: number | undefined;
}

function rowHtml({ record }: Extract<StoryItem, { kind: 'record' }>, { story, clock, offset, number }: Place): string {
  const request = number === undefined ? '' : `<a href="#${requestAnchor(number)}">#${number}</a>`;
  const why = whyText(record, story);
  return [
    `<tr id="${recordAnchor(record.seq)}" class="${levelClass(record.level)}"><td class="t">${shown(clock)}</td><td class="num">${offset}</td>`,
    `<td class="p">${shown(placeOf(record))}</td><td class="n">${request}</td><td class="lv">${shown(record.level ?? '-')}</td>`,
    `<td class="m">${messageHtml(record)}${why === undefined ? '' : ` <span class="dim">(by ${shown(why)})</span>`}</td></tr>\n`,
  ].join('');
}

function messageHtml({ message }: ToldRecord): string {
  const { first, more } = linesOf(message);
  const head = shown(first.slice(0, LINE_CHARS_MAX));
  if (first.length <= LINE_CHARS_MAX && more.length === 0) return head;
  const rest = [...(first.length > LINE_CHARS_MAX ? [first.slice(LINE_CHARS_MAX)] : []), ...more];
  const text = rest.join('\n');
  const what = more.length === 0 ? `${text.length} characters more` : `${more.length} lines: ${shown(more.at(-1)!.trim().slice(0, 200))}`;
  return `${head}<details><summary>${what}</summary><pre>${shownLines(text)}</pre></details>`;
}
