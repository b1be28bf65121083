/**
 * Which ids belong to one story, found step by step: records bring ids, ids bring records. Pure: whoever has records asks
 * `next()` what to look for, brings what was found with `take()`, until nothing new is wanted. Not here: reading the store
 * (store/story-find.ts) and what is told of the records in the end (story.ts).
 *
 * Invariant: bounded - `storyIdsMax` ids are looked for at most -, and what everything shares (projects, users, domains, `-`, requests
 * that touch what others have) never links: story-shared.ts.
 */

import { limits } from '../base/limits.ts';
import { listed } from '../base/listed.ts';
import type { StoryKind, StoryLimit, StoryWhy } from '../model.ts';
import { entitiesOf, type Subject, subjectOf } from './story-entities.ts';
import { type AskedId, canonicalOf } from './story-id.ts';
import type { Piece } from './story-piece.ts';
import { isSharedEntity, isSharedRequest } from './story-shared.ts';
import { type Work, workOf } from './story-work.ts';

export interface Link {
  readonly key: string;
  /** Under which the same thing is also named: a port's network device has the beginning of its id. */
  readonly aliases: readonly string[];
  kind: StoryKind;
  readonly role: 'asked' | 'request' | 'entity';
  /** The id that led here, and a record that has both. */
  readonly through: { readonly id: string; readonly seq: number } | undefined;
  /** Only records that have another id of the story belong here. */
  isShared: boolean;
  isSought: boolean;
  /** More records than one request may bring: they were not all read. */
  isCut: boolean;
}

/** What to look for. */
export interface Sought {
  readonly key: string;
  readonly kind: StoryKind;
  readonly role: Link['role'];
}

interface Candidate extends Sought {
  readonly from: Piece;
  readonly by: Link;
}

export class StoryLinks {
  readonly asked: Link;
  readonly links = new Map<string, Link>();
  readonly pieces = new Map<number, Piece>();
  readonly limits: StoryLimit[] = [];
  /** Requests that are followed. */
  requestsMax: number = limits.storyRequestsMax;
  readonly #byKey = new Map<string, Piece[]>();
  readonly #byAlias = new Map<string, Link>();
  #subject: Subject;
  #requests = 0;
  /** Of the story's ports and MACs: first and last record. */
  lifeUs: readonly [number, number] | undefined;
  /** Of a request's story: what it works on. */
  work: Work | undefined;

  constructor(asked: AskedId) {
    this.asked = this.#link({ key: asked.key, kind: kindOfForm(asked.form), role: 'asked' }, undefined);
    this.#subject = subjectOf(this.asked.kind);
  }

  /** The records say what the id is. */
  decide(kind: StoryKind): void {
    this.asked.kind = kind;
    this.#subject = subjectOf(kind);
    if (kind === 'port' || kind === 'network') for (const alias of aliasesOf(this.asked.key, kind)) this.#byAlias.set(alias, this.asked);
  }

  get subject(): Subject {
    return this.#subject;
  }

  /** Pieces that have the key; in the order in which they came. */
  with(key: string): readonly Piece[] {
    return this.#byKey.get(key) ?? [];
  }

  take(pieces: Iterable<Piece>): void {
    for (const piece of pieces) {
      if (this.pieces.has(piece.seq)) continue;
      this.pieces.set(piece.seq, piece);
      const keys = new Set([piece.requestKey, piece.globalKey, ...piece.ids.map(({ key }) => key)]);
      for (const key of keys) if (key !== undefined) listed(this.#byKey, key).push(piece);
    }
  }

  /** This id has more records than were read. */
  cut(key: string): void {
    const link = this.links.get(key);
    if (link !== undefined) link.isCut = true;
  }

  /** What is to be looked for now; empty: everything is known. */
  next(): Sought[] {
    this.#judge();
    if (this.asked.isSought) this.#expand();
    const wanted = [...this.links.values()].filter((link) => !link.isSought && !link.isShared);
    for (const link of wanted) link.isSought = true;
    return wanted.map(({ key, kind, role }) => ({ key, kind, role }));
  }

  /** Why the piece belongs to the story; undefined: it does not. */
  why(piece: Piece): (StoryWhy & { link: Link }) | undefined {
    const link = this.#linkOf(piece);
    return link === undefined ? undefined : { id: canonicalOf(link.key, link.kind), kind: link.kind, link };
  }

  #linkOf(piece: Piece): Link | undefined {
    const has = (link: Link | undefined): link is Link => link !== undefined && !link.isShared && this.#subject.admits(link, piece, this);
    let found: Link | undefined;
    for (const { key } of piece.ids) {
      const link = this.#byAlias.get(key);
      if (link === this.asked && has(link)) return link;
      if (has(link) && (found === undefined || (found.role === 'request' && link.role === 'entity'))) found = link;
    }
    if (found !== undefined) return found;
    for (const key of [piece.requestKey, piece.globalKey]) {
      const link = key === undefined ? undefined : this.#byAlias.get(key);
      if (has(link)) return link;
    }
    return undefined;
  }

  /** Which of the ids everybody shares; told anew in each round, since each brings records. */
  #judge(): void {
    if (this.asked.isSought && (this.asked.kind === 'request' || this.asked.kind === 'global'))
      this.work = workOf([...this.#ofRequests()], this);
    let first = Number.POSITIVE_INFINITY;
    let last = Number.NEGATIVE_INFINITY;
    for (const link of this.links.values()) {
      if (link.kind === 'port' || link.kind === 'mac') {
        for (const { timeUs } of this.with(link.key)) {
          first = Math.min(first, timeUs);
          last = Math.max(last, timeUs);
        }
        this.lifeUs = [first, last];
      }
      if (!link.isSought || link === this.asked) continue;
      const pieces = link.aliases.flatMap((alias) => this.with(alias));
      link.isShared = link.role === 'request' ? isSharedRequest(link, pieces, this) : isSharedEntity(pieces, this);
      if (link.role === 'request' && link.kind !== 'swift')
        link.kind = pieces.some(({ requestKey }) => requestKey === link.key) ? 'request' : pieces.length > 0 ? 'global' : link.kind;
    }
  }

  *#ofRequests(): Generator<Piece> {
    for (const piece of this.pieces.values()) {
      const link = this.#linkOf(piece);
      if (link !== undefined && link.role !== 'entity') yield piece;
    }
  }

  #expand(): void {
    const candidates = new Map<string, Candidate>();
    for (const piece of this.pieces.values()) {
      const why = this.why(piece);
      if (why === undefined) continue;
      for (const sought of [...this.#requestsOf(piece, why.link), ...entitiesOf(piece, this)])
        if (!this.#byAlias.has(sought.key) && !candidates.has(sought.key))
          candidates.set(sought.key, { ...sought, from: piece, by: why.link });
    }
    // Requests that only looked come last: where not all fit, it is they who are left out.
    const ordered = [...candidates.values()].sort(
      (a, b) => Number(isLook(a)) - Number(isLook(b)) || a.from.orderUs - b.from.orderUs || a.from.seq - b.from.seq,
    );
    for (const candidate of ordered) this.#accept(candidate);
  }

  #accept(candidate: Candidate): void {
    const isRequest = candidate.role === 'request';
    if (isRequest && this.#requests >= this.requestsMax) {
      this.#leaveOut('requests', this.requestsMax);
      return;
    }
    if (this.links.size >= limits.storyIdsMax) {
      this.#leaveOut('ids', limits.storyIdsMax);
      return;
    }
    if (isRequest) this.#requests++;
    this.#link(candidate, { id: canonicalOf(candidate.by.key, candidate.by.kind), seq: candidate.from.seq });
  }

  #leaveOut(what: 'requests' | 'ids', max: number): void {
    const text =
      what === 'requests'
        ? `more than ${max} requests belong here: of the others, those that only looked first, there are only the records that name the id`
        : `more than ${max} ids belong here: the others were not looked for`;
    if (!this.limits.some((limit) => limit.what === what)) this.limits.push({ what, text });
  }

  #link({ key, kind, role }: Sought, through: Link['through']): Link {
    const link: Link = { key, aliases: aliasesOf(key, kind), kind, role, through, isShared: false, isSought: false, isCut: false };
    this.links.set(key, link);
    for (const alias of link.aliases) this.#byAlias.set(alias, link);
    return link;
  }

  #requestsOf(piece: Piece, link: Link): Sought[] {
    if (!this.#subject.leadsToRequests(link, piece)) return [];
    const found: Sought[] = [];
    const add = (key: string | undefined, kind: StoryKind): void => {
      if (key !== undefined) found.push({ key, kind, role: 'request' });
    };
    add(piece.requestKey, piece.request?.startsWith('tx') ? 'swift' : 'request');
    add(piece.globalKey, 'global');
    for (const id of piece.ids) if (id.kind === 'called') add(id.key, 'request');
    return found;
  }
}

function isLook({ from, role }: Candidate): boolean {
  return (
    role === 'request' && from.http !== undefined && (from.http.method === 'GET' || from.http.method === 'HEAD') && from.http.status < 400
  );
}

function kindOfForm(form: AskedId['form']): StoryKind {
  return form;
}

/** `tap` and the first 11 characters of its port's id; `brq` and those of the network's. */
function aliasesOf(key: string, kind: StoryKind): readonly string[] {
  const isNamedShort = (kind === 'port' || kind === 'network') && /^[0-9a-f]{32}$/.test(key);
  return isNamedShort ? [key, `${key.slice(0, 8)}-${key.slice(8, 10)}`] : [key];
}
