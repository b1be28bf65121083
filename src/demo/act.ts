/**
 * One operation being played: it moves its own time forward and writes the lines of whoever speaks.
 * The line formats are oslo.log's defaults since Zed 2022.2:
 *   `TS.ms PID LEVEL logger [greq req user project domain scope user_domain project_domain] [instance: U] text`
 * with ` function path:line` behind DEBUG lines, and tracebacks prefixed by `TS.ms PID ERROR logger [instance: U] `.
 * A text with newlines is one message, as one syslog() call sends it; wire.ts decides how it travels.
 * What an operation means - its ids, what went wrong in it, which lines belong to which story - is noted as it is played
 * (truth.ts), because nothing that reads the lines could be measured otherwise.
 */
import { type Fault, type OperationNote, operationNote } from './truth.ts';
import type { Worker, World } from './world.ts';

/** What a process of the cloud hands to syslog. */
export interface CloudEvent {
  /** Simulated time, µs since the start. */
  atUs: number;
  /** The same by the host's own clock. */
  stampUs: number;
  transport: 'udp' | 'tcp';
  facility: number;
  severity: number;
  host: string;
  program: string;
  /** Only where the syslog tag carries one. */
  pid?: number;
  text: string;
  /** The host's rsyslog does not escape control characters (EscapeControlCharactersOnReceive off). */
  rawNewlines?: true;
  /** What it belongs to; the lines do not say it. */
  note: OperationNote;
  /** The request that all of this was done for. */
  root: string | undefined;
  /** UUID of the instance whose story this is a part of. */
  instance: string | undefined;
}

/** Who asked, and under which ids; `bracket` is oslo's rendering of all of it. */
export interface RequestContext {
  /** `req-…` */
  request: string;
  /** The id that the caller of the first service chose or caused; undefined at the first one. */
  global: string | undefined;
  /** `user project domain scope user_domain project_domain` */
  identity: string;
  bracket: string;
  /** The request for which all of this is done: the first of the chain. */
  root: string;
}

export type Level = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';
/** Severities as oslo.log's OSSysLogHandler gives them. */
export const SEVERITIES: Record<Level, number> = { CRITICAL: 2, ERROR: 3, WARNING: 4, INFO: 6, DEBUG: 7 };

const NOBODY = '- - - - - -';
/** Where Debian and Ubuntu install the services. */
export const PACKAGES = '/usr/lib/python3/dist-packages';

export type TracebackShape = 'escaped' | 'lines' | 'raw';

export class Act {
  readonly world: World;
  readonly events: CloudEvent[] = [];
  readonly note: OperationNote;
  atUs: number;
  /** The request that lines without one are about. */
  root: string | undefined;
  /** UUID of the instance that lines without one are about. */
  subject: string | undefined;

  constructor(world: World, atUs: number, kind = '') {
    this.world = world;
    this.atUs = atUs;
    this.note = operationNote(kind);
  }

  /** The line that comes next is the first sign of something that goes wrong. */
  fault(fault: Omit<Fault, 'atUs'>): void {
    this.note.faults.push({ ...fault, atUs: this.atUs });
  }

  /** Lets between so many milliseconds pass. */
  pass(msMin: number, msMax: number): void {
    this.atUs += Math.floor((msMin + this.world.dice.fraction() * (msMax - msMin)) * 1000);
  }

  /** Plays something that happens at the same time; afterwards the time is what it was. */
  meanwhile(play: () => void): void {
    const { atUs } = this;
    play();
    this.atUs = atUs;
  }

  /** A user's request, from outside: one client in four brings a global id of its own (Skyline does). */
  userRequest(user: string, project: string): RequestContext {
    const global = this.world.dice.oneIn(4) ? `req-${this.world.dice.uuid()}` : undefined;
    const context = makeContext({ request: `req-${this.world.dice.uuid()}`, global, identity: `${user} ${project} - - default default` });
    this.root ??= context.request;
    return context;
  }

  /** A request of nobody: periodic tasks, events of the hypervisor. */
  ownRequest(): RequestContext {
    return makeContext({ request: `req-${this.world.dice.uuid()}`, global: undefined, identity: NOBODY });
  }

  /** A REST call made while serving `parent`: a new id, and oslo.context's global_id (global, else local) travels along. */
  childRequest(parent: RequestContext, identity = parent.identity): RequestContext {
    return makeContext({ request: `req-${this.world.dice.uuid()}`, global: parent.global ?? parent.request, identity, root: parent.root });
  }

  /** The identity of a service's own user. */
  serviceIdentity(name: 'nova' | 'neutron' | 'cinder'): string {
    return `${this.world.serviceUsers[name]} ${this.world.serviceProject} - - default default`;
  }

  /** Whoever speaks next: a process on behalf of a request, about an instance. */
  as(worker: Worker, context?: RequestContext, instance?: string): Voice {
    return new Voice(this, worker, { context, instance });
  }

  emit(worker: Worker, severity: number, text: string): CloudEvent {
    const { transport, facility, host, program } = worker;
    const { atUs, note, root, subject: instance } = this;
    const stampUs = atUs + worker.skewUs;
    const event: CloudEvent = { atUs, stampUs, transport, facility, severity, host, program, text, note, root, instance };
    if (worker.tagged) event.pid = worker.pid;
    this.events.push(event);
    // Two lines of one thread never share a microsecond; most do not share the millisecond.
    this.atUs += 100 + (this.world.dice.bits() & 1023);
    return event;
  }
}

function makeContext(from: { request: string; global: string | undefined; identity: string; root?: string }): RequestContext {
  return { ...from, root: from.root ?? from.request, bracket: `[${from.global ?? 'None'} ${from.request} ${from.identity}]` };
}

export class Voice {
  readonly act: Act;
  readonly worker: Worker;
  readonly context: RequestContext | undefined;
  readonly #bracket: string;
  /** `[instance: U] ` or ''. */
  readonly #instance: string;
  readonly #about: string | undefined;

  constructor(act: Act, worker: Worker, about: { context: RequestContext | undefined; instance: string | undefined }) {
    this.act = act;
    this.worker = worker;
    this.context = about.context;
    this.#bracket = about.context?.bracket ?? '[-]';
    this.#instance = about.instance === undefined ? '' : `[instance: ${about.instance}] `;
    this.#about = about.instance;
  }

  info(logger: string, message: string): void {
    this.log('INFO', logger, message);
  }

  warning(logger: string, message: string): void {
    this.log('WARNING', logger, message);
  }

  error(logger: string, message: string): void {
    this.log('ERROR', logger, message);
  }

  /** `where` is `function file:line`, the file below the packages' folder. */
  debug(logger: string, message: string, where: string): void {
    const space = where.indexOf(' ');
    this.log('DEBUG', logger, `${message} ${where.slice(0, space)} ${PACKAGES}/${where.slice(space + 1)}`);
  }

  log(level: Level, logger: string, message: string): CloudEvent {
    return this.#emit(SEVERITIES[level], this.#line(level, logger, message));
  }

  /**
   * An ERROR with its traceback. oslo prefixes every line of it with the record's own time, pid and logger
   * but not with the request; the last line is the prefix alone.
   */
  exception(logger: string, message: string, traceback: { lines: readonly string[]; shape: TracebackShape }): void {
    const record = this.#line('ERROR', logger, message);
    const stamp = this.act.world.clock.stamp(this.act.atUs + this.worker.skewUs);
    const prefix = `${stamp} ${this.worker.pid} ERROR ${logger} ${this.#instance}`;
    const lines = [record, ...[...traceback.lines, ''].map((line) => prefix + line)];
    if (traceback.shape === 'lines') {
      for (const line of lines) this.#emit(SEVERITIES.ERROR, line);
      return;
    }
    const event = this.#emit(SEVERITIES.ERROR, lines.join('\n'));
    if (traceback.shape === 'raw') event.rawNewlines = true;
  }

  #emit(severity: number, text: string): CloudEvent {
    const event = this.act.emit(this.worker, severity, text);
    event.root = this.context?.root ?? event.root;
    event.instance = this.#about ?? event.instance;
    return event;
  }

  #line(level: Level, logger: string, message: string): string {
    const stamp = this.act.world.clock.stamp(this.act.atUs + this.worker.skewUs);
    return `${stamp} ${this.worker.pid} ${level} ${logger} ${this.#bracket} ${this.#instance}${message}`;
  }
}
