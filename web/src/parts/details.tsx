/** All there is to know of one record: its fields with what can be done by each, its whole text, the text exactly as received, and what stood around it. */
import type { ContextAnswer, PublicRecord } from '../api/answers.ts';
import { ask } from '../api/ask.ts';
import { loader } from '../api/loads.ts';
import { go, here, hrefOf } from '../state/here.ts';
import { aroundSeq } from '../state/picked.ts';
import { absolute } from '../state/ranges.ts';
import { fullTime } from '../state/zones.ts';
import { excluded, toggled } from '../text/query.ts';
import { cellText, messageOf } from '../text/rows.ts';
import { visible, visibleLines } from '../text/visible.ts';
import { type ComponentChildren, type JSX, useEffect, useMemo, useSignal } from '../ui.ts';
import { Around } from './around.tsx';
import { copyText } from './copy.ts';
import type { Look } from './row.tsx';
import { TroubleNote } from './states.tsx';
import { IdLink, LogText } from './text.tsx';

/** Fields of the JSON, in the order in which they are read, and what the query calls them; '' is no field of the query. */
const SHOWN: readonly (readonly [path: string, field: string])[] = [
  ['level', 'level'],
  ['service', 'service'],
  ['host', 'host'],
  ['program', 'program'],
  ['pid', 'pid'],
  ['logger', 'logger'],
  ['request', 'request'],
  ['globalRequest', 'global'],
  ['instance', 'instance'],
  ['project', 'project'],
  ['user', 'user'],
  ['domain', ''],
  ['userDomain', ''],
  ['projectDomain', ''],
  ['systemScope', ''],
  ['http.method', 'method'],
  ['http.path', 'path'],
  ['http.status', 'status'],
  ['http.bytes', 'bytes'],
  ['http.duration', 'duration'],
  ['exception.class', 'exception'],
  ['exception.message', ''],
  ['exception.culprit', ''],
  ['exception.cause.class', ''],
  ['amqp.kind', 'amqp'],
  ['amqp.broker', 'broker'],
  ['database.kind', 'database'],
  ['database.server', ''],
  ['event.type', 'event'],
  ['event.publisher', ''],
  ['event.state', ''],
  ['transport', 'transport'],
  ['peer', 'peer'],
  ['facility', 'facility'],
  ['severity', 'severity'],
  ['msgid', 'msgid'],
  ['structuredData', ''],
  ['format', 'format'],
  ['flags', 'flags'],
  ['zone', ''],
  ['seq', 'seq'],
];
const IDS: ReadonlySet<string> = new Set(['request', 'globalRequest', 'instance', 'project', 'user']);

export function Details({ record, look }: { record: PublicRecord; look: Look }): JSX.Element {
  const isWhole = useSignal(false);
  const part = useSignal<'fields' | 'raw' | 'context'>('fields');
  const shown = messageOf(record, isWhole.value || record.message.length < WHOLE_CHARS);
  useEffect(() => {
    if (aroundSeq.value === record.seq) part.value = 'context';
  }, [aroundSeq.value]);
  return (
    <div class="details">
      <div class="details-deeds">
        {(['fields', 'context', 'raw'] as const).map((name) => (
          <button type="button" key={name} data-part={name} aria-pressed={part.value === name} onClick={() => (part.value = name)}>
            {PARTS[name]}
          </button>
        ))}
        <span class="gap" />
        <button type="button" onClick={() => void copyText(permalinkOf(record))}>
          Copy link
        </button>
        <button type="button" onClick={() => void copyText(record.message)}>
          Copy message
        </button>
        <button type="button" onClick={() => void copyText(JSON.stringify(record, null, 1))}>
          Copy JSON
        </button>
      </div>
      {part.value === 'fields' && (
        <>
          <ScrolledText>
            <LogText text={shown.text} marker={look.marker} />
            {shown.charsHidden > 0 && (
              <button type="button" class="more" onClick={() => (isWhole.value = true)}>
                show all {record.message.length.toLocaleString('en-US')} characters
              </button>
            )}
          </ScrolledText>
          <Fields record={record} zone={look.zone} />
        </>
      )}
      {part.value === 'raw' && <Raw seq={record.seq} />}
      {part.value === 'context' && <Around record={record} look={look} />}
    </div>
  );
}

const PARTS = { fields: 'Message and fields', context: 'Context', raw: 'As received' } as const;
/** What a screen shows well; longer messages wait for a click. */
const WHOLE_CHARS = 20_000;
/** Around the line, in a link to it: a range that stays. */
const AROUND_MS = 5 * 60_000;

/** The question, an absolute range around the record, and its line: the same for everybody, whenever it is opened. */
function permalinkOf(record: PublicRecord): string {
  const atMs = Date.parse(record.time);
  return hrefOf({ view: 'search', id: '', ...absolute(atMs - AROUND_MS, atMs + AROUND_MS), line: String(record.seq) });
}

/** What scrolls is reached by the keyboard. */
function ScrolledText({ class: name = '', children }: { class?: string; children: ComponentChildren }): JSX.Element {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section class={`details-text ${name}`} tabIndex={0} aria-label="Text">
      {children}
    </section>
  );
}

function Fields({ record, zone }: { record: PublicRecord; zone: string }): JSX.Element {
  return (
    <table class="fields">
      <tbody>
        <tr>
          <th scope="row">time</th>
          <td />
          <td>{fullTime(record.time, zone)}</td>
        </tr>
        <tr>
          <th scope="row">received</th>
          <td />
          <td>{fullTime(record.received, zone)}</td>
        </tr>
        {SHOWN.map(([path, field]) => (
          <Field key={path} record={record} path={path} field={field} />
        ))}
        <tr>
          <th scope="row">ids</th>
          <td />
          <td>
            {(record.ids ?? []).map(({ kind, id }) => (
              <span class="kind-id" key={`${kind}${id}`}>
                <span class="dim">{kind}</span> <IdLink id={visible(id)} />{' '}
              </span>
            ))}
          </td>
        </tr>
      </tbody>
    </table>
  );
}

function Field({ record, path, field }: { record: PublicRecord; path: string; field: string }): JSX.Element | null {
  const text = cellText(record, path);
  if (text === undefined) return null;
  const search = (edit: typeof toggled): void => go({ view: 'search', id: '', query: edit(here.peek().query, field, text), line: '' });
  return (
    <tr>
      <th scope="row">{path}</th>
      <td class="field-deeds">
        {field !== '' && (
          <>
            <button type="button" title={`Only ${field}:${text}`} aria-label={`Only ${field} ${text}`} onClick={() => search(toggled)}>
              +
            </button>
            <button
              type="button"
              title={`Without ${field}:${text}`}
              aria-label={`Without ${field} ${text}`}
              onClick={() => search(excluded)}
            >
              −
            </button>
          </>
        )}
        <button type="button" class="field-copy" title="Copy" aria-label={`Copy ${path}`} onClick={() => void copyText(text)}>
          copy
        </button>
      </td>
      <td>{IDS.has(path) && text.length > 8 ? <IdLink id={text} /> : text}</td>
    </tr>
  );
}

/** The text as it came over the wire; what nobody could see is spelled out. */
function Raw({ seq }: { seq: number }): JSX.Element {
  const load = useMemo(() => {
    const own = loader<ContextAnswer>();
    void own.run((signal) => ask(`api/v1/records/${seq}/context`, { words: { before: '0', after: '0', raw: 'true' }, signal }));
    return own;
  }, [seq]);
  const { value, trouble } = load.state.value;
  if (trouble) return <TroubleNote trouble={trouble} />;
  const raw = value?.records[0]?.raw;
  if (raw === undefined) return <p class="dim">Loading…</p>;
  const bytes = new TextEncoder().encode(raw).length;
  return (
    <>
      <ScrolledText class="raw">{visibleLines(raw.length > RAW_CHARS_MAX ? raw.slice(0, RAW_CHARS_MAX) : raw)}</ScrolledText>
      <p class="dim">
        {bytes.toLocaleString('en-US')} bytes
        {raw.length > RAW_CHARS_MAX ? `; the first ${RAW_CHARS_MAX.toLocaleString('en-US')} characters are shown` : ''}{' '}
        <button type="button" onClick={() => void copyText(raw)}>
          Copy all of it
        </button>
      </p>
    </>
  );
}

const RAW_CHARS_MAX = 100_000;
