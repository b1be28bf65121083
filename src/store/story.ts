/**
 * Gathers a story in a query worker: rounds of looking for ids (story-find.ts) and of learning new ones from what was found
 * (report/story-links.ts), until nothing new is wanted or a limit is reached, which the answer then says. Yields between units, so that a
 * needle does not wait and a stop is heard.
 */
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { RenderedStory, StoryKind, StoryWant } from '../model.ts';
import { firstFault } from '../report/fault.ts';
import { storyOf } from '../report/story.ts';
import { type AskedId, askedId, canonicalOf } from '../report/story-id.ts';
import { isEverybodys, kindFound, nameOf, searchInstead } from '../report/story-kind.ts';
import { StoryLinks } from '../report/story-links.ts';
import type { Piece } from '../report/story-piece.ts';
import type { DaysReader } from './read.ts';
import { accessLines } from './story-access.ts';
import { firstErrorOfCut } from './story-cut-error.ts';
import { StoryFinder } from './story-find.ts';
import type { Finder } from './story-finder.ts';
import { type Compared, type Missing, missingOf } from './story-missing.ts';
import type { Needle } from './story-needles.ts';
import { nothingFound, partOfId } from './story-nothing.ts';
import { renderSteps } from './story-render.ts';

/** Records by which the kind is told, before all are read. */
const SAMPLE = 200;
/** Longer chains of calls than the deepest cloud has. */
const ROUNDS_MAX = 24;
/** Records are gathered before it is known which belong: so many for one that is told. */
const GATHER_RATIO = 3;

export interface Gathered {
  readonly recordsMax: number;
  readonly story: StoryLinks;
  readonly note: string | undefined;
}

/** Throws `bad-argument` for what is no id, or a project's or user's; `not-found` where nobody has it. */
export function* gatherStory(finder: Finder, want: Pick<StoryWant, 'id' | 'recordsMax'>): Generator<undefined, Gathered> {
  const { id } = want;
  const asked = askedOf(finder, id);
  const story = new StoryLinks(asked);
  const wanted = story.next();
  const sample = yield* finder.find(wanted, { each: () => SAMPLE, all: SAMPLE });
  if (sample.pieces.length === 0) throw nothingFound(finder, id);
  const { kind, note } = kindFound(asked, sample.pieces);
  refuseShared(kind, { id, asked });
  story.decide(kind);
  const isShared = isEverybodys(kind) && want.recordsMax === undefined;
  if (isShared) story.requestsMax = limits.storySharedRequestsMax;
  const recordsMax = want.recordsMax ?? (isShared ? limits.storySharedRecordsDefault : limits.storyRecordsDefault);
  story.take(sample.pieces);
  // What a port's network device is called was not looked for before the id was known to be a port's.
  if (sample.cut.size > 0 || kind === 'port') yield* takeAll(story, finder, { wanted: [{ ...wanted[0]!, kind }], recordsMax });
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const next = story.next();
    if (next.length === 0 || !(yield* takeAll(story, finder, { wanted: next, recordsMax }))) break;
  }
  return { story, note, recordsMax };
}

interface Take {
  readonly wanted: Parameters<Finder['find']>[0];
  readonly recordsMax: number;
}

/** False: there is no room or no time for more. */
function* takeAll(story: StoryLinks, finder: Finder, { wanted, recordsMax }: Take): Generator<undefined, boolean> {
  const each = ({ role, key }: Needle): number =>
    role === 'request' && key !== story.asked.key ? limits.storyRequestRecordsMax : recordsMax;
  const room = recordsMax * GATHER_RATIO - story.pieces.size;
  const found = yield* finder.find(wanted, { each, all: Math.max(0, room) });
  story.take(found.pieces);
  for (const key of found.cut) story.cut(key);
  if (found.isLate) {
    const text = `not all was looked at within ${limits.storyMsMax / 1000} s: records may be missing`;
    story.limits.push({ what: 'time', text });
  } else if (found.pieces.length >= room) {
    story.limits.push({
      what: 'records',
      text: `more than ${recordsMax * GATHER_RATIO} records were found: what they lead to was not followed`,
    });
  }
  return !found.isLate && found.pieces.length < room;
}

/** Throws `not-found` for a part of an id, and for one with a mistake in it: what was meant may be found. */
export function askedOf(finder: Finder, id: string): AskedId {
  const asked = askedId(id) ?? askedId(portOf(finder, id) ?? '');
  if (asked !== undefined) return asked;
  if (partOfId(id) !== undefined) throw nothingFound(finder, id);
  const text =
    'This is no id that a story is told of: a request (with or without req-), swift transaction, instance, volume, port, image or network (UUID), MAC, IP, libvirt name (instance-0000abcd), message id';
  throw new CodedError('bad-argument', text, { text: id, position: 0, length: Math.max(1, id.length) });
}

const DEVICE = /^(?:tap|qvo|qvb|qbr)([0-9a-f]{8})-([0-9a-f]{2})$/i;

/** The port that a network device is called after; undefined where there is none, or several. */
function portOf(finder: Finder, id: string): string | undefined {
  const [, head, more] = DEVICE.exec(id.trim().toLowerCase()) ?? [];
  if (head === undefined) return undefined;
  const [key, ...others] = [...new Set(finder.keysWithHead(new Set([head])))].filter((one) => one.startsWith(head + more));
  return others.length === 0 ? key : undefined;
}

function refuseShared(kind: StoryKind, { id, asked }: { id: string; asked: AskedId }): void {
  const suggestion = searchInstead(kind, asked.key);
  if (suggestion === undefined) return;
  const text = `${canonicalOf(asked.key, kind)} is a ${nameOf(kind)}: everything of it shares the id, so it has no story; search for ${suggestion} instead`;
  throw new CodedError('bad-argument', text, { text: id, position: 0, length: Math.max(1, id.length), suggestion });
}

/** What only an engine with an index adds to a story. */
export interface StoryHelp {
  /** What the finished story lacks. */
  missing(story: Compared): Generator<undefined, Missing>;
  /** Records that belong though they have no id of it. */
  further(story: StoryLinks): Generator<undefined, Piece[]>;
}

function* furtherPieces(reader: DaysReader, finder: StoryFinder, story: StoryLinks): Generator<undefined, Piece[]> {
  return [...accessLines(finder, story), ...(yield* firstErrorOfCut(reader, story))];
}

export function storySteps(reader: DaysReader, want: StoryWant): Generator<undefined, RenderedStory> {
  const finder = new StoryFinder(reader);
  const help: StoryHelp = { missing: (story) => missingOf(reader, story), further: (story) => furtherPieces(reader, finder, story) };
  return tellStory(finder, want, help);
}

export function* tellStory(finder: Finder, want: StoryWant, help?: StoryHelp): Generator<undefined, RenderedStory> {
  const startedMs = performance.now();
  const { story, note, recordsMax } = yield* gatherStory(finder, want);
  if (help !== undefined) story.take(yield* help.further(story));
  const stats = {
    tookMs: 0,
    searches: finder.searches,
    recordsScanned: finder.recordsScanned,
    ...(finder.damaged.size === 0 ? {} : { damaged: [...finder.damaged] }),
  };
  const told = storyOf(story, { recordsMax, deskew: want.deskew === true, note, stats });
  if (want.missing !== false && help !== undefined && !isEverybodys(story.asked.kind)) {
    const { missing, unknown } = yield* help.missing({
      asked: story.asked,
      isFailed: told.head.firstError !== undefined,
      pieces: told.records.map(({ piece }) => piece),
    });
    if (missing.length > 0) told.head.missing = missing;
    if (unknown.length > 0) {
      const text = `what is usual for ${unknown.join(', ')} is being learned: ask again to have it compared`;
      told.head.limits.push({ what: 'usual', text });
    }
  }
  const fault = firstFault(told.head.firstError, told.head.missing ?? []);
  if (fault !== undefined) told.head.firstFault = fault;
  stats.tookMs = Math.round((performance.now() - startedMs) * 1000) / 1000;
  return yield* renderSteps(told);
}
