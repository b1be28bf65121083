/**
 * Where the usual course of an operation is learned from: the newest requests with the same first access line - method and path, ids masked; the
 * same action or event, where many share a path - that were answered well, and what was said for each of them. Bounded in runs and in time; what one
 * question has no time for the next one goes on with, and a course is kept for some minutes. Not here: what a run and a usual step are (report/usual*.ts).
 *
 * Invariant: the compared request and those it is compared with are gathered in the same way.
 */
import { marks } from '../../parsers/index.ts';
import { tokensOf } from '../base/tokens.ts';
import type { Filter, LogRecord, Query } from '../model.ts';
import { type OperationName, operationName } from '../report/operation-name.ts';
import { keyOf } from '../report/story-id.ts';
import type { Sought } from '../report/story-links.ts';
import type { Piece } from '../report/story-piece.ts';
import { learn, type UsualCourse } from '../report/usual.ts';
import { byKeyOf, membersOf, namedThings } from '../report/usual-members.ts';
import { operationOf, type Run, runOf } from '../report/usual-run.ts';
import type { DaysReader } from './read.ts';
import { StoryFinder } from './story-find.ts';

/** Runs that a course is learned from: more change no share by more than a few in a hundred. */
const RUNS_WANTED = 30;
/** Gathered together: their ids are found in one pass over the blocks. */
const RUNS_AT_ONCE = 10;
/** Records of one request, and of one instance or port around it. */
const RECORDS_OF_RUN = 600;
const RECORDS_MAX = 20_000;
/** How far back runs are looked for, hours, one range after the other: most operations come often. */
const HOURS_BACK = [1, 8, 72, 24 * 365] as const;
const HITS_MAX = 200;
const HOUR_US = 3_600_000_000;
/** A run younger than this may not be over. */
const YOUNG_US = 20_000_000;
/** Operations and minutes for which courses are kept. */
const COURSES_MAX = 64;
const COURSE_MS = 5 * 60_000;

/** What is known of one operation's course so far. */
interface Learning {
  readonly operation: string;
  readonly sinceMs: number;
  readonly runs: Run[];
  /** Requests found and not gathered yet. */
  readonly seeds: string[];
  readonly tried: Set<string>;
  /** Ranges of HOURS_BACK that were looked through. */
  ranges: number;
  course: UsualCourse | undefined;
}

const learnings = new WeakMap<DaysReader, Map<string, Learning>>();

/** One that is to be compared: its access line, and what it did, where that does not say it. */
export interface Template {
  readonly request: string;
  readonly name: OperationName | undefined;
  readonly access: Piece & { http: NonNullable<Piece['http']> };
}

/** The usual course of the template's operation, as far as it can be learned until `untilMs` (performance.now). */
export function* usualCourse(reader: DaysReader, template: Template, untilMs: number): Generator<undefined, UsualCourse | undefined> {
  const learning = learningOf(reader, template);
  const isOver = (): boolean => performance.now() > untilMs;
  const hadRuns = learning.runs.length;
  while (learning.runs.length < RUNS_WANTED && !isOver()) {
    if (learning.seeds.length === 0) {
      if (learning.ranges >= HOURS_BACK.length) break;
      yield* findSeeds(reader, { learning, template }, isOver);
      continue;
    }
    const seeds = learning.seeds.splice(0, RUNS_AT_ONCE);
    const gathered = yield* gatherRuns(new StoryFinder(reader), seeds, isOver);
    if (gathered === undefined) learning.seeds.unshift(...seeds);
    else for (const { run, own } of gathered) if (!run.isFailed && isAlike(own, template)) learning.runs.push(run);
  }
  if (learning.course === undefined || learning.runs.length > hadRuns) learning.course = learn(learning.runs);
  return learning.course;
}

/** Nothing more can be learned of the template's operation for now. */
export function isLearned(reader: DaysReader, template: Template): boolean {
  const { runs, ranges, seeds } = learningOf(reader, template);
  return runs.length >= RUNS_WANTED || (ranges >= HOURS_BACK.length && seeds.length === 0);
}

/** The same action or event, answered well: told from the request's own records, since it was found by its name. */
function isAlike(own: readonly Piece[], { access, name }: Template): boolean {
  if (name === undefined) return true;
  const isWell = own.every(({ http }) => http === undefined || http.status < 400);
  return isWell && operationName(access.http, own)?.name === name.name;
}

export function operationText({ access, name }: Template): string {
  return name === undefined ? operationOf(access.http) : `${operationOf(access.http)} ${name.name}`;
}

/** Under which an operation's course is kept. */
export function courseKey(template: Template): string {
  return `${template.access.service ?? ''} ${operationText(template)}`;
}

function learningOf(reader: DaysReader, template: Template): Learning {
  const courses = learnings.get(reader) ?? new Map<string, Learning>();
  learnings.set(reader, courses);
  const { access } = template;
  const operation = operationOf(access.http);
  const key = courseKey(template);
  let learning = courses.get(key);
  if (learning !== undefined && performance.now() - learning.sinceMs < COURSE_MS) return learning;
  if (courses.size >= COURSES_MAX) courses.delete(courses.keys().next().value!);
  learning = { operation, sinceMs: performance.now(), runs: [], seeds: [], tried: new Set(), ranges: 0, course: undefined };
  courses.set(key, learning);
  return learning;
}

/** Looks through the next range of time, newest first; one that takes too long is not looked through again. */
function* findSeeds(reader: DaysReader, of: { learning: Learning; template: Template }, isOver: () => boolean): Generator<undefined, void> {
  const { learning, template } = of;
  const toUs = template.access.timeUs;
  const hoursBefore = HOURS_BACK[learning.ranges - 1] ?? 0;
  const range = learning.ranges++;
  // The first range also looks ahead: what was so after the one asked for is as usual as what was so before.
  const end = range === 0 ? toUs + HOURS_BACK[0] * HOUR_US : toUs - hoursBefore * HOUR_US;
  const query: Query = {
    filter: template.name === undefined ? accessFilter(template.access) : phrase(tokensOf(template.name.words)),
    start: toUs - HOURS_BACK[range]! * HOUR_US,
    end,
    limit: HITS_MAX,
    direction: 'backward',
  };
  const steps = reader.searchSteps(query);
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) {
      const newestUs = new StoryFinder(reader).span?.newestUs ?? 0;
      for (const record of step.value.records)
        if (record.time < newestUs - YOUNG_US && (template.name !== undefined || isAnswered(learning, record))) noteSeed(learning, record);
      return;
    }
    if (isOver()) return;
    yield;
  }
}

function isAnswered({ operation }: Learning, record: LogRecord): boolean {
  const { http } = marks(record);
  return http !== undefined && http.status < 400 && operationOf(http) === operation;
}

function noteSeed(learning: Learning, { request }: LogRecord): void {
  const key = request === undefined ? undefined : keyOf(request);
  if (key === undefined || learning.tried.has(key)) return;
  learning.tried.add(key);
  learning.seeds.push(key);
}

/** The words of method and path as they stand in the line, up to the first id, and the constant ones behind it. */
function accessFilter({ text, http }: Template['access']): Filter {
  const path = http.path.replace(/[?#].*$/s, '');
  const at = text.indexOf(path);
  // What follows the path tells `POST /servers` from `POST /servers/UUID/action`.
  const [behind = ''] = tokensOf(text.slice(at + path.length, at + path.length + 12));
  const tail = at < 0 || http.path.length > path.length || behind === '' ? '' : ` ${behind}`;
  const pieces = `${operationOf({ method: http.method, path })}${tail}`.split('<*>');
  const of = pieces.map(tokensOf).filter((tokens) => tokens.length > 0);
  return { kind: 'and', of: of.map(phrase) };
}

function phrase(tokens: readonly string[]): Filter {
  return { kind: 'phrase', tokens, text: tokens.join(' ') };
}

export interface GatheredRun {
  readonly run: Run;
  /** The records of the request itself. */
  readonly own: readonly Piece[];
}

/** Everything said for these requests; undefined: the time was over before all was found. */
export function* gatherRuns(
  finder: StoryFinder,
  requests: readonly string[],
  isOver: () => boolean,
): Generator<undefined, GatheredRun[] | undefined> {
  const byKey = new Map<string, Piece[]>();
  const bounds = { each: () => RECORDS_OF_RUN, all: RECORDS_MAX };
  const take = function* (wanted: readonly Sought[]): Generator<undefined, boolean> {
    for (const steps = finder.find(wanted, bounds); ; ) {
      const step = steps.next();
      if (step.done) {
        byKeyOf(step.value.pieces, byKey);
        return true;
      }
      if (isOver()) return false;
      yield;
    }
  };
  const seen = new Set(requests);
  if (!(yield* take(requests.map((key) => ({ key, kind: 'request', role: 'request' }))))) return undefined;
  const further: Sought[] = [];
  for (const request of requests) {
    for (const key of namedThings(request, byKey.get(request) ?? []).all) {
      if (seen.has(key)) continue;
      seen.add(key);
      further.push({ key, kind: 'uuid', role: 'entity' });
    }
  }
  if (further.length > 0 && !(yield* take(further))) return undefined;
  return requests.map((request) => {
    const own = (byKey.get(request) ?? []).filter(({ requestKey }) => requestKey === request);
    return { run: runOf(request, membersOf(request, byKey)), own };
  });
}
