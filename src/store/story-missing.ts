/**
 * What is missing in a story: its requests that changed something are compared with the usual course of their operation. Those that failed come
 * first, then the newest; the request that was asked for, whatever it did. Bounded in requests and time; what was learned
 * is kept (usual-runs.ts), and what nobody waits for is learned afterwards (usual-later.ts), so the next question is cheap. Not here: what a usual course is (report/usual*.ts).
 */
import { limits } from '../base/limits.ts';
import type { StoryKind, StoryMissing } from '../model.ts';
import { isOfMany, operationName } from '../report/operation-name.ts';
import type { Piece } from '../report/story-piece.ts';
import { compareRun } from '../report/usual-compare.ts';
import { byKeyOf, membersOf } from '../report/usual-members.ts';
import { type Run, runOf } from '../report/usual-run.ts';
import type { DaysReader } from './read.ts';
import { StoryFinder } from './story-find.ts';
import { learnLater } from './usual-later.ts';
import { gatherRuns, operationText, type Template, usualCourse } from './usual-runs.ts';

/** Requests compared of one story. */
const REQUESTS_MAX = 3;
export interface Compared {
  readonly asked: { readonly key: string; readonly kind: StoryKind };
  /** Somebody waits for the reason. */
  readonly isFailed: boolean;
  /** Of the story, in its order. */
  readonly pieces: readonly Piece[];
}

/** What is missing, and operations whose usual course is not known yet. */
export interface Missing {
  readonly missing: StoryMissing[];
  readonly unknown: readonly string[];
}

export function* missingOf(reader: DaysReader, story: Compared): Generator<undefined, Missing> {
  const untilMs = performance.now() + patienceMs(story);
  const missing: StoryMissing[] = [];
  const unknown: string[] = [];
  const newestUs = new StoryFinder(reader).span?.newestUs;
  for (const template of templatesOf(story)) {
    const course = yield* usualCourse(reader, template, untilMs);
    const isOpen = learnLater(reader, template);
    if (isOpen && course === undefined) unknown.push(operationText(template));
    if (course === undefined) continue;
    const run = yield* runIn(reader, story, template.request);
    if (run === undefined) continue;
    const knownUntilUs = newestUs ?? 0;
    const found = compareRun({ operation: operationText(template), course, run, knownUntilUs });
    if (found !== undefined) missing.push({ ...found, request: template.access.request ?? found.request });
  }
  return { missing, unknown };
}

/** Who asks for one request wants to know what came of it. */
function patienceMs({ asked, isFailed }: Compared): number {
  if (isFailed) return limits.storyUsualFailedMsMax;
  return asked.kind === 'request' ? limits.storyUsualMsMax : 0;
}

/** The story of an instance has all that is said around its requests; that of a request has not. */
function* runIn(reader: DaysReader, { asked, pieces }: Compared, request: string): Generator<undefined, Run | undefined> {
  if (asked.kind === 'instance') return runOf(request, membersOf(request, byKeyOf(pieces)));
  // The request itself is found in the blocks that the story has just opened: time is not the question.
  const runs = yield* gatherRuns(new StoryFinder(reader), [request], () => false);
  return runs?.[0]?.run;
}

/** The access lines of the requests that are worth comparing. */
function templatesOf({ asked, pieces }: Compared): Template[] {
  const called = new Set(pieces.flatMap(({ ids }) => ids.filter(({ kind }) => kind === 'called').map(({ key }) => key)));
  const own = new Set(pieces.map(({ requestKey }) => requestKey));
  const failed = new Set<string>();
  const templates = new Map<string, Template>();
  for (const piece of pieces) {
    const { requestKey: request, globalKey, http } = piece;
    if (request === undefined) continue;
    if (isError(piece)) failed.add(request);
    if (http === undefined || templates.has(request)) continue;
    const isCall = called.has(request) || (globalKey !== undefined && own.has(globalKey));
    const isLook = http.method === 'GET' || http.method === 'HEAD' || http.method === 'OPTIONS';
    if (request === asked.key || (!isCall && !isLook)) templates.set(request, { request, access: { ...piece, http }, name: undefined });
  }
  const known = [...templates.values()].flatMap((template) => nameKnown(template, pieces));
  const rank = ({ request }: Template): number => (request === asked.key ? 0 : failed.has(request) ? 1 : 2);
  return known.sort((a, b) => rank(a) - rank(b) || b.access.orderUs - a.access.orderUs).slice(0, REQUESTS_MAX);
}

/** Nothing where many operations share the path, and no record says which it was. */
function nameKnown(template: Template, pieces: readonly Piece[]): Template[] {
  const { request, access } = template;
  if (!isOfMany(access.http)) return [template];
  const own = pieces.filter(({ requestKey }) => requestKey === request);
  const name = operationName(access.http, own);
  return name === undefined ? [] : [{ ...template, name }];
}

function isError({ level, http }: Piece): boolean {
  return level === 'ERROR' || level === 'CRITICAL' || (http !== undefined && http.status >= 500);
}
