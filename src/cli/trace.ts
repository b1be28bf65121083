/**
 * `stacktrail trace ID`: the story of an instance, a request, a volume … for a terminal, as JSON, or as one page to attach to a bug report.
 * Exit 1 where no record has the id. Secrets in log texts are masked in all forms unless --no-mask says that they are wanted.
 */
import type { Arguments } from '../base/arguments.ts';
import { CodedError, isCoded } from '../base/errors.ts';
import { maskedValue } from '../base/secrets.ts';
import { stampOf } from '../base/stamp.ts';
import { nowUs, parseStamp } from '../base/time.ts';
import { visible, visibleJson } from '../base/visible.ts';
import { offsetText, type Zone } from '../base/zone.ts';
import type { Story } from '../model.ts';
import { storyHtml } from '../report/story-html.ts';
import { storyText } from '../report/story-text.ts';
import { damageText } from './find.ts';
import { choiceOf, countOf } from './flags.ts';
import { screenOf } from './pager.ts';
import { zoneFlag } from './printer.ts';
import { ask, type Server, serverOf } from './server.ts';
import { EXIT, exitOfLeaving, hasColor, leaving, type Shell, say } from './shell.ts';
import type { VerbRun } from './verbs.ts';
import { version } from './version.ts';

const FORMS = ['text', 'json', 'html'] as const;
type Form = (typeof FORMS)[number];

/** What the flags say, checked before a server is asked. */
interface Trace {
  readonly id: string;
  readonly form: Form;
  readonly full: boolean;
  readonly masks: boolean;
  readonly zone: Zone;
  readonly server: Server;
  readonly arguments: Readonly<Record<string, string | undefined>>;
}

export async function run({ arguments: given, shell }: VerbRun): Promise<number> {
  const trace = traceOf(given, shell);
  const color = hasColor(shell, choiceOf(given, 'color', ['auto', 'always', 'never'] as const));
  const quiet = given.is('quiet') ?? false;
  const story = await storyOf(trace, shell, quiet);
  if (story === undefined) return EXIT.nothing;
  const screen = screenOf(shell, trace.form === 'text' && (given.is('pager') ?? true));
  try {
    for (const piece of pieces(story, trace, { color, columns: shell.terminal?.columns })) {
      if (leaving(shell).aborted || screen.left.aborted) break;
      await screen.ready();
      screen.write(piece);
    }
  } finally {
    await screen.end();
  }
  if (leaving(shell).aborted) return exitOfLeaving(shell);
  if (trace.form !== 'text') tell(story, shell);
  return EXIT.found;
}

function traceOf(given: Arguments, shell: Shell): Trace {
  const id = given.words[0]?.trim() ?? '';
  if (id === '')
    throw new CodedError(
      'bad-argument',
      'trace takes an id: of a request, an instance, a volume, a port, an image, a network, a MAC, an IP …',
    );
  return {
    id,
    form: choiceOf(given, 'output', FORMS) ?? 'text',
    full: given.is('full') ?? false,
    masks: given.is('mask') ?? true,
    zone: zoneFlag(given, shell),
    server: serverOf(given, shell),
    arguments: {
      limit: countOf(given, 'limit')?.toString(),
      deskew: given.is('deskew')?.toString(),
      missing: given.is('missing')?.toString(),
    },
  };
}

/** Undefined, and said, where nobody has the id. */
async function storyOf({ id, server, arguments: wanted, masks }: Trace, shell: Shell, quiet: boolean): Promise<Story | undefined> {
  try {
    const path = `/api/v1/trace/${encodeURIComponent(id)}`;
    const response = await ask(server, { path, arguments: wanted, accept: 'application/json', signal: leaving(shell) });
    const story = (await response.json()) as Story;
    return masks ? maskedValue(story) : story;
  } catch (error) {
    if (!isCoded(error) || error.code !== 'not-found') throw error;
    say(shell, visible(error.message), quiet);
    return undefined;
  }
}

/** In the chosen form, as it is written. */
function* pieces(story: Story, trace: Trace, screen: { color: boolean; columns: number | undefined }): Generator<string> {
  const { form, zone, full } = trace;
  const shown = { time: stampOf('full', zone), zone: zoneText(zone, story) };
  if (form === 'text') {
    for (const line of storyText(story, { ...shown, ...screen, full })) yield `${line}\n`;
  } else if (form === 'html') {
    yield* storyHtml(story, { ...shown, madeBy: madeBy(trace, shown.time), command: commandOf(trace) });
  } else {
    for (const line of JSON.stringify(story, undefined, 2).split('\n')) yield `${visibleJson(line)}\n`;
  }
}

/** What the zone is called at the beginning of the story: `local` says nothing to whoever reads along. */
function zoneText(zone: Zone, { start }: Story): string {
  if (zone.name !== 'local') return zone.name;
  const offset = offsetText(zone.offsetUs(start === undefined ? nowUs() : parseStamp(start)));
  return offset === 'Z' ? 'UTC' : offset;
}

function madeBy({ masks, zone }: Trace, time: (timeUs: number) => string): string[] {
  const when = nowUs();
  const offset = offsetText(zone.offsetUs(when));
  const about = masks ? 'Secrets that were recognised are masked (***).' : 'Secrets are not masked.';
  return [`Made by Stacktrail ${version()} on ${time(when)} ${offset === 'Z' ? 'UTC' : offset}. ${about}`];
}

function commandOf({ id, arguments: wanted, zone }: Trace): string {
  const flags = [
    ...(wanted.limit === undefined ? [] : [`--limit ${wanted.limit}`]),
    ...(wanted.deskew === 'true' ? ['--deskew'] : []),
    ...(wanted.missing === 'false' ? ['--no-missing'] : []),
    ...(zone.name === 'local' ? [] : [`-z ${zone.name}`]),
  ];
  return ['stacktrail', 'trace', id, ...flags].join(' ');
}

/** What the text says itself, for those who see it in another form only later. */
function tell({ limits, stats }: Story, shell: Shell): void {
  for (const { text } of limits) say(shell, visible(text), false);
  if (stats.damaged !== undefined && stats.damaged.length > 0) say(shell, damageText(stats.damaged), false);
}
