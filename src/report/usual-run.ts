/**
 * A run: what was said for one request, as the steps that runs of the same operation have in common. A step is who says it (the
 * program) and what (the shape of the text, variables as `<*>`, and which time the run says it: at most STEP_TIMES times). Here too: what makes two
 * requests the same operation. Not here: which records belong to a request (whoever gathers them knows), and what is usual (usual.ts).
 * Invariant: the ids of a run never show in its steps, so that runs of different requests can be compared.
 */
import { split } from '../base/shape.ts';
import { shapeText } from '../base/shape-text.ts';
import type { HttpAccess } from '../model.ts';
import { maybeUsual } from './usual-errors.ts';

/** One thing said in a run. */
export interface RunStep {
  /** Same for the same step in every run. */
  readonly key: string;
  readonly text: string;
  /** Who says it; steps of one program are in the order in which it works. */
  readonly program: string;
  readonly service: string | undefined;
  readonly timeUs: number;
  readonly seq: number;
}

export interface Run {
  readonly request: string;
  /** In the order of time. */
  readonly steps: readonly RunStep[];
  /** A record of level ERROR or above, or an answer 5xx: not a run to learn from. */
  readonly isFailed: boolean;
}

/** What a loop says is told apart up to here; what it says more often depends on data, not on the course of things. */
const STEP_TIMES = 3;
/** Text of a step that is compared and shown: beyond it stand dicts and XML, whose order is their own. */
const STEP_CHARS = 160;
/** Steps of a run: a boot has a hundred; a run of thousands is a loop over many things. */
const RUN_STEPS_MAX = 600;

const MARKER = /[\x01-\x06]/g;
/** Addresses, versions, lists of numbers: how many parts they have is no difference. */
const VARIABLES = /<\*>(?:[.:/,-]?\s?<\*>)+/g;

/** What of a record counts here; a `Piece` of a story is one. */
export interface RunRecord {
  readonly seq: number;
  /** Its place in time, µs. */
  readonly orderUs: number;
  readonly level: string | undefined;
  readonly service: string | undefined;
  readonly program: string | undefined;
  /** The beginning of its message. */
  readonly text: string;
}

/** Records in the order of time. */
export function runOf(request: string, records: readonly RunRecord[]): Run {
  const times = new Map<string, number>();
  const steps: RunStep[] = [];
  let isFailed = false;
  for (const { seq, orderUs, level, service, program, text: message } of records) {
    isFailed ||= (level === 'ERROR' || level === 'CRITICAL') && !maybeUsual({ program, text: message });
    const text = stepText(message);
    const who = program ?? service ?? '';
    const said = `${who}\n${text}`;
    const count = (times.get(said) ?? 0) + 1;
    times.set(said, count);
    if (count > STEP_TIMES || steps.length === RUN_STEPS_MAX) continue;
    steps.push({ key: `${said}\n${count}`, text, program: who, service, timeUs: orderUs, seq });
  }
  return { request, steps, isFailed };
}

/** The first line of a message with its variables as `<*>`. */
export function stepText(message: string): string {
  const end = message.indexOf('\n');
  const line = (end < 0 ? message : message.slice(0, end)).slice(0, 4 * STEP_CHARS);
  const parts = split(line);
  const shape = parts === undefined ? line : shapeText(line, parts).replace(MARKER, '<*>');
  return shape.replace(VARIABLES, '<*>').slice(0, STEP_CHARS);
}

const QUERY = /[?#].*$/s;
/** A part of a path that names one thing: UUIDs, 32 hex digits, numbers; `v2.1` and `os-volume_attachments` do not. */
const ID_PART = /^(?:[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|\d+|req-.*|tx[0-9a-f]{21}-.*)$/i;

/** `POST /v2.1/servers/<*>/action`: the method and the path with its ids masked. */
export function operationOf({ method, path }: Pick<HttpAccess, 'method' | 'path'>): string {
  const parts = path
    .replace(/^https?:\/\/[^/]*/, '')
    .replace(QUERY, '')
    .split('/');
  return `${method} ${parts.map((part) => (ID_PART.test(part) ? '<*>' : part)).join('/')}`;
}
