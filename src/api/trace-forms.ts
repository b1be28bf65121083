/**
 * A story in the forms for people: the page to keep and the text of the terminal, made of what a query worker has rendered, with recognised
 * secrets masked; and its tree for whoever draws it. Part of trace.ts. Not here: how they look (report/story-html.ts, report/story-text.ts).
 *
 * The page is an attachment that no browser shows as ours, and its own policy allows nothing but its style. Records are read some at a time
 * and pieces are pulled by the client, so that tens of thousands of them do not hold up others.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { maskedValue } from '../base/secrets.ts';
import { stampOf } from '../base/stamp.ts';
import { nowUs, parseStamp } from '../base/time.ts';
import { version } from '../base/version.ts';
import { offsetText, UTC, type Zone, zoneOf } from '../base/zone.ts';
import type { RenderedStory, Story, StoryRecord, StoryTree } from '../model.ts';
import { storyHtml } from '../report/story-html.ts';
import { POLICY } from '../report/story-html-style.ts';
import { storyText } from '../report/story-text.ts';
import { storyTree } from '../report/story-view-json.ts';
import { CONTENT_TYPES } from './accept.ts';
import type { ApiAnswer, ApiRequest } from './route.ts';

/** Forms that can be kept as a file, and how their names end. */
const FILE_ENDINGS = { html: 'html', text: 'txt', ndjson: 'ndjson' } as const;
export type Kept = keyof typeof FILE_ENDINGS;

/** Some milliseconds of reading JSON, or of sending. */
const PIECE_CHARS = 64 * 1024;

export interface PeopleForm {
  readonly form: 'html' | 'text';
  readonly zone: Zone;
  readonly arguments: ApiRequest['arguments'];
}

/** Checked before anything is looked for; throws `bad-argument`. */
export function askedZone({ arguments: { zone } }: ApiRequest): Zone {
  return zone === undefined || zone === '' ? UTC : zoneOf(zone);
}

/** Named by what it tells of; nothing of an id but letters and digits goes into a name of a file. */
export function keepHeader({ kind, id }: RenderedStory['head'], form: Kept): Record<string, string> {
  const name = `${kind}-${id}`.replace(/[^\w.-]+/g, '-').slice(0, 120);
  return { 'content-disposition': `attachment; filename="stacktrail-${name}.${FILE_ENDINGS[form]}"` };
}

export function treeOf({ head, ndjson }: RenderedStory): StoryTree {
  const records: StoryRecord[] = [];
  // Each line begins with them (base/public.ts); the rest of it is not needed.
  const beginning = /\{"seq":(\d+),"time":"([^"]+)"/y;
  for (let from = 0; from < ndjson.length; from = ndjson.indexOf('\n', from) + 1) {
    beginning.lastIndex = from;
    const match = beginning.exec(ndjson);
    if (match) records.push({ seq: Number(match[1]), time: match[2]!, why: { id: head.id, kind: head.kind } });
  }
  return storyTree({ ...head, records });
}

export async function peopleAnswer(rendered: RenderedStory, asked: PeopleForm): Promise<ApiAnswer> {
  const { form, zone } = asked;
  const story = await maskedStory(rendered);
  const shown = { time: stampOf('full', zone), zone: zoneText(zone, story) };
  if (form === 'text') {
    const headers = asked.arguments.download === undefined ? {} : keepHeader(rendered.head, 'text');
    return { type: CONTENT_TYPES.text, headers, body: chunksOf(linesOf(storyText(story, { ...shown, color: false, full: true }))) };
  }
  const when = nowUs();
  const madeBy = [
    `Made by Stacktrail ${version()} on ${stampOf('full', UTC)(when)} UTC. Secrets that were recognised are masked (***).`,
    'Text of logs is shown as it was written; what cannot be seen is spelled out.',
  ];
  const headers = { 'content-security-policy': `${POLICY}; frame-ancestors 'none'; sandbox`, ...keepHeader(rendered.head, 'html') };
  return { type: CONTENT_TYPES.html, headers, body: chunksOf(storyHtml(story, { ...shown, madeBy, command: commandOf(story, asked) })) };
}

/** Line by line, with a turn for others in between. */
async function maskedStory({ head, ndjson }: RenderedStory): Promise<Story> {
  const records: StoryRecord[] = [];
  let rested = 0;
  for (let from = 0; from < ndjson.length; ) {
    const end = ndjson.indexOf('\n', from);
    records.push(maskedValue(JSON.parse(ndjson.slice(from, end)) as StoryRecord));
    from = end + 1;
    if (from - rested < PIECE_CHARS) continue;
    rested = from;
    await nextTurn();
  }
  return { ...maskedValue(head), records };
}

function* linesOf(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
}

async function* chunksOf(pieces: Iterable<string>): AsyncGenerator<string> {
  let chunk = '';
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < PIECE_CHARS) continue;
    yield chunk;
    chunk = '';
    await nextTurn();
  }
  yield chunk;
}

/** What the zone is called at the beginning of the story: `local` says nothing to whoever reads along. */
function zoneText(zone: Zone, { start }: Story): string {
  if (zone.name !== 'local') return zone.name;
  const offset = offsetText(zone.offsetUs(start === undefined ? nowUs() : parseStamp(start)));
  return offset === 'Z' ? 'UTC' : offset;
}

function commandOf({ id }: Story, { zone, arguments: { limit, deskew, missing } }: PeopleForm): string {
  const flags = [
    ...(limit === undefined ? [] : [`--limit ${limit}`]),
    ...(deskew === 'true' ? ['--deskew'] : []),
    ...(missing === 'false' ? ['--no-missing'] : []),
    ...(zone.name === 'local' ? [] : [`-z ${zone.name}`]),
  ];
  return ['stacktrail', 'trace', id, ...flags].join(' ');
}
