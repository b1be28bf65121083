/**
 * A story in the forms for people: the page to keep and the text of the terminal, made of what a query worker has rendered, with recognised
 * secrets masked; and its tree for whoever draws it. Part of trace.ts. Not here: how they look (report/story-html.ts, report/story-text.ts).
 *
 * The page is an attachment that no browser shows as ours, and its own policy allows nothing but its style. Records are read some at a time, so that
 * tens of thousands of them do not hold up others, and a long text waits packed for its client (story-room.ts).
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
import { partsOf } from '../store/story-render.ts';
import { CONTENT_TYPES } from './accept.ts';
import type { ApiAnswer, ApiRequest } from './route.ts';
import { bytesOf, handedOut, isShort, packedText, type StoryRoom, textOf } from './story-room.ts';

/** Forms that can be kept as a file, and how their names end. */
const FILE_ENDINGS = { html: 'html', text: 'txt', ndjson: 'ndjson' } as const;
export type Kept = keyof typeof FILE_ENDINGS;

/** Some milliseconds of reading JSON. */
const PIECE_CHARS = 64 * 1024;

export interface PeopleForm {
  readonly form: 'html' | 'text';
  readonly zone: Zone;
  readonly masks: boolean;
  readonly room: StoryRoom;
  /** Aborts when the answer has ended. */
  readonly signal: AbortSignal;
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

export function treeOf(story: RenderedStory): StoryTree {
  const { head } = story;
  const records: StoryRecord[] = [];
  // Each line begins with them (base/public.ts); the rest of it is not needed.
  const beginning = /\{"seq":(\d+),"time":"([^"]+)"/y;
  for (const part of partsOf(story)) {
    for (let from = 0; from < part.length; from = part.indexOf('\n', from) + 1) {
      beginning.lastIndex = from;
      const match = beginning.exec(part);
      if (match) records.push({ seq: Number(match[1]), time: match[2]!, why: { id: head.id, kind: head.kind } });
    }
  }
  return storyTree({ ...head, records });
}

/** Long ones are made one after another: each is some sixty megabytes of objects until it is text, which waits packed. */
let made: Promise<unknown> = Promise.resolve();

export async function peopleAnswer(rendered: RenderedStory, asked: PeopleForm): Promise<ApiAnswer> {
  const { room, signal } = asked;
  if (isShort(rendered)) {
    const { pieces, ...answer } = await peopleText(rendered, asked);
    return { ...answer, body: [...pieces].join('') };
  }
  const give = room.take(bytesOf(rendered), signal);
  const making = made.then(async () => {
    signal.throwIfAborted();
    const { pieces, ...answer } = await peopleText(rendered, asked);
    return { answer, parts: await packedText(pieces, nextTurn) };
  });
  made = making.catch(() => undefined);
  try {
    const { answer, parts } = await making;
    give();
    const again = room.take(bytesOf({ ndjson: '', more: parts }), signal);
    return { ...answer, body: handedOut(textOf(parts), again) };
  } finally {
    give();
  }
}

interface PeopleText extends Omit<ApiAnswer, 'body'> {
  readonly pieces: Iterable<string>;
}

async function peopleText(rendered: RenderedStory, asked: PeopleForm): Promise<PeopleText> {
  const { form, zone, masks } = asked;
  const story = await readStory(rendered, masks);
  const shown = { time: stampOf('full', zone), zone: zoneText(zone, story) };
  if (form === 'text') {
    const headers = asked.arguments.download === undefined ? {} : keepHeader(rendered.head, 'text');
    return { type: CONTENT_TYPES.text, headers, pieces: linesOf(storyText(story, { ...shown, color: false, full: true })) };
  }
  const when = nowUs();
  const madeBy = [
    `Made by Stacktrail ${version()} on ${stampOf('full', UTC)(when)} UTC. ${masks ? 'Secrets that were recognised are masked (***).' : 'Secrets are not masked.'}`,
    'Text of logs is shown as it was written; what cannot be seen is spelled out.',
  ];
  const headers = { 'content-security-policy': `${POLICY}; frame-ancestors 'none'; sandbox`, ...keepHeader(rendered.head, 'html') };
  return { type: CONTENT_TYPES.html, headers, pieces: storyHtml(story, { ...shown, madeBy, command: commandOf(story, asked) }) };
}

/** Line by line, with a turn for others in between. */
async function readStory(story: RenderedStory, masks: boolean): Promise<Story> {
  const records: StoryRecord[] = [];
  for (const part of partsOf(story)) {
    let rested = 0;
    for (let from = 0; from < part.length; ) {
      const end = part.indexOf('\n', from);
      const record = JSON.parse(part.slice(from, end)) as StoryRecord;
      records.push(masks ? maskedValue(record) : record);
      from = end + 1;
      if (from - rested < PIECE_CHARS) continue;
      rested = from;
      await nextTurn();
    }
  }
  return { ...(masks ? maskedValue(story.head) : story.head), records };
}

function* linesOf(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
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
